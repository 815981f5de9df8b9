"""The newest rows of a signal, kept as whole hops."""

from collections import deque

import numpy as np

__all__ = ["Trailing"]


class Trailing:
    """The fewest newest hops that reach back over a window.

    Kept hop by hop, so that nothing runs on from window to window and no rounding gathers.

    Parameters
    ----------
    samples : int
        Length of the window.
    """

    def __init__(self, samples: int) -> None:
        self._window = max(1, samples)
        self._hops: deque[tuple[int, np.ndarray]] = deque()

    def push(self, rows: np.ndarray, samples: int | None = None) -> None:
        """Take the rows of the next hop; `samples` if they sum up more samples than rows."""
        self._hops.append((len(rows) if samples is None else samples, rows))
        while self.samples - self._hops[0][0] >= self._window:
            self._hops.popleft()

    @property
    def samples(self) -> int:
        """Samples kept."""
        return sum(n for n, _ in self._hops)

    @property
    def full(self) -> bool:
        """Whether the window is covered."""
        return self.samples >= self._window

    def rows(self) -> np.ndarray:
        """Return the rows kept, oldest first."""
        return np.concatenate([rows for _, rows in self._hops])
