"""How fast the features are: beside TorchEEG, beside bare filters, as times real time.

    python benchmarks/features.py [--torcheeg DIR] [--rounds 5] [--json FILE] [--plot FILE]

Entropy: ticks of a quarter of a second over a whole recording, four bands, window of one second,
against TorchEEG's BandDifferentialEntropy on windows of one second, a tick against a window (and
beside it in hops of 1 s, where both give one result a second); and against the bare filter
bank, scipy's `sosfilt` once per band over the whole array, along the faster axis and without any
entropy. TorchEEG is imported from --torcheeg (`pip install --no-deps --target DIR torcheeg spectrum
xmltodict lmdb einops tqdm`) or from wherever it is; without it the same algorithm as its code has
it stands in for it, and the table says so.

Blocks: microseconds a tick of each block that can read an electroencephalogram.

Pipelines: chunks of a hop in, ticks out, on one core: the brain's whole side, the same with ocular
regression and ASR (eyes blink every five seconds), and the wrist's. Cost: both of the
brain's per second of signal, over channels at 256 Hz and over rates at 32 channels, with a straight
line through each; --plot draws it.

Times are seconds of the processor, the least of all rounds; peers take turns.
"""

import os

os.environ["OMP_NUM_THREADS"] = "1"

import argparse
import json
import sys
import time
from pathlib import Path

import numpy as np
from feature_scenes import (
    CLEANED,
    HOP_S,
    brain_pipeline,
    brain_signals,
    wrist_pipeline,
    wrist_signals,
)
from rich.console import Console
from rich.table import Table
from scipy import signal

from neuroaffect.blocks import BLOCKS, Entropy, FeatureBlock
from neuroaffect.stream import Chunk

CONFIGS = ((32, 128), (62, 200))  # DEAP, SEED: channels, Hz
BANDS = {"theta": (4, 8), "alpha": (8, 14), "beta": (14, 31), "gamma": (31, 49)}
SECONDS, WARM_S = 150, 30  # windows are full and ASR has learnt when the clock starts
CHANNELS, RATES_HZ = (8, 16, 32, 64, 96, 128), (128, 250, 500, 750, 1000)
MOST_OF_LIMIT, LEAST_TIMES_TORCHEEG = 3.0, 150.0


def run_pipeline(pipeline, signals):
    """Return the processor's seconds after the warm-up, and the ticks that came in them."""
    run = pipeline.start({name: info for name, (info, _) in signals.items()}, late=())
    chunks = []
    for name, (info, x) in signals.items():
        size = round(pipeline.hop_s * info.rate_hz)
        for first in range(0, len(x), size):
            piece = x[first : first + size]
            times = (first + np.arange(len(piece))) / info.rate_hz
            chunks.append((times[-1], name, Chunk(first, times, piece)))
    chunks.sort(key=lambda item: item[:2])
    warm = sum(end_s < WARM_S for end_s, _, _ in chunks)
    for _, name, chunk in chunks[:warm]:
        run.push(name, chunk)
    begin = time.process_time()
    ticks = sum(len(run.push(name, chunk)) for _, name, chunk in chunks[warm:])
    return time.process_time() - begin, ticks


def torcheeg_transform(rate_hz, folder):
    """Return (who, a function of one (channels, samples) window)."""
    if folder:
        sys.path.append(str(folder))  # last, so that only what is missing comes from there
    try:
        from torcheeg.transforms import BandDifferentialEntropy
    except ImportError:
        return "the algorithm of TorchEEG", lambda window: afresh(window, rate_hz)
    transform = BandDifferentialEntropy(sampling_rate=rate_hz, band_dict=BANDS)
    return "TorchEEG", lambda window: transform(eeg=window)["eeg"]


def afresh(window, rate_hz):
    """Filter each channel of a window from rest, its filter designed anew, as TorchEEG does."""
    rows = []
    for edges in BANDS.values():
        row = []
        for channel in window:
            b, a = signal.butter(5, edges, "bandpass", fs=rate_hz)
            variance = np.var(signal.lfilter(b, a, channel))
            row.append(0.5 * np.log2(2 * np.pi * np.e * variance))
        rows.append(row)
    return np.array(rows).T


