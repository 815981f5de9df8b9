"""A source made of arrays in memory: one clip of a data set, one test signal."""

import heapq
from collections.abc import Iterator, Mapping
from types import MappingProxyType

import numpy as np

from neuroaffect.errors import StreamError
from neuroaffect.stream import Chunk, StreamInfo

__all__ = ["Arrays"]


class Arrays:
    """Play arrays as a source, in order of time.

    Parameters
    ----------
    signals : mapping of str to (StreamInfo, ndarray)
        By unique name; each array is (samples, channels), in the unit its info names. Sample i
        of a stream is at `start_s` + i/rate, so all begin together.
    start_s : float
        Time of the first samples.
    chunk_s : float
        Length of the chunks.

    Raises
    ------
    StreamError
        If an array has another number of channels than its info, or a stream no rate.
    """

    def __init__(
        self,
        signals: Mapping[str, tuple[StreamInfo, np.ndarray]],
        *,
        start_s: float = 0.0,
        chunk_s: float = 1.0,
    ) -> None:
        for name, (info, data) in signals.items():
            if data.ndim != 2 or data.shape[1] != len(info.channels):
                raise StreamError(
                    f"the array of '{name}' has the shape {data.shape}; "
                    f"it must be (samples, {len(info.channels)})"
                )
            if not info.rate_hz > 0:
                raise StreamError(f"stream '{name}' has no rate; arrays need a regular one")
        self._signals = dict(signals)
        self._start_s = start_s
        self._chunk_s = chunk_s
        self._closed = False

    @property
    def streams(self) -> Mapping[str, StreamInfo]:
        """Streams by their unique name."""
        return MappingProxyType({name: info for name, (info, _) in self._signals.items()})

    def __iter__(self) -> Iterator[tuple[str, Chunk]]:
        """Yield all chunks by the time of their last sample, from the beginning each time."""
        playing = [self._play(name) for name in self._signals]
        for name, chunk in heapq.merge(*playing, key=lambda item: float(item[1].times[-1])):
            if self._closed:
                return
            yield name, chunk

    def close(self) -> None:
        """Stop; the iteration ends promptly."""
        self._closed = True

    def _play(self, name: str) -> Iterator[tuple[str, Chunk]]:
        info, data = self._signals[name]
        size = max(1, round(self._chunk_s * info.rate_hz))
        for first in range(0, len(data), size):
            piece = np.array(data[first : first + size], dtype=np.float64, order="C")
            times = self._start_s + np.arange(first, first + len(piece)) / info.rate_hz
            yield name, Chunk(first, times, piece)
