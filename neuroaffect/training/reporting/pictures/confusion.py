"""Which class was taken for which."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from neuroaffect.training.reporting.pictures.sheet import INK, Rows, panels, save

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_confusion"]


def plot_confusion(rows: Rows, path: Path, *, title: str, classes: Sequence[str] = ()) -> None:
    """Draw how many trials of each class were called each class, shaded by the share of the class.

    Parameters
    ----------
    rows : sequence of dict
        Of one dimension, with `confusion`: truth first.
    path : Path
        File to write.
    title : str
    classes : sequence of str
        Names, by number.
    """
    size = max(2.3, 0.6 * max(len(row["confusion"]) for row in rows) + 1.2)
    figure, grid = panels(rows, width=size, height=size, in_a_row=4,
                          title=f"{title}: truth down, answer across")  # fmt: skip
    for axes, row in zip(grid, rows, strict=True):
        _draw(axes, np.array(row["confusion"]), classes)
    save(figure, path)


def _draw(axes: "Axes", counts: np.ndarray, classes: Sequence[str]) -> None:
    share = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    axes.imshow(share, cmap="Blues", vmin=0, vmax=1)
    for (truth, said), count in np.ndenumerate(counts):
        colour = "white" if share[truth, said] > 0.6 else INK
        axes.text(said, truth, count, ha="center", va="center", fontsize=9, color=colour)
    names = [classes[k] if k < len(classes) else str(k) for k in range(len(counts))]
    axes.set_xticks(range(len(names)), names, fontsize=7)
    axes.set_yticks(range(len(names)), names, fontsize=7, rotation=90, va="center")
