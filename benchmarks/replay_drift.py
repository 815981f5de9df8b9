"""Does the schedule of a replay drift? Ours beside a loop that sends and sleeps.

    python benchmarks/replay_drift.py [--minutes 1] [--json FILE]

A session of 8 channels at 256 Hz and one at 4 Hz is replayed over LSL in one process; another
sends the same in chunks of the same length and sleeps for that length in between, as senders are
often written; a third listens to both. Emission is the LSL clock right after a push, late by
what it is behind the time at which the chunk's last sample is due. The slope of lateness over
the schedule is the drift; it is fitted to medians of five seconds, since how fast a machine wakes
up wanders by a tenth of a millisecond from second to second. That wander is the standard error: a
minute tells a few milliseconds per hour, `--minutes 20` a tenth of one.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
import uuid
from pathlib import Path

import numpy as np

RATE_HZ, CHANNELS, SLOW_HZ = 256, 8, 4
CHUNK_S = 0.03125
BLOCK_S = 0.5  # as a recorder writes
BIN_S = 5.0


def write_session(path, seconds):
    from neuroaffect.session import Packet, RawStream, SessionWriter

    def stream(id, name, type, rate_hz, n):
        return RawStream(
            id=id, name=name, type=type, source_id=name, rate_hz=rate_hz, format="float32",
            labels=tuple(f"{name}{i}" for i in range(n)), units=("",) * n, types=(type,) * n,
        )  # fmt: skip

    rng = np.random.default_rng(0)
    with SessionWriter(path) as writer:
        writer.add(stream(1, "cap", "EEG", RATE_HZ, CHANNELS))
        writer.add(stream(2, "band", "EDA", SLOW_HZ, 1))
        for block in range(round(seconds / BLOCK_S)):
            for id, rate_hz, n in ((1, RATE_HZ, CHANNELS), (2, SLOW_HZ, 1)):
                size = round(BLOCK_S * rate_hz)
                stamps = 100.0 + np.arange(block * size, (block + 1) * size) / rate_hz
                writer.write(Packet(id, stamps, rng.normal(size=(size, n)).astype(np.float32)))


def play_ours(session, out):
    """Replay, and note for each push when it was due and when it had left."""
    import pylsl

    from neuroaffect.acquire import outlet
    from neuroaffect.acquire.replay import replay

    pushed = []

    class Noted(outlet.RawOutlet):
        def push(self, values, stamps):
            super().push(values, stamps)
            pushed.append((self.raw.rate_hz, float(stamps[-1]), pylsl.local_clock()))

    outlet.RawOutlet = Noted
    replay(session, chunk_s=CHUNK_S, wait_for_consumers_s=60.0)
    Path(out).write_text(json.dumps(pushed))


def play_naive(seconds, out):
    """Push a chunk, sleep for its length, again."""
    import pylsl

    info = pylsl.StreamInfo("cap", "EEG", CHANNELS, RATE_HZ, "float32", "naive:cap")
    outlet = pylsl.StreamOutlet(info)
    while not outlet.have_consumers():
        time.sleep(0.02)
    time.sleep(1.5)
    size = round(CHUNK_S * RATE_HZ)
    chunk = np.zeros((size, CHANNELS), np.float32)
    pushed, began = [], pylsl.local_clock()
    for number in range(1, round(seconds / CHUNK_S) + 1):
        time.sleep(CHUNK_S)
        due = began + number * CHUNK_S
        outlet.push_chunk(chunk, due - np.arange(size - 1, -1, -1) / RATE_HZ)
        pushed.append((RATE_HZ, due, pylsl.local_clock()))
    Path(out).write_text(json.dumps(pushed))


def listen(seconds):
    """Take in both caps and the band, so that what is measured is sent for real; print counts."""
    import pylsl

    queries = ["source_id='naive:cap'", "contains(source_id, 'replay:') and type='EEG'",
               "contains(source_id, 'replay:') and type='EDA'"]  # fmt: skip
    found = [pylsl.resolve_bypred(query, timeout=60)[0] for query in queries]
    inlets = [pylsl.StreamInlet(info) for info in found]
    for inlet in inlets:
        inlet.open_stream(timeout=10)
    counts = [0] * len(inlets)
    deadline = time.monotonic() + seconds + 6.0
    while time.monotonic() < deadline:
        for place, inlet in enumerate(inlets):
            _, stamps = inlet.pull_chunk(timeout=0.0, max_samples=4096, as_numpy=True)
            counts[place] += len(stamps)
        time.sleep(0.05)
    print(json.dumps(counts))


def start(*arguments):
    return subprocess.Popen(
        [sys.executable, __file__, "--role", *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,  # liblsl greets at every start
        text=True,
    )


def figures(pushed, rate_hz):
    """Return drift with its standard error, and how late chunks left."""
    rows = np.array([(due, left - due) for rate, due, left in pushed if rate == rate_hz])
    due, late = rows[:, 0] - rows[0, 0], rows[:, 1]
    bins = np.floor(due / BIN_S).astype(int)
    at = np.array([due[bins == k].mean() for k in np.unique(bins)])
    level = np.array([np.median(late[bins == k]) for k in np.unique(bins)])
    (slope, _), covariance = np.polyfit(at, level, 1, cov=True)
    error = float(np.sqrt(covariance[0, 0]))
    p50, p99 = np.percentile(late, [50, 99])
    return {
        "chunks": len(rows), "drift_ms_per_h": slope * 3.6e6, "standard_error": error * 3.6e6,
        "late_p50_ms": p50 * 1e3, "late_p99_ms": p99 * 1e3, "late_max_ms": late.max() * 1e3,
        "late_at_the_end_ms": float(np.median(late[-max(10, len(late) // 20) :])) * 1e3,
    }  # fmt: skip


def measure(minutes):
    seconds = 60.0 * minutes
    with tempfile.TemporaryDirectory() as scratch:
        scratch = Path(scratch)
        config = scratch / "lsl_api.cfg"
        config.write_text(f"[lab]\nSessionID = {uuid.uuid4().hex}\n")
        os.environ["LSLAPICFG"] = str(config)
        write_session(scratch / "session.xdf", seconds)
        client = start("listen", seconds)
        senders = [
            start("ours", scratch / "session.xdf", scratch / "ours.json"),
            start("naive", seconds, scratch / "naive.json"),
        ]
        for sender in senders:
            sender.wait(timeout=seconds + 180)
        counts = json.loads(client.communicate(timeout=60)[0])
        ours = json.loads((scratch / "ours.json").read_text())
        naive = json.loads((scratch / "naive.json").read_text())
    rows = {
        "replay 256 Hz": figures(ours, RATE_HZ),
        "replay 4 Hz": figures(ours, SLOW_HZ),
        "send and sleep 256 Hz": figures(naive, RATE_HZ),
    }
    received = dict(zip(("naive", "cap", "band"), counts, strict=True))
    return {"minutes": minutes, "received": received, "rows": rows}


def main():
    if sys.argv[1:2] == ["--role"]:
        role, *rest = sys.argv[2:]
        if role == "ours":
            play_ours(*rest)
        elif role == "naive":
            play_naive(float(rest[0]), rest[1])
        else:
            listen(float(rest[0]))
        return
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--minutes", type=float, default=1.0)
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    found = measure(arguments.minutes)
    for name, row in found["rows"].items():
        print(
            f"{name}: drift {row['drift_ms_per_h']:.3f} ± {row['standard_error']:.3f} ms/h; late "
            f"p50 {row['late_p50_ms']:.3f}, p99 {row['late_p99_ms']:.3f}, "
            f"max {row['late_max_ms']:.2f}, at the end {row['late_at_the_end_ms']:.3f} ms "
            f"({row['chunks']} chunks)"
        )
    if arguments.json:
        arguments.json.write_text(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
