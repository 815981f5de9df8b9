"""One picture per dimension: scores with their intervals, beside what guessing gives."""

import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from neuroaffect.training.reporting.pictures.sheet import COLOURS, save, sheet

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from neuroaffect.training.evaluate import Row

__all__ = ["plot_scores"]

_WIDTH = 0.8  # of the bars of one split


def plot_scores(rows: Sequence["Row"], path: Path, *, title: str) -> None:
    """Draw bars of one dimension's scores, grouped by split, and save them as PNG.

    A black line marks the majority baseline, a dashed one chance. Hatched bars are leaky
    diagnostics; paler ones are confounded: they are not to be read as scores of affect.

    Parameters
    ----------
    rows : sequence of dict
        From :func:`neuroaffect.training.evaluate.evaluate`, one dimension.
    path : Path
        File to write.
    title : str
    """
    splits = list(dict.fromkeys(str(row["split"]) for row in rows))
    models = list(dict.fromkeys(str(row["model"]) for row in rows))
    width = 2.4 + 1.9 * len(splits) + 0.25 * len(models)  # inches
    figure = sheet(width, 4.4)
    axes = figure.add_subplot()
    for row in rows:
        _draw(axes, row, splits, models)
    _frame(axes, rows, splits)
    _legend(axes, rows, models)
    heading = textwrap.fill(title, int(9 * width))
    axes.set_title(heading, loc="left", fontsize=11)
    save(figure, path)


def _draw(axes: "Axes", row: "Row", splits: Sequence[str], models: Sequence[str]) -> None:
    width = _WIDTH / len(models)
    place = models.index(str(row["model"]))
    x = splits.index(str(row["split"])) + (place + 0.5) * width - _WIDTH / 2
    continuous = row["balanced_accuracy"] is None
    score = float(row["concordance"] if continuous else row["balanced_accuracy"])
    axes.bar(
        x, score, 0.9 * width, color=COLOURS[place % len(COLOURS)],
        alpha=0.45 if row["confounded"] or row["leaky"] else 1.0,
        hatch="///" if row["leaky"] else None, edgecolor="white", linewidth=0, zorder=2,
    )  # fmt: skip
    axes.plot([x, x], [row["ci_low"], row["ci_high"]], color="#222222", linewidth=1.3, zorder=3)
    if row["majority"] is not None:
        half = 0.45 * width
        axes.plot(
            [x - half, x + half], [row["majority"]] * 2, color="black", linewidth=2.2, zorder=4
        )
    top = max(score, float(row["ci_high"])) + 0.015
    axes.text(x, top, f"{score:.2f}", ha="center", fontsize=8, zorder=5)


def _frame(axes: "Axes", rows: Sequence["Row"], splits: Sequence[str]) -> None:
    chances = [row["chance"] for row in rows if row["chance"] is not None]
    if chances:
        axes.axhline(max(chances), color="#666666", linewidth=1, linestyle="--", zorder=1)
    axes.set_xticks(np.arange(len(splits)), [_label(rows, split) for split in splits], fontsize=9)
    axes.set_xlim(-0.5, len(splits) - 0.5)
    axes.set_ylim(0 if chances else -1, 1.08)  # concordance may be negative
    axes.set_yticks(np.arange(0 if chances else -1, 1.01, 0.25))
    axes.set_ylabel("balanced accuracy over trials" if chances else "concordance over trials")
    axes.grid(axis="y", color="#dddddd", linewidth=0.6, zorder=0)
    axes.spines[["top", "right"]].set_visible(False)


def _legend(axes: "Axes", rows: Sequence["Row"], models: Sequence[str]) -> None:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    grey = "#bbbbbb"
    keys: list[object] = [
        Patch(color=COLOURS[i % len(COLOURS)], label=model) for i, model in enumerate(models)
    ]
    keys.append(Line2D([], [], color="black", linewidth=2.2, label="majority guess"))
    keys.append(Line2D([], [], color="#222222", linewidth=1.3, label="95 % interval"))
    if any(row["chance"] is not None for row in rows):
        keys.append(Line2D([], [], color="#666666", linewidth=1, linestyle="--", label="chance"))
    if any(row["leaky"] for row in rows):
        keys.append(Patch(facecolor=grey, hatch="///", edgecolor="white", label="leaky: no score"))
    if any(row["confounded"] for row in rows):
        keys.append(Patch(color=grey, alpha=0.6, label="pale: class = recording"))
    axes.legend(
        handles=keys, loc="center left", bbox_to_anchor=(1.01, 0.5), frameon=False, fontsize=8
    )


def _label(rows: Sequence["Row"], split: str) -> str:
    row = next(row for row in rows if row["split"] == split)
    return f"{split}\n{row['subjects']} people, {row['trials']} trials"
