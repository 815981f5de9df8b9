"""Each person's own score with its interval."""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from neuroaffect.training.reporting.pictures.sheet import COLOURS, INK, Rows, panels, save

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_people"]


def plot_people(rows: Rows, path: Path, *, title: str) -> None:
    """Draw a bar per person, the best first, with the interval over that person's trials.

    Parameters
    ----------
    rows : sequence of dict
        Of one dimension, with `people`.
    path : Path
        File to write.
    title : str
    """
    width = 2.0 + 0.16 * max(len(row["people"]) for row in rows)
    figure, grid = panels(rows, width=width, height=2.5, in_a_row=2, title=f"{title}: each person")
    for axes, row in zip(grid, rows, strict=True):
        _draw(axes, row)
    save(figure, path)


def _draw(axes: "Axes", row: dict) -> None:
    people = sorted(row["people"], key=lambda one: -one["score"])
    x, score = np.arange(len(people)), np.array([one["score"] for one in people])
    low, high = (np.array([one[key] for one in people]) for key in ("ci_low", "ci_high"))
    axes.bar(
        x, score, 0.75, color=COLOURS[0], alpha=0.45 if row["leaky"] else 0.8,
        hatch="///" if row["leaky"] else None, edgecolor="white", linewidth=0, zorder=2,
    )  # fmt: skip
    axes.vlines(x, low, high, color=INK, linewidth=1, zorder=3)
    values = row["balanced_accuracy"] is None
    if row["chance"] is not None:
        axes.axhline(row["chance"], color="#666666", linewidth=1, linestyle="--", zorder=1)
    names = [one["subject"] for one in people]
    longest = max(map(len, names))
    axes.set_xticks(x, names, fontsize=6, rotation=90 if len(names) * longest > 24 else 0)
    axes.set_xlim(-0.6, len(people) - 0.4)
    axes.set_ylim(-1 if values else 0, 1.04)
    axes.set_ylabel("concordance" if values else "balanced accuracy", fontsize=8)
    axes.tick_params(axis="y", labelsize=7)
    axes.spines[["top", "right"]].set_visible(False)
