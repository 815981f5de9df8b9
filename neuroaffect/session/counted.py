"""Lost and repeated samples, by the number that a device gives each."""

from dataclasses import dataclass

import numpy as np

__all__ = ["Counted", "Counting", "Repeats", "modulus_of", "step_of"]

_MODULI = (128, 129, 256)  # Emotiv at 128 Hz; EPOC with its battery packet; Emotiv at 256 Hz, Cyton
_REGULAR = 0.9  # a counter that steps evenly less often than this is none


@dataclass(frozen=True, kw_only=True)
class Counting:
    """How a device counts: it starts again at `modulus`, and goes on by `step` each sample."""

    modulus: int
    step: int = 1


def modulus_of(highest: float) -> int:
    """Return where a counter starts again, from the highest number it was seen to reach."""
    return next((known for known in _MODULI if highest < known), int(highest) + 1)


def step_of(numbers: np.ndarray, modulus: int) -> int:
    """Return by how much a counter goes on; 0 if it does not do so evenly.

    Ganglion boards give two samples one number, Daisy modules every second number.
    """
    steps = np.diff(numbers.astype(np.int64)) % modulus
    if not len(steps):
        return 1
    found, times = np.unique(steps, return_counts=True)
    step = int(found[np.argmax(times)])
    return step if step and times.max() >= _REGULAR * len(steps) else 0


class Counted:
    """Count what is missing between the samples of one stream.

    Parameters
    ----------
    counting : Counting
    rate_hz : float
        By which stamps tell a loss that is longer than the counter's circle from a short one.

    Notes
    -----
    Causal. Without stamps, losses are known modulo the circle only.
    """

    def __init__(self, counting: Counting, *, rate_hz: float) -> None:
        self._counting, self._rate_hz = counting, rate_hz
        self._number: float | None = None
        self._stamp = 0.0

    def take(self, numbers: np.ndarray, stamps: np.ndarray | None) -> np.ndarray:
        """Return how many samples are missing before each of these, (samples,) int."""
        circle, step = self._counting.modulus, self._counting.step
        before = numbers[0] - step if self._number is None else self._number
        ahead = np.diff(numbers, prepend=before) % circle
        if stamps is None:
            ahead[ahead == 0] = circle
        else:
            self._count_circles(ahead, stamps)
            self._stamp = float(stamps[-1])
        self._number = float(numbers[-1])
        return np.maximum(np.round(ahead / step) - 1, 0).astype(np.int64)

    def _count_circles(self, ahead: np.ndarray, stamps: np.ndarray) -> None:
        """Add to each step the whole circles that went by, as the stamps have it."""
        circle, step = self._counting.modulus, self._counting.step
        tick_s = 1.0 / (self._rate_hz * step)
        before = stamps[0] - ahead[0] * tick_s if self._number is None else self._stamp
        passed = np.diff(stamps, prepend=before) / tick_s
        turns = np.round((passed - ahead) / circle)
        for k in np.flatnonzero(turns):
            if turns[k] > 0:
                # A stall is no loss: what comes after it catches up with the clock.
                later = stamps[k : k + int(passed[k] / step + self._rate_hz) + 1]
                late = (later - later[0]) / tick_s - step * np.arange(len(later))
                turns[k] = max(np.round((passed[k] + late.min() - ahead[k]) / circle), 0)
        ahead += circle * turns


class Repeats:
    """Find rows that equal the row before them in every cell, time or number included."""

    def __init__(self) -> None:
        self.count = 0
        self._last: np.ndarray | None = None

    def drop(self, rows: np.ndarray) -> np.ndarray:
        """Return the rows without those that are written twice."""
        before = rows[:1] - 1 if self._last is None else self._last
        same = np.all(rows == np.concatenate([before, rows[:-1]]), axis=1)
        self._last = rows[-1:].copy()
        self.count += int(np.count_nonzero(same))
        return rows[~same] if same.any() else rows
