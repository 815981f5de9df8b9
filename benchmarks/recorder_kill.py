"""Kill the recorder at random moments; see that every file opens, and how much is lost.

    python benchmarks/recorder_kill.py [--times 20] [--at-once 4] [--json FILE]

One process sends three streams (16 channels at 250 Hz, one at 4 Hz, a marker each 0.2 s) for the
whole run. `neuroaffect record`, the command itself, is started, and killed with SIGKILL at a
moment drawn evenly from the first five seconds of its file: while it connects, opens streams,
writes or forces to disk. Each file is then read by pyxdf and by us. What is lost of a stream is
the LSL time of the kill minus the last stamp in the file; samples are counted by their sender,
so that one missing or doubled in between would be seen.

SIGKILL takes the process, not the machine: what was handed to the kernel survives. For a power
cut only what was forced to disk counts; the file says how often that was by its boundaries, and
the longest stretch of LSL time between two of them is shown.

Exit code 1 if a file does not open, a sample is missing, or more than two seconds are lost.
"""

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

RATE_HZ, CHANNELS, SLOW_HZ, MARK_S = 250, 16, 4, 0.2
MOST_LOST_S = 2.0
LONGEST_S = 5.0
STREAMS = ("cap", "band", "marks")


def send():
    """Send three streams by an absolute schedule until killed; each sample has its number."""
    import pylsl

    def outlet(name, kind, channels, rate_hz, format):
        info = pylsl.StreamInfo(name, kind, channels, rate_hz, format, f"kill-{name}")
        return pylsl.StreamOutlet(info)

    cap = outlet("cap", "EEG", CHANNELS, RATE_HZ, "float32")
    band = outlet("band", "EDA", 1, SLOW_HZ, "float32")
    marks = outlet("marks", "Markers", 1, 0, "string")
    start, sent = pylsl.local_clock(), [0, 0, 0]
    while True:
        time.sleep(0.02)
        elapsed = pylsl.local_clock() - start
        due = [int(elapsed * RATE_HZ), int(elapsed * SLOW_HZ), int(elapsed / MARK_S)]
        index = np.arange(sent[0], due[0])
        if len(index):
            values = np.repeat(index[:, None], CHANNELS, axis=1).astype(np.float32)
            cap.push_chunk(values, (start + index / RATE_HZ).tolist())
        for n in range(sent[1], due[1]):
            band.push_sample([n], start + n / SLOW_HZ)
        for n in range(sent[2], due[2]):
            marks.push_sample([str(n)], start + n * MARK_S)
        sent = due