def entropy_times(channels, rate_hz, order, rounds, folder):
    info, x = brain_signals(channels, rate_hz, SECONDS)["eeg"]
    hop, along = round(HOP_S * rate_hz), np.ascontiguousarray(x.T)
    sos = [signal.butter(order, edges, "bandpass", fs=rate_hz, output="sos")
           for edges in BANDS.values()]  # fmt: skip
    hops = [np.ascontiguousarray(x[at : at + hop]) for at in range(0, len(x) - hop + 1, hop)]
    seconds = [x[at : at + rate_hz] for at in range(0, len(x), rate_hz)]
    who, transform = torcheeg_transform(rate_hz, folder)
    windows = [np.ascontiguousarray(w) for w in np.split(along[:, : 10 * rate_hz], 10, axis=1)]

    def ours(pieces=hops):
        step = Entropy(bands=BANDS, window_s=1.0, order=order).start(info)
        for piece in pieces:
            step.process(piece)

    works = {
        "ours": ours,
        "ours, whole seconds": lambda: ours(seconds),
        "limit, by rows": lambda: [signal.sosfilt(band, x, axis=0) for band in sos],
        "limit, by channels": lambda: [signal.sosfilt(band, along, axis=1) for band in sos],
        "peer": lambda: [transform(window) for window in windows],
    }
    best = dict.fromkeys(works, np.inf)
    for _ in range(rounds):
        for name, work in works.items():
            begin = time.process_time()
            work()
            best[name] = min(best[name], time.process_time() - begin)
    limit_s = min(best["limit, by rows"], best["limit, by channels"])
    per_tick_s, per_window_s = best["ours"] / len(hops), best["peer"] / len(windows)
    return {
        "channels": channels, "rate_hz": rate_hz, "order": order, "peer": who,
        "us_per_tick": 1e6 * per_tick_s, "ms_per_peer_window": 1e3 * per_window_s,
        "ticks_per_s": 1 / per_tick_s, "times_peer": per_window_s / per_tick_s,
        "times_peer_by_seconds": per_window_s / (best["ours, whole seconds"] / len(seconds)),
        "limit_ms": 1e3 * limit_s, "ours_ms": 1e3 * best["ours"],
        "of_limit": best["ours"] / limit_s,
    }  # fmt: skip


def show_entropy(console, rows):
    table = Table(
        "channels", "Hz", "order", "µs a tick", "ticks/s", "peer", "ms a window", "x peer",
        "in hops of 1 s", "limit ms", "ours ms", "of the limit",
        title="Differential entropy", title_justify="left",
    )  # fmt: skip
    for row in rows:
        table.add_row(
            str(row["channels"]), str(row["rate_hz"]), str(row["order"]),
            f"{row['us_per_tick']:.0f}", f"{row['ticks_per_s']:,.0f}", row["peer"],
            f"{row['ms_per_peer_window']:.1f}", f"{row['times_peer']:.0f}",
            f"{row['times_peer_by_seconds']:.0f}",
            f"{row['limit_ms']:.1f}", f"{row['ours_ms']:.1f}", f"{row['of_limit']:.2f}",
        )  # fmt: skip
    console.print(table)


