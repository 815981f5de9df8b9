"""How well a feature tells labels apart, over trials: R², and its sign.

A trial counts as one observation, by the mean of its ticks. Each person's own mean is taken off
first where there are several people: what is asked is what changes within a person.

References
----------
Blankertz, Lemm, Treder, Haufe, Müller (2011), doi:10.1016/j.neuroimage.2010.06.048 (signed r²);
the map of channels and bands is HappyFeat's (Inria), which cuts the larger class to the smaller
one's size: here both are kept whole.
"""

import numpy as np

from neuroaffect.training.data.mapped import Mapped, blocks

__all__ = ["centred", "correlated", "explained", "signed_r2", "trial_means"]

_ROUNDING = 1e-12  # of the sum of squares: less than that is no variance


def trial_means(features: np.ndarray | Mapped, trials: np.ndarray) -> np.ndarray:
    """Return the mean of each trial's ticks, (trials, ...), ordered by the trials' numbers.

    Ticks without a value are left out; NaN where a trial has no value at all.
    """
    _, trial_of = np.unique(trials, return_inverse=True)
    shape = (trial_of.max(initial=-1) + 1, *features.shape[1:])
    total, count = np.zeros(shape), np.zeros(shape)
    for piece, values in blocks(features):
        known = np.isfinite(values)
        np.add.at(total, trial_of[piece], np.where(known, values, 0.0))
        np.add.at(count, trial_of[piece], known)
    return np.divide(total, count, out=np.full(shape, np.nan), where=count > 0)


def centred(values: np.ndarray, groups: np.ndarray) -> np.ndarray:
    """Return values (n, ...) without the mean of their group, NaN left out."""
    numbers, group_of = np.unique(groups, return_inverse=True)
    return values - trial_means(values, group_of)[group_of] if len(numbers) else values


def explained(values: np.ndarray, classes: np.ndarray) -> np.ndarray:
    """Return the share of variance between classes, (...), from 0 to 1.

    Parameters
    ----------
    values : ndarray, shape (n, ...)
        NaN where there is no value.
    classes : ndarray, (n,)
        NaN where there is no label: such observations take no part.

    Returns
    -------
    ndarray
        Of two classes it is R² = (S₁²/n₁ + S₂²/n₂ − G) / (Q₁ + Q₂ − G) with sums S, sums of
        squares Q and G = (S₁ + S₂)² / (n₁ + n₂), the squared correlation with the label; of more,
        η². NaN where fewer than two classes have a value, or the values are all the same.
    """
    values, known = _known(values, classes)
    least = _ROUNDING * (values**2).sum(axis=0)
    values = values - values.sum(axis=0) / np.maximum(known.sum(axis=0), 1)
    values = np.where(known, values, 0.0)
    squares = (values**2).sum(axis=0)
    between, present = np.zeros(values.shape[1:]), np.zeros(values.shape[1:])
    for one in np.unique(classes[np.isfinite(classes)]):
        count = known[classes == one].sum(axis=0)
        between += values[classes == one].sum(axis=0) ** 2 / np.maximum(count, 1)
        present += count > 0
    varies = (present >= 2) & (squares > least)
    return np.divide(between, squares, out=np.full(squares.shape, np.nan), where=varies)


def signed_r2(values: np.ndarray, high: np.ndarray) -> np.ndarray:
    """Return R² of two classes, (...): above 0 where the high one (1) has the higher mean."""
    r2 = explained(values, high)
    values, known = _known(values, high)
    means = [
        values[high == one].sum(axis=0) / np.maximum(known[high == one].sum(axis=0), 1)
        for one in (0.0, 1.0)
    ]
    return np.where(means[1] < means[0], -r2, r2)


def correlated(values: np.ndarray, target: np.ndarray) -> np.ndarray:
    """Return the squared correlation with a continuous label, (...); NaN where there is none."""
    values, known = _known(values, target)
    y = np.where(np.isfinite(target), target, 0.0).reshape(-1, *[1] * (values.ndim - 1))
    n = np.maximum(known.sum(axis=0), 1)
    least = _ROUNDING * (values**2).sum(axis=0)
    x = np.where(known, values - values.sum(axis=0) / n, 0.0)
    y = np.where(known, y - (y * known).sum(axis=0) / n, 0.0)
    spread = (x**2).sum(axis=0) * (y**2).sum(axis=0)
    varies = ((x**2).sum(axis=0) > least) & ((y**2).sum(axis=0) > 0)
    r2 = np.full(spread.shape, np.nan)
    return np.divide((x * y).sum(axis=0) ** 2, spread, out=r2, where=varies)


def _known(values: np.ndarray, labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the values with 0 for none, and which there are, for labelled observations."""
    labelled = np.isfinite(labels).reshape(-1, *[1] * (values.ndim - 1))
    known = np.isfinite(values) & labelled
    return np.where(known, values, 0.0), known
