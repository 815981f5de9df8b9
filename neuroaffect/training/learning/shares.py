"""How often each class occurs among training trials, each trial counting once."""

from collections.abc import Mapping, Sequence

import numpy as np

from neuroaffect.affect import Target

__all__ = ["balance_of", "class_weights_of", "counts_of", "majority_of", "one_class_of"]


def counts_of(y: np.ndarray, target: Target, trial_weight: np.ndarray) -> np.ndarray:
    """Return how many trials each class has, (classes,).

    Parameters
    ----------
    y : ndarray, shape (n,)
        Class numbers; NaN where there is none.
    target : Target
        With classes.
    trial_weight : ndarray, shape (n,)
        Rows of one trial together weigh 1.
    """
    rated = np.isfinite(y)
    classes = y[rated].astype(np.int64)
    return np.bincount(classes, weights=trial_weight[rated], minlength=len(target.classes))


def class_weights_of(y: np.ndarray, target: Target, trial_weight: np.ndarray) -> np.ndarray:
    """Return a weight per class, (classes,), so that each class seen counts the same."""
    trials = counts_of(y, target, trial_weight)
    seen = trials > 0
    return np.where(seen, trials.sum() / (seen.sum() * np.where(seen, trials, 1.0)), 0.0)


def balance_of(
    labels: Mapping[str, np.ndarray], targets: Sequence[Target], trial_weight: np.ndarray
) -> dict[str, np.ndarray]:
    """Return, by dimension that has classes and labels, a weight per class, (classes,)."""
    return {
        t.dimension: class_weights_of(labels[t.dimension], t, trial_weight)
        for t in targets
        if t.classes and np.isfinite(labels[t.dimension]).any()
    }


def majority_of(y: np.ndarray, target: Target, trial_weight: np.ndarray) -> float:
    """Return the most frequent class, or the mean of numbers."""
    if target.classes:
        return float(counts_of(y, target, trial_weight).argmax())
    rated = np.isfinite(y)
    return float(np.average(y[rated], weights=trial_weight[rated]))


def one_class_of(labels: Mapping[str, np.ndarray], targets: Sequence[Target]) -> frozenset[str]:
    """Return the dimensions with classes of which fewer than two occur."""
    values = {t.dimension: labels[t.dimension] for t in targets if t.classes}
    return frozenset(d for d, y in values.items() if len(np.unique(y[np.isfinite(y)])) < 2)
