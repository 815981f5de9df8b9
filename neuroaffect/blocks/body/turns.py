"""Peaks and troughs of a wave, told from ripples by their height."""

from typing import NamedTuple

import numpy as np

__all__ = ["Turn", "Turns"]


class Turn(NamedTuple):
    """A peak or a trough: its place in samples since the start, between samples, and its value."""

    at: float
    value: float
    peak: bool


class Turns:
    """Peaks and troughs by turns, each confirmed once the wave has left it by a given height.

    A peak counts when the wave has fallen by `height` below it, a trough when it has risen by as
    much above it; smaller ripples are passed over. The place is that of the parabola through
    the extreme sample and its neighbours.
    """

    def __init__(self) -> None:
        self._n = 0
        self._sign = 1.0  # 1 while a peak is looked for, -1 while a trough is
        self._last = np.nan  # the sample before, times the sign, as the two below
        self._best = -np.inf
        self._beside = (np.nan, np.nan)  # the neighbours of the best
        self._at = 0

    def process(self, y: np.ndarray, height: float) -> list[Turn]:
        """Return the turns that these samples confirm, in order.

        Parameters
        ----------
        y : ndarray, shape (samples,)
            Finite.
        height : float
            Smallest excursion that counts, above 0.
        """
        turns = []
        for value in y.tolist():
            level = self._sign * value
            if level > self._best:
                self._open(level)
            elif self._n == self._at + 1:
                self._beside = (self._beside[0], level)
            if self._best - level >= height > 0:
                turns.append(self._turn())
                self._sign, self._last = -self._sign, -self._last
                level = -level
                self._open(level)
            self._last = level
            self._n += 1
        return turns

    def _open(self, level: float) -> None:
        self._best, self._at = level, self._n
        self._beside = (self._last, np.nan)

    def _turn(self) -> Turn:
        left, right = self._beside
        bend = left - 2 * self._best + right
        shift = 0.5 * (left - right) / bend if bend < 0 else 0.0  # NaN: no neighbour at the start
        top = self._best - 0.25 * (left - right) * shift if shift else self._best
        return Turn(self._at + shift, self._sign * top, self._sign > 0)
