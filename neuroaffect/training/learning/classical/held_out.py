"""Trials held out inside the training side, so that a model says how sure it is of new ones."""

import numpy as np

__all__ = ["Folds", "folds_over_classes", "folds_over_values", "residual_sd"]

Folds = list[tuple[np.ndarray, np.ndarray]]

_MOST = 5  # folds


def folds_over_classes(high: np.ndarray, trials: np.ndarray) -> Folds:
    """Return (train, test) rows of up to five folds, both classes on each training side.

    Empty where no trial of a class can be spared.

    Parameters
    ----------
    high : ndarray of bool, (n,)
        The class of each row.
    trials : ndarray of int, (n,)
        No trial is on both sides.
    """
    from sklearn.model_selection import StratifiedGroupKFold

    count = min(_MOST, *(len(np.unique(trials[high == side])) for side in (False, True)))
    if count < 2:
        return []
    folds = list(StratifiedGroupKFold(count).split(high, high, trials))
    return folds if all(len(np.unique(high[train])) == 2 for train, _ in folds) else []


def folds_over_values(trials: np.ndarray) -> Folds:
    """Return (train, test) rows of up to five folds; empty if there is one trial only."""
    from sklearn.model_selection import GroupKFold

    count = min(_MOST, len(np.unique(trials)))
    return list(GroupKFold(count).split(trials, trials, trials)) if count > 1 else []


def residual_sd(
    model, x: np.ndarray, y: np.ndarray, weights: np.ndarray, trials: np.ndarray
) -> float:
    """Return how far off a regressor is, of trials that it was not fitted on.

    Of its own rows, if there is one trial only; those it may know by heart.

    Parameters
    ----------
    model : scikit-learn regressor
        Not changed.
    x : ndarray, shape (n, inputs)
    y, weights : ndarray, (n,)
    trials : ndarray of int, (n,)
    """
    from sklearn.base import clone

    everything = np.arange(len(y))
    squares = np.empty(len(y))
    for train, test in folds_over_values(trials) or [(everything, everything)]:
        one = clone(model).fit(x[train], y[train], sample_weight=weights[train])
        squares[test] = (one.predict(x[test]) - y[test]) ** 2
    return float(np.sqrt(np.average(squares, weights=weights)))