def block_times(rounds, channels=32, rate_hz=128):
    """Return microseconds a tick of every block that reads a brain's signal, as declared alone."""
    info, x = brain_signals(channels, rate_hz, 30)["eeg"]
    hop, rows = round(HOP_S * rate_hz), {}
    for name, block in BLOCKS.items():
        if issubclass(block, FeatureBlock) or (block.kinds and "eeg" not in block.kinds):
            continue
        example = block.examples()[0]
        best = np.inf
        for _ in range(rounds):
            step, taken = example.start(info), []
            for at in range(0, len(x) - hop + 1, hop):
                begin = time.process_time()
                step.process(x[at : at + hop])
                taken.append(time.process_time() - begin)
            # The later half: windows are full, past is learnt, matrices are made.
            best = min(best, np.mean(taken[len(taken) // 2 :]))
        rows[name] = 1e6 * best
    return rows


def show_blocks(console, rows):
    table = Table("block", "µs a tick", title="Each block, 32 channels, 128 Hz, first example",
                  title_justify="left")  # fmt: skip
    for name, microseconds in rows.items():
        table.add_row(name, f"{microseconds:,.0f}")
    console.print(table)


def pipeline_times(rounds):
    brain, cleaned, wrist = brain_pipeline(), brain_pipeline(CLEANED), wrist_pipeline()
    cases = [
        (f"{who}, {channels} channels, {rate_hz} Hz", pipeline,
         brain_signals(channels, rate_hz, SECONDS), SECONDS)
        for who, pipeline in (("brain", brain), ("brain, cleaned", cleaned))
        for channels, rate_hz in ((14, 128), *CONFIGS)
    ]  # fmt: skip
    wrist_title = "wrist: pulse 64, acceleration 32, skin and temperature 4 Hz"
    cases.append((wrist_title, wrist, wrist_signals(600), 600))
    rows = []
    for title, pipeline, signals, seconds in cases:
        found = [run_pipeline(pipeline, signals) for _ in range(rounds)]
        best = min(taken for taken, _ in found)
        blocks = [name for track in pipeline.tracks.values() for name, _ in track.named_blocks()]
        rows.append(
            {"pipeline": title, "blocks": blocks, "times_real_time": (seconds - WARM_S) / best,
             "ms_per_tick": 1e3 * best / found[0][1]}
        )  # fmt: skip
    return rows


def show_pipelines(console, rows):
    table = Table(
        "pipeline", "blocks", "x real time", "ms a tick",
        title="Whole pipelines, one core", title_justify="left",
    )  # fmt: skip
    for row in rows:
        table.add_row(
            row["pipeline"], ", ".join(row["blocks"]), f"{row['times_real_time']:,.0f}",
            f"{row['ms_per_tick']:.2f}",
        )  # fmt: skip
    console.print(table)


def cost(rounds, seconds=WARM_S + 20):
    """Return milliseconds per second of signal over channels and over rates, and their lines."""
    rows = []
    for who, pipeline in (("brain", brain_pipeline()), ("brain, cleaned", brain_pipeline(CLEANED))):
        for axis, cases in (
            ("channels at 256 Hz", [(c, 256) for c in CHANNELS]),
            ("rate in Hz, 32 channels", [(32, r) for r in RATES_HZ]),
        ):
            signals = [brain_signals(*case, seconds) for case in cases]
            best = np.full(len(cases), np.inf)
            for _ in range(rounds):
                for i, given in enumerate(signals):
                    best[i] = min(best[i], run_pipeline(pipeline, given)[0])
            x = np.array([c if axis.startswith("channels") else r for c, r in cases], dtype=float)
            rows.append({"pipeline": who, "over": axis} | line(x, 1e3 * best / (seconds - WARM_S)))
    return rows


def line(x, y):
    """Return the straight line through these points, and how well it fits."""
    slope, start = np.polyfit(x, y, 1)
    r2 = 1 - np.sum((y - start - slope * x) ** 2) / np.sum((y - y.mean()) ** 2)
    return {"x": x.tolist(), "ms_per_s": y.tolist(), "slope": slope, "start": start, "r2": r2}


def show_cost(console, rows):
    table = Table("pipeline", "over", "at", "ms per second of signal", "line", "R²", title="Cost",
                  title_justify="left")  # fmt: skip
    for row in rows:
        table.add_row(
            row["pipeline"], row["over"], ", ".join(f"{x:g}" for x in row["x"]),
            ", ".join(f"{y:.2f}" for y in row["ms_per_s"]),
            f"{row['start']:.2f} + {row['slope']:.4f} x", f"{row['r2']:.3f}",
        )  # fmt: skip
    console.print(table)


def draw_cost(rows, path):
    import matplotlib as mpl

    mpl.use("Agg")
    import matplotlib.pyplot as plt

    overs = list(dict.fromkeys(row["over"] for row in rows))
    figure, axes = plt.subplots(1, 2, figsize=(8, 4.0), constrained_layout=True)
    for row in rows:
        ax = axes[overs.index(row["over"])]
        if row["pipeline"] == "brain":
            ends = np.array([0.0, row["x"][-1]])
            ax.plot(
                ends, row["start"] + row["slope"] * ends, color="#9aa5b1", label="straight line"
            )
            label, look = "quality, reference, notch, band-pass, artifact, entropy, asymmetry", "o"
            color = "#1f5fa8"
            ax.set_title(f"R² of the line {row['r2']:.3f}", fontsize=9)
        else:
            label, look, color = "the same with ocular regression and ASR", "s:", "#c2571a"
        ax.plot(row["x"], row["ms_per_s"], look, color=color, label=label)
    for ax, over in zip(axes, overs, strict=True):
        ax.set(xlabel=over, xlim=(0, None), ylim=(0, None))
        ax.spines[["top", "right"]].set_visible(False)
    axes[0].set_ylabel("ms of a core per second of signal")
    figure.legend(*axes[0].get_legend_handles_labels(), loc="outside upper left", frameon=False,
                  fontsize=9)  # fmt: skip
    figure.savefig(path, dpi=110)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--torcheeg", type=Path)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--plot", type=Path)
    arguments = parser.parse_args()
    console = Console(width=130)
    results = {
        "entropy": [
            entropy_times(channels, rate_hz, order, arguments.rounds, arguments.torcheeg)
            for channels, rate_hz in CONFIGS
            for order in (3, 5)
        ]
    }
    show_entropy(console, results["entropy"])
    results["blocks"] = block_times(arguments.rounds)
    show_blocks(console, results["blocks"])
    results["pipelines"] = pipeline_times(arguments.rounds)
    show_pipelines(console, results["pipelines"])
    results["cost"] = cost(arguments.rounds)
    show_cost(console, results["cost"])
    if arguments.plot:
        draw_cost(results["cost"], arguments.plot)
    if arguments.json:
        arguments.json.write_text(json.dumps(results, indent=1))
    reached = all(
        row["of_limit"] <= MOST_OF_LIMIT and row["times_peer"] >= LEAST_TIMES_TORCHEEG
        for row in results["entropy"]
    )
    return 0 if reached else 1


if __name__ == "__main__":
    sys.exit(main())
