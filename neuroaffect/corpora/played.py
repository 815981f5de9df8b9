"""Samples of a data set as a source: each stream from its own start on, with its gaps."""

import heapq
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Protocol

import numpy as np

from neuroaffect.stream import Chunk, StreamInfo

__all__ = ["Piece", "Played", "Samples"]


class Samples(Protocol):
    """Rows that are read when a slice of them is asked for, (samples, channels)."""

    def __len__(self) -> int: ...

    def __getitem__(self, rows: slice) -> np.ndarray: ...


@dataclass(frozen=True, eq=False)
class Piece:
    """Samples without a gap, and the time of the first, in seconds."""

    start_s: float
    samples: Samples


class Played:
    """Play what a data set's files hold, in order of time; nothing is read before its turn.

    Parameters
    ----------
    streams : mapping of str to (StreamInfo, sequence of Piece)
        By unique name; every stream has a rate, and pieces in order. Between two pieces lies a
        gap, of as many samples as would have fitted in.
    chunk_s : float
        Length of the chunks.
    """

    def __init__(
        self,
        streams: Mapping[str, tuple[StreamInfo, Sequence[Piece]]],
        *,
        chunk_s: float = 1.0,
    ) -> None:
        self._pieces = {name: tuple(pieces) for name, (_, pieces) in streams.items()}
        self.streams = MappingProxyType({name: info for name, (info, _) in streams.items()})
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
        rate_hz = self.streams[name].rate_hz
        size = max(1, round(self._chunk_s * rate_hz))
        for piece in self._pieces[name]:
            begun = round((piece.start_s - self._pieces[name][0].start_s) * rate_hz)
            for first in range(0, len(piece.samples), size):
                rows = np.array(piece.samples[first : first + size], dtype=np.float64, order="C")
                times = piece.start_s + np.arange(first, first + len(rows)) / rate_hz
                yield name, Chunk(begun + first, times, rows)
