"""Streams that say no rate and have one all the same."""

import numpy as np

__all__ = ["PaceFinder"]

LEAST = 128  # samples before a pace is looked for
MOST = 1024  # and how many are looked at
EVERY = 64  # new samples between two looks
STEADY = 2.0  # how far stamps may leave the line, in the largest single step off the pace
LARGEST = 0.1  # of the whole: a larger single step is a break, and nothing is said across it
ROUNDING = 0.05  # of a sample


class PaceFinder:
    """Tell from its stamps whether a stream of nominal rate 0 is regular.

    Stamps of a regular stream stray from a straight line by no more than each of them is late:
    what one step takes too much the next ones give back. Intervals that vary, as between
    heartbeats or events, add up instead, and lead away from any line.
    """

    def __init__(self) -> None:
        self._stamps = np.empty(0)
        self._new = 0

    def take(self, stamps: np.ndarray, *, lost: int = 0) -> float | None:
        """Return the rate in hertz once there is one; None as long as there is none.

        Parameters
        ----------
        stamps : ndarray, shape (samples,)
        lost : int
            Samples known to be lost before them.
        """
        kept = self._stamps[:0] if lost else self._stamps
        self._stamps = np.concatenate([kept, stamps])[-MOST:]
        self._new += len(stamps)
        if self._new < EVERY or len(self._stamps) < LEAST:
            return None
        self._new = 0
        return _pace_hz(self._stamps)


def _pace_hz(stamps: np.ndarray) -> float | None:
    steps = np.diff(stamps)
    span_s = float(stamps[-1] - stamps[0])
    if not span_s > 0 or not np.isfinite(steps).all() or (steps < 0).any():
        return None
    interval_s = span_s / len(steps)
    off_s = float(np.abs(steps - interval_s).max())
    strayed_s = float(np.ptp(stamps - np.arange(len(stamps)) * interval_s))
    if off_s > LARGEST * span_s or strayed_s > STEADY * off_s + ROUNDING * interval_s:
        return None
    return 1.0 / interval_s
