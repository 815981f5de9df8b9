"""What is left of artifacts added to real EEG: our causal `asr` beside asrpy's offline one.

    python benchmarks/asr.py [--data ../shared/data] [--first-s 65] [--json FILE] [--png FILE]

Recordings: the rest of ten subjects (eegmat, 19 channels, 250 Hz, cleaned by ICA by its authors),
four channels of it about where a Muse has its own, and an attention task (eeglab, 30 channels,
128 Hz, with the blinks it has, which count as clean here). All pass our band-pass of 1 to 45 Hz.
From `--first-s` on, every four seconds, an artifact is added that was cut from an OpenBCI
recording: blinks and blink bursts (75 to 150 µV at the forehead), the jaw on the left and on the
right (60 to 120 µV), pops of one electrode (150 to 300 µV). Each kind has one topography, which
falls off with the distance from its place; real muscles have many.

Both methods calibrate on the first 60 s of the spoilt recording; `--first-s 3` puts artifacts
there too. asrpy 0.0.8 fits with meegkit's copy of its own function, since its own stops with
NumPy 2.4; its results are shifted back by its lookahead, as ours are. It needs one sample of it.

Inside: samples where an artifact is, mean and median of the recordings. Outside: all others
after the first 62 s. The error of differential entropy (|difference| to that of the clean signal,
window 1 s, mean of five bands) is given for the channels and ticks with an artifact of more than
5 µV RMS in the window, and for ticks without any. Without asrpy and meegkit their rows are
left out.
"""

import argparse
import json
import time
import warnings
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from asr_scene import HOP_S, eeglab, eegmat, headband, hops, passed, spoil
from rich.console import Console
from rich.table import Table

from neuroaffect.blocks import Asr, Entropy
from neuroaffect.stream import StreamInfo

BASELINE_S, LOOKAHEAD_S = 60.0, 0.25
CUTOFFS = (10.0, 20.0, 30.0)
HIT_UV = 5.0


# --- ways


def ours(x, rate_hz, labels, cutoff, lookahead_s):
    block = Asr(cutoff=cutoff, calibration_s=BASELINE_S, lookahead_s=lookahead_s)
    return np.concatenate(passed(block, x, rate_hz, labels))[round(lookahead_s * rate_hz) :]


def asrpy(x, rate_hz, labels, cutoff, lookahead_s):
    import asrpy.asr as peer
    from meegkit.utils.asr import fit_eeg_distribution

    peer.fit_eeg_distribution = fit_eeg_distribution
    late = max(1, round(lookahead_s * rate_hz))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        clean, _ = peer.clean_windows(x[: round(BASELINE_S * rate_hz)].T, rate_hz)
        if clean.shape[1] % 100 == 2:  # it stops at whole blocks and two samples
            clean = clean[:, :-1]
        mixing, limit = peer.asr_calibrate(clean, rate_hz, cutoff=cutoff)
        padded = np.concatenate([x, np.zeros((late, x.shape[1]))]).T
        y = peer.asr_process(padded, rate_hz, mixing, limit, lookahead=late / rate_hz)
    return y.T[late:]


def ways():
    """Yield name and function for each way and cutoff."""
    yield "nothing done", lambda x, rate_hz, labels: x
    methods = {"ours": ours}
    if find_spec("asrpy") and find_spec("meegkit"):
        methods["asrpy"] = asrpy
    for cutoff in CUTOFFS:
        for name, method in methods.items():
            for lookahead_s in (0.0, LOOKAHEAD_S):
                yield (
                    f"{name} {cutoff:g}, lookahead {lookahead_s:g} s",
                    lambda x, rate_hz, labels, m=method, c=cutoff, s=lookahead_s: m(
                        x, rate_hz, labels, c, s
                    ),
                )


# --- figures


def rms(x):
    return float(np.sqrt(np.mean(x**2)))


def entropy(x, rate_hz, labels):
    return np.array(passed(Entropy(window_s=1.0), x, rate_hz, labels))  # (ticks, channels, bands)


def figures(y, clean, added, at, rate_hz, labels):
    n = min(len(y), len(clean)) // round(rate_hz) * round(rate_hz)
    y, clean, added, at = y[:n], clean[:n], added[:n], at[:n]
    late = np.arange(n) >= 62 * rate_hz
    error = np.abs(entropy(y, rate_hz, labels) - entropy(clean, rate_hz, labels)).mean(axis=2)
    ends = [int((k + 1) * HOP_S * rate_hz) for k in range(len(error))]
    windows = [slice(max(0, end - round(rate_hz)), end) for end in ends]
    size_uv = np.array([np.sqrt(np.mean(added[w] ** 2, axis=0)) for w in windows])
    hit = size_uv > HIT_UV  # (ticks, channels)
    free = np.array([not at[w].any() for w in windows])
    scored = np.array(ends) > 63 * rate_hz
    return {
        "inside_uv": rms((y - clean)[at & late]),
        "outside_uv": rms((y - clean)[~at & late]),
        "clean_uv": rms(clean[late]),
        "entropy_hit": float(error[scored][hit[scored]].mean()),
        "entropy_free": float(error[scored & free].mean()),
    }


def score(recordings, folder, first_s):
    found = {}
    for seed, (_, x, rate_hz, labels) in enumerate(recordings):
        clean, spoilt, added, at = spoil(folder, x, rate_hz, labels, first_s, seed)
        for name, way in ways():
            y = way(spoilt, rate_hz, labels)
            found.setdefault(name, []).append(figures(y, clean, added, at, rate_hz, labels))
    return {
        name: {key: float(np.mean([row[key] for row in rows])) for key in rows[0]}
        | {"inside_uv_each": [row["inside_uv"] for row in rows]}
        for name, rows in found.items()
    }


