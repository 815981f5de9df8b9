"""What arrives: the description of a stream, and the pieces it comes in."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from neuroaffect.errors import StreamError

__all__ = ["Chunk", "FeatureInfo", "Source", "StreamInfo"]


@dataclass(frozen=True, kw_only=True)
class StreamInfo:
    """A stream of samples: who sends it, how fast, which channels, in which unit.

    Parameters
    ----------
    name : str
        Unique among the streams of one source.
    kind : str
        What is measured, one of :data:`neuroaffect.units.KINDS` ("eeg", "eda", "markers", …).
    rate_hz : float
        Nominal rate; 0 for irregular streams (markers, beats).
    channels : tuple of str
        Channel labels, in order; for EEG the electrode names.
    unit : str
        Unit of every value: "uV", "uS", "degC", "g", … or "" where there is none.
    device : str
        Id of the matching file in ``devices/``, or "".
    """

    name: str
    kind: str
    rate_hz: float
    channels: tuple[str, ...]
    unit: str = ""
    device: str = ""

    def pick(self, channels: tuple[str, ...]) -> "StreamInfo":
        """Return the same stream with only these channels, in this order."""
        missing = [label for label in channels if label not in self.channels]
        if missing:
            raise StreamError(
                f"stream '{self.name}' has no channel {', '.join(missing)}; "
                f"it has {', '.join(self.channels)}"
            )
        return replace(self, channels=channels)


@dataclass(frozen=True, kw_only=True)
class FeatureInfo:
    """What a feature block gives once per hop: one number per channel and feature.

    Parameters
    ----------
    name : str
        The block's name in the registry ("entropy").
    channels, features : tuple of str
        Names along the first and the second axis of the array.
    units : tuple of str
        Unit of each feature ("nats", "bpm", …); empty where there are none.
    memories_s : tuple of float
        How many seconds of signal each feature sums up: its time constant; empty: the last hop.
    hop_s : float
        Seconds from one value to the next, filled in by the track; 0: not known, or irregular.
    """

    name: str
    channels: tuple[str, ...]
    features: tuple[str, ...]
    units: tuple[str, ...] = ()
    memories_s: tuple[float, ...] = ()
    hop_s: float = 0.0

    @property
    def shape(self) -> tuple[int, int]:
        """(channels, features)."""
        return len(self.channels), len(self.features)

    @property
    def memory_s(self) -> float:
        """How far back the longest of them looks."""
        return max(self.memories_s, default=0.0)


@dataclass(frozen=True, eq=False, slots=True)
class Chunk:
    """Consecutive samples of one stream.

    A jump of `first` beyond the end of the previous chunk is a gap; nothing else encodes one.

    Parameters
    ----------
    first : int
        Index of the first sample since the session began, lost samples counted.
    times : ndarray of float64, shape (samples,)
        Seconds on the LSL clock of this machine, never decreasing.
    data : ndarray, shape (samples, channels)
        float64 in the unit of the stream; objects (str) for marker streams.
    """

    first: int
    times: np.ndarray
    data: np.ndarray

    @property
    def end(self) -> int:
        """Index one past the last sample."""
        return self.first + len(self.times)

    def __len__(self) -> int:
        return len(self.times)


class Source(Protocol):
    """Where chunks come from: a live stream, a recording, a simulator, arrays.

    Iterating gives (stream name, chunk) in order of arrival until the source ends or is closed.
    Within a stream `first` never runs backward and times never decrease.
    """

    @property
    def streams(self) -> Mapping[str, StreamInfo]:
        """Streams by their unique name."""

    def __iter__(self) -> Iterator[tuple[str, Chunk]]:
        """Yield each stream's chunks in order of arrival."""

    def close(self) -> None:
        """Stop; the iteration ends promptly."""
