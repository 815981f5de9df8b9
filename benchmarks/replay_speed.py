"""How fast a recording plays through: ours beside a bare loop over what pyxdf loaded.

    python benchmarks/replay_speed.py [--seconds 120] [--rounds 9] [--json FILE]

A session of 64 channels at 512 Hz in chunks of a quarter of a second. Ours reads the file packet
by packet and puts each through the intake (clock, gaps, unit, labels), alone and with the
`eeg-de` pipeline behind it. The bare loop slices the array that pyxdf loaded into the same
chunks and copies each to float64, with and without the time that loading takes. Medians, in
turns, in one process each.
"""

import argparse
import json
import logging
import statistics
import tempfile
import time
from pathlib import Path

import numpy as np

RATE_HZ, CHANNELS, CHUNK_S = 512, 64, 0.25
ELECTRODES = """Fp1 Fpz Fp2 AF7 AF3 AFz AF4 AF8 F7 F5 F3 F1 Fz F2 F4 F6 F8 FT7 FC5 FC3 FC1 FCz FC2
    FC4 FC6 FT8 T7 C5 C3 C1 Cz C2 C4 C6 T8 TP7 CP5 CP3 CP1 CPz CP2 CP4 CP6 TP8 P7 P5 P3 P1 Pz P2 P4
    P6 P8 PO7 PO3 POz PO4 PO8 O1 Oz O2 F9 F10 Iz""".split()


def write_session(path, seconds):
    from neuroaffect.session import Packet, RawStream, SessionWriter

    raw = RawStream(
        id=1, name="cap", type="EEG", source_id="cap", rate_hz=RATE_HZ, format="float32",
        labels=tuple(ELECTRODES), units=("microvolts",) * CHANNELS, types=("EEG",) * CHANNELS,
    )  # fmt: skip
    rng = np.random.default_rng(0)
    size = round(CHUNK_S * RATE_HZ)
    with SessionWriter(path) as writer:
        writer.add(raw)
        for first in range(0, round(seconds * RATE_HZ), size):
            stamps = 100.0 + np.arange(first, first + size) / RATE_HZ
            values = 10 * rng.standard_normal((size, CHANNELS))
            writer.write(Packet(1, stamps, values.astype(np.float32)))


def intake(path):
    from neuroaffect.acquire import Recorded
    from neuroaffect.acquire.rehearsal import rehearse

    found = rehearse(Recorded(path))
    return sum(stream.samples for stream in found.streams)


def pipeline(path):
    from neuroaffect.acquire import Recorded
    from neuroaffect.catalog import load_pipeline

    source = Recorded(path)
    run = load_pipeline("eeg-de").start(source.streams)
    ticks = sum(len(run.push(name, chunk)) for name, chunk in source) + len(run.finish())
    return ticks


def bare(path, loaded):
    values = loaded if loaded is not None else load(path)
    size = round(CHUNK_S * RATE_HZ)
    total = 0
    for first in range(0, len(values), size):
        total += len(np.array(values[first : first + size], dtype=np.float64, order="C"))
    return total


def load(path):
    import pyxdf

    logging.getLogger("pyxdf").setLevel(logging.ERROR)
    streams, _ = pyxdf.load_xdf(path)
    return next(s["time_series"] for s in streams if s["info"]["name"][0] == "cap")


def timed(work):
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def measure(seconds, rounds):
    with tempfile.TemporaryDirectory() as scratch:
        path = str(Path(scratch) / "session.xdf")
        write_session(path, seconds)
        loaded = load(path)
        ways = {
            "intake": lambda: intake(path),
            "intake and eeg-de": lambda: pipeline(path),
            "pyxdf and bare loop": lambda: bare(path, None),
            "bare loop alone": lambda: bare(path, loaded),
        }
        times = {name: [] for name in ways}
        for _ in range(rounds):
            for name, work in ways.items():
                times[name].append(timed(work))
    took = {name: statistics.median(each) for name, each in times.items()}
    return {
        "seconds": seconds, "channels": CHANNELS, "rate_hz": RATE_HZ, "took_s": took,
        "times_real_time": {name: seconds / each for name, each in took.items()},
        "intake_of_pyxdf": took["pyxdf and bare loop"] / took["intake"],
    }  # fmt: skip


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--seconds", type=float, default=120.0)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    found = measure(arguments.seconds, arguments.rounds)
    print(f"{CHANNELS} channels at {RATE_HZ} Hz, {arguments.seconds:g} s, as times real time:")
    for name, factor in found["times_real_time"].items():
        print(f"  {name}: {factor:.0f}")
    print(f"  intake beside pyxdf and bare loop: {found['intake_of_pyxdf']:.2f} times as fast")
    if arguments.json:
        arguments.json.write_text(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
