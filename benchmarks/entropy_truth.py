"""Differential entropy beside its formula, a continuous filter, and a fresh filter per window.

    python benchmarks/entropy_truth.py [--minutes 20] [--recording FILE …] [--json FILE]

Formula: white noise of known variance through the block, its mean over all ticks against
½ ln(2πe s² ∫|H|²), and beside it what a window of that length must lack, since the logarithm of
an estimated variance lies low on average. Tone: a sine in the middle of each band, and how far
every other band lies below it. Continuous: the largest difference from one scipy `sosfilt` over the
whole recording and a windowed variance. Afresh: the usual offline recipe (Butterworth order 5 by
`lfilter` from rest on each second, and `filtfilt` over the whole) against the same filter run on,
on white noise and on real recordings, of some length (default: an Emotiv Insight and a clinical
amplifier beside the checkout). In [b, a] form, as the recipe has it, order 5 falls apart in
delta at high rates: the bias there is rounding.
"""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

import argparse
import json
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table
from scipy import signal

from neuroaffect.blocks import Entropy
from neuroaffect.blocks.spectral.bank import BAND_SETS
from neuroaffect.stream import StreamInfo

RATE_HZ, HOP_S, SIGMA_UV = 128.0, 0.25, 12.0
SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"
RECORDINGS = ("insight/Closed_20sx1_201227-103149.csv", "eegmat/Subject00_1.edf")


def entropies(block, x, rate_hz, hop_s=HOP_S):
    """Return (ticks, channels, bands) of a recording, unsettled ticks left out."""
    labels = tuple(f"ch{i}" for i in range(x.shape[1]))
    info = StreamInfo(name="cap", kind="eeg", rate_hz=rate_hz, channels=labels, unit="uV")
    step, hop = block.start(info), round(hop_s * rate_hz)
    ticks = [step.process(x[at : at + hop]) for at in range(0, len(x) - hop + 1, hop)]
    return np.array(ticks[round(step.settle_s / hop_s) :])


def white_noise(minutes, channels=8):
    rng = np.random.default_rng(2026)
    return SIGMA_UV * rng.standard_normal((round(minutes * 60 * RATE_HZ), channels))


def against_formula(x, name):
    """Return for each band the error in nats, its standard error and the window's own share."""
    block = Entropy(bands=name)
    found = entropies(block, x, RATE_HZ)
    rows = {}
    for band, (label, edges) in enumerate(block.edges().items()):
        sos = signal.butter(block.order, edges, "bandpass", fs=RATE_HZ, output="sos")
        gain = np.abs(signal.freqz_sos(sos, 1 << 16, whole=True)[1]) ** 2
        expected = 0.5 * np.log(2 * np.pi * np.e * SIGMA_UV**2 * gain.mean())
        variance = np.exp(2 * found[:, :, band]) / (2 * np.pi * np.e)
        # The variance itself has no bias worth naming: its mean is the truth that the log lacks.
        low = found[:, :, band].mean() - 0.5 * np.log(2 * np.pi * np.e * variance.mean())
        spread = found[:, :, band].mean(axis=0).std(ddof=1) / np.sqrt(x.shape[1])
        rows[label] = {
            "error": found[:, :, band].mean() - expected,
            "of_window": low,
            "of_variance": 0.5 * np.log(2 * np.pi * np.e * variance.mean()) - expected,
            "standard_error": spread,
        }
    return rows


def tones(name):
    """Return for each band's middle how far the nearest other band lies below, in nats."""
    edges = BAND_SETS[name]
    t = np.arange(round(30 * RATE_HZ)) / RATE_HZ
    middles = [np.sqrt(low * high) for low, high in edges.values()]
    x = np.stack([30 * np.sin(2 * np.pi * middle * t) for middle in middles], axis=1)
    last = entropies(Entropy(bands=name), x, RATE_HZ)[-1]  # (tones, bands)
    return {
        label: last[band, band] - np.delete(last[band], band).max()
        for band, label in enumerate(edges)
    }


