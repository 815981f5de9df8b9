"""Reported against honest: every split and every paper's protocol on people whose truth is known.

    python benchmarks/honest_scores.py [--people 10] [--trials 8] [--effect 0.15] [--balanced]
        [--model NAME ...] [--json FILE] [--png FILE]

Two groups of simulated people (`drifting_people.py`): in the one nothing in the EEG tells of the
rating, in the other alpha falls and beta rises with it. Both drift. Their signals go through the
pipeline like recordings; every model is scored on every way of splitting. Where there is nothing,
an honest split must say so, its interval reaching down to one half; what a leaky one says instead
is what it adds.

Windows are scored too, one by one, since that is what papers report; the interval is over people,
then trials.
"""

import argparse
import json
from pathlib import Path

import numpy as np
from drifting_people import PIPELINE, people_of
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from rich.console import Console
from rich.progress import track
from rich.table import Table

from neuroaffect.training import SPLITS, evaluate, extract

MODELS = ("logistic", "extratrees")
COLOURS = ("#0072B2", "#E69F00", "#009E73")  # Okabe and Ito (2008)
KEPT = ("condition", "split", "leaky", "model", "balanced_accuracy", "ci_low", "ci_high", "p",
        "tick_accuracy", "majority", "auc", "ece", "trials", "subjects", "subjects_left_out",
        "trial_identity")  # fmt: skip
console = Console(width=150)


def rows_of(condition, effect, options):
    """Return the rows of one group of people on every split, and say how their trials are told."""
    rng = np.random.default_rng(options.seed)
    sessions = people_of(rng, people=options.people, trials=options.trials, effect=effect,
                         balanced=options.balanced)  # fmt: skip
    dataset = extract(sessions, PIPELINE)
    rows = []
    for name in track(SPLITS, description=condition, console=console):
        rows += evaluate(
            dataset,
            targets=PIPELINE.labels.targets,
            models=options.model or MODELS,
            splits=[name],
            folds=5,
            rng=np.random.default_rng(options.seed),
            corpus=condition,
        )
    return [{"condition": condition, **row} for row in rows]


def shown(rows, conditions):
    table = Table(title="balanced accuracy over trials (95 % interval), windows one by one")
    for head in (
        "split",
        "model",
        *(c for pair in ((c, "windows") for c in conditions) for c in pair),
    ):
        table.add_column(head)
    for split, model in dict.fromkeys((row["split"], row["model"]) for row in rows):
        cells = []
        for condition in conditions:
            (row,) = [r for r in rows if (r["condition"], r["split"], r["model"])
                      == (condition, split, model)] or [None]  # fmt: skip
            cells += ["–", "–"] if row is None else [
                f"{row['balanced_accuracy']:.2f} ({row['ci_low']:.2f} to {row['ci_high']:.2f})",
                f"{row['tick_accuracy']:.2f}",
            ]  # fmt: skip
        leaky = any(row["leaky"] for row in rows if row["split"] == split)
        table.add_row(f"{split}, no score" if leaky else split, model, *cells,
                      style="red" if leaky else None)  # fmt: skip
    console.print(table)


def drawn(rows, conditions, path):
    splits = sorted(dict.fromkeys((row["leaky"], row["split"]) for row in rows), key=lambda s: s[0])
    models = list(dict.fromkeys(row["model"] for row in rows))
    figure = Figure(figsize=(11, 0.3 * len(splits) + 1.6), layout="constrained")
    FigureCanvasAgg(figure)
    panels = figure.subplots(1, len(conditions), sharey=True, sharex=True)
    first_leaky = next(i for i, (leaky, _) in enumerate(splits) if leaky)
    for axes, condition in zip(panels, conditions, strict=True):
        axes.axhspan(first_leaky - 0.5, len(splits) - 0.5, color="#f7e3dc", zorder=0)
        axes.axvline(0.5, color="#666666", linewidth=1, linestyle="--", zorder=1)
        for row in (row for row in rows if row["condition"] == condition):
            place = models.index(row["model"])
            y = splits.index((row["leaky"], row["split"])) + 0.22 * (place - (len(models) - 1) / 2)
            axes.plot([row["ci_low"], row["ci_high"]], [y, y], color=COLOURS[place], linewidth=1.4)
            axes.plot(row["balanced_accuracy"], y, "o", color=COLOURS[place], markersize=4.5,
                      markerfacecolor="white" if row["leaky"] else COLOURS[place])  # fmt: skip
        axes.set_title(condition, loc="left", fontsize=10)
        axes.set_xlabel("balanced accuracy over trials, 95 % interval")
        axes.grid(axis="x", color="#dddddd", linewidth=0.6, zorder=0)
        axes.spines[["top", "right"]].set_visible(False)
    panels[0].set_yticks(range(len(splits)), [name for _, name in splits], fontsize=8)
    panels[0].text(0.21, len(splits) - 0.7, "leaky: no scores", fontsize=8, color="#a04020")
    panels[0].set_ylim(len(splits) - 0.5, -0.5)
    panels[0].set_xlim(0.2, 1.03)
    keys = [figure.axes[0].plot([], [], "o-", color=c, label=m)[0]
            for c, m in zip(COLOURS, models, strict=False)]  # fmt: skip
    keys.append(figure.axes[0].axvline(np.nan, color="#666666", linewidth=1, linestyle="--",
                                       label="chance"))  # fmt: skip
    figure.legend(handles=keys, loc="outside lower center", ncols=len(keys), frameon=False)
    figure.savefig(path, dpi=130)


def main():
    asked = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    asked.add_argument("--people", type=int, default=10)
    asked.add_argument("--trials", type=int, default=8, help="per session; each has two")
    asked.add_argument("--effect", type=float, default=0.15, help="log amplitude, of 0.35 of drift")
    asked.add_argument("--balanced", action="store_true", help="half of each session's trials high")
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--model", action="append")
    asked.add_argument("--json", type=Path)
    asked.add_argument("--png", type=Path)
    options = asked.parse_args()
    conditions = {"no affect in the EEG": 0.0, "affect in alpha and beta": options.effect}
    rows = [row for c, effect in conditions.items() for row in rows_of(c, effect, options)]
    shown(rows, list(conditions))
    for condition in conditions:
        told = next(row["trial_identity"] for row in rows if row["condition"] == condition)
        console.print(
            f"{condition}: features name the trial in {told['accuracy']:.0%} of the ticks of its "
            f"other half, chance {told['chance']:.0%} (no score)"
        )
    if options.json:
        kept = [{key: row[key] for key in KEPT} for row in rows]
        options.json.write_text(json.dumps({"options": vars(options), "rows": kept}, default=str))
    if options.png:
        drawn(rows, list(conditions), options.png)


if __name__ == "__main__":
    main()
