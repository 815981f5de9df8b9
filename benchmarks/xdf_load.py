"""Load a large XDF file into arrays: ours beside pyxdf, in fresh processes of the same run.

    python benchmarks/xdf_load.py [--megabytes 45] [--rounds 5] [--json FILE]

Two files are written as LabRecorder lays them out (chunks of 500 ms, a clock offset every 5 s, a
boundary every 10 s): 32 channels of float32 at 500 Hz beside an irregular marker stream, once
with a stamp on every sample, once with one stamp per chunk and the others to be deduced. Each is
loaded by `open_recording(path).load()`, by pyxdf without clock synchronisation and dejittering
(which returns the same arrays, and is checked to), and by pyxdf as it is called by default.
Ours is streamed too: every packet is decoded in file order and let go, for files of any length.

A process imports, then measures time and growth of its peak resident memory for one load. Prints
medians, ratios (pyxdf / ours) and memory per byte of data; data is what the arrays take.
"""

import argparse
import json
import resource
import struct
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

CHANNELS, RATE_HZ, CHUNK_S, OFFSET_S, BOUNDARY_S = 32, 500, 0.5, 5.0, 10.0
LAYOUTS = ("stamped", "deduced")
WAYS = ("ours", "pyxdf raw", "pyxdf default", "ours streamed")
BOUNDARY = bytes.fromhex("43a546dccbf5410fb30ed5467383cbe4")


def chunk(tag, content, stream=None):
    """Pack a chunk with a length of four bytes, as LabRecorder does."""
    head = struct.pack("<H", tag) + (b"" if stream is None else struct.pack("<I", stream))
    return b"\x04" + struct.pack("<I", len(head) + len(content)) + head + content


def header(name, type, channels, rate_hz, format):
    return (
        f'<?xml version="1.0"?><info><name>{name}</name><type>{type}</type>'
        f"<channel_count>{channels}</channel_count><nominal_srate>{rate_hz}</nominal_srate>"
        f"<channel_format>{format}</channel_format><source_id>{name}</source_id><desc/></info>"
    ).encode()


def samples(stamps, values, layout):
    """Return the content of a samples chunk; with "deduced" only the first has a stamp."""
    n = len(stamps)
    values = values.astype("<f4")
    if layout == "stamped":
        rows = np.empty(n, [("flag", "u1"), ("stamp", "<f8"), ("values", "<f4", (CHANNELS,))])
        rows["flag"], rows["stamp"], rows["values"] = 8, stamps, values
        return b"\x04" + struct.pack("<I", n) + rows.tobytes()
    rows = np.zeros(n - 1, [("flag", "u1"), ("values", "<f4", (CHANNELS,))])
    rows["values"] = values[1:]
    first = struct.pack("<Bd", 8, stamps[0]) + values[0].tobytes()
    return b"\x04" + struct.pack("<I", n) + first + rows.tobytes()


def write(path, megabytes, layout):
    rng = np.random.default_rng(0)
    per_chunk = round(CHUNK_S * RATE_HZ)
    chunks = round(megabytes * 1e6 / (per_chunk * CHANNELS * 4))
    with path.open("wb") as file:
        file.write(b"XDF:" + chunk(1, b'<?xml version="1.0"?><info><version>1.0</version></info>'))
        file.write(chunk(2, header("cap", "EEG", CHANNELS, RATE_HZ, "float32"), 1))
        file.write(chunk(2, header("marks", "Markers", 1, 0, "string"), 2))
        for k in range(chunks):
            start = 1000.0 + k * CHUNK_S
            stamps = start + np.arange(per_chunk) / RATE_HZ
            if layout == "stamped":
                stamps += rng.uniform(0, 1e-4, per_chunk)
            values = rng.normal(0, 20, (per_chunk, CHANNELS))
            file.write(chunk(3, samples(stamps, values, layout), 1))
            if k % round(OFFSET_S / CHUNK_S) == 0:
                text = f"event {k}".encode()
                mark = b"\x01\x01" + struct.pack("<Bd", 8, start) + bytes([1, len(text)]) + text
                file.write(chunk(3, mark, 2))
                for stream in (1, 2):
                    file.write(chunk(4, struct.pack("<dd", start, -1e-5 * k), stream))
            if k % round(BOUNDARY_S / CHUNK_S) == 0:
                file.write(chunk(5, BOUNDARY))


