"""Are the error bars honest? Coverage and calibration on simulated people nobody trained on.

    python benchmarks/uncertainty.py [--people 100] [--new 300] [--rounds 4] [--json F] [--png F]

People are made whose features and ratings are known: each has an offset of their own, each trial
a drift of its own that says nothing, and the rating shows weakly on all electrodes. A model is
trained and calibrated on some of them, as `neuroaffect train` does, and asked
of people it has never seen. Coverage is the share of their ticks whose truth the interval holds,
every person weighing the same; the expected calibration error is asked of the same ticks before
and after. The last network learned from a fifth of the people, eight times as long: it is too sure.
"""

import argparse
import json
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.progress import track
from rich.table import Table

from neuroaffect.affect import Target
from neuroaffect.models import read_out
from neuroaffect.pipeline import Pipeline
from neuroaffect.stream import FeatureInfo
from neuroaffect.training.data.dataset import Dataset
from neuroaffect.training.learning.calibrate import calibrate, hold_out
from neuroaffect.training.learning.fit import fit
from neuroaffect.training.scoring.metrics.calibration import evaluate

ELECTRODES = ("AF3", "F7", "F3", "T7", "P7", "O1", "O2", "P8", "T8", "F4", "F8", "AF4")
BANDS = ("theta", "alpha", "beta", "gamma")
TRIALS, TICKS = 12, 20
LEVELS = (0.8, 0.9)
CLASSES = Target(dimension="valence")
NUMBER = Target(dimension="valence", kind="continuous")
PIPELINE = """
name = "simulated"
hop_s = 1.0
lead = "eeg"
[tracks.eeg]
kind = "eeg"
channels = {channels}
blocks = [{{ block = "entropy", window_s = 2.0 }}]
[network]
name = "{network}"
[training]
epochs = {epochs}
batch = 64
"""


def people(count, rng, *, classes, pipeline):
    """Return the ticks of so many people, rated by what shows weakly in their features."""
    shape = (count, TRIALS, TICKS, len(ELECTRODES), len(BANDS))
    felt = rng.uniform(-1, 1, (count, TRIALS))
    direction = np.linspace(-0.5, 0.5, len(ELECTRODES))[:, None] * np.ones(len(BANDS))
    x = 0.8 * rng.normal(size=(count, 1, 1, *shape[3:]))  # the person
    x = x + 0.8 * rng.normal(size=(count, TRIALS, 1, *shape[3:]))  # the trial
    x = x + rng.normal(size=shape) + felt[..., None, None, None] * direction
    label = np.where(rng.random(felt.shape) < (1 + felt) / 2, 1.0, 0.0) if classes else felt
    rows = np.indices(shape[:3]).reshape(3, -1)
    return Dataset(
        features=x.reshape(-1, *shape[3:]),
        labels={"valence": np.repeat(label.ravel(), TICKS)},
        subject=np.char.add("S", rows[0].astype(str)),
        session=np.full(rows.shape[1], "one"),
        trial=np.char.add("t", rows[1].astype(str)),
        time=(rows[1] * (TICKS + 30.0) + rows[2]).astype(float),
        pipeline=pipeline,
        input=FeatureInfo(name="entropy", channels=ELECTRODES, features=BANDS),
        rates_hz={"eeg": 128.0},
        window_s=2.0,
        memory_s=2.0,
    )


def one_round(network, epochs, target, counts, seed):
    """Return what error bars of one model are worth on new people, one row per level."""
    rng = np.random.default_rng(seed)
    pipeline = Pipeline.from_toml(
        PIPELINE.format(channels=list(ELECTRODES), network=network, epochs=epochs)
    )
    classes = bool(target.classes)
    old, new = (people(n, rng, classes=classes, pipeline=pipeline) for n in counts)
    held_out = hold_out(old, targets=[target], rng=rng)
    raw = fit(old, targets=[target]).outputs(new.features)
    return [
        judged(network, target, raw, new, calibrate(held_out, [target], coverage=level, keep=1.0))
        for level in LEVELS
    ]


