"""A sliding window kept as one sum per hop."""

from collections import deque

import numpy as np

__all__ = ["SumWindow"]


class SumWindow:
    """The sums of whatever is summed over the hops that reach into the window.

    A sum per hop, added up in order of time, costs the hop and not the window, and carries no
    rounding from hop to hop as a running sum would.

    Parameters
    ----------
    window_s : float
        Length of the window; in effect the whole hops nearest to it.
    rate_hz : float
    """

    def __init__(self, window_s: float, rate_hz: float) -> None:
        self._window = max(1, round(window_s * rate_hz))
        self._hops: deque[tuple[int, np.ndarray]] = deque()
        self.samples = 0

    @property
    def full(self) -> bool:
        """Whether the hops seen so far reach the window, up to half a hop."""
        return self.samples + self._hops[0][0] / 2 >= self._window if self._hops else False

    def add(self, samples: int, sums: np.ndarray) -> np.ndarray:
        """Take the sums of the next hop, return those of the window.

        `samples` of the window are afterwards in :attr:`samples`.
        """
        self._hops.append((samples, sums))
        self.samples += samples
        # Keep the fewest newest hops that reach the window: half a hop short at most.
        while len(self._hops) > 1 and self.samples - self._hops[0][0] / 2 >= self._window:
            self.samples -= self._hops.popleft()[0]
        total = self._hops[0][1].copy()
        for _, more in list(self._hops)[1:]:
            total += more
        return total
