"""Which faults the block `quality` finds in real recordings, how soon, and what it costs.

    python benchmarks/quality.py [--data ../shared/data] [--trials 20] [--json FILE]

Each fault is put for 8 s into 23 s of a clean recording, at a random time and channel (a desk and
a wrong unit into all of them). Found: some verdict while it lasts is poor or bad and names the
flaw expected. Bad: some verdict is below 0.5, so that features are masked. Delay: from its onset
to the first such verdict. Others: verdicts below 0.75 on channels or at times without fault.

Beside it the rule that headset tools use, EEG-ExPy's: the standard deviation from 3 to 40 Hz over
2 s lies between 1 and 18 µV, or the channel is marked (eegnb/analysis/utils.py and its limits for
a Muse); marked if it says so in most verdicts from 3 s after the onset on. `nothing` is the same
without any fault: its marks are false alarms.

Cost: median milliseconds per hop of 0.25 s, beside one Butterworth band-pass of order 4 over the
same hop (scipy's `sosfilt`, state carried), in the same run.
"""

import os

os.environ["OMP_NUM_THREADS"] = "1"

import argparse
import itertools
import json
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table
from scipy import signal

from neuroaffect.acquire import Recorded
from neuroaffect.blocks import Flaw, Quality
from neuroaffect.blocks.contact.grading import FAIR, USABLE
from neuroaffect.stream import StreamInfo

RECORDINGS = {
    "19 gel electrodes, 500 Hz": ("eegmat/Subject03_1.edf", "EEG"),
    "30 gel electrodes, 128 Hz": ("eeglab/eeglab_data.set", "EEG"),
    "Muse, dry, 256 Hz": ("biohack/s2-understanding5.csv.gz", "Muse EEG"),
}
HOP_S, BEFORE_S, FAULT_S, AFTER_S = 0.25, 10.0, 8.0, 5.0
PEER_UV, PEER_HZ, PEER_S, PEER_FROM_S = (1.0, 18.0), (3.0, 40.0), 2.0, 3.0
SIZES = ((4, 256), (32, 128), (64, 250), (64, 1000))


@dataclass(frozen=True)
class Fault:
    """What is done to a piece (samples, channels) of which `k` is one channel."""

    name: str
    expected: Flaw
    put: object
    everywhere: bool = False


def hum(times_signal):
    def put(x, k, t, rng):
        size = times_signal * robust(x[:, k])
        x[:, k] += np.sqrt(2) * size * np.sin(2 * np.pi * 50.0 * t + rng.uniform(0, 6))

    return put


def noise(times_signal):
    def put(x, k, t, rng):
        x[:, k] += times_signal * robust(x[:, k]) * rng.standard_normal(len(x))

    return put


def muscle(uv):
    def put(x, k, t, rng):
        rate = 1 / (t[1] - t[0])
        high = min(100.0, 0.45 * rate)
        sos = signal.butter(2, (20.0, high), "bandpass", fs=rate, output="sos")
        burst = signal.sosfilt(sos, rng.standard_normal(len(x)))
        x[:, k] += uv * burst / burst.std()

    return put


def constant(x, k, t, rng):
    x[:, k] = x[0, k]


def missing(x, k, t, rng):
    x[:, k] = np.nan


def rail(x, k, t, rng):
    x[:, k] = np.minimum(x[:, k], np.quantile(x[:, k], 0.6))