def speed(channels, rate_hz):
    """Return milliseconds per hop: while collecting, calibrating, idle and removing."""
    rng = np.random.default_rng(0)
    n = round((BASELINE_S + 14) * rate_hz)
    x = 10 * rng.standard_normal((n, channels)) @ rng.standard_normal((channels, channels))
    loud = slice(round((BASELINE_S + 2) * rate_hz), round((BASELINE_S + 8) * rate_hz))
    x[loud] += 2000 * rng.standard_normal((loud.stop - loud.start, 1)) * np.eye(channels)[0]
    labels = tuple(str(k) for k in range(channels))
    info = StreamInfo(name="cap", kind="eeg", rate_hz=rate_hz, channels=labels, unit="uV")
    step, took = Asr(calibration_s=BASELINE_S).start(info), []
    for hop in hops(x, rate_hz):
        began = time.perf_counter()
        step.process(hop)
        took.append(1000 * (time.perf_counter() - began))
    at = {name: round(s / HOP_S) for name, s in (("full", 60), ("loud", 62), ("calm", 68))}
    return {
        "collecting_ms": float(np.median(took[: at["full"] - 2])),
        "calibrating_ms": float(np.max(took[at["full"] - 2 : at["full"] + 2])),
        "idle_ms": float(np.median(took[at["calm"] + 4 :])),
        "removing_ms": float(np.median(took[at["loud"] + 4 : at["calm"]])),
    }


# --- report


def table(title, rows):
    out = Table(title=title)
    for head in ("", "inside, µV", "median", "outside, µV", "entropy, hit", "free, nats"):
        out.add_column(head, justify="left" if not head else "right")
    nothing = rows["nothing done"]["inside_uv"]
    for name, row in rows.items():
        out.add_row(
            name,
            f"{row['inside_uv']:.2f} ({row['inside_uv'] / nothing:.0%})",
            f"{np.median(row['inside_uv_each']):.2f}",
            f"{row['outside_uv']:.2f}",
            f"{row['entropy_hit']:.3f}",
            f"{row['entropy_free']:.3f}",
        )
    return out


def draw(path, folder, first_s):
    import matplotlib as mpl

    mpl.use("Agg")
    import matplotlib.pyplot as plt

    _, x, rate_hz, labels = next(r for r in eegmat(folder) if r[0] == "Subject03_1")
    clean, spoilt, _, _ = spoil(folder, x, rate_hz, labels, first_s, 3)
    shown = slice(round(72 * rate_hz), round(88 * rate_hz))
    figure, axes = plt.subplots(4, 1, figsize=(9, 5.5), sharex=True)
    t = np.arange(len(clean))[shown] / rate_hz
    y = ours(spoilt, rate_hz, labels, 20.0, 0.0)
    for axis, label in zip(axes, ("Fp1", "F7", "T8", "O1"), strict=True):
        column = labels.index(label)
        axis.plot(t, spoilt[shown, column], color="#d98f8f", lw=0.7, label="artifacts added")
        axis.plot(t, y[shown, column], color="#1f4e79", lw=0.8, label="asr, causal, no lookahead")
        axis.plot(t, clean[shown, column], color="#4b9b4b", lw=0.6, label="as recorded")
        axis.set_ylabel(f"{label}, µV")
        axis.set_ylim(-110, 110)
    axes[0].legend(ncols=3, loc="upper right", fontsize=8, frameon=False)
    axes[-1].set_xlabel("seconds")
    figure.tight_layout()
    figure.savefig(path, dpi=90)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    here = Path(__file__).resolve().parents[2] / "shared" / "data"
    parser.add_argument("--data", type=Path, default=here, metavar="FOLDER")
    parser.add_argument("--first-s", type=float, default=65.0, help="when artifacts begin")
    parser.add_argument("--subjects", type=int, default=10)
    parser.add_argument("--json", type=Path, metavar="FILE")
    parser.add_argument("--png", type=Path, metavar="FILE")
    arguments = parser.parse_args()
    console, data, first_s = Console(width=110), arguments.data, arguments.first_s
    result = {"first_s": first_s, "speed": {}}
    sets = {
        f"rest, eegmat, {arguments.subjects} subjects": list(eegmat(data))[: arguments.subjects],
        f"4 channels of it, {arguments.subjects} subjects": list(headband(data))[
            : arguments.subjects
        ],
        "task, eeglab, 1 subject": list(eeglab(data)),
    }
    for title, recordings in sets.items():
        result[title] = score(recordings, data, first_s)
        console.print(table(f"{title}; artifacts from {first_s:g} s on", result[title]))
    speeds = Table(title=f"milliseconds per hop of {HOP_S:g} s at 250 Hz")
    for head in ("channels", "collecting", "calibrating, once", "idle", "removing"):
        speeds.add_column(head, justify="right")
    for channels in (4, 19, 32, 62):
        row = result["speed"][channels] = speed(channels, 250.0)
        speeds.add_row(str(channels), *(f"{value:.2f}" for value in row.values()))
    console.print(speeds)
    if arguments.json:
        arguments.json.write_text(json.dumps(result, indent=1))
    if arguments.png:
        draw(arguments.png, data, 65.0)


if __name__ == "__main__":
    main()
