"""Breath from a belt, a pulse and an ECG beside neurokit2; the motion flag beside the watch itself.

    python benchmarks/breath_motion.py [--shared ../shared/data] [--subjects 20]
                                       [--json FILE] [--png FILE]

Belt, pulse and ECG of three laboratory recordings: the causal rate at every second against the
belt's breaths as neurokit2 finds them offline, both as 60 over the median length of the breaths of
the last 30 s; mean and 90th percentile of the error in breaths per minute, and the share of the
time in which a rate is given. "noise" is what passes for breath where there is none. A simulated
pulse whose level, height or interval follows a known breath shows each way alone and in pairs.

Empatica E4, one session of about 55 min per person: how often the motion flag stands while the
watch's own software found beats and while it did not; and the breath of its pulse, with and without
the motion gate, against the rate that the data set's authors took from the same pulse (their
figure, no truth). The threshold of the flag was chosen on these very sessions.

Cost: seconds of signal per second of computing, one core, beside neurokit2's `rsp_process`.
"""

import argparse
import json
import time
import warnings
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from neuroaffect.blocks import Context, Flaw, Motion, Respiration
from neuroaffect.stream import StreamInfo

RECORDINGS = ("bio_eventrelated_100hz", "bio_resting_5min_100hz", "bio_resting_8min_100hz")
SENSORS = {"belt": ("RSP", "resp"), "pulse": ("PPG", "ppg"), "ECG": ("ECG", "ecg")}
WINDOW_S = 30
WAYS = (("level",), ("height",), ("interval",), ("level", "height"), ("height", "interval"),
        ("level", "interval"), ("level", "height", "interval"))  # fmt: skip


def hops(x, rate_hz):
    """Cut (samples, channels) into hops of a second."""
    n = round(rate_hz)
    return [np.ascontiguousarray(x[i : i + n]) for i in range(0, len(x) - n + 1, n)]


def breath(x, rate_hz, kind, moving=None):
    """Return breaths per minute at the end of each second; NaN where the block is silent."""
    info = StreamInfo(name=kind, kind=kind, rate_hz=rate_hz, channels=("c",))
    step = Respiration(window_s=WINDOW_S).start(info)
    pieces = hops(x[:, None], rate_hz)
    moving = np.zeros(len(pieces), bool) if moving is None else moving
    good = [Context(np.array([not moves])) for moves in moving]
    return np.array([step.process(hop, c)[0, 0] for hop, c in zip(pieces, good, strict=False)])


def belt_by_neurokit(x, rate_hz, length):
    """Return the same summary of the breaths that neurokit2 finds offline."""
    import neurokit2 as nk

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        clean = nk.rsp_clean(x, sampling_rate=rate_hz)
        troughs = nk.rsp_peaks(clean, sampling_rate=rate_hz)[1]["RSP_Troughs"] / rate_hz
    lengths, rates = np.diff(troughs), np.full(length, np.nan)
    for second in range(length):
        within = (troughs[1:] > second + 1 - WINDOW_S) & (troughs[1:] <= second + 1)
        if within.sum() >= 3:
            rates[second] = 60 / np.median(lengths[within])
    return rates


def error(rate, truth):
    """Return the errors' mean and 90th percentile, and the share of time with a rate."""
    rate, truth = rate[WINDOW_S:], truth[WINDOW_S : len(rate)]
    wrong = np.abs(rate - truth)
    wrong = wrong[np.isfinite(wrong)]
    return {
        "mae": float(wrong.mean()) if len(wrong) else np.nan,
        "p90": float(np.percentile(wrong, 90)) if len(wrong) else np.nan,
        "speaks": float(np.isfinite(rate).mean()),
    }


