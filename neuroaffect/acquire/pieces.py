"""What a replay sends: samples that leave together; cut, ordered, begun and repeated."""

import heapq
import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

__all__ = [
    "LOOKAHEAD_S",
    "SEAM_S",
    "Piece",
    "Sizes",
    "by_due",
    "from_begin",
    "joined",
    "looped",
    "sizes",
]

LOOKAHEAD_S = 5.0  # recorders write streams one after the other, each up to this far apart
SEAM_S = 1.0  # between the end of a recording and its next round

Sizes = Callable[[float], Iterator[int]]


@dataclass(frozen=True, eq=False, slots=True)
class Piece:
    """Samples of one stream that leave together.

    Parameters
    ----------
    stream : int
        Id of the stream.
    times : ndarray, shape (samples,)
        When the recording says they were taken.
    stamps : ndarray, shape (samples,)
        What their sender says; other than `times` only where a fault makes it so.
    values : ndarray, shape (samples, channels)
        In the stream's own format.
    due : float
        When they leave.
    """

    stream: int
    times: np.ndarray
    stamps: np.ndarray
    values: np.ndarray
    due: float

    def __len__(self) -> int:
        return len(self.times)

    def part(self, which: np.ndarray | slice) -> "Piece":
        """Return some of the samples, which leave when all would have."""
        return replace(
            self, times=self.times[which], stamps=self.stamps[which], values=self.values[which]
        )

    def moved(self, by_s: float) -> "Piece":
        """Return the same samples at another time."""
        return replace(
            self, times=self.times + by_s, stamps=self.stamps + by_s, due=self.due + by_s
        )


def sizes(chunk_s: float | None, rng: np.random.Generator | None) -> Sizes | None:
    """Return what gives, for a rate, the sizes of consecutive chunks; None for those recorded.

    Up to `chunk_s` seconds each; with `rng` of random length, 1 sample to `chunk_s` (0.25 s if
    None). Irregular samples leave one by one.
    """
    if chunk_s is None and rng is None:
        return None

    def of(rate_hz: float) -> Iterator[int]:
        most = max(1, round((0.25 if chunk_s is None else chunk_s) * rate_hz))
        if rng is None:
            return itertools.repeat(most)
        return (int(rng.integers(1, most + 1)) for _ in itertools.count())

    return of


def joined(pieces: Sequence[Piece]) -> Piece:
    """Return the samples of consecutive pieces of a stream as one, due when the last one is."""
    if len(pieces) == 1:
        return pieces[0]
    times, stamps, values = (
        np.concatenate([getattr(piece, what) for piece in pieces])
        for what in ("times", "stamps", "values")
    )
    return Piece(pieces[-1].stream, times, stamps, values, pieces[-1].due)


def by_due(pieces: Iterable[Piece], lookahead_s: float) -> Iterator[Piece]:
    """Yield pieces by the time they are due, which may lag the newest by up to `lookahead_s`."""
    waiting: list[tuple[float, int, Piece]] = []
    newest = -np.inf
    for number, piece in enumerate(pieces):
        heapq.heappush(waiting, (piece.due, number, piece))
        newest = max(newest, piece.due)
        while waiting[0][0] <= newest - lookahead_s:
            yield heapq.heappop(waiting)[2]
    while waiting:
        yield heapq.heappop(waiting)[2]


def from_begin(
    pieces: Iterator[Piece], *, start_s: float = 0.0, stop_s: float = np.inf
) -> tuple[float, Iterator[Piece]]:
    """Return when a stretch of a recording begins, and its pieces in seconds from there.

    Parameters
    ----------
    pieces : iterator of Piece
        By time due.
    start_s, stop_s : float
        Seconds from the first sample; what lies outside is left out.

    Returns
    -------
    began : float
        On the clock of the pieces; 0 if there are none.
    pieces : iterator of Piece
    """
    first = next(pieces, None)
    if first is None:
        return 0.0, iter(())
    began = float(first.times[0]) + start_s
    moved = (piece.moved(-began) for piece in itertools.chain([first], pieces))
    if start_s == 0.0 and stop_s == np.inf:
        return began, moved
    return began, _stretch(moved, stop_s - start_s)


def _stretch(pieces: Iterator[Piece], length_s: float) -> Iterator[Piece]:
    for piece in pieces:
        if piece.due >= length_s + LOOKAHEAD_S:
            return
        inside = (piece.times >= 0.0) & (piece.times < length_s)
        if inside.all():
            yield piece
        elif inside.any():
            part = piece.part(inside)
            yield replace(part, due=float(part.times[-1]))


def looped(play: Callable[[], Iterator[Piece]]) -> Iterator[Piece]:
    """Yield what `play` yields again and again; time goes on :data:`SEAM_S` after each end."""
    begin_s, end_s = 0.0, 0.0
    while True:
        began_s = end_s
        for piece in play():
            end_s = max(end_s, begin_s + float(np.max(piece.times)))
            yield piece.moved(begin_s)
        if end_s == began_s:
            return  # nothing to play
        begin_s = end_s + SEAM_S
