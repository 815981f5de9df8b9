"""Read large text recordings: ours beside numpy, pyarrow and the csv module, in fresh processes.

    python benchmarks/imports.py [--megabytes 60] [--rounds 3] [--json FILE]

Three recordings are made: a Muse as muselsl writes it, a Cyton as the OpenBCI GUI writes it (one
row in 5000 lost), an Empatica E4 export. Each is read to its end as packets in order of time, its
repetitions and losses found, by ours; as one array of numbers by the peers, which find nothing.
`convert` is ours with an XDF file written.

A process imports, then measures time and growth of its peak resident memory. Prints medians,
megabytes of text per second, and memory per byte of the file.
"""

import argparse
import csv
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

WAYS = ("ours", "convert", "numpy", "pyarrow", "csv module")
START_S = 1.7e9


def write_muse(folder, size):
    path = folder / "muse.csv"
    rng = np.random.default_rng(1)
    with path.open("w") as file:
        file.write("timestamps,TP9,AF7,AF8,TP10,Right AUX\n")
        at = 0
        while file.tell() < size:
            stamps = START_S + np.arange(at, at + 25600) / 256
            rows = np.column_stack([stamps, rng.normal(0, 40, (25600, 4)), np.zeros(25600)])
            np.savetxt(file, rows, fmt="%.3f", delimiter=",")
            at += 25600
    return path, 1, range(6)


def write_cyton(folder, size):
    path = folder / "cyton.txt"
    rng = np.random.default_rng(2)
    names = [f"EXG Channel {k}" for k in range(8)] + [f"Accel Channel {k}" for k in range(3)]
    with path.open("w") as file:
        file.write("%OpenBCI Raw EXG Data\n%Number of channels = 8\n%Sample Rate = 250 Hz\n")
        file.write("%Board = OpenBCI_GUI$BoardCytonSerial\n")
        file.write(", ".join(["Sample Index", *names, "Timestamp", "Marker Channel"]) + "\n")
        at = 0
        while file.tell() < size:
            index = np.arange(at, at + 25000)
            index = index[index % 5000 != 4999]
            stamps = np.round(1000 * START_S + index * 4.0)
            noise, zero = rng.normal(2e4, 50, (len(index), 11)), np.zeros(len(index))
            rows = np.column_stack([index % 256, noise, stamps, zero])
            np.savetxt(file, rows, fmt=["%d"] + ["%.2f"] * 11 + ["%d", "%d"], delimiter=", ")
            at += 25000
    return path, 5, range(14)


def write_e4(folder, size):
    path = folder / "E4"
    path.mkdir()
    rng = np.random.default_rng(3)
    seconds = int(size / 780)
    for name, rate, columns in (("ACC", 32, 3), ("BVP", 64, 1), ("EDA", 4, 1), ("TEMP", 4, 1)):
        values = rng.normal(0, 40, (rate * seconds, columns))
        form = "%d" if name == "ACC" else "%.2f"
        with (path / f"{name}.csv").open("w") as file:
            for first in (START_S, rate):
                file.write(",".join([f"{first:.6f}"] * columns) + "\n")
            np.savetxt(file, values, fmt=form, delimiter=",")
    return path, 2, None


WRITERS = {"muselsl": write_muse, "OpenBCI GUI": write_cyton, "Empatica E4": write_e4}


def read(way, path, skip, columns):
    """Read a file, or all of a folder, and return how many samples there were."""
    files = sorted(path.glob("*.csv")) if path.is_dir() else [path]
    if way == "ours":
        from neuroaffect.session import open_recording

        return sum(len(item) for item in open_recording(path).items())
    if way == "convert":
        from neuroaffect.session import convert

        with tempfile.TemporaryDirectory() as folder:
            return sum(count for _, count in convert(path, Path(folder) / "out.xdf").samples)
    readers = {"numpy": with_numpy, "pyarrow": with_pyarrow, "csv module": with_csv}
    return sum(readers[way](file, skip, columns) for file in files)


def with_numpy(path, skip, columns):
    return len(np.loadtxt(path, delimiter=",", skiprows=skip, usecols=columns))


def with_pyarrow(path, skip, columns):
    from pyarrow import csv as arrow

    options = arrow.ReadOptions(skip_rows=skip, autogenerate_column_names=True)
    return arrow.read_csv(path, read_options=options).num_rows


def with_csv(path, skip, columns):
    with path.open(newline="") as file:
        rows = list(csv.reader(file))[skip:]
    chosen = range(len(rows[0])) if columns is None else columns
    return len(np.array([[float(row[k]) for k in chosen] for row in rows]))


def peak_bytes():
    """Return the peak resident memory of this process alone; its parent's is not counted."""
    status = Path("/proc/self/status")
    if not status.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) * 1024


def one(way, path, skip, columns):
    """Measure one reading in this process, print it as JSON."""
    import neuroaffect.session

    if way == "pyarrow":
        import pyarrow.csv

        assert pyarrow.csv
    assert neuroaffect.session
    before = peak_bytes()
    start = time.perf_counter()
    samples = read(way, path, skip, columns)
    seconds = time.perf_counter() - start
    grown = peak_bytes() - before
    print(json.dumps({"seconds": seconds, "grown": grown, "samples": samples}))


def measure(way, path, skip, columns, rounds):
    told = json.dumps([way, str(path), skip, None if columns is None else list(columns)])
    runs = [
        json.loads(
            subprocess.run(
                [sys.executable, __file__, "--one", told],
                capture_output=True,
                text=True,
                check=True,
            ).stdout
        )
        for _ in range(rounds)
    ]
    return {key: float(np.median([run[key] for run in runs])) for key in runs[0]}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--megabytes", type=float, default=60.0)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--one", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        way, path, skip, columns = json.loads(options.one)
        one(way, Path(path), skip, columns)
        return
    told = []
    with tempfile.TemporaryDirectory() as folder:
        for name, write in WRITERS.items():
            path, skip, columns = write(Path(folder), options.megabytes * 1e6)
            files = path.glob("*.csv") if path.is_dir() else [path]
            size = sum(file.stat().st_size for file in files)
            print(f"{name}, {size / 1e6:.0f} MB")
            for way in WAYS:
                row = measure(way, path, skip, columns, options.rounds)
                row |= {"format": name, "way": way, "bytes": size}
                told.append(row)
                print(
                    f"  {way:11} {row['seconds']:7.2f} s {size / row['seconds'] / 1e6:7.0f} MB/s "
                    f"{row['grown'] / 1e6:7.1f} MB more memory ({row['grown'] / size:.2f} x file) "
                    f"{row['samples']:.0f} samples"
                )
    if options.json:
        options.json.write_text(json.dumps(told, indent=1))


if __name__ == "__main__":
    main()
