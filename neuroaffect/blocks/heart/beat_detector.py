"""What a beat looks like in one kind of signal."""

from abc import ABC, abstractmethod

import numpy as np

__all__ = ["Detector", "parabola"]


class Detector(ABC):
    """Filters that make beats stand out, and where in them the beat is; lengths in samples.

    Attributes
    ----------
    taps : ndarray, shape (filters, 2 * half + 1)
        Linear-phase filters, so that every wave is late by `half` samples exactly. The first
        one's output tells the polarity.
    near : int
        Only the strongest place within this many samples on both sides can be a beat.
    before, after : int
        What is looked at on both sides of the strongest place; at least `near`.
    shape : (int, int)
        Begin and end of the beat's shape, seen from its peak; inside of what is looked at.
    delay : int
        Samples from a beat's peak until it is told.
    likeness : float
        Least correlation with the shape of the beats before it.
    """

    taps: np.ndarray
    near: int
    before: int
    after: int
    shape: tuple[int, int]
    delay: int
    likeness: float

    @property
    def half(self) -> int:
        return self.taps.shape[1] // 2

    @abstractmethod
    def strength(self, waves: np.ndarray, sign: float) -> np.ndarray:
        """Return how much each sample looks like a beat: (filters, n) → (n,)."""

    @abstractmethod
    def fiducial(self, waves: np.ndarray, at: int, sign: float) -> float:
        """Return the place of the peak that belongs to the strongest place, finer than a sample."""


def parabola(y: np.ndarray, at: int) -> float:
    """Return the place of the top of the parabola through y[at - 1], y[at], y[at + 1]."""
    if not 0 < at < len(y) - 1:
        return float(at)
    left, middle, right = y[at - 1], y[at], y[at + 1]
    bend = left - 2.0 * middle + right
    return at + 0.5 * float(np.clip((left - right) / bend, -1.0, 1.0)) if bend < 0.0 else float(at)
