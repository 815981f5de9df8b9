"""The newest seconds of one stream, and their outline at the width of a screen."""

from dataclasses import dataclass

import numpy as np

from neuroaffect.stream import Chunk

__all__ = ["Outline", "Ring"]


class Ring:
    """The newest rows of a stream, contiguous in memory, gaps as rows of NaN.

    A gap of any length is one row: time is kept beside the values, so the row breaks the
    line and the times around it give the hole its true width.

    Parameters
    ----------
    channels : int
    capacity : int
        Rows kept.

    Attributes
    ----------
    received : int
        Rows ever written, breaks counted; the newest row has the number ``received - 1``.
    """

    def __init__(self, channels: int, *, capacity: int) -> None:
        self.received = 0
        self._capacity = capacity
        # Twice the capacity: rows move to the front once per `capacity` rows, not at each chunk.
        self._times = np.zeros(2 * capacity)
        self._values = np.zeros((2 * capacity, channels), np.float32)
        self._breaks = np.zeros(2 * capacity, bool)
        self._stop = 0
        self._expected: int | None = None

    def __len__(self) -> int:
        return min(self._stop, self._capacity)

    @property
    def times(self) -> np.ndarray:
        """Seconds on the LSL clock, (rows,), a view."""
        return self._times[self._newest]

    @property
    def values(self) -> np.ndarray:
        """Samples in the unit of the stream, (rows, channels) float32, a view."""
        return self._values[self._newest]

    @property
    def breaks(self) -> np.ndarray:
        """True at the rows that stand for a gap, (rows,), a view."""
        return self._breaks[self._newest]

    @property
    def newest_s(self) -> float | None:
        """Time of the newest sample, None before the first."""
        return float(self._times[self._stop - 1]) if self._stop else None

    def append(self, chunk: Chunk) -> None:
        """Take the next chunk; where it does not continue the last one, the line breaks."""
        if not len(chunk):
            return
        if self._expected is not None and chunk.first != self._expected:
            self._write(chunk.times[:1], np.float32(np.nan), gap=True)
        self._expected = chunk.end
        newest = slice(-self._capacity, None)
        self._write(chunk.times[newest], chunk.data[newest], gap=False)

    def outline(self, since_s: float, *, rows_per_bin: int) -> "Outline":
        """Return what to draw from `since_s` on: lowest and highest value of each bin.

        Parameters
        ----------
        since_s : float
            Rows older than this are left out, except the one that leads into the picture.
        rows_per_bin : int
            1 returns the rows as they are.

        Notes
        -----
        Bins are anchored at the first row ever received, not at the edge of the picture: a
        peak keeps its shape while it scrolls.
        """
        start = max(0, int(np.searchsorted(self.times, since_s)) - rows_per_bin)
        if rows_per_bin == 1:
            return Outline(self.times[start:], self.values[start:], self.breaks[start:])
        oldest = self.received - len(self)
        start += -(oldest + start) % rows_per_bin
        return _binned(
            self.times[start:], self.values[start:], self.breaks[start:], rows=rows_per_bin
        )

    def _write(self, times: np.ndarray, values: np.ndarray, *, gap: bool) -> None:
        count = len(times)
        if self._stop + count > len(self._times):
            self._move_to_front(self._capacity)
        rows = slice(self._stop, self._stop + count)
        self._times[rows] = times
        with np.errstate(over="ignore"):  # beyond float32 a value is infinite, and not drawn
            self._values[rows] = values
        self._breaks[rows] = gap
        self._stop += count
        self.received += count

    def _move_to_front(self, kept: int) -> None:
        for rows in (self._times, self._values, self._breaks):
            rows[:kept] = rows[self._stop - kept : self._stop].copy()
        self._stop = kept

    @property
    def _newest(self) -> slice:
        return slice(max(0, self._stop - self._capacity), self._stop)


@dataclass(frozen=True, eq=False)
class Outline:
    """Points of a stream's lines.

    Parameters
    ----------
    times : ndarray, shape (points,)
    values : ndarray, shape (points, channels)
    breaks : ndarray of bool, shape (points,)
        True where samples are missing.
    """

    times: np.ndarray
    values: np.ndarray
    breaks: np.ndarray

    def __len__(self) -> int:
        return len(self.times)

    def pieces(self) -> list[slice]:
        """Return the stretches between breaks."""
        edges = np.flatnonzero(self.breaks)
        starts = np.concatenate(([0], edges + 1))
        stops = np.concatenate((edges, [len(self)]))
        return [slice(a, b) for a, b in zip(starts.tolist(), stops.tolist(), strict=True) if b > a]

    def gaps(self) -> list[tuple[float, float]]:
        """Return where samples are missing: time of the last one before, of the first after."""
        edges = np.flatnonzero(self.breaks)
        edges = edges[(edges > 0) & (edges < len(self) - 1)]
        return [(float(self.times[k - 1]), float(self.times[k + 1])) for k in edges]


def _binned(times: np.ndarray, values: np.ndarray, breaks: np.ndarray, *, rows: int) -> Outline:
    whole = len(times) // rows * rows
    bins = values[:whole].reshape(-1, rows, values.shape[1])  # (bins, rows, channels)
    # fmin, not min: one missing value must not hide the others of its bin; a break must.
    low, high = np.fmin.reduce(bins, axis=1), np.fmax.reduce(bins, axis=1)
    # Highest first where the signal falls, so that a slope is drawn as a slope and not a saw.
    falls = bins[:, 0] > bins[:, -1]
    first, second = np.where(falls, high, low), np.where(falls, low, high)
    halves = times[:whole].reshape(-1, rows)[:, [0, rows // 2]]  # (bins, 2)
    broken = breaks[:whole].reshape(-1, rows).any(axis=1)
    tail = slice(whole, None)
    return Outline(
        np.concatenate((halves.ravel(), times[tail])),
        np.concatenate((_interleaved(first, second), values[tail])),
        np.concatenate((broken.repeat(2), breaks[tail])),
    )


def _interleaved(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    both = np.empty((2 * len(first), first.shape[1]), first.dtype)
    both[0::2], both[1::2] = first, second
    return both