def judged(network, target, raw, new, calibration):
    """Return how often the intervals hold the truth, and how far the probabilities are off."""
    classes, truth = bool(target.classes), new.labels["valence"]
    before, after = (read_out(raw, [target], new.time, c) for c in (None, calibration))
    place = target.positions[truth.astype(int)] if classes else truth
    low, high = np.array([one.interval["valence"] for one in after]).T
    held = (low - 1e-6 <= place) & (place <= high + 1e-6)
    row = {
        "network": network, "kind": target.kind, "nominal": calibration.level,
        "people": calibration.groups,
        "coverage": float(held.mean()), "width": float((high - low).mean()),
        "temperature": calibration.temperatures["valence"],
    }  # fmt: skip
    if classes:
        for name, said in (("before", before), ("after", after)):
            p = np.array([one.probabilities["valence"] for one in said])
            found = evaluate(truth.astype(int), p)
            row[f"ece_{name}"] = found["ece"]
            row[f"reliability_{name}"] = [
                (bin_["confidence"], bin_["accuracy"])
                for bin_ in found["reliability"]
                if bin_["count"] > 0.01 * len(p)
            ]
    return row


def measure(counts, rounds):
    """Return one row per model, target and level, the mean of all rounds."""
    old, new = counts
    models = [("logistic", "logistic", 1, old), ("dgcnn", "dgcnn", 12, old),
              ("dgcnn, too long", "dgcnn", 100, max(3, old // 5))]  # fmt: skip
    cases = [(*model, target, seed) for model in models for target in (CLASSES, NUMBER)
             for seed in range(rounds)]  # fmt: skip
    found = {}
    for name, network, epochs, known, target, seed in track(cases, "people nobody trained on"):
        for row in one_round(network, epochs, target, (known, new), seed):
            found.setdefault((name, target.kind, row["nominal"]), []).append(
                {**row, "network": name}
            )
    rows = []
    for each in found.values():
        numbers = [key for key, value in each[0].items() if isinstance(value, float)]
        mean = {key: float(np.mean([row[key] for row in each])) for key in numbers}
        sd = float(np.std([row["coverage"] for row in each]))
        rows.append({**each[0], **mean, "coverage_sd": sd, "rounds": rounds})
    return rows


def show(rows):
    """Print the rows as a table."""
    table = Table(box=None, pad_edge=False)
    for head in ("model", "target", "nominal", "coverage", "± sd", "points off", "width of 2",
                 "temperature", "ECE before", "after"):  # fmt: skip
        table.add_column(head, justify="right")
    for row in rows:
        eces = [f"{row[k]:.3f}" if k in row else "–" for k in ("ece_before", "ece_after")]
        off = 100 * (row["coverage"] - row["nominal"])
        table.add_row(
            row["network"], row["kind"], f"{row['nominal']:.2f}", f"{row['coverage']:.3f}",
            f"{row['coverage_sd']:.3f}", f"{off:+.1f}", f"{row['width']:.2f}",
            f"{row['temperature']:.2f}", *eces,
        )  # fmt: skip
    Console(width=130).print(table)


def draw(rows, path):
    """Draw confidence against the share that is right, before and after."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(11.0, 4.0), layout="constrained")
    FigureCanvasAgg(figure)
    shown = [row for row in rows if "reliability_after" in row and row["nominal"] == 0.9]
    for axes, row in zip(figure.subplots(1, len(shown), sharey=True), shown, strict=True):
        axes.plot([0.5, 1], [0.5, 1], color="#666666", linewidth=1, linestyle="--")
        for name, colour in (("before", "#E69F00"), ("after", "#0072B2")):
            sure, right = np.array(row[f"reliability_{name}"]).T
            label = f"{name}: ECE {row[f'ece_{name}']:.3f}"
            axes.plot(sure, right, marker="o", color=colour, label=label)
        axes.set_title(row["network"], loc="left", fontsize=11)
        axes.set_xlabel("how sure it says it is")
        axes.spines[["top", "right"]].set_visible(False)
        axes.legend(frameon=False, loc="upper left")
    figure.axes[0].set_ylabel("share that is right, new people")
    figure.savefig(path, dpi=130)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--people", type=int, default=100)
    parser.add_argument("--new", type=int, default=300)
    parser.add_argument("--rounds", type=int, default=4)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--png", type=Path)
    arguments = parser.parse_args()
    rows = measure((arguments.people, arguments.new), arguments.rounds)
    show(rows)
    if arguments.json:
        arguments.json.write_text(json.dumps(rows, indent=1))
    if arguments.png:
        draw(rows, arguments.png)


if __name__ == "__main__":
    main()
