"""By how much a leaky split flatters: beside the honest one it is to be read against."""

from pathlib import Path

import numpy as np

from neuroaffect.training.reporting.pictures.sheet import (
    COLOURS,
    ERROR,
    INK,
    Rows,
    save,
    sheet,
    wrapped,
)
from neuroaffect.training.splits import scheme_of

__all__ = ["inflated", "plot_inflation"]


def inflated(rows: Rows) -> list[tuple[dict, dict]]:
    """Return (leaky, honest) rows of the same model on the same people."""
    found = {(row["model"], row["split"]): row for row in rows}
    pairs = []
    for row in rows:
        against = scheme_of(str(row["split"])).against if row["leaky"] else ()
        honest = next((found[key] for s in against if (key := (row["model"], s)) in found), None)
        if honest is not None and row["balanced_accuracy"] is not None:
            pairs.append((row, honest))
    return pairs


def plot_inflation(rows: Rows, path: Path, *, title: str) -> None:
    """Draw, for each model, a line from the honest score to the leaky one.

    Parameters
    ----------
    rows : sequence of dict
        Of one dimension; at least one leaky and its honest one.
    path : Path
        File to write.
    title : str
    """
    pairs = inflated(rows)
    figure = sheet(7.5, 1.5 + 0.5 * len(pairs))
    axes, y = figure.subplots(), np.arange(len(pairs))
    leaky, honest = (np.array([p[k]["balanced_accuracy"] for p in pairs]) for k in (0, 1))
    axes.hlines(y, honest, leaky, color=ERROR, linewidth=2)
    axes.plot(honest, y, "o", color=COLOURS[0], markersize=8, label="honest: trials left out")
    axes.plot(leaky, y, "X", color=ERROR, markersize=9, label="leaky: no score")
    for place, (flattered, true) in enumerate(zip(leaky, honest, strict=True)):
        text = f"{100 * (flattered - true):+.0f} points"
        axes.text((flattered + true) / 2, place - 0.18, text, ha="center", fontsize=8, color=INK)
    names = [f"{row['model']}\n{row['split']} against {other['split']}" for row, other in pairs]
    axes.set_yticks(y, names, fontsize=8)
    axes.set_ylim(len(pairs) - 0.5, -0.6)
    axes.axvline(pairs[0][1]["chance"], color="#666666", linewidth=1, linestyle="--")
    axes.set_xlim(0, 1.02)
    axes.set_xlabel("balanced accuracy over trials (dashed: chance)", fontsize=9)
    heading = wrapped(f"{title}: what leaking would have reported", 5.5)
    axes.set_title(heading, loc="left", fontsize=11)
    axes.legend(loc="lower left", frameon=False, fontsize=8)
    axes.spines[["top", "right"]].set_visible(False)
    save(figure, path)
