"""A sender killed and started again: when is it noticed, when is data back, is time still true.

    python benchmarks/reconnect.py [--times 20] [--away 3] [--rate 256] [--json FILE]

A process of its own sends 8 channels; their values are each sample's number and its LSL time.
It is killed (SIGKILL), and started again some seconds later, over and over, while ours listens.
Beside it, in the same run, a bare ``pylsl.StreamInlet`` with liblsl's own recovery: it tells of
nothing, so only the time until its data is back can be compared.
"""

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from pathlib import Path
from statistics import median

import numpy as np

SENDER = """
import sys, numpy as np, pylsl
name, rate = sys.argv[1], float(sys.argv[2])
info = pylsl.StreamInfo(name, "EEG", 8, rate, "double64", "serial-" + name)
outlet = pylsl.StreamOutlet(info)
began = pylsl.local_clock()
print(began, flush=True)
sent = 0
import time
while True:
    time.sleep(0.01)
    due = int((pylsl.local_clock() - began) * rate)
    if due > sent:
        stamps = began + np.arange(sent, due) / rate
        values = np.repeat(stamps[:, None], 8, axis=1)
        values[:, 0] = np.arange(sent, due)
        outlet.push_chunk(values, stamps)
        sent = due
"""

BAD = {"stale", "lost"}


def start(name: str, rate_hz: float) -> tuple[subprocess.Popen, float]:
    """Return a running sender, and the LSL time at which its outlet was there."""
    process = subprocess.Popen(
        [sys.executable, "-c", SENDER, name, str(rate_hz)], stdout=subprocess.PIPE, text=True
    )
    return process, float(process.stdout.readline())


class Ours(threading.Thread):
    """Listen through LslSource, and keep when what was there."""

    def __init__(self, name: str) -> None:
        super().__init__(daemon=True)
        from neuroaffect.acquire import LslSource

        self.source = LslSource([f"name={name}"], timeout_s=20.0)
        self.name = name
        self.states: list[tuple[float, str]] = []
        self.chunks: list[tuple[float, object]] = []
        self._watch = threading.Thread(target=self._look, daemon=True)

    def run(self) -> None:
        import pylsl

        self._watch.start()
        for _, chunk in self.source:
            self.chunks.append((pylsl.local_clock(), chunk))

    def _look(self) -> None:
        import pylsl

        while not self.source.is_closed:
            state = self.source.states()[self.name].state
            if not self.states or self.states[-1][1] != state:
                self.states.append((pylsl.local_clock(), state))
            time.sleep(0.02)

    def first_after(self, lsl: float) -> float:
        """Return when the first sample that was made after this moment arrived."""
        return _first(self.chunks, lambda chunk: chunk.data[-1, 1], lsl)

    def not_live_after(self, lsl: float) -> float:
        return next((at for at, state in self.states if at > lsl and state in BAD), float("nan"))


class Bare(threading.Thread):
    """Listen as a script does: liblsl recovers, or does not."""

    def __init__(self, name: str) -> None:
        super().__init__(daemon=True)
        import pylsl

        [info] = pylsl.resolve_byprop("name", name, timeout=20.0)
        self.inlet = pylsl.StreamInlet(info)
        self.inlet.open_stream(timeout=20.0)
        self.chunks: list[tuple[float, object]] = []
        self.over = threading.Event()

    def run(self) -> None:
        import pylsl

        while not self.over.is_set():
            values, _ = self.inlet.pull_chunk(timeout=0.1, max_samples=64, as_numpy=True)
            if len(values):
                self.chunks.append((pylsl.local_clock(), values))

    def first_after(self, lsl: float) -> float:
        return _first(self.chunks, lambda values: values[-1, 1], lsl)


def _first(chunks: list, made: object, lsl: float) -> float:
    """Return when the first chunk arrived whose last sample was made after this moment."""
    return next((at for at, chunk in chunks if made(chunk) >= lsl), float("nan"))


def run(times: int, away_s: float, rate_hz: float) -> dict:
    """Kill and restart; return the figures of every loss."""
    name = f"reconnect-{uuid.uuid4().hex[:8]}"
    process, _ = start(name, rate_hz)
    ours, bare = Ours(name), Bare(name)
    ours.start()
    bare.start()
    import pylsl

    rows = []
    try:
        for _ in range(times):
            time.sleep(4.0)
            process.send_signal(signal.SIGKILL)
            process.wait()
            killed = pylsl.local_clock()
            time.sleep(away_s)
            process, up = start(name, rate_hz)
            time.sleep(6.0)  # liblsl's own recovery may take some seconds
            rows.append({
                "noticed_s": ours.not_live_after(killed) - killed,
                "back_s": ours.first_after(up) - up,
                "bare_back_s": bare.first_after(up) - up,
            })  # fmt: skip
            print("noticed after {noticed_s:.2f} s, back after {back_s:.2f} s "
                  "(liblsl {bare_back_s:.2f} s)".format(**rows[-1]), flush=True)  # fmt: skip
    finally:
        process.kill()
        ours.source.close()
        bare.over.set()
    return {"losses": rows, **_truth(ours, rate_hz)}


def _truth(ours: Ours, rate_hz: float) -> dict:
    """Compare times and numbers of all samples with those their sender wrote into them."""
    chunks = [chunk for _, chunk in ours.chunks]
    times = np.concatenate([chunk.times for chunk in chunks])
    made = np.concatenate([chunk.data[:, 1] for chunk in chunks])
    index = np.concatenate([np.arange(chunk.first, chunk.end) for chunk in chunks])
    error_s = times - made
    off = index - (index[0] + (made - made[0]) * rate_hz)
    return {
        "samples": len(times),
        "worst_time_error_ms": float(1e3 * np.max(np.abs(error_s))),
        "worst_index_error_samples": float(np.max(np.abs(off))),
        "worst_index_error_of_one_loss": float(np.max(np.abs(np.diff(off)))),
        "gaps": len(ours.source.gaps[ours.name]),
        "told": sum(event.kind in BAD for event in ours.source.events),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=5)
    parser.add_argument("--away", type=float, default=3.0)
    parser.add_argument("--rate", type=float, default=256.0)
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder) / "lsl_api.cfg"
        config.write_text(f"[lab]\nSessionID = {uuid.uuid4().hex}\n[log]\nlevel = -3\n")
        os.environ["LSLAPICFG"] = str(config)
        found = run(asked.times, asked.away, asked.rate)
    columns = {key: [row[key] for row in found["losses"]] for key in found["losses"][0]}
    for key, label in (
        ("noticed_s", "loss noticed after"), ("back_s", "data back after the restart"),
        ("bare_back_s", "the same, liblsl's recovery"),
    ):  # fmt: skip
        print(f"{label:30} median {median(columns[key]):.2f} s, worst {max(columns[key]):.2f} s")
    print(
        f"{found['told']} losses told of {asked.times}; over all {found['samples']} samples the "
        f"worst error of time is {found['worst_time_error_ms']:.2f} ms, of the sample number "
        f"{found['worst_index_error_samples']:.2f} (at most "
        f"{found['worst_index_error_of_one_loss']:.2f} from any one loss, since a sender that is "
        "started again starts between two samples)"
    )
    if asked.json:
        asked.json.write_text(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
