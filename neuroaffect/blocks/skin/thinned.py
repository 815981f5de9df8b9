"""A slow signal at a rate that is enough for it: means of consecutive samples."""

import numpy as np

__all__ = ["Thinned"]


class Thinned:
    """Means of as many samples as bring the rate near to another one.

    A mean over whole samples is its own guard against folding: at 100 Hz, twelve samples leave
    nothing of 50 Hz. A mean with a sample in it that is missing, or whose hop was bad, is told
    apart from one that can be used. Samples left over wait for the next hop.

    Parameters
    ----------
    rate_hz : float
        Rate of the signal.
    channels : int
    about_hz : float
        Rate wanted; a slower signal stays as it is.
    """

    def __init__(self, rate_hz: float, channels: int, *, about_hz: float) -> None:
        self._each = max(1, round(rate_hz / about_hz))
        self.rate_hz = rate_hz / self._each
        self._rest = np.empty((0, channels))
        self._rest_good = np.ones(channels, dtype=bool)

    def push(self, x: np.ndarray, good: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the means that this hop completes, and which are of good hops only.

        Each is (means, channels); a mean is NaN where a value was missing.

        Parameters
        ----------
        x : ndarray, shape (hop, channels)
        good : ndarray of bool, shape (channels,)
            Whether the channel was good in this hop.
        """
        rows = np.concatenate([self._rest, np.where(np.isfinite(x), x, np.nan)])
        count = len(rows) // self._each
        taken = count * self._each
        usable = np.repeat(good[None], count, axis=0)
        usable[:1] &= self._rest_good  # the samples left over may be of a worse hop
        waits_good = good if count else self._rest_good & good
        self._rest_good = waits_good if taken < len(rows) else np.ones_like(good)
        self._rest = rows[taken:].copy()
        whole = rows[:taken].reshape(count, self._each, x.shape[1])  # (means, samples, channels)
        return whole.mean(axis=1), usable
