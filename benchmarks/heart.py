"""How well heartbeats, heart rate and its variability are told, against other eyes and truth.

    python benchmarks/heart.py [--data ../shared/data] [--json FILE] [--png FILE] [--only PART …]

Everything runs through the blocks `beats` and `hrv` as they run live, in hops of a quarter of a
second; the first ten seconds of a recording do not count.

beats      F1 of beats told, within 50 ms. Reference: beats on which two of neurokit2's methods
           agree within 50 ms; where they do not, a beat of ours is neither right nor wrong. The
           Holter recording is annotated instead. A pulse's steepest rise and its top are not the
           same moment: each recording's median difference is taken off, and printed.
simulated  The same against beats that were put in, with noise and motion, and neurokit2's
           default method on the same signal beside it. "believed" is the share of beats with a
           finite interval, "error" the median error of those, "wrong" the share of those that is
           off by more than 50 ms.
wrist      Heart rate of an E4's pulse against the E4's own: the rate of its inter-beat intervals
           over the same 10 s, and HR.csv at the lag that suits all subjects best. "moving":
           acceleration varies by more than 0.02 g (s.d. of its size in 10 s). In S01 to S10 the
           method was looked at while it was made, in S11 to S20 not.
variability  RMSSD of 60 s against that of the reference beats (Holter: between two normal beats;
           pulse: the electrocardiogram beside it), where both have a value.
events     Heart rate from the intervals that a Garmin watch sends, against the rate it sends.
"""

import os

os.environ["OMP_NUM_THREADS"] = "1"

import argparse
import json
import struct
import time
import warnings
from datetime import datetime
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from neuroaffect.blocks import Beats, Context, Hrv
from neuroaffect.stream import StreamInfo

HOP_S, FIRST_S, NEAR_S = 0.25, 10.0, 0.05
MOVING_G = 0.02
SEEN = tuple(f"S{n:02d}" for n in range(1, 11))
UNSEEN = tuple(f"S{n:02d}" for n in range(11, 21))
ECG_EYES, PPG_EYES = ("neurokit", "rodrigues2021"), ("elgendi", "bishop")
SHAPES = {
    "ecg": ((-0.16, 0.025, 120), (-0.025, 0.008, -120), (0, 0.01, 1000), (0.028, 0.01, -200),
            (0.28, 0.05, 300)),
    "ppg": ((0.12, 0.08, 1000), (0.40, 0.09, 400)),
}  # fmt: skip


class Told:
    """What the blocks say of one signal: beats in s, their intervals, features after each hop."""

    def __init__(self, x, kind, rate_hz, **hrv):
        info = StreamInfo(name="body", kind=kind, rate_hz=float(rate_hz), channels=("a",))
        beats = Beats().start(info)
        measures = Hrv(**hrv).start(beats.info)
        hop, x = round(HOP_S * rate_hz), np.ascontiguousarray(x[:, None], dtype=float)
        told, features, began = [], [], time.perf_counter()
        for i in range(0, len(x) - hop + 1, hop):
            told.append(beats.process(x[i : i + hop]))
            features.append(measures.process(told[-1], Context(beats.quality >= 0.5))[0])
        self.times_real = len(x) / rate_hz / (time.perf_counter() - began)
        told = np.concatenate(told)[:, 0]
        rows = np.flatnonzero(~np.isnan(told))
        self.delay_s = beats.delay_s
        self.beats_s, self.interval_s = rows / rate_hz - beats.delay_s, told[rows]
        self.time_s = np.arange(1, len(features) + 1) * hop / rate_hz
        self.features = dict(zip(measures.info.features, np.array(features).T, strict=True))


