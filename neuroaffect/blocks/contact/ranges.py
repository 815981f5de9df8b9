"""Highest and lowest values of each channel over the newest hops, and how often they occur."""

import numpy as np

__all__ = ["Ranges"]


class Ranges:
    """What flat, railed, wild and missing are read from.

    Each hop is summed up once, so a verdict costs the hops of the window and not its samples.
    Window: the fewest newest hops that hold `window` samples.

    Parameters
    ----------
    window : int
        Samples.
    """

    def __init__(self, window: int) -> None:
        self._window = window
        self._hops: list[_Hop] = []

    def add(self, x: np.ndarray) -> None:
        """Take the next hop, (hop, channels), at least one sample."""
        self._hops.append(_Hop(x))
        while sum(hop.samples for hop in self._hops[1:]) >= self._window:
            del self._hops[0]

    @property
    def full(self) -> bool:
        """Whether a window has passed."""
        return self.samples >= self._window

    @property
    def samples(self) -> int:
        """Samples in the window."""
        return sum(hop.samples for hop in self._hops)

    @property
    def missing(self) -> np.ndarray:
        """Which channels had a value that is no number, (channels,)."""
        return np.any([hop.missing for hop in self._hops], axis=0)

    @property
    def high(self) -> np.ndarray:
        """Highest values, (channels,)."""
        return np.max([hop.high for hop in self._hops], axis=0)

    @property
    def low(self) -> np.ndarray:
        """Lowest values, (channels,)."""
        return np.min([hop.low for hop in self._hops], axis=0)

    @property
    def level(self) -> np.ndarray:
        """Mean values, (channels,)."""
        return np.sum([hop.sum for hop in self._hops], axis=0) / self.samples

    @property
    def power(self) -> np.ndarray:
        """Mean squares, (channels,)."""
        return np.sum([hop.squares for hop in self._hops], axis=0) / self.samples

    def at_edge(self) -> np.ndarray:
        """Return how many samples equal the highest or the lowest value, (channels,)."""
        high, low = self.high, self.low
        at_high = [np.where(hop.high == high, hop.at_high, 0) for hop in self._hops]
        at_low = [np.where(hop.low == low, hop.at_low, 0) for hop in self._hops]
        return np.maximum(np.sum(at_high, axis=0), np.sum(at_low, axis=0))


class _Hop:
    """What is kept of one hop, each (channels,)."""

    def __init__(self, x: np.ndarray) -> None:
        finite = np.isfinite(x)
        whole = bool(finite.all())
        known = x if whole else np.where(finite, x, 0.0)
        self.samples = len(x)
        self.missing = np.zeros(x.shape[1], bool) if whole else ~finite.all(axis=0)
        self.high = np.max(known, axis=0)
        self.low = np.min(known, axis=0)
        self.sum = np.sum(known, axis=0)
        self.squares = np.einsum("tc,tc->c", known, known)
        self.at_high = np.count_nonzero(x == self.high, axis=0)
        self.at_low = np.count_nonzero(x == self.low, axis=0)