def record_and_kill(path, after_s):
    """Record, kill `after_s` after the file is there, and return the LSL time of the kill."""
    import pylsl

    recorder = subprocess.Popen(
        [sys.executable, "-m", "neuroaffect", "record", str(path), "--timeout", "10"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    while not path.exists():
        time.sleep(0.005)
        if recorder.poll() is not None:
            raise RuntimeError(f"the recorder ended by itself with {recorder.returncode}")
    time.sleep(after_s)
    killed = pylsl.local_clock()
    recorder.send_signal(signal.SIGKILL)
    if recorder.wait() != -signal.SIGKILL:
        raise RuntimeError(f"the recorder ended by itself with {recorder.returncode}")
    return killed


def judge(path, killed):
    """Return what the file holds, by both readers, and how much of each stream is lost."""
    ours, theirs = read_ours(path), read_pyxdf(path)
    began = ours["began"]
    row = {
        "after_s": None if began is None else killed - began, "bytes": path.stat().st_size,
        "equal": all(np.array_equal(ours[n], theirs[n]) for n in ours["names"]),
        "missing": 0, "lost_s": {}, "boundary_s": ours["boundary_s"],
    }  # fmt: skip
    for name in ours["names"]:
        samples = ours[name]
        if len(samples):
            row["missing"] += int(np.sum(np.diff(samples[:, 0]) != 1))
        if began is not None:
            newest = samples[-1, 1] if len(samples) else began
            row["lost_s"][name] = max(0.0, killed - max(newest, began))
    return row


def read_ours(path):
    """Return (number, stamp) of each sample by stream, when recording began, and securing."""
    from neuroaffect.session import Packet, open_recording

    recording = open_recording(path)
    names = {raw.id: raw.name for raw in recording.streams if raw.name in STREAMS}
    parts = {name: [np.empty((0, 2))] for name in names.values()}
    for item in recording.items():
        if isinstance(item, Packet) and item.stream in names:
            number = item.values[:, 0].astype(float)
            parts[names[item.stream]].append(np.column_stack([number, item.stamps]))
    found = {name: np.concatenate(part) for name, part in parts.items()}
    anchors = [event.time for event in recording.events if event.kind == "clock-anchor"]
    cap = [id for id, name in names.items() if name == "cap"]
    return {
        "names": list(found), **found, "began": anchors[0] if anchors else None,
        "boundary_s": max((longest_unsecured(path, id) for id in cap), default=0.0),
    }  # fmt: skip


def longest_unsecured(path, id):
    """Return the longest span of a stream's stamps with no boundary in between, in seconds."""
    from neuroaffect.session.xdf import MAGIC, Tag, unpack_length

    layout = np.dtype([("bytes", "u1"), ("stamp", "<f8"), ("values", "<f4", (CHANNELS,))])
    data, place, since, most = path.read_bytes(), len(MAGIC), None, 0.0
    while place < len(data):
        length, start = unpack_length(data, place)
        tag, place = int.from_bytes(data[start : start + 2], "little"), start + length
        if tag == Tag.BOUNDARY:
            since = None
        elif tag == Tag.SAMPLES and int.from_bytes(data[start + 2 : start + 6], "little") == id:
            _, first = unpack_length(data, start + 6)
            stamps = np.frombuffer(data[first:place], layout)["stamp"]
            since = stamps[0] if since is None else since
            most = max(most, stamps[-1] - since)
    return float(most)


def read_pyxdf(path):
    import pyxdf

    streams, _ = pyxdf.load_xdf(path, dejitter_timestamps=False, synchronize_clocks=False)
    found = {}
    for stream in streams:
        values = stream["time_series"]
        number = [float(row[0]) for row in values] if stream["info"]["name"][0] in STREAMS else []
        stamps = np.asarray(stream["time_stamps"], float)
        if stream["info"]["name"][0] in STREAMS:
            rows = np.column_stack([number, stamps]) if len(stamps) else np.empty((0, 2))
            found[stream["info"]["name"][0]] = rows
    return found


def measure(times, at_once, seed):
    rng = np.random.default_rng(seed)
    rows, unreadable = [], []
    with tempfile.TemporaryDirectory() as scratch:
        config = Path(scratch) / "lsl_api.cfg"
        config.write_text(f"[lab]\nSessionID = kill-{uuid.uuid4().hex}\n")
        os.environ["LSLAPICFG"] = str(config)
        sender = subprocess.Popen(
            [sys.executable, __file__, "--role", "send"], stderr=subprocess.DEVNULL
        )
        try:
            jobs = [
                (Path(scratch) / f"{k}.xdf", after_s)
                for k, after_s in enumerate(rng.uniform(0.0, LONGEST_S, times))
            ]
            with ThreadPoolExecutor(at_once) as pool:
                kills = list(pool.map(lambda job: record_and_kill(*job), jobs))
        finally:
            sender.kill()
            sender.wait()
        for (path, _), killed in zip(jobs, kills, strict=True):
            try:
                rows.append(judge(path, killed))
            except Exception as error:  # whatever a reader raises is the result
                unreadable.append(f"{path.name}: {type(error).__name__}: {error}")
    return rows, unreadable


def summary(rows, unreadable):
    recorded = [row for row in rows if any(row["lost_s"].values())]
    lost = {name: [r["lost_s"][name] for r in recorded if name in r["lost_s"]] for name in STREAMS}
    return {
        "killed": len(rows) + len(unreadable), "opened": len(rows), "unreadable": unreadable,
        "while_recording": len(recorded), "before_recording": len(rows) - len(recorded),
        "readers_equal": all(row["equal"] for row in rows),
        "missing": sum(row["missing"] for row in rows),
        "lost_s": {
            name: {"median": float(np.median(of)), "max": float(np.max(of))}
            for name, of in lost.items() if of
        },
        "most_unsecured_s": max((row["boundary_s"] for row in rows), default=None),
    }  # fmt: skip


def main():
    if sys.argv[1:3] == ["--role", "send"]:
        send()
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--times", type=int, default=20)
    parser.add_argument("--at-once", type=int, default=4)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    found = summary(*measure(arguments.times, arguments.at_once, arguments.seed))
    print(
        f"{found['killed']} kills, {found['while_recording']} while recording, "
        f"{found['before_recording']} before; {found['opened']} files open in pyxdf and ours, "
        f"the same samples in both: {found['readers_equal']}; {found['missing']} missing inside"
    )
    for name, lost in found["lost_s"].items():
        print(f"  {name}: lost {lost['median']:.3f} s (median), {lost['max']:.3f} s (most)")
    print(f"  longest stretch not yet forced to disk: {found['most_unsecured_s']:.2f} s of samples")
    for line in found["unreadable"]:
        print(f"  does not open: {line}")
    if arguments.json:
        arguments.json.write_text(json.dumps(found, indent=1))
    most = max((lost["max"] for lost in found["lost_s"].values()), default=0.0)
    read = found["readers_equal"] and not found["unreadable"]
    sys.exit(0 if read and found["missing"] == 0 and most <= MOST_LOST_S else 1)


if __name__ == "__main__":
    main()