def neurokit_beats(x, kind, rate_hz, method):
    """Return neurokit2's beats in s; it cleans, then finds."""
    import neurokit2 as nk

    rate_hz = int(rate_hz)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if kind == "ecg":
            clean = nk.ecg_clean(x, sampling_rate=rate_hz)
            found = nk.ecg_findpeaks(clean, sampling_rate=rate_hz, method=method)["ECG_R_Peaks"]
        else:
            clean = nk.ppg_clean(x, sampling_rate=rate_hz)
            found = nk.ppg_findpeaks(clean, sampling_rate=rate_hz, method=method)["PPG_Peaks"]
    return np.asarray(found, dtype=float) / rate_hz


def agreed(one, other):
    """Return the beats of `one` that `other` has too, and those that only one of them has."""
    pairs = matches(one, other)
    alone = np.concatenate([np.delete(one, pairs[:, 0]), np.delete(other, pairs[:, 1])])
    return one[pairs[:, 0]], np.sort(alone)


def matches(one, other, near_s=NEAR_S):
    """Return index pairs of beats that are each other's nearest and near, (pairs, 2)."""
    if not len(one) or not len(other):
        return np.empty((0, 2), dtype=int)
    to, back = nearest(one, other), nearest(other, one)
    k = np.arange(len(one))
    good = (back[to] == k) & (np.abs(one - other[to]) <= near_s)
    return np.column_stack([k[good], to[good]])


def nearest(these, among):
    right = np.clip(np.searchsorted(among, these), 1, max(1, len(among) - 1))
    if len(among) == 1:
        return np.zeros(len(these), dtype=int)
    return np.where(
        np.abs(among[right - 1] - these) <= np.abs(among[right] - these), right - 1, right
    )


def compare(found, true, unsure=(), until_s=np.inf, from_s=FIRST_S):
    """Return counts, the constant difference that was taken off, and F1."""
    shift_s = float(np.median(found[nearest(true, found)] - true)) if len(found) else 0.0
    found = found - shift_s

    def counted(x):
        return x[(x > from_s) & (x < until_s)]

    pairs = matches(found, true)
    right = len(counted(true[pairs[:, 1]]))
    extra = counted(np.delete(found, pairs[:, 0]))
    if len(unsure) and len(extra):
        extra = extra[
            np.abs(np.asarray(unsure)[nearest(extra, np.asarray(unsure))] - extra) > NEAR_S
        ]
    missed = len(counted(true)) - right
    apart = found[pairs[:, 0]] - true[pairs[:, 1]]
    return {
        "beats": len(counted(true)), "missed": missed, "extra": len(extra),
        "f1": 2 * right / max(1, 2 * right + missed + len(extra)),
        "shift_ms": 1e3 * shift_s, "jitter_ms": 1e3 * float(np.std(apart)),
    }  # fmt: skip


def eegmat(folder):
    from neuroaffect.session import open_recording

    for path in sorted(folder.glob("eegmat/*.edf")):
        stream = next(s for s in open_recording(path).load().values() if s.stream.type == "ECG")
        x = stream.values[:, 0]
        last = np.flatnonzero(np.diff(x))[-1]  # a file ends in a constant where it was padded
        yield path.stem, x[: last + 1], stream.stream.rate_hz


def neurokit_column(folder, name, column, rate_hz):
    with (folder / "neurokit" / name).open() as file:
        titles = file.readline().strip().replace('"', "").split(",")
    rows = np.loadtxt(folder / "neurokit" / name, delimiter=",", skiprows=1, ndmin=2)
    return rows[:, titles.index(column)], rate_hz


