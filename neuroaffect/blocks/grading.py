"""Grades from 1 (good) over 0.5 (poor) to 0 (bad)."""

import numpy as np

__all__ = ["FAIR", "grade"]

FAIR = 0.75  # below this grade the flaw is told


def grade(value: np.ndarray, good: float, poor: float, *, floor: float = 0.0) -> np.ndarray:
    """Return 1 up to `good`, 0.5 at `poor` and as steeply on, by the logarithm of the value.

    Parameters
    ----------
    value : ndarray
        At least 0; NaN, not known, is graded 1.
    good, poor : float
        Above 0; with `poor` below `good`, small values are the poor ones.
    floor : float
        No grade is lower.

    Examples
    --------
    >>> grade(np.array([50.0, 100.0, 200.0, 400.0, np.nan]), good=100.0, poor=200.0)
    array([1. , 1. , 0.5, 0. , 1. ])
    """
    with np.errstate(divide="ignore"):
        steps = np.log(np.asarray(value) / good) / np.log(poor / good)
    return np.where(np.isnan(steps), 1.0, np.clip(1.0 - 0.5 * steps, floor, 1.0))