def load(way, path):
    """Load once in this process; print seconds, growth of memory, bytes of data."""
    if "ours" in way:
        from neuroaffect.session import Packet, open_recording
    else:
        import logging

        import pyxdf

        logging.disable()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.perf_counter()
    if way == "ours streamed":
        print(json.dumps(stream(open_recording(path), Packet, start, before)))
        return
    if way == "ours":
        loaded = open_recording(path).load()[1]
        stamps, values = loaded.stamps, loaded.values
    else:
        raw = {"synchronize_clocks": False, "dejitter_timestamps": False} if "raw" in way else {}
        streams, _ = pyxdf.load_xdf(path, **raw)
        stamps, values = streams[0]["time_stamps"], streams[0]["time_series"]
    found = measured(start, before, data=stamps.nbytes + values.nbytes)
    sums = [float(stamps.sum()) if "default" not in way else None, float(values.sum(dtype="f8"))]
    print(json.dumps({**found, "sums": sums}))


def stream(recording, packet_type, start, before):
    """Let every packet go by."""
    data = 0
    for item in recording.items():
        if isinstance(item, packet_type):
            data += item.stamps.nbytes + item.values.nbytes
    return measured(start, before, data=data)


def measured(start, before, *, data):
    took_s = time.perf_counter() - start
    grown = 1024 * (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
    return {"took_s": took_s, "grown": grown, "data": data}


def measure(path, rounds):
    """Return the median of each way, the ways taken in turn."""
    found = {way: [] for way in WAYS}
    for _ in range(rounds):
        for way in WAYS:
            command = [sys.executable, __file__, "--load", way, str(path)]
            found[way].append(json.loads(subprocess.check_output(command)))
    if found["ours"][0]["sums"] != found["pyxdf raw"][0]["sums"]:
        raise SystemExit("the arrays differ; the times say nothing")
    return {
        way: {
            "median_s": float(np.median([turn["took_s"] for turn in turns])),
            "memory_mb": float(np.median([turn["grown"] / 1e6 for turn in turns])),
            "memory_per_data": float(np.median([turn["grown"] / turn["data"] for turn in turns])),
        }
        for way, turns in found.items()
    }


def report(layout, path, rounds):
    row = {"layout": layout, "file_mb": path.stat().st_size / 1e6, **measure(path, rounds)}
    ours = row["ours"]
    print(f"{layout}: {row['file_mb']:.0f} MB, {CHANNELS} channels")
    for way in WAYS:
        ratio = row[f"{way} / ours"] = row[way]["median_s"] / ours["median_s"]
        print(
            f"  {way:14} {row[way]['median_s'] * 1000:8.0f} ms   {ratio:6.1f} x ours   "
            f"memory {row[way]['memory_mb']:5.1f} MB, {row[way]['memory_per_data']:.2f} x data",
            flush=True,
        )
    return row


def main():
    if sys.argv[1:2] == ["--load"]:
        load(sys.argv[2], Path(sys.argv[3]))
        return
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--megabytes", type=float, default=45.0, help="of values in each file")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", type=Path, metavar="FILE")
    arguments = parser.parse_args()
    rows = []
    with tempfile.TemporaryDirectory() as scratch:
        for layout in LAYOUTS:
            path = Path(scratch) / f"{layout}.xdf"
            write(path, arguments.megabytes, layout)
            rows.append(report(layout, path, arguments.rounds))
    if arguments.json:
        arguments.json.write_text(json.dumps(rows, indent=1))


if __name__ == "__main__":
    main()
