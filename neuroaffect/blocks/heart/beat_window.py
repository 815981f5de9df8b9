"""The believed intervals of one channel over the last while."""

import numpy as np

from neuroaffect.blocks.heart.intervals import ectopic, touching

__all__ = ["BeatWindow"]

_CONTEXT_S = 15.0  # kept beyond the window, so that its first beats have neighbours


class BeatWindow:
    """Beats with a believed interval, and which of these can be used.

    Arrays are (beats,) and made anew when a beat comes or goes.

    Parameters
    ----------
    length_s : float
    deviation : float
        See :func:`~neuroaffect.blocks.heart.intervals.ectopic`; infinite: none is.
    stamp_error_s : float
        See :func:`~neuroaffect.blocks.heart.intervals.touching`.
    """

    def __init__(self, length_s: float, deviation: float, stamp_error_s: float) -> None:
        self._length_s = length_s
        self._deviation = deviation
        self._stamp_error_s = stamp_error_s
        self._beats: list[tuple[float, float, bool]] = []
        self._broken = True
        self.version = 0
        self._update()

    def add(self, time_s: float, interval_s: float) -> None:
        """Take the interval that ends with a beat at this time."""
        self._beats.append((time_s, interval_s, self._broken))
        self._broken = False
        self._stale = True

    def interrupt(self) -> None:
        """Know that the next interval does not touch the last one."""
        self._broken = True

    def move(self, now_s: float) -> None:
        """Let go what is too old at this time."""
        oldest = now_s - self._length_s - _CONTEXT_S
        gone = 0
        while gone < len(self._beats) and self._beats[gone][0] <= oldest:
            gone += 1
        if gone:
            del self._beats[:gone]
        if gone or self._stale:
            self._update()

    def since(self, start_s: float) -> slice:
        """Return which beats came after this time."""
        return slice(int(np.searchsorted(self.time_s, start_s, side="right")), len(self.time_s))

    def covered_s(self, now_s: float, length_s: float) -> float:
        """Return how many of the last `length_s` seconds usable intervals cover."""
        inside = self.since(now_s - length_s)
        end_s = self.time_s[inside][self.valid[inside]]
        begin_s = end_s - self.interval_s[inside][self.valid[inside]]
        covered_s = float(np.sum(end_s - np.maximum(begin_s, now_s - length_s)))
        return min(covered_s, length_s)

    def _update(self) -> None:
        beats = np.array(self._beats, dtype=np.float64).reshape(-1, 3)
        self.time_s, self.interval_s = beats[:, 0].copy(), beats[:, 1].copy()
        touches = touching(self.time_s, self.interval_s, beats[:, 2] > 0.0, self._stamp_error_s)
        self.valid = ~ectopic(self.interval_s, self._deviation)
        # An interval and the one before it, both usable.
        self.paired = touches & self.valid
        self.paired[1:] &= self.valid[:-1]
        # Where each beat was: within a stretch by the intervals, which are finer than the stamps.
        total = np.cumsum(self.interval_s)
        stretch = np.maximum.accumulate(np.where(touches, 0, np.arange(len(total))))
        self.place_s = total + (self.time_s - total)[stretch]
        self.version += 1
        self._stale = False