def against_continuous(x, name):
    """Return the largest difference from one filter over everything and a windowed variance."""
    block = Entropy(bands=name)
    found = entropies(block, x, RATE_HZ)
    hop, window = round(HOP_S * RATE_HZ), round(block.window_s * RATE_HZ)
    worst = {}
    for band, (label, edges) in enumerate(block.edges().items()):
        sos = signal.butter(block.order, edges, "bandpass", fs=RATE_HZ, output="sos")
        y = signal.sosfilt(sos, x, axis=0, zi=signal.sosfilt_zi(sos)[:, :, None] * x[0])[0]
        windows = np.lib.stride_tricks.sliding_window_view(y, window, axis=0)[::hop]
        expected = 0.5 * np.log(2 * np.pi * np.e * windows.var(axis=-1))[-len(found) :]
        worst[label] = np.abs(found[:, :, band] - expected[-len(found) :]).max()
    return worst


def afresh(x, rate_hz, name="libeer5"):
    """Return bias, spread, rms and correlation of windows of one second against running on."""
    second = round(rate_hz)
    x = x[: len(x) // second * second]
    block = Entropy(bands=name, window_s=1.0, order=5)
    running = entropies(block, x, rate_hz, hop_s=1.0)
    rows = {}
    for band, (label, edges) in enumerate(block.edges().items()):
        b, a = signal.butter(5, edges, "bandpass", fs=rate_hz)
        windows = signal.lfilter(b, a, x.reshape(-1, second, x.shape[1]), axis=1)
        sos = signal.butter(5, edges, "bandpass", fs=rate_hz, output="sos")
        whole = signal.sosfiltfilt(sos, x, axis=0).reshape(windows.shape)
        truth = running[:, :, band]
        each, both_ways = (
            0.5 * np.log(2 * np.pi * np.e * y.var(axis=1))[-len(truth) :] for y in (windows, whole)
        )
        rows[label] = {
            "bias": (each - truth).mean(),
            "spread": truth.std(axis=0).mean(),
            "rms": np.sqrt(np.mean((each - truth) ** 2)),
            "r": np.mean([np.corrcoef(each[:, c], truth[:, c])[0, 1] for c in range(x.shape[1])]),
            "filtfilt_rms": np.sqrt(np.mean((both_ways - truth) ** 2)),
        }
    return rows


def recording(path):
    """Return (samples, channels) in µV and the rate of a recording's EEG."""
    from neuroaffect.acquire import Recorded

    source = Recorded(path)
    info = next(info for info in source.streams.values() if info.kind == "eeg")
    x = np.concatenate([chunk.data for name, chunk in source if name == info.name])
    return x[np.isfinite(x).all(axis=1)], info.rate_hz


def show(console, title, rows, form):
    columns = list(next(iter(rows.values())))
    table = Table(
        "band",
        *(c.replace("_", " ") for c in columns),
        title=title,
        title_justify="left",
        min_width=90,
    )
    for band, row in rows.items():
        table.add_row(band, *(form.format(row[column]) for column in columns))
    console.print(table)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--minutes", type=float, default=20.0)
    parser.add_argument("--recording", type=Path, nargs="*")
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    console, results = Console(width=100), {}
    x = white_noise(arguments.minutes)
    for name in BAND_SETS:
        results[f"formula, {name}"] = against_formula(x, name)
        show(console, f"{name}: error against the formula, nats", results[f"formula, {name}"],
             "{:+.4f}")  # fmt: skip
        both = {"tone_apart": tones(name), "continuous": against_continuous(x[:38400], name)}
        results[f"tone and continuous, {name}"] = {
            band: {key: row[band] for key, row in both.items()} for band in BAND_SETS[name]
        }
        show(console, f"{name}: a tone's distance to the next band (nats), largest difference from "
             "a continuous filter", results[f"tone and continuous, {name}"], "{:.3g}")  # fmt: skip
    results["afresh, white noise"] = afresh(x, RATE_HZ)
    for path in arguments.recording or [SHARED / name for name in RECORDINGS]:
        if not path.is_file():
            console.print(f"left out: {path} is not here")
            continue
        raw, rate_hz = recording(path)
        results[f"afresh, {path.name} as it is"] = afresh(raw, rate_hz)
        sos = signal.butter(2, (0.8, 48), "bandpass", fs=rate_hz, output="sos")
        calm = signal.sosfilt(sos, raw - raw[0], axis=0)
        results[f"afresh, {path.name} after 0.8-48 Hz"] = afresh(calm, rate_hz)
    for title in [title for title in results if title.startswith("afresh")]:
        show(console, f"{title}: one second each, against running on, nats", results[title],
             "{:+.3f}")  # fmt: skip
    if arguments.json:
        arguments.json.write_text(json.dumps(results, indent=1))


if __name__ == "__main__":
    main()
