"""How large a signal usually is: the robust standard deviation of its own past."""

import copy
from collections import deque

import numpy as np

__all__ = ["Usual"]

LEARN_S = 5.0  # ours: below this the past is too short to say what is usual
_SD_OF_MEDIAN = 0.6745  # median of |x| of a Gaussian of SD 1


class Usual:
    """The median over the past's hops of each hop's median of |x|, as a standard deviation.

    Half of the past may be artifact without moving it far.

    Parameters
    ----------
    rate_hz : float
    past_s : float
        How long the past is.
    """

    def __init__(self, rate_hz: float, past_s: float) -> None:
        self._rate_hz = rate_hz
        self._past_s = past_s
        self._hops: deque[tuple[int, np.ndarray]] = deque()
        self._samples = 0
        self._sd: np.ndarray | None = None
        self._since = 0  # samples

    @property
    def learnt(self) -> bool:
        """Whether there are five seconds of past."""
        return self._samples >= LEARN_S * self._rate_hz

    @property
    def sd(self) -> np.ndarray:
        """The standard deviation, of the shape of the medians; looked at once a second."""
        if self._sd is None or self._since >= self._rate_hz:
            self._sd = np.median([median for _, median in self._hops], axis=0) / _SD_OF_MEDIAN
            self._since = 0
        return self._sd

    def add(self, samples: int, median: np.ndarray) -> None:
        """Take the next hop: its length, and its medians of |x| in an array of any shape."""
        self._hops.append((samples, median))
        self._samples += samples
        self._since += samples
        while self._samples - self._hops[0][0] >= self._past_s * self._rate_hz:
            self._samples -= self._hops.popleft()[0]

    def copy(self) -> "Usual":
        """Return one that goes on from here by itself."""
        twin = copy.copy(self)
        twin._hops = self._hops.copy()
        return twin
