"""How two runs differ, with intervals."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from neuroaffect.training.reporting.pictures.sheet import COLOURS, ERROR, INK, save, sheet, wrapped

__all__ = ["plot_differences"]


def plot_differences(found: Sequence[Mapping[str, Any]], path: Path, *, title: str) -> None:
    """Draw each difference with its interval; right of the line the first run is better.

    Parameters
    ----------
    found : sequence of mapping
        From :func:`neuroaffect.training.scoring.compare.compare_rows`.
    path : Path
        File to write.
    title : str
    """
    figure = sheet(8.0, 1.4 + 0.45 * len(found))
    axes, y = figure.subplots(), np.arange(len(found))
    for place, one in enumerate(found):
        mark, colour = ("X", ERROR) if one["leaky"] else ("o", COLOURS[0])
        axes.plot([one["ci_low"], one["ci_high"]], [place] * 2, color=INK, linewidth=1.4)
        axes.plot(one["difference"], place, mark, color=colour, markersize=8)
        axes.annotate(f"p {one['p_holm']:.3f}", (1.01, place), fontsize=8, va="center",
                      xycoords=("axes fraction", "data"))  # fmt: skip
    axes.axvline(0, color="#666666", linewidth=1, linestyle="--")
    axes.set_yticks(y, [_name(one) for one in found], fontsize=8)
    axes.set_ylim(len(found) - 0.5, -0.5)
    measures = dict.fromkeys(str(one["of"]) for one in found)
    axes.set_xlabel(f"first less second: {', '.join(measures)}, 95 % interval", fontsize=9)
    axes.set_title(wrapped(title, 6), loc="left", fontsize=11)
    axes.spines[["top", "right"]].set_visible(False)
    save(figure, path)


def _name(one: Mapping[str, Any]) -> str:
    leaky = " (leaky: no score)" if one["leaky"] else ""
    return f"{one['dimension']}, {one['split']}{leaky}\n{one['first']} and {one['second']}"
