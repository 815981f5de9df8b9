"""Where on the head features tell high from low: signed R² over trials."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from neuroaffect.affect import Target
from neuroaffect.blocks.derived.scalp_map import flat_positions
from neuroaffect.training.data.dataset import Dataset
from neuroaffect.training.reporting.pictures.heads import draw_head, has_heads
from neuroaffect.training.reporting.pictures.sheet import save, sheet
from neuroaffect.training.separation.cells import cells_of, maps_of
from neuroaffect.training.separation.contrast import contrasts
from neuroaffect.training.separation.explained import centred, signed_r2, trial_means

__all__ = ["Topography", "plot_topography", "topographies"]

_IN_A_ROW = 6
_LEAST_SCALE = 0.05  # of R²: below it a map of noise would shine


@dataclass(frozen=True, eq=False, kw_only=True)
class Topography:
    """Signed R² of one block's features at its electrodes.

    Parameters
    ----------
    title, dimension : str
    place : str
        "track.block".
    channels, features : tuple of str
    signed_r2 : ndarray, shape (channels, features)
        Above 0 where the high side has more.
    """

    title: str
    dimension: str
    place: str
    channels: tuple[str, ...]
    features: tuple[str, ...]
    signed_r2: np.ndarray


def topographies(dataset: Dataset, targets: Sequence[Target]) -> Iterator[Topography]:
    """Yield the maps of every target, of the blocks whose channels lie on a head.

    Over trial means, each person's own mean taken off first. All trials take part: this shows
    what there is to learn, and is no score; :mod:`neuroaffect.explore` tests it.
    """
    _, first = np.unique(dataset.trials, return_index=True)
    subject = dataset.subject[first]
    values = centred(trial_means(dataset.features, dataset.trials), subject)
    values = values.reshape(len(first), -1)  # (trials, cells)
    labels = {name: given[first] for name, given in dataset.labels.items()}
    maps = [
        each for each in maps_of(cells_of(dataset.input, dataset.pipeline)) if has_heads(each[1])
    ]
    for target in targets:
        if not maps or not np.isfinite(labels.get(target.dimension, np.nan)).any():
            continue
        for contrast in contrasts(labels, subject, target):
            if len(np.unique(contrast.side[np.isfinite(contrast.side)])) < 2:
                continue
            r2 = signed_r2(values, contrast.side)
            for place, channels, features, numbers in maps:
                yield Topography(
                    title=contrast.title,
                    dimension=contrast.dimension,
                    place=place,
                    channels=channels,
                    features=features,
                    signed_r2=r2[numbers],
                )


def plot_topography(found: Topography, path: Path) -> None:
    """Draw a head per feature and save them as PNG."""
    columns = min(_IN_A_ROW, len(found.features))
    rows = -(-len(found.features) // columns)
    figure = sheet(max(4.5, 1.9 * columns), 2.1 * rows + 0.7)
    figure.suptitle(f"{found.title}   signed R² over trials, {found.place}",
                    x=0.01, ha="left", fontsize=10)  # fmt: skip
    known = np.abs(found.signed_r2[np.isfinite(found.signed_r2)])
    scale = max(_LEAST_SCALE, float(known.max(initial=0.0)))
    grid = figure.subplots(rows, columns, squeeze=False).ravel()
    places, drawn = flat_positions(found.channels), None
    for axes, feature, values in zip(grid, found.features, found.signed_r2.T, strict=False):
        drawn = draw_head(axes, found.channels, values, scale=scale)
        axes.plot(places[:, 0], places[:, 1], ".", color="#333333", markersize=2.5)
        axes.set_title(feature, fontsize=9)
    for axes in grid[len(found.features) :]:
        axes.set_visible(False)
    figure.colorbar(drawn, ax=list(grid), shrink=0.6, pad=0.01).ax.tick_params(labelsize=7)
    save(figure, path)
