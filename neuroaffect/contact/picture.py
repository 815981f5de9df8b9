"""A timeline of quality: channels down, time across, one strip of colour each."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from neuroaffect.blocks.contact.grading import FAIR, USABLE
from neuroaffect.contact.summary import ChannelShare, Summary

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_quality"]

# Okabe and Ito (2008): told apart by colour-blind readers; from dark to light and back in grey.
_COLOURS = {"bad": "#D55E00", "poor": "#F0E442", "good": "#009E73", "no verdict": "#d0d0d0"}
_ROW_IN, _WIDTH_IN = 0.19, 11.0
_MOST_COLUMNS = 1600  # times across; more would be narrower than a pixel


def plot_quality(summaries: Mapping[str, Summary], path: Path, *, title: str) -> None:
    """Draw one panel per stream and save them as PNG.

    Where several verdicts fall on one column, the worst is drawn. At the right is said what was
    wrong most often.

    Parameters
    ----------
    summaries : mapping of str to Summary
        stream → verdicts, at least one each.
    path : Path
    title : str
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    from matplotlib.patches import Patch

    rows = [len(summary.channels) for summary in summaries.values()]
    height = 1.3 + sum(0.75 + _ROW_IN * max(3, n) for n in rows)
    figure = Figure(figsize=(_WIDTH_IN, height), layout="constrained")
    FigureCanvasAgg(figure)
    panels = figure.subplots(
        len(rows), 1, squeeze=False, sharex=True,
        gridspec_kw={"height_ratios": [max(3, n) for n in rows]},
    )[:, 0]  # fmt: skip
    start = min(summary.times[0] for summary in summaries.values())
    for axes, (name, summary) in zip(panels, summaries.items(), strict=True):
        _draw(axes, name, summary, start)
    panels[-1].set_xlabel("seconds since the first verdict")
    figure.suptitle(title, x=0.01, ha="left", fontsize=11)
    keys = [Patch(color=colour, label=word) for word, colour in _COLOURS.items()]
    figure.legend(
        handles=keys, loc="outside upper right", ncols=len(keys), frameon=False, fontsize=9
    )
    figure.savefig(path, dpi=130, format="png")


def _draw(axes: "Axes", name: str, summary: Summary, start: float) -> None:
    from matplotlib.colors import ListedColormap

    grid, edges = _grid(summary, start)
    axes.pcolormesh(
        edges, np.arange(len(summary.channels) + 1), grid, vmin=0, vmax=3,
        cmap=ListedColormap(list(_COLOURS.values())), rasterized=True,
    )  # fmt: skip
    axes.set_yticks(np.arange(len(summary.channels)) + 0.5, summary.channels, fontsize=8)
    axes.invert_yaxis()
    axes.hlines(np.arange(1, len(summary.channels)), *edges[[0, -1]], color="white", lw=0.8)
    axes.set_title(name, loc="left", fontsize=10)
    axes.tick_params(length=0)
    for spine in axes.spines.values():
        spine.set_visible(False)
    for row, share in enumerate(summary.shares()):
        axes.annotate(
            _said(share), (1.005, row + 0.5), xycoords=("axes fraction", "data"), fontsize=8,
            va="center", annotation_clip=False,
        )  # fmt: skip


def _grid(summary: Summary, start: float) -> tuple[np.ndarray, np.ndarray]:
    """Return colours by number, (channels, columns), and the edges of the columns in seconds."""
    times, quality = np.array(summary.times) - start, np.array(summary.quality)
    step = float(np.median(np.diff(times))) if len(times) > 1 else 1.0
    span = float(times[-1]) + step
    step = max(step, span / _MOST_COLUMNS)
    count = max(1, round(span / step))
    column = np.clip((times / step + 1e-6).astype(int), 0, count - 1)
    worst = np.full((count, len(summary.channels)), np.inf)
    np.minimum.at(worst, column, quality)
    grid = np.select([np.isinf(worst), worst < USABLE, worst < FAIR], [3, 0, 1], default=2)
    return grid.T, np.arange(count + 1) * step


def _said(share: ChannelShare) -> str:
    worst = next(iter(share.flaws.items()), None)
    return f"{100 * share.good:.0f} % good" + (
        f"; {worst[0]} {100 * worst[1]:.0f} %" if worst else ""
    )
