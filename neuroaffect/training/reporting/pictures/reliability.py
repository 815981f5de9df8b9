"""Whether a probability of 0.8 comes true eight times in ten."""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from neuroaffect.training.reporting.pictures.sheet import COLOURS, INK, Rows, panels, save

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_reliability"]


def plot_reliability(rows: Rows, path: Path, *, title: str) -> None:
    """Draw accuracy over confidence, a dot per bin, as large as it has trials.

    Parameters
    ----------
    rows : sequence of dict
        Of one dimension, with `reliability` and `ece`.
    path : Path
        File to write.
    title : str
    """
    figure, grid = panels(rows, width=2.5, height=2.6, in_a_row=4,
                          title=f"{title}: is it as sure as it is right?")  # fmt: skip
    for axes, row in zip(grid, rows, strict=True):
        _draw(axes, row)
    save(figure, path)


def _draw(axes: "Axes", row: dict) -> None:
    count, sure, right = (
        np.array([each[key] for each in row["reliability"]], dtype=np.float64)
        for key in ("count", "confidence", "accuracy")
    )
    axes.plot([0, 1], [0, 1], color="#999999", linewidth=1, linestyle="--")
    axes.plot(sure, right, color=COLOURS[0], linewidth=1)
    axes.scatter(sure, right, 12 + 160 * count / count.sum(), color=COLOURS[0], alpha=0.8)
    axes.text(
        0.04, 0.96, f"calibration error {row['ece']:.2f}\n{int(count.sum())} trials",
        va="top", fontsize=7, color=INK,
    )  # fmt: skip
    axes.set_xlim(0, 1.02)
    axes.set_ylim(-0.02, 1.02)
    axes.set_xlabel("confidence", fontsize=8)
    axes.set_ylabel("accuracy", fontsize=8)
    axes.tick_params(labelsize=7)
    axes.set_aspect("equal")
    axes.spines[["top", "right"]].set_visible(False)
