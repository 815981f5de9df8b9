"""Pictures of a finding: heads where there are electrodes, a map of cells, bars elsewhere."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from neuroaffect.blocks.derived.scalp_map import flat_positions
from neuroaffect.explore.finding import Finding
from neuroaffect.training.reporting.pictures.heads import DIVERGING, draw_head, has_heads
from neuroaffect.training.separation.cells import maps_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import SubFigure

__all__ = ["plot_finding"]

_HEADS_IN_A_ROW = 6
_BARS = 20
_PICTURE_CELL = re.compile(r"y(\d+)x(\d+)")
_LEAST_SCALE = 0.05  # of R²: below it a map of noise would shine


def plot_finding(finding: Finding, path: Path) -> None:
    """Draw the maps of a finding and save them as PNG.

    Parameters
    ----------
    finding : Finding
    path : Path
        File to write.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    maps = list(maps_of(finding.cells))
    heights = [_height(channels, features) for _, channels, features, _ in maps]
    figure = Figure(figsize=(10, sum(heights) + 0.6), layout="constrained")
    FigureCanvasAgg(figure)
    figure.suptitle(f"{finding.title}   signed R² over {finding.unit}s", x=0.01, ha="left")
    figure.supxlabel(
        "Filled mark: p < 0.05 over the whole map. Ring: p < 0.05 in this cell alone, "
        f"which one cell in twenty reaches by chance. Red: more in {finding.high}.",
        x=0.01, ha="left", fontsize=8,
    )  # fmt: skip
    parts = figure.subfigures(len(maps), 1, height_ratios=heights, squeeze=False)[:, 0]
    for part, (place, channels, features, numbers) in zip(parts, maps, strict=True):
        part.suptitle(place, x=0.01, ha="left", fontsize=9, color="#555555")
        _draw(part, finding, channels, features, numbers)
    figure.savefig(path, dpi=110)


