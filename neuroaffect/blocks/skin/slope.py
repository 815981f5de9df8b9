"""The slope of a slow signal over a window in which values may be missing."""

import numpy as np

__all__ = ["slope_per_min"]


def slope_per_min(y: np.ndarray, rate_hz: float) -> np.ndarray:
    """Return the slope per minute of the least-squares line through each column, (channels,).

    NaN where fewer than half of the values are there.

    Parameters
    ----------
    y : ndarray, shape (samples, channels)
        NaN for values that are not there; they are left out.
    rate_hz : float
    """
    there = np.isfinite(y)
    count = there.sum(axis=0)
    enough = count >= max(2.0, len(y) / 2)
    n = np.maximum(count, 1)
    minutes = np.where(there, (np.arange(len(y)) / (60.0 * rate_hz))[:, None], 0.0)
    minutes -= np.where(there, minutes.sum(axis=0) / n, 0.0)
    # From the first value there is: a level of thirty leaves few digits for a slope of 0.01.
    y = np.where(there, y - y[there.argmax(axis=0), np.arange(y.shape[1])], 0.0)
    squares = (minutes**2).sum(axis=0)
    slope = (minutes * y).sum(axis=0) / np.where(enough, squares, 1.0)
    return np.where(enough, slope, np.nan)