def holter(folder):
    """Return lead 1, its rate, annotated beats in s and which of them are normal."""
    raw = (folder / "flirt/holter/holter.ecg").read_bytes()
    (begin,) = struct.unpack("<i", raw[22:26])
    leads, rate_hz = struct.unpack("<h", raw[156:158])[0], struct.unpack("<h", raw[272:274])[0]
    x = np.frombuffer(raw[begin:], "<i2")
    x = x[: len(x) // leads * leads].reshape(-1, leads)
    rows = [line.split() for line in (folder / "flirt/holter/holter.txt").read_text().split("\n")]
    rows = [row for row in rows if len(row) == 2]
    times_s = np.array([float(row[0]) for row in rows])
    kinds = np.array([row[1] for row in rows])
    return x, rate_hz, times_s, kinds


def e4(folder, subject):
    at = folder / "stress_predict/raw" / subject
    pulse = np.loadtxt(at / "BVP.csv", skiprows=2)
    begin = float((at / "BVP.csv").open().readline())
    rate = np.loadtxt(at / "HR.csv")
    acc = np.linalg.norm(np.loadtxt(at / "ACC.csv", delimiter=",", skiprows=2) / 64, axis=1)
    intervals = np.loadtxt(at / "IBI.csv", delimiter=",", skiprows=1)
    return pulse, acc, intervals, (rate[0] - begin, rate[2:])


def beats_part(folder):
    """Return rows of the table of beats."""
    for name, x, rate_hz in eegmat(folder):
        yield {"signal": f"eegmat {name}", **against_eyes(x, "ecg", rate_hz)}
    for name, column, rate_hz in (
        ("bio_eventrelated_100hz.csv", "ECG", 100), ("bio_resting_5min_100hz.csv", "ECG", 100),
        ("bio_resting_8min_100hz.csv", "ECG", 100), ("ecg_1000hz.csv", "ECG", 1000),
        ("bio_resting_5min_100hz.csv", "PPG", 100),
    ):  # fmt: skip
        x, rate_hz = neurokit_column(folder, name, column, rate_hz)
        signal = f"neurokit {name.removesuffix('.csv')} {column}"
        yield {"signal": signal, **against_eyes(x, column.lower(), rate_hz)}
    x, rate_hz, true, kinds = holter(folder)
    for lead in range(x.shape[1]):
        told = Told(x[:, lead], "ecg", rate_hz)
        peer = neurokit_beats(x[:, lead], "ecg", rate_hz, ECG_EYES[0])
        beats, unsure = true[kinds != "X"], true[kinds == "X"]
        # The first minutes are a square wave for calibration.
        limits = {"until_s": len(x) / rate_hz - 1, "from_s": beats[0] + FIRST_S}
        row = compare(told.beats_s, beats, unsure, **limits)
        row["f1_peer"] = compare(peer, beats, unsure, **limits)["f1"]
        yield {"signal": f"Holter, annotated, lead {lead + 1}", **row, **trust(told)}


def against_eyes(x, kind, rate_hz):
    one, other = ECG_EYES if kind == "ecg" else PPG_EYES
    one, other = (neurokit_beats(x, kind, rate_hz, method) for method in (one, other))
    true, alone = agreed(one, other)
    told = Told(x, kind, rate_hz)
    row = compare(told.beats_s, true, alone, len(x) / rate_hz - 1)
    return {**row, "unsure": int(np.sum(alone > FIRST_S)), **trust(told)}


def trust(told):
    inside = told.beats_s > FIRST_S
    return {"believed": float(np.isfinite(told.interval_s[inside]).mean())}


def rhythm(seconds, mean_s, rng):
    """Return beats with breath, slow waves and a little chance in their intervals."""
    times = [0.3]
    while times[-1] < seconds - 0.7:
        t = times[-1]
        slow = 0.05 * np.sin(2 * np.pi * 0.25 * t) + 0.04 * np.sin(2 * np.pi * 0.1 * t)
        times.append(t + mean_s * (1 + slow + 0.01 * rng.standard_normal()))
    return np.array(times)


def simulate(kind, rate_hz, mean_s, trouble, seconds=300, seed=0):
    """Return a signal and its beats; heights vary by a tenth, as breath does it."""
    rng = np.random.default_rng(seed)
    beats, t = rhythm(seconds, mean_s, rng), np.arange(round(seconds * rate_hz)) / rate_hz
    x, squeeze = np.zeros(len(t)), np.sqrt(mean_s)
    for k, beat in enumerate(beats):
        at = slice(np.searchsorted(t, beat - 0.6), np.searchsorted(t, beat + 1.0))
        height = 1 + 0.1 * np.sin(2 * np.pi * 0.25 * beats[k])
        for delay, width, part in SHAPES[kind]:
            width, delay = (width * squeeze, delay * squeeze) if kind == "ppg" else (width, delay)
            x[at] += height * part * np.exp(-0.5 * ((t[at] - beat - delay) / width) ** 2)
    x += 200 * np.sin(2 * np.pi * 0.25 * t)  # the baseline wanders
    if trouble == "noise":  # of the same power as the beats
        x += np.std(x) * rng.standard_normal(len(t))
    if trouble == "motion":  # for 6 of every 20 s, three times the beats, 0.5 to 5 Hz
        sway = band_noise(len(t), rate_hz, rng)
        x += 3 * np.std(x) * sway * (t % 20 > 14)
    return x, beats


def band_noise(n, rate_hz, rng):
    from scipy import signal

    sos = signal.butter(2, (0.5, 5), "bandpass", fs=rate_hz, output="sos")
    y = signal.sosfilt(sos, rng.standard_normal(n))
    return y / y.std()


def simulated_part(_):
    cases = [("ecg", 125), ("ecg", 250), ("ecg", 1000), ("ppg", 25), ("ppg", 64), ("ppg", 130)]
    for kind, rate_hz in cases:
        for mean_s in (0.55, 0.85, 1.2):
            for trouble in ("clean", "noise", "motion"):
                x, true = simulate(kind, rate_hz, mean_s, trouble)
                told = Told(x, kind, rate_hz)
                peer = neurokit_beats(
                    x, kind, rate_hz, (ECG_EYES if kind == "ecg" else PPG_EYES)[0]
                )
                until_s = len(x) / rate_hz - 1
                row = compare(told.beats_s, true, until_s=until_s)
                row["f1_peer"] = compare(peer, true, until_s=until_s)["f1"]
                row |= trust(told) | interval_error(told, true, row["shift_ms"] / 1e3)
                signal = f"{kind} {rate_hz} Hz, {60 / mean_s:.0f} bpm, {trouble}"
                yield {"signal": signal, "kind": kind, "trouble": trouble, **row}


def interval_error(told, true, shift_s):
    """Return the median error of believed intervals, and the share that is off by over 50 ms."""
    pairs = matches(told.beats_s - shift_s, true)
    pairs = pairs[(pairs[:, 1] > 0) & np.isfinite(told.interval_s[pairs[:, 0]])]
    pairs = pairs[true[pairs[:, 1]] > FIRST_S]
    error = np.abs(told.interval_s[pairs[:, 0]] - np.diff(true)[pairs[:, 1] - 1])
    return {"error_ms": 1e3 * float(np.median(error)), "wrong": float(np.mean(error > 0.05))}


def wrist_part(folder):
    rows = [wrist_row(folder, subject) for subject in SEEN + UNSEEN]
    lags_s = np.arange(0, 61)
    wrong = [np.median([np.nanmean(np.abs(r["hr"] - r["later"][k])) for r in rows]) for k in lags_s]
    lag = int(np.argmin(wrong))
    for row in rows:
        moving, hr, ibi, later = row["moving"], row.pop("hr"), row.pop("ibi"), row.pop("later")
        for name, where in (("rest", ~moving), ("moving", moving)):
            row[f"ibi_{name}"] = mean_error(hr, ibi, where)
            row[f"csv_{name}"] = mean_error(hr, later[lag], where)
            row[f"csv_of_ibi_{name}"] = mean_error(ibi, later[lag], where)
            row[f"told_{name}"] = float(np.isfinite(hr[where]).mean())
        row["moving"], row["lag_s"] = float(moving.mean()), lag
        yield row


def wrist_row(folder, subject):
    pulse, acc, theirs, (rate_from_s, rate) = e4(folder, subject)
    told = Told(pulse, "ppg", 64)
    time_s, hr = told.time_s[3::4], told.features["hr"][3::4]  # once a second
    end_s = time_s - told.delay_s
    ibi = np.full(len(time_s), np.nan)
    for k, end in enumerate(end_s):
        inside = theirs[(theirs[:, 0] > end - 10) & (theirs[:, 0] <= end), 1]
        if inside.sum() > 6:
            ibi[k] = 60 / inside.mean()
    later = []
    for lag_s in range(61):
        at = np.round(time_s + lag_s - rate_from_s).astype(int)
        known = (at >= 0) & (at < len(rate))
        later.append(np.where(known, rate[np.clip(at, 0, len(rate) - 1)], np.nan))
    moving = np.array([
        np.std(acc[max(0, int(32 * (t - 10))) : int(32 * t)]) > MOVING_G for t in time_s
    ])  # fmt: skip
    return {"subject": subject, "hr": hr, "ibi": ibi, "later": later, "moving": moving,
            "times_real": told.times_real}  # fmt: skip


def mean_error(one, other, where):
    error = np.abs(one - other)[where]
    return float(np.nanmean(error)) if np.isfinite(error).any() else np.nan


def variability_part(folder):
    for name, x, rate_hz in eegmat(folder):
        if name.endswith("_1"):
            yield {"signal": f"eegmat {name}", **variability(x, "ecg", rate_hz)}
    for name, column in (
        ("bio_resting_5min_100hz.csv", "ECG"), ("bio_resting_5min_100hz.csv", "PPG"),
        ("bio_resting_8min_100hz.csv", "ECG"),
    ):  # fmt: skip
        ecg, rate_hz = neurokit_column(folder, name, "ECG", 100)
        x, _ = neurokit_column(folder, name, column, 100)
        row = variability(x, column.lower(), rate_hz, reference=ecg)
        yield {"signal": f"neurokit {name.removesuffix('.csv')} {column}", **row}
    x, rate_hz, true, kinds = holter(folder)
    beats = true[kinds != "X"]
    normal = kinds[kinds != "X"] == "N"
    for lead in range(x.shape[1]):
        told = Told(x[:, lead], "ecg", rate_hz)
        yield {"signal": f"Holter, lead {lead + 1}", **rmssd_error(told, beats, normal)}
    for kind, rate_hz in (("ecg", 125), ("ecg", 500), ("ppg", 25), ("ppg", 64)):
        for trouble in ("clean", "noise", "motion"):
            x, beats = simulate(kind, rate_hz, 0.85, trouble, seconds=600)
            row = rmssd_error(Told(x, kind, rate_hz), beats, np.ones(len(beats), bool))
            yield {"signal": f"simulated {kind} {rate_hz} Hz, {trouble}", **row}


def variability(x, kind, rate_hz, reference=None):
    reference = x if reference is None else reference
    one, other = (neurokit_beats(reference, "ecg", rate_hz, method) for method in ECG_EYES)
    beats, _ = agreed(one, other)
    # A beat that only one of them saw leaves a long interval; it is not taken for a normal one.
    return rmssd_error(Told(x, kind, rate_hz), beats, np.ones(len(beats), bool))


def rmssd_error(told, beats, normal):
    """Compare RMSSD every five seconds; intervals a quarter off the median of 11 do not count."""
    from scipy.ndimage import median_filter

    interval = 1e3 * np.diff(beats)
    good = normal[1:] & normal[:-1] & (np.abs(interval / median_filter(interval, 11) - 1) < 0.25)
    pairs, square = good[1:] & good[:-1], np.diff(interval) ** 2
    ends = beats[2:]
    ours, theirs = [], []
    for k in range(0, len(told.time_s), round(5 / HOP_S)):
        end = told.time_s[k] - told.delay_s
        inside = pairs & (ends > end - 59) & (ends <= end)
        if end > 60 and np.isfinite(told.features["rmssd"][k]) and inside.sum() > 20:
            ours.append(told.features["rmssd"][k])
            theirs.append(np.sqrt(square[inside].mean()))
    ours, theirs = np.array(ours), np.array(theirs)
    if not len(ours):
        return {"windows": 0}
    return {
        "windows": len(ours), "rmssd_ms": float(np.median(theirs)),
        "error_ms": float(np.median(np.abs(ours - theirs))),
        "error_percent": float(100 * np.median(np.abs(ours / theirs - 1))),
        "bias_ms": float(np.median(ours - theirs)),
        "told": float(np.isfinite(told.features["rmssd"][told.time_s > 60]).mean()),
    }  # fmt: skip


def events_part(folder):
    """Feed a watch's intervals as events."""
    info = StreamInfo(name="w", kind="ibi", rate_hz=0.0, channels=("since_s", "rr"), unit="s")
    for error_s in (0.0, 1.1):
        step, before, rates, wrong, told = (
            Hrv(stamp_error_s=error_s).start(info),
            np.nan,
            [],
            [],
            [],
        )
        with (folder / "flirt/garmin/data.csv").open() as file:
            for line in file:
                stamp, field, value = line.strip().split(";")[:3]
                if field not in {"HEART_RATE", "HEART_RATE_VARIABILITY"}:
                    continue
                now = datetime.fromisoformat(stamp).timestamp()
                if field == "HEART_RATE":
                    wrong.append(abs(rates[-1] - float(value)) if rates else np.nan)
                    continue
                y = step.process(np.array([[now - before, float(value) / 1e3]]))[0]
                before = now
                rates.append(y[0])
                told.append(np.isfinite(y[1]))
        yield {
            "signal": f"Garmin, stamp_error_s = {error_s:g}", "intervals": len(rates),
            "hr_told": float(np.isfinite(rates).mean()), "rmssd_told": float(np.mean(told)),
            "hr_error": float(np.nanmean(wrong)), "hr_error_median": float(np.nanmedian(wrong)),
        }  # fmt: skip


PARTS = {
    "beats": beats_part, "simulated": simulated_part, "wrist": wrist_part,
    "variability": variability_part, "events": events_part,
}  # fmt: skip


def show(console, name, rows):
    columns = list(dict.fromkeys(key for row in rows for key in row))
    table = Table(*columns, title=name)
    for row in rows:
        table.add_row(*(shown(row.get(column, "")) for column in columns))
    console.print(table)
    for group, members in groups(name, rows):
        numbers = [c for c in columns if isinstance(members[0].get(c), float)]
        said = ", ".join(
            f"{c} {np.nanmedian([r.get(c, np.nan) for r in members]):.3f}"
            f" ({np.nanmin([r.get(c, np.nan) for r in members]):.3f}"
            f" to {np.nanmax([r.get(c, np.nan) for r in members]):.3f})"
            for c in numbers
        )
        console.print(f"{group}, median (range) of {len(members)}: {said}")


def groups(name, rows):
    if name == "wrist":
        yield "S01-S10, seen", [r for r in rows if r["subject"] in SEEN]
        yield "S11-S20, unseen", [r for r in rows if r["subject"] in UNSEEN]
    elif name == "simulated":
        for kind in ("ecg", "ppg"):
            for trouble in ("clean", "noise", "motion"):
                yield (
                    f"{kind} {trouble}",
                    [r for r in rows if (r["kind"], r["trouble"]) == (kind, trouble)],
                )
    elif name in {"beats", "variability"}:
        yield "eegmat", [r for r in rows if r["signal"].startswith("eegmat")]


def picture(folder, path):
    """Draw beats on both kinds of signals, the intervals of a wrist and what is masked."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot as plt

    figure, axes = plt.subplots(4, 1, figsize=(9, 9), constrained_layout=True)
    x, rate_hz = neurokit_column(folder, "bio_resting_5min_100hz.csv", "ECG", 100)
    draw_beats(axes[0], x, rate_hz, Told(x, "ecg", rate_hz), (210, 224))
    axes[0].set_title("Electrocardiogram, 100 Hz: a movement at 217 s", loc="left")
    pulse, _, theirs, _ = e4(folder, "S06")
    told = Told(pulse, "ppg", 64)
    draw_beats(axes[1], pulse, 64, told, (1000, 1020))
    axes[1].set_title("Pulse at the wrist (E4, 64 Hz): the arm moves at 1014 s", loc="left")
    axes[1].legend(loc="upper right", ncols=2, fontsize=8)
    draw_intervals(axes[2], told, theirs, (900, 1200))
    axes[2].set_title("Intervals of five minutes, and what is not used", loc="left")
    draw_features(axes[3], told, (900, 1200))
    axes[3].set_title(
        "Heart rate and RMSSD of the same time; none where beats are missing", loc="left"
    )
    axes[3].set_xlabel("s")
    figure.savefig(path, dpi=80)


def draw_beats(axis, x, rate_hz, told, span):
    t = np.arange(len(x)) / rate_hz
    inside = (t >= span[0]) & (t < span[1])
    axis.plot(t[inside], x[inside], color="0.5", linewidth=0.8)
    for name, mark, which in (
        ("beat, interval believed", "g^", np.isfinite(told.interval_s)),
        ("beat, not believed", "rx", np.isinf(told.interval_s)),
    ):
        at = told.beats_s[which & (told.beats_s >= span[0]) & (told.beats_s < span[1])]
        axis.plot(at, x[np.round(at * rate_hz).astype(int)], mark, label=name)
    axis.set_xlim(span)
    axis.set_yticks([])


def draw_intervals(axis, told, theirs, span):
    from neuroaffect.blocks.heart.intervals import ectopic

    believed = np.isfinite(told.interval_s)
    at, interval_ms = told.beats_s[believed], 1e3 * told.interval_s[believed]
    odd = ectopic(interval_ms, Hrv().deviation)
    axis.plot(theirs[:, 0], 1e3 * theirs[:, 1], "o", color="0.8", label="the E4's own")
    axis.plot(at[~odd], interval_ms[~odd], "g.", label="used")
    axis.plot(at[odd], interval_ms[odd], "m.", label="masked: far from its neighbours")
    doubted = told.beats_s[~believed]
    axis.plot(doubted, np.full(len(doubted), 430), "r|", label="not believed")
    axis.set(xlim=span, ylim=(400, 1300), ylabel="ms")
    axis.legend(loc="upper right", ncols=4, fontsize=8)


def draw_features(axis, told, span):
    axis.plot(told.time_s, told.features["hr"], "C0", label="hr, bpm")
    axis.plot(told.time_s, told.features["rmssd"], "C1", label="rmssd, ms")
    axis.set(xlim=span, ylim=(0, 130))
    axis.legend(loc="upper right", ncols=2, fontsize=8)


def shown(value):
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    beside = Path(__file__).resolve().parents[2] / "shared" / "data"
    parser.add_argument("--data", type=Path, default=beside)
    parser.add_argument("--only", nargs="+", choices=PARTS, default=list(PARTS))
    parser.add_argument("--json", type=Path)
    parser.add_argument("--png", type=Path)
    args = parser.parse_args()
    console, found = Console(width=200), {}
    for name in args.only:
        found[name] = list(PARTS[name](args.data))
        show(console, name, found[name])
    if args.json:
        args.json.write_text(json.dumps(found, indent=1) + "\n")
    if args.png:
        picture(args.data, args.png)


if __name__ == "__main__":
    main()