def laboratory(shared):
    """Return the errors, and the rates themselves: recording → sensor → breaths per minute."""
    rows, rates = [], {}
    for name in RECORDINGS:
        table = np.genfromtxt(shared / f"neurokit/{name}.csv", delimiter=",", names=True)
        truth = belt_by_neurokit(table["RSP"], 100, len(table) // 100)
        rates[name] = {"belt, neurokit2": truth}
        for sensor, (column, kind) in SENSORS.items():
            if column in table.dtype.names:
                rates[name][sensor] = breath(table[column], 100.0, kind)
                rows.append(
                    {"recording": name, "sensor": sensor, **error(rates[name][sensor], truth)}
                )
    return rows, rates


def noise(length_s=300, rounds=10):
    """Return how much of the time white and brown noise pass for breath."""
    rows = []
    for sensor, (_, kind) in SENSORS.items():
        for color, shape in (("white", np.array), ("brown", np.cumsum)):
            spoken = [
                np.isfinite(breath(shape(x), 100.0, kind)[WINDOW_S:]).mean()
                for x in np.random.default_rng(1).standard_normal((rounds, length_s * 100))
            ]
            rows.append({"noise": color, "sensor": sensor, "speaks": float(np.mean(spoken))})
    return rows


def simulated(length_s=180, rate_hz=64.0):
    """Return the error on pulses that follow a breath of known rate, 8 to 28 a minute."""
    t, rows = np.arange(round(length_s * rate_hz)) / rate_hz, []
    for ways in WAYS:
        rates, truth = [], []
        for seed, bpm in enumerate(np.linspace(8, 28, 11)):
            wave = np.sin(2 * np.pi * bpm / 60 * t)
            beats = np.cumsum(1.2 * (1 + 0.04 * wave * ("interval" in ways))) / rate_hz
            pulse = np.exp(-(((beats % 1.0 - 0.3) / 0.12) ** 2))
            pulse *= 1 + 0.1 * wave * ("height" in ways)
            pulse += 0.1 * wave * ("level" in ways)
            pulse += 0.01 * np.random.default_rng(seed).standard_normal(len(t))
            rates.append(breath(pulse, rate_hz, "ppg")[WINDOW_S:])
            truth.append(np.full(len(rates[-1]), bpm))
        pad = np.zeros(WINDOW_S)
        found = error(np.concatenate([pad, *rates]), np.concatenate([pad, *truth]))
        rows.append({"moved": "+".join(ways), **found})
    return rows


def e4(path):
    """Return (start in seconds, rate, values) of one file of an export."""
    raw = np.loadtxt(path, delimiter=",", ndmin=2)
    return raw[0, 0], raw[1, 0], raw[2:]


def moves(x, rate_hz):
    """Return whether the motion flag stands, for each second."""
    info = StreamInfo(name="acc", kind="acc", rate_hz=rate_hz, channels=("x", "y", "z"), unit="g")
    step, flags = Motion().start(info), []
    for hop in hops(x, rate_hz):
        step.process(hop)
        flags.append(bool(step.flaws[0] & Flaw.MOTION))
    return np.array(flags)


def wrist(shared, subjects):
    flags, breaths = [], []
    labels = np.genfromtxt(
        shared / "stress_predict/labels/hr_rsp_binary_S02_S20.csv", delimiter=",", skip_header=1
    )
    for folder in sorted((shared / "stress_predict/raw").iterdir())[:subjects]:
        start, rate_hz, x = e4(folder / "ACC.csv")
        moving = moves(x / 64, rate_hz)
        beats = np.genfromtxt(folder / "IBI.csv", delimiter=",", skip_header=1)
        found = np.zeros(len(moving), bool)
        for end_s, interval_s in beats:
            found[int(end_s - interval_s) : int(end_s) + 1] = True
        flags.append(
            {
                "subject": folder.name,
                "flagged": moving.mean(),
                "with beats": moving[found].mean(),
                "without": moving[~found].mean(),
            }
        )
        start, rate_hz, x = e4(folder / "BVP.csv")
        theirs = labels[labels[:, 0] == int(folder.name[1:])]
        n = min(len(x) // round(rate_hz), len(moving))
        at = np.full(n, np.nan)
        seconds = np.round(theirs[:, 3] - start).astype(int)
        inside = (seconds >= 0) & (seconds < n)
        at[seconds[inside]] = theirs[inside, 2]
        row = {"subject": folder.name}
        for name, gate in (("", None), (" gated", moving[:n])):
            found = error(breath(x[: n * round(rate_hz), 0], rate_hz, "ppg", gate), at)
            row |= {f"{key}{name}": value for key, value in found.items()}
        breaths.append(row)
    return {"wrist, motion flag": flags, "wrist, breath of the pulse": breaths}


def draw(rates, path):
    import matplotlib as mpl

    mpl.use("Agg")
    import matplotlib.pyplot as plt

    figure, panels = plt.subplots(len(rates), 1, figsize=(9, 8), layout="constrained")
    for panel, (name, told) in zip(panels, rates.items(), strict=True):
        for sensor, rate in told.items():
            seconds = np.arange(1, len(rate) + 1)
            if "neurokit2" in sensor:
                panel.plot(seconds, rate, color="0.7", lw=4, label=sensor)
            else:
                color = f"C{list(SENSORS).index(sensor)}"
                panel.plot(seconds, rate, ".", ms=4, color=color, label=f"{sensor}, ours")
        panel.set_title(name, fontsize=10)
        panel.set_ylabel("breaths / min")
        panel.set_ylim(0, 30)
        panel.grid(alpha=0.3)
        panel.legend(frameon=False, ncols=4, fontsize=8, loc="lower left")
    panels[-1].set_xlabel("seconds")
    figure.savefig(path, dpi=90)


def median(rows):
    """Return the row of medians, for tables that name subjects."""
    numbers = [key for key in rows[0] if key != "subject"]
    middle = {key: float(np.nanmedian([row[key] for row in rows])) for key in numbers}
    return {"subject": "median", **middle}


def cost(shared):
    """Return seconds of signal per second of computing."""
    import neurokit2 as nk

    table = np.genfromtxt(shared / f"neurokit/{RECORDINGS[1]}.csv", delimiter=",", names=True)
    seconds, rows = len(table) / 100, []

    def timed(what, do):
        do()
        best = min(_seconds(do) for _ in range(3))
        rows.append({"what": what, "times_real_time": seconds / best})

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for sensor, (column, kind) in SENSORS.items():
            timed(sensor, lambda c=column, k=kind: breath(table[c], 100.0, k))
        timed("motion", lambda: moves(np.stack([table["RSP"]] * 3, axis=1), 100.0))
        timed("neurokit2, offline", lambda: nk.rsp_process(table["RSP"], sampling_rate=100))
    return rows


def _seconds(do):
    start = time.perf_counter()
    do()
    return time.perf_counter() - start


def show(title, rows):
    table = Table(title=title)
    for key in rows[0]:
        table.add_column(key, justify="left" if isinstance(rows[0][key], str) else "right")
    for row in rows:
        table.add_row(*(v if isinstance(v, str) else f"{v:.3g}" for v in row.values()))
    Console().print(table)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    beside = Path(__file__).resolve().parents[2] / "shared" / "data"
    parser.add_argument("--shared", type=Path, default=beside, help="folder of the recordings")
    parser.add_argument("--subjects", type=int, default=20)
    parser.add_argument("--json", type=Path, metavar="FILE")
    parser.add_argument("--png", type=Path, help="draw the rates; needs matplotlib")
    options = parser.parse_args()
    errors, rates = laboratory(options.shared)
    rows = {
        "laboratory": errors,
        "noise": noise(),
        "simulated": simulated(),
        **wrist(options.shared, options.subjects),
        "cost": cost(options.shared),
    }
    for part in rows.values():
        if "subject" in part[0]:
            part.append(median(part))
    for title, part in rows.items():
        show(title, part)
    if options.png:
        draw(rates, options.png)
    if options.json:
        options.json.write_text(json.dumps(rows, indent=1, default=float))


if __name__ == "__main__":
    main()
