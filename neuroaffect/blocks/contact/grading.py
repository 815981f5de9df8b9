"""Grades from 1 (good) over 0.5 (poor) to 0 (bad)."""

import numpy as np

__all__ = ["FAIR", "USABLE", "WORDS", "grade", "word_of"]

FAIR = 0.75  # below this grade the flaw is told
USABLE = 0.5  # below this a channel counts as bad
WORDS = ("good", "poor", "bad")


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


def word_of(quality: float) -> str:
    """Return the word for a quality: good, poor (still used, with a flaw told) or bad.

    >>> word_of(1.0), word_of(0.5), word_of(0.49)
    ('good', 'poor', 'bad')
    """
    return "good" if quality >= FAIR else "poor" if quality >= USABLE else "bad"
