"""What the network reads of a tick: one block's features, or several blocks' in a row."""

from collections.abc import Mapping, Sequence

import numpy as np

from neuroaffect.errors import PipelineError
from neuroaffect.pipeline.tick import Tick
from neuroaffect.stream import FeatureInfo

__all__ = ["NetworkInput", "describe_input"]

ROW = "all"  # the one channel of an input that several blocks make up


class NetworkInput:
    """Take the network's input out of ticks.

    One place gives that block's (channels, features). Several give one row: every feature of
    every channel of each block, in order.

    Parameters
    ----------
    places : tuple of str
        "track.block" each.
    channels, features : sequence of str
        Names along the axes of the input, as :func:`describe_input` made them.
    """

    def __init__(
        self, places: tuple[str, ...], *, channels: Sequence[str], features: Sequence[str]
    ) -> None:
        self.tracks = tuple(dict.fromkeys(place.partition(".")[0] for place in places))
        self._shape = len(channels), len(features)
        self._parts: list[tuple[str, str, slice]] = []
        start = 0
        for place in places:
            track, _, block = place.partition(".")
            width = sum(name.startswith(f"{place}.") for name in features)
            stop = start + (width if len(places) > 1 else len(features))
            self._parts.append((track, block, slice(start, stop)))
            start = stop

    def of(self, tick: Tick) -> np.ndarray:
        """Return (channels, features); NaN where the tick has no value."""
        values = np.full(self._shape, np.nan)
        for track, block, columns in self._parts:
            if track in tick.tracks:
                part = tick.tracks[track][block]
                values[:, columns] = part if len(self._parts) == 1 else part.ravel()
        return values


def describe_input(places: tuple[str, ...], features: Mapping[str, FeatureInfo]) -> FeatureInfo:
    """Return what the network's input holds.

    Parameters
    ----------
    places : tuple of str
        "track.block" each.
    features : mapping of str to FeatureInfo
        Of a run.

    Raises
    ------
    PipelineError
        If a place is no feature block of the run.
    """
    for place in places:
        if place not in features:
            raise PipelineError(
                f"network.input = '{place}' is no feature block that runs; "
                f"write it as track.block, one of {', '.join(features) or 'none'}"
            )
    if len(places) == 1:
        return features[places[0]]
    infos = [(place, features[place]) for place in places]
    return FeatureInfo(
        name="input",
        channels=(ROW,),
        features=tuple(
            f"{place}.{channel}.{feature}"
            for place, info in infos
            for channel in info.channels
            for feature in info.features
        ),
        units=tuple(unit for _, info in infos for unit in _repeated(info.units, info, "")),
        memories_s=tuple(
            seconds for _, info in infos for seconds in _repeated(info.memories_s, info, 0.0)
        ),
    )


def _repeated(values: tuple, info: FeatureInfo, default: object) -> tuple:
    """Return one value per channel and feature, in order of both."""
    return (values or (default,) * len(info.features)) * len(info.channels)