def jumps(x, k, t, rng):
    steps = np.repeat(rng.standard_normal(len(x) // 20 + 1), 20)[: len(x)]
    x[:, k] += 600.0 * steps


def bridge(x, k, t, rng):
    other = (k + 1) % x.shape[1]
    x[:, k] = x[:, other] - x[0, other] + x[0, k] + 0.3 * rng.standard_normal(len(x))


def desk_alike(x, k, t, rng):
    common = signal.lfilter([1.0], [1.0, -0.95], rng.standard_normal(len(x)))
    x[:] = x[0] + 12.4 * (common / common.std())[:, None] + 0.3 * rng.standard_normal(x.shape)


def desk_hum(x, k, t, rng):
    gains = rng.uniform(0.5, 1.5, x.shape[1])
    x[:] = x[0] + 60.0 * gains * np.sin(2 * np.pi * 50.0 * t)[:, None]
    x += 3.0 * rng.standard_normal(x.shape)


def desk_white(x, k, t, rng):
    x[:] = x[0] + 12.4 * rng.standard_normal(x.shape)


def volts(x, k, t, rng):
    x *= 1e-6


def millivolts(x, k, t, rng):
    x *= 1e-3


def nanovolts(x, k, t, rng):
    x *= 1e3


FAULTS = (
    Fault("missing values", Flaw.MISSING, missing),
    Fault("flat", Flaw.FLAT, constant),
    Fault("railed at the upper 40 %", Flaw.RAILED, rail),
    Fault("jumps of 600 µV", Flaw.WILD, jumps),
    *(Fault(f"hum, {r:g} x the signal", Flaw.LINE_NOISE, hum(r)) for r in (0.5, 1, 2, 5, 20)),
    *(Fault(f"white noise, {r:g} x the signal", Flaw.NOISY, noise(r)) for r in (0.5, 1, 2, 5)),
    *(Fault(f"muscle, {uv:g} µV", Flaw.NOISY, muscle(uv)) for uv in (10.0, 30.0, 100.0)),
    Fault("bridge to a neighbour", Flaw.TWIN, bridge),
    Fault("desk: 12.4 µV, all alike", Flaw.TWIN, desk_alike, everywhere=True),
    Fault("desk: hum and 3 µV noise", Flaw.LINE_NOISE | Flaw.NOISY, desk_hum, everywhere=True),
    Fault("desk: 12.4 µV, white", Flaw.NOISY, desk_white, everywhere=True),
    Fault("volts as µV", Flaw.WRONG_UNIT, volts, everywhere=True),
    Fault("millivolts as µV", Flaw.WRONG_UNIT, millivolts, everywhere=True),
    Fault("nanovolts as µV", Flaw.WRONG_UNIT, nanovolts, everywhere=True),
    Fault("nothing", Flaw(0), lambda x, k, t, rng: None),
)


def robust(x):
    low, high = np.quantile(x - x.mean(), [0.25, 0.75])
    return (high - low) / 1.349


def judged(x, info):
    """Return quality and flaws per hop, (hops, channels) each."""
    step = Quality().start(info)
    found = []
    for piece in hops(x, info.rate_hz):
        step.process(piece)
        found.append((step.quality, step.flaws))
    return tuple(map(np.array, zip(*found, strict=True)))


def hops(x, rate_hz):
    edges = np.floor(np.arange(0.0, len(x) / rate_hz, HOP_S) * rate_hz).astype(int)
    return [np.ascontiguousarray(x[a:b]) for a, b in itertools.pairwise(edges)]


def peer(x, rate_hz):
    """Return whether the peer's rule marks each channel at each hop, (hops, channels)."""
    sos = signal.butter(4, PEER_HZ, "bandpass", fs=rate_hz, output="sos")
    y = signal.sosfilt(sos, np.where(np.isfinite(x), x - x[0], np.nan), axis=0)
    ends = [round((k + 1) * HOP_S * rate_hz) for k in range(len(hops(x, rate_hz)))]
    sizes = np.array([y[max(0, end - round(PEER_S * rate_hz)) : end].std(axis=0) for end in ends])
    return ~((sizes >= PEER_UV[0]) & (sizes <= PEER_UV[1]))


def trial(fault, x, info, rng):
    """Return found, bad, delay (s), others' share and the peer's mark, of one fault."""
    rate = info.rate_hz
    length = round((BEFORE_S + FAULT_S + AFTER_S) * rate)
    start = rng.integers(0, len(x) - length)
    piece = x[start : start + length].copy()
    k = int(rng.integers(x.shape[1]))
    a, b = round(BEFORE_S * rate), round((BEFORE_S + FAULT_S) * rate)
    fault.put(piece[a:b], k, np.arange(b - a) / rate, rng)
    quality, flaws = judged(piece, info)
    first, last = round(BEFORE_S / HOP_S), round((BEFORE_S + FAULT_S) / HOP_S)
    struck = np.arange(x.shape[1]) if fault.everywhere else np.array([k])
    during = np.s_[first:last, struck]
    told = (quality[during] < FAIR) & ((flaws[during] & int(fault.expected)) != 0)
    delays = [HOP_S * (np.argmax(hit) + 1) for hit in told.T if hit.any()]
    untouched = np.ones(quality.shape, bool)
    untouched[first:, struck] = False
    if "bridge" in fault.name:
        untouched[first:, (k + 1) % x.shape[1]] = False
    marks = peer(piece, rate)
    late = marks[first + round(PEER_FROM_S / HOP_S) : last, struck]
    return {
        "found": float(told.any(axis=0).mean()),
        "bad": float((quality[during] < USABLE).any(axis=0).mean()),
        "delay_s": float(np.median(delays)) if delays else np.nan,
        "others": float(np.mean(quality[untouched] < FAIR)),
        "peer": float((late.mean(axis=0) > 0.5).mean()),
    }  # fmt: skip


def detection(data, trials):
    rows = []
    for title, (file, stream) in RECORDINGS.items():
        source = Recorded(data / file)
        x = np.concatenate([chunk.data for name, chunk in source if name == stream])
        info = source.streams[stream]
        x = x[: -round(2 * info.rate_hz)]  # the last second and a half of eegmat is zeros
        for fault in FAULTS:
            rng = np.random.default_rng(1)
            found = [trial(fault, x, info, rng) for _ in range(trials)]
            row = {name: float(np.nanmean([one[name] for one in found])) for name in found[0]
                   if name != "delay_s"}  # fmt: skip
            delays = [one["delay_s"] for one in found if np.isfinite(one["delay_s"])]
            row["delay_s"] = float(np.median(delays)) if delays else None
            rows.append({"recording": title, "fault": fault.name, **row})
    return rows


def cost():
    rows = []
    for channels, rate in SIZES:
        info = StreamInfo(
            name="cap", kind="eeg", rate_hz=float(rate), unit="uV",
            channels=tuple(f"ch{k}" for k in range(channels)),
        )  # fmt: skip
        rng = np.random.default_rng(0)
        pieces = hops(10 * rng.standard_normal((rate * 30, channels)), rate)
        step = Quality().start(info)
        sos = signal.butter(4, (1.0, 45.0), "bandpass", fs=rate, output="sos")
        state = np.zeros((len(sos), 2, channels))
        ours, bare = [], []
        for piece in pieces:
            began = time.perf_counter()
            step.process(piece)
            between = time.perf_counter()
            _, state = signal.sosfilt(sos, piece, axis=0, zi=state)
            ours.append(between - began)
            bare.append(time.perf_counter() - between)
        ms, bare_ms = 1e3 * np.median(ours[20:]), 1e3 * np.median(bare[20:])
        rows.append({
            "channels": channels, "rate_hz": rate, "ms_per_hop": ms, "bandpass_ms": bare_ms,
            "ratio": ms / bare_ms, "share_of_a_core": ms / (1e3 * HOP_S),
        })  # fmt: skip
    return rows


def show(detected, costs):
    console = Console(width=130)
    for title in RECORDINGS:
        table = Table(title=title, box=None, title_justify="left", pad_edge=False)
        table.add_column("fault")
        for head in ("found", "bad", "delay s", "others", "EEG-ExPy's rule marks"):
            table.add_column(head, justify="right")
        for row in (row for row in detected if row["recording"] == title):
            delay = "–" if row["delay_s"] is None else f"{row['delay_s']:.2f}"
            table.add_row(
                row["fault"], f"{row['found']:.2f}", f"{row['bad']:.2f}", delay,
                f"{100 * row['others']:.2f} %", f"{row['peer']:.2f}",
            )  # fmt: skip
        console.print(table)
    table = Table(box=None, pad_edge=False)
    for head in ("channels", "Hz", "ms per hop", "band-pass alone", "ratio", "of a core"):
        table.add_column(head, justify="right")
    for row in costs:
        table.add_row(
            str(row["channels"]), str(row["rate_hz"]), f"{row['ms_per_hop']:.2f}",
            f"{row['bandpass_ms']:.3f}", f"{row['ratio']:.1f}",
            f"{100 * row['share_of_a_core']:.2f} %",
        )  # fmt: skip
    console.print(table)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--data", type=Path, default=Path(__file__).parents[2] / "shared" / "data")
    parser.add_argument("--trials", type=int, default=20)
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    detected, costs = detection(arguments.data, arguments.trials), cost()
    show(detected, costs)
    if arguments.json:
        arguments.json.write_text(json.dumps({"detection": detected, "cost": costs}, indent=1))


if __name__ == "__main__":
    main()