def _height(channels: Sequence[str], features: Sequence[str]) -> float:
    """Return how many inches a block's maps take."""
    if _is_picture(channels) or has_heads(channels):
        heads = 2.1 * -(-len(features) // _HEADS_IN_A_ROW)
        return heads + (0 if _is_picture(channels) else 0.9 + 0.16 * len(channels))
    return 0.8 + 0.2 * min(_BARS, len(channels) * len(features))


def _draw(
    part: "SubFigure",
    finding: Finding,
    channels: Sequence[str],
    features: Sequence[str],
    numbers: np.ndarray,
) -> None:
    if _is_picture(channels):
        _pictures(part, finding, channels, features, numbers)
    elif has_heads(channels):
        rows = -(-len(features) // _HEADS_IN_A_ROW)
        above, below = part.subfigures(2, 1, height_ratios=[2.1 * rows, 0.9 + 0.16 * len(channels)])
        _heads(above, finding, channels, features, numbers)
        left, right = below.subplots(1, 2)
        _cells(left, finding, finding.signed_r2, channels, features, numbers, "signed R²")
        _cells(right, finding, finding.z, channels, features, numbers, "rank sum, z")
    else:
        _bars(part.subplots(), finding, numbers)


def _heads(
    part: "SubFigure",
    finding: Finding,
    channels: Sequence[str],
    features: Sequence[str],
    numbers: np.ndarray,
) -> None:
    places = flat_positions(channels)
    scale = _scale(finding.signed_r2)
    for axes, feature, own in _panels(part, features, numbers):
        values = finding.signed_r2[own]
        drawn = draw_head(axes, channels, values, scale=scale)
        _mark(axes, finding, own, places[:, 0], places[:, 1])
        axes.set_title(feature, fontsize=9)
        part.colorbar(drawn, ax=axes, shrink=0.6, pad=0.0).ax.tick_params(labelsize=7)


def _pictures(
    part: "SubFigure",
    finding: Finding,
    channels: Sequence[str],
    features: Sequence[str],
    numbers: np.ndarray,
) -> None:
    at = np.array([[int(n) for n in _PICTURE_CELL.fullmatch(name).groups()] for name in channels])
    scale = _scale(finding.signed_r2)
    for axes, feature, own in _panels(part, features, numbers):
        picture = np.full(at.max(axis=0) + 1, np.nan)
        picture[at[:, 0], at[:, 1]] = finding.signed_r2[own]
        drawn = axes.imshow(picture, cmap=DIVERGING, vmin=-scale, vmax=scale)
        _mark(axes, finding, own, at[:, 1], at[:, 0], quiet=True)
        axes.set_title(feature, fontsize=9)
        axes.set_axis_off()
        part.colorbar(drawn, ax=axes, shrink=0.6, pad=0.0).ax.tick_params(labelsize=7)


def _panels(part: "SubFigure", features: Sequence[str], numbers: np.ndarray):
    """Yield (axes, feature, its cells) in rows; what is left over of the last row stays empty."""
    rows = -(-len(features) // _HEADS_IN_A_ROW)
    columns = max(4, min(_HEADS_IN_A_ROW, len(features)))
    panels = part.subplots(rows, columns, squeeze=False).ravel()
    for axes in panels[len(features) :]:
        axes.set_visible(False)
    yield from zip(panels, features, numbers.T, strict=False)


def _cells(
    axes: "Axes",
    finding: Finding,
    values: np.ndarray,
    channels: Sequence[str],
    features: Sequence[str],
    numbers: np.ndarray,
    title: str,
) -> None:
    shown = values[numbers]
    scale = _scale(values)
    drawn = axes.imshow(shown, cmap=DIVERGING, vmin=-scale, vmax=scale, aspect="auto")
    if values is finding.signed_r2:
        rows, columns = np.indices(numbers.shape)
        _mark(axes, finding, numbers.ravel(), columns.ravel(), rows.ravel(), quiet=True)
    axes.set_xticks(range(len(features)), features, fontsize=8)
    axes.set_yticks(range(len(channels)), channels, fontsize=7)
    axes.set_title(title, fontsize=9)
    axes.figure.colorbar(drawn, ax=axes, pad=0.01).ax.tick_params(labelsize=7)


def _bars(axes: "Axes", finding: Finding, numbers: np.ndarray) -> None:
    own = set(numbers.ravel().tolist())
    best = [cell for cell in finding.best_first if cell in own][:_BARS]
    values, y = finding.signed_r2[best], np.arange(len(best))
    axes.barh(y, values, color=np.where(values > 0, "#b2182b", "#2166ac"), height=0.7)
    scale = 1.25 * _scale(values)
    beyond = values + 0.03 * scale * np.sign(values)
    _mark(axes, finding, np.array(best, dtype=int), beyond, y, quiet=True)
    axes.axvline(0, color="#333333", linewidth=0.8)
    axes.set_yticks(y, [finding.cells[cell].words for cell in best], fontsize=8)
    axes.set_xlim(-scale, scale)
    axes.set_ylim(len(best) - 0.5, -0.5)  # the largest on top
    axes.tick_params(axis="x", labelsize=8)
    axes.set_xlabel("signed R²", fontsize=8)
    axes.spines[["top", "right"]].set_visible(False)


def _mark(
    axes: "Axes",
    finding: Finding,
    cells: np.ndarray,
    x: np.ndarray,
    y: np.ndarray,
    *,
    quiet: bool = False,
) -> None:
    """Mark what stands out; `quiet`: nothing where nothing does."""
    sure = finding.surviving()[cells]
    alone = (np.nan_to_num(finding.p, nan=1.0)[cells] < 0.05) & ~sure
    rest = ~sure & ~alone
    if not quiet:
        axes.plot(x[rest], y[rest], ".", color="#333333", markersize=2.5)
    # A ring in white around the ring, to be seen on dark and on light.
    axes.plot(x[alone], y[alone], "o", mfc="none", color="white", markersize=6, mew=2.5)
    axes.plot(x[alone], y[alone], "o", mfc="none", color="#222222", markersize=6, mew=1)
    axes.plot(x[sure], y[sure], "o", color="black", markeredgecolor="white", markersize=7)


def _scale(values: np.ndarray) -> float:
    """Return the limit of colours or of an axis, the same on both sides of 0."""
    return max(_LEAST_SCALE, float(np.max(np.abs(values[np.isfinite(values)]), initial=0.0)))


def _is_picture(channels: Sequence[str]) -> bool:
    return len(channels) > 1 and all(_PICTURE_CELL.fullmatch(name) for name in channels)
