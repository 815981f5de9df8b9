"""What the pictures have in common: a sheet to draw on, colours, and the name of a row."""

import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["COLOURS", "ERROR", "INK", "Rows", "label_of", "panels", "save", "sheet", "wrapped"]

# Okabe and Ito (2008): told apart by colour-blind readers, and in grey.
COLOURS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00")
INK, ERROR = "#222222", "#D55E00"

Rows = Sequence[dict[str, Any]]


def sheet(width: float, height: float) -> "Figure":
    """Return an empty figure of this size in inches that belongs to no window."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained")
    FigureCanvasAgg(figure)
    return figure


def panels(
    rows: Rows, *, width: float, height: float, in_a_row: int, title: str
) -> tuple["Figure", list["Axes"]]:
    """Return a figure with one panel per row of scores, named by split and model."""
    columns = min(in_a_row, len(rows))
    lines = -(-len(rows) // columns)
    across = max(5.0, columns * width)
    figure = sheet(across, lines * height + 0.4)
    figure.suptitle(wrapped(title, across), x=0.01, ha="left", fontsize=11)
    grid = figure.subplots(lines, columns, squeeze=False).ravel().tolist()
    for axes, row in zip(grid, rows, strict=False):
        axes.set_title(
            label_of(row), fontsize=9, color=ERROR if row["leaky"] or row["confounded"] else INK
        )
    for axes in grid[len(rows) :]:
        axes.set_visible(False)
    return figure, grid[: len(rows)]


def label_of(row: dict[str, Any]) -> str:
    """Return split and model of a row, and what speaks against reading it as a score."""
    said = "leaky: no score" if row["leaky"] else "class = recording" if row["confounded"] else ""
    return f"{row['split']}{f' ({said})' if said else ''}\n{row['model']}"


def wrapped(title: str, width: float) -> str:
    """Return a title in lines that fit a picture of this width in inches."""
    return textwrap.fill(title, int(11 * width))


def save(figure: "Figure", path: Path) -> None:
    """Write the figure as PNG."""
    figure.savefig(path, dpi=130, bbox_inches="tight")
