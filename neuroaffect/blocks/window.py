"""Sliding windows: of one sum per hop, of samples, of which channels were good."""

from collections import deque

import numpy as np

from neuroaffect.errors import PipelineError

__all__ = ["GoodWindow", "SampleWindow", "SumWindow", "require_window"]


def require_window(window_s: float, block: str) -> None:
    """Raise a PipelineError naming the block if a window is not above 0 seconds."""
    if not window_s > 0:
        raise PipelineError(f"{block}: window_s = {window_s:g} must be above 0")


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


class SampleWindow:
    """The newest samples of every channel.

    Parameters
    ----------
    samples, channels : int
    """

    def __init__(self, samples: int, channels: int) -> None:
        self.x = np.full((samples, channels), np.nan)  # (samples, channels), oldest first
        self.seen = 0

    @property
    def full(self) -> bool:
        """Whether as many samples have been seen as the window holds."""
        return self.seen >= len(self.x)

    def add(self, x: np.ndarray) -> None:
        """Take the next (hop, channels) samples."""
        self.seen += len(x)
        self.x = np.concatenate([self.x, x])[-len(self.x) :]


class GoodWindow:
    """Which channels have been good for a while.

    Parameters
    ----------
    samples, channels : int
        A channel is good that was so in each hop of the last `samples`.
    """

    def __init__(self, samples: int, channels: int) -> None:
        self._samples = samples
        self._since_bad = np.full(channels, np.inf)

    def add(self, samples: int, good: np.ndarray) -> np.ndarray:
        """Take the verdict on the next hop, return which channels are good, (channels,)."""
        self._since_bad += samples
        self._since_bad[~good] = 0.0
        return self._since_bad >= self._samples
