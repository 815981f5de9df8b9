"""One number per trial: which feature of which channel of which block it is."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from neuroaffect.pipeline import Pipeline
from neuroaffect.stream import FeatureInfo

__all__ = ["Cell", "cells_of", "maps_of"]


@dataclass(frozen=True, slots=True)
class Cell:
    """A feature of a channel; `place` is "track.block"."""

    place: str
    channel: str
    feature: str

    @property
    def words(self) -> str:
        """Channel and feature, the shorter the better."""
        return f"{self.channel} {self.feature}"


def cells_of(info: FeatureInfo, pipeline: Pipeline) -> tuple[Cell, ...]:
    """Return the cells of the network's input, in the order in which they lie in its rows.

    An input of several blocks is one row, whose features are named place.channel.feature.
    """
    given = pipeline.network.input
    if isinstance(given, str) or len(given) == 1:
        place = given if isinstance(given, str) else given[0]
        return tuple(
            Cell(place, channel, feature) for channel in info.channels for feature in info.features
        )
    return tuple(_apart(name, given) for name in info.features)


def maps_of(
    cells: Sequence[Cell],
) -> Iterator[tuple[str, tuple[str, ...], tuple[str, ...], np.ndarray]]:
    """Yield (place, channels, features, numbers) of each block's cells.

    `numbers` (channels, features) says where each cell lies in the row, -1 for none.
    """
    for place in dict.fromkeys(cell.place for cell in cells):
        own = [(i, cell) for i, cell in enumerate(cells) if cell.place == place]
        channels = tuple(dict.fromkeys(cell.channel for _, cell in own))
        features = tuple(dict.fromkeys(cell.feature for _, cell in own))
        numbers = np.full((len(channels), len(features)), -1)
        for i, cell in own:
            numbers[channels.index(cell.channel), features.index(cell.feature)] = i
        yield place, channels, features, numbers


def _apart(name: str, places: Sequence[str]) -> Cell:
    place = max((p for p in places if name.startswith(f"{p}.")), key=len)
    channel, _, feature = name.removeprefix(f"{place}.").rpartition(".")
    return Cell(place, channel, feature)
