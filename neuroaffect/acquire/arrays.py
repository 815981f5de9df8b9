"""A source made of arrays: one clip of a data set, one test signal, recordings with gaps."""

import heapq
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Protocol

import numpy as np

from neuroaffect.errors import StreamError
from neuroaffect.stream import Chunk, StreamInfo

__all__ = ["Arrays", "Piece", "Samples"]


class Samples(Protocol):
    """Rows that are read when a slice of them is asked for, as of an array."""

    @property
    def shape(self) -> tuple[int, ...]: ...  # (samples, channels)

    def __getitem__(self, rows: slice) -> np.ndarray: ...


@dataclass(frozen=True, eq=False)
class Piece:
    """Samples without a gap, and the time of the first, in seconds."""

    start_s: float
    samples: Samples


class Arrays:
    """Play arrays as a source, in order of time; nothing is read before its turn.

    Parameters
    ----------
    signals : mapping of str to (StreamInfo, ndarray or sequence of Piece)
        By unique name; each array is (samples, channels), in the unit its info names, or anything
        that is sliced like one. Sample i of an array is at `start_s` + i/rate, so all begin
        together. Pieces have starts of their own, in order; between two of them lies a gap, of as
        many samples as would have fitted in.
    start_s : float
        Time of the first samples of those that are no pieces.
    chunk_s : float
        Length of the chunks.

    Raises
    ------
    StreamError
        If an array has another number of channels than its info, or a stream no rate.
    """

    def __init__(
        self,
        signals: Mapping[str, tuple[StreamInfo, Samples | Sequence[Piece]]],
        *,
        start_s: float = 0.0,
        chunk_s: float = 1.0,
    ) -> None:
        self._pieces = {
            name: tuple(data) if isinstance(data, Sequence) else (Piece(start_s, data),)
            for name, (_, data) in signals.items()
        }
        self.streams = MappingProxyType({name: info for name, (info, _) in signals.items()})
        for name, info in self.streams.items():
            _check(name, info, self._pieces[name])
        self._chunk_s = chunk_s
        self._closed = False

    def __iter__(self) -> Iterator[tuple[str, Chunk]]:
        """Yield all chunks by the time of their last sample, from the beginning each time."""
        playing = [self._play(name) for name in self.streams]
        for name, chunk in heapq.merge(*playing, key=lambda item: float(item[1].times[-1])):
            if self._closed:
                return
            yield name, chunk

    def close(self) -> None:
        """Stop; the iteration ends promptly."""
        self._closed = True

    def _play(self, name: str) -> Iterator[tuple[str, Chunk]]:
        rate_hz, pieces = self.streams[name].rate_hz, self._pieces[name]
        size = max(1, round(self._chunk_s * rate_hz))
        for piece in pieces:
            begun = round((piece.start_s - pieces[0].start_s) * rate_hz)
            for first in range(0, piece.samples.shape[0], size):
                rows = np.array(piece.samples[first : first + size], dtype=np.float64, order="C")
                times = piece.start_s + np.arange(first, first + len(rows)) / rate_hz
                yield name, Chunk(begun + first, times, rows)


def _check(name: str, info: StreamInfo, pieces: Sequence[Piece]) -> None:
    for piece in pieces:
        shape = piece.samples.shape
        if len(shape) != 2 or shape[1] != len(info.channels):
            raise StreamError(
                f"the array of '{name}' has the shape {shape}; "
                f"it must be (samples, {len(info.channels)})"
            )
    if not info.rate_hz > 0:
        raise StreamError(f"stream '{name}' has no rate; arrays need a regular one")
