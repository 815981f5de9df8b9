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

Pipelines: chunks of a quarter of a second in, ticks out, on one core: the brain's whole side, and
the wrist's. Cost: the brain's side per second of signal, over channels at 256 Hz and over rates at
32 channels, with a straight line through each; --plot draws it.

The least time of all rounds counts; peers take turns.
"""

import os

os.environ["OMP_NUM_THREADS"] = "1"

import argparse
import json
import sys
import time
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table
from scipy import signal

from neuroaffect.blocks import BLOCKS, Entropy, FeatureBlock
from neuroaffect.pipeline import Pipeline
from neuroaffect.stream import Chunk, StreamInfo

CONFIGS = ((32, 128), (62, 200))  # DEAP, SEED: channels, Hz
BANDS = {"theta": (4, 8), "alpha": (8, 14), "beta": (14, 31), "gamma": (31, 49)}
HOP_S, SECONDS = 0.25, 120
CHANNELS, RATES_HZ = (8, 16, 32, 64, 96, 128), (128, 250, 500, 750, 1000)
MOST_OF_LIMIT, LEAST_TIMES_TORCHEEG = 3.0, 150.0

BRAIN = (
    '{ block = "quality" }',
    '{ block = "reference", to = "average" }',
    '{ block = "notch" }',
    '{ block = "bandpass", low_hz = 0.8, high_hz = 48, order = 2 }',
    '{ block = "artifact" }',
    '{ block = "entropy", bands = "rbtransformer" }',
    '{ block = "asymmetry" }',
)
CLEANED = (
    BRAIN[0], BRAIN[2], BRAIN[3],
    '{ block = "ocular", eog = ["Fp1", "Fp2"] }',
    '{ block = "asr", calibration_s = 30 }',
    BRAIN[1], *BRAIN[4:],
)  # fmt: skip
WRIST = {
    "ppg": (64, "", ("quality", "beats", "hrv")),
    "breath": (64, "", ("respiration",)),
    "eda": (4, "uS", ("skin",)),
    "temp": (4, "degC", ("temperature",)),
    "acc": (32, "g", ("motion",)),
}


def known(entries):
    """Return the entries of a block list whose block there is."""
    return [entry for entry in entries if entry.split('"')[1] in BLOCKS]


def brain_pipeline(entries=BRAIN):
    blocks = ",\n  ".join(known(entries))
    return Pipeline.from_toml(
        f'name = "brain"\nhop_s = {HOP_S}\nlead = "eeg"\n[tracks.eeg]\nkind = "eeg"\n'
        f"blocks = [\n  {blocks},\n]"
    )


def wrist_pipeline():
    text = 'name = "wrist"\nhop_s = 0.5\nlead = "acc"\n'
    for track, (_, _, names) in WRIST.items():
        kind = "ppg" if track == "breath" else track
        entries = ", ".join(known(f'{{ block = "{name}" }}' for name in names))
        gate = '\ngate = "acc"' if track in {"ppg", "breath", "eda"} else ""
        text += f'[tracks.{track}]\nkind = "{kind}"\nblocks = [{entries}]{gate}\n'
    return Pipeline.from_toml(text)


def electrodes(count):
    """Return that many names of the 10-05 system, pairs of both sides first."""
    pairs = """Fp12 F34 C34 O12 F78 T78 P78 FC56 P34 CP56 AF34 FC12 CP12 PO34 FT78 TP78 F12 C12 P12
        F56 C56 P56 FC34 CP34 AF78 PO78 PO56 FT910 TP910 F910 P910""".split()
    between = [f"{row}{side}h" for row in "AFF FFC FCC CCP CPP PPO AFp".split()
               for side in (1, 2, 3, 4, 5, 6)] + ["FFT7h", "FFT8h", "FTT7h", "FTT8h", "TTP7h",
               "TTP8h", "TPP7h", "TPP8h", "OI1h", "OI2h", "POO1", "POO2"]  # fmt: skip
    names = []
    for pair in pairs:
        row = pair.rstrip("0123456789")
        places = ("9", "10") if pair.endswith("910") else tuple(pair[len(row) :])
        names += [f"{row}{place}" for place in places]
    names += "Fz Cz Pz Oz FCz CPz AFz POz Fpz Iz T9 T10".split()
    return tuple((names + between)[:count])


def brain_signals(channels, rate_hz, seconds):
    """Return a stream of pink noise with some alpha and a blink every five seconds, microvolts."""
    rng = np.random.default_rng(0)
    n = round(seconds * rate_hz)
    spectrum = np.fft.rfft(rng.standard_normal((n, channels)), axis=0)
    spectrum[1:] /= np.sqrt(np.fft.rfftfreq(n, 1 / rate_hz)[1:, None])
    pink = np.fft.irfft(spectrum, n, axis=0)
    alpha = np.sin(2 * np.pi * 10 * np.arange(n) / rate_hz)[:, None] * rng.random(channels)
    labels = electrodes(channels)
    info = StreamInfo(name="eeg", kind="eeg", rate_hz=float(rate_hz), channels=labels, unit="uV")
    since_s = np.arange(n) / rate_hz % 5.0 - 2.5
    reach = np.array([1.0 if label.startswith("Fp") else 0.1 for label in labels])
    blinks = 150 * np.exp(-((since_s / 0.1) ** 2))[:, None] * reach
    return {"eeg": (info, 15 * pink / pink.std() + 8 * alpha + blinks)}


def wrist_signals(seconds):
    """Return the streams of a simulated wrist; breath is read from the pulse."""
    from neuroaffect.acquire.physiology import Heart, Skin

    rng = np.random.default_rng(0)
    signals = {}
    for kind in ("ppg", "eda", "temp", "acc"):
        rate_hz, unit, _ = WRIST[kind]
        t = np.arange(round(seconds * rate_hz)) / rate_hz
        still = np.zeros((len(t), 3))
        x = {
            "ppg": lambda t=t, still=still: Heart(rng, strength=1.0).next(t, still),
            "eda": lambda t=t, still=still: Skin(rng, strength=1.0).next(t, still),
            "temp": lambda t=t: 33 + 0.01 * np.sin(t / 60)[:, None],
            "acc": lambda t=t: rng.normal([0.1, 0.3, 0.95], 0.005, (len(t), 3)),
        }[kind]()
        labels = ("x", "y", "z") if kind == "acc" else (kind,)
        info = StreamInfo(name=kind, kind=kind, rate_hz=float(rate_hz), channels=labels, unit=unit)
        signals[kind] = (info, x)
    return signals


def run_pipeline(pipeline, signals):
    """Return the seconds it takes and the ticks that come, chunks of a hop in order of time."""
    run = pipeline.start({name: info for name, (info, _) in signals.items()}, late=())
    chunks = []
    for name, (info, x) in signals.items():
        size = round(pipeline.hop_s * info.rate_hz)
        for first in range(0, len(x), size):
            piece = x[first : first + size]
            times = (first + np.arange(len(piece))) / info.rate_hz
            chunks.append((times[-1], name, Chunk(first, times, piece)))
    chunks.sort(key=lambda item: item[:2])
    begin = time.perf_counter()
    ticks = sum(len(run.push(name, chunk)) for _, name, chunk in chunks)
    return time.perf_counter() - begin, ticks


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
            begin = time.perf_counter()
            work()
            best[name] = min(best[name], time.perf_counter() - begin)
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
                begin = time.perf_counter()
                step.process(x[at : at + hop])
                taken.append(time.perf_counter() - begin)
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
    rows = []
    brain, cleaned, wrist = brain_pipeline(), brain_pipeline(CLEANED), wrist_pipeline()
    for title, pipeline, signals, seconds in (
        *((f"{who}, {c} channels, {r} Hz", pipeline, brain_signals(c, r, SECONDS), SECONDS)
          for who, pipeline in (("brain", brain), ("brain, cleaned", cleaned))
          for c, r in ((14, 128), *CONFIGS)),
        ("wrist, pulse 64, acceleration 32, skin and temperature 4 Hz", wrist,
         wrist_signals(600), 600),
    ):  # fmt: skip
        found = [run_pipeline(pipeline, signals) for _ in range(rounds)]
        best = min(taken for taken, _ in found)
        blocks = [name for track in pipeline.tracks.values() for name, _ in track.named_blocks()]
        rows.append(
            {"pipeline": title, "blocks": blocks, "times_real_time": seconds / best,
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


def cost(rounds, seconds=30):
    """Return milliseconds per second of signal over channels and over rates, and their lines."""
    pipeline, grids = brain_pipeline(), {}
    for axis, cases in (
        ("channels", [(c, 256) for c in CHANNELS]),
        ("rate_hz", [(32, r) for r in RATES_HZ]),
    ):
        signals = [brain_signals(channels, rate_hz, seconds) for channels, rate_hz in cases]
        best = np.full(len(cases), np.inf)
        for _ in range(rounds):
            for i, given in enumerate(signals):
                best[i] = min(best[i], run_pipeline(pipeline, given)[0])
        x = np.array([case[0 if axis == "channels" else 1] for case in cases], dtype=float)
        y = 1e3 * best / seconds
        slope, start = np.polyfit(x, y, 1)
        left = 1 - np.sum((y - start - slope * x) ** 2) / np.sum((y - y.mean()) ** 2)
        grids[axis] = {"x": x.tolist(), "ms_per_s": y.tolist(), "slope": slope, "start": start,
                       "r2": left}  # fmt: skip
    return grids


def show_cost(console, grids):
    table = Table("over", "at", "ms per second of signal", "line", "R²", title="Cost",
                  title_justify="left")  # fmt: skip
    for axis, grid in grids.items():
        table.add_row(
            axis, ", ".join(f"{x:g}" for x in grid["x"]),
            ", ".join(f"{y:.2f}" for y in grid["ms_per_s"]),
            f"{grid['start']:.2f} + {grid['slope']:.4f} x", f"{grid['r2']:.3f}",
        )  # fmt: skip
    console.print(table)


def draw_cost(grids, path):
    import matplotlib as mpl

    mpl.use("Agg")
    import matplotlib.pyplot as plt

    labels = {"channels": "channels at 256 Hz", "rate_hz": "rate in Hz, 32 channels"}
    figure, axes = plt.subplots(1, 2, figsize=(8, 3.2), constrained_layout=True)
    for ax, (axis, grid) in zip(axes, grids.items(), strict=True):
        x = np.array(grid["x"])
        ax.plot([0, x[-1]], grid["start"] + grid["slope"] * np.array([0, x[-1]]), color="#9aa5b1")
        ax.plot(x, grid["ms_per_s"], "o", color="#1f5fa8")
        ax.set(xlabel=labels[axis], xlim=(0, None), ylim=(0, None))
        ax.set_title(
            f"{grid['start']:.2f} + {grid['slope']:.4f} x   R² {grid['r2']:.3f}", fontsize=9
        )
        ax.spines[["top", "right"]].set_visible(False)
    axes[0].set_ylabel("ms per second of signal")
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
