"""How far values are off.

Conventions
-----------
* Values are (..., n) in [-1, 1]; axes before the last are several answers at once, and `weights`
  (..., n) says how often a trial counts, as among classes.
* Concordance is Lin's, 2 cov / (var + var + (difference of means)²), with population moments; 0 if
  neither varies and both agree.

References
----------
Lin (1989), doi:10.2307/2532051
"""

import numpy as np

from neuroaffect.training.scoring.metrics.shapes import require_pairs

__all__ = ["concordance", "evaluate", "rmse"]

_NOTHING = 1e-24  # of squares of values in [-1, 1]: less is rounding


def concordance(
    truth: np.ndarray, predicted: np.ndarray, *, weights: np.ndarray | None = None
) -> float | np.ndarray:
    """Return Lin's concordance."""
    require_pairs(truth, predicted)
    mean_t, mean_p = _mean(truth, weights), _mean(predicted, weights)
    t, p = truth - mean_t[..., None], predicted - mean_p[..., None]
    spread = _mean(t**2, weights) + _mean(p**2, weights) + (mean_t - mean_p) ** 2
    twice = 2 * _mean(t * p, weights)
    return np.divide(twice, spread, out=np.zeros(np.shape(spread)), where=spread > _NOTHING)[()]


def rmse(
    truth: np.ndarray, predicted: np.ndarray, *, weights: np.ndarray | None = None
) -> float | np.ndarray:
    """Return the root of the mean squared error."""
    require_pairs(truth, predicted)
    return np.sqrt(_mean((truth - predicted) ** 2, weights))[()]


def evaluate(truth: np.ndarray, predicted: np.ndarray) -> dict[str, float]:
    """Return concordance and rmse."""
    return {
        "concordance": float(concordance(truth, predicted)),
        "rmse": float(rmse(truth, predicted)),
    }


def _mean(values: np.ndarray, weights: np.ndarray | None) -> np.ndarray:
    """Return the weighted mean over the last axis, (...,)."""
    if weights is None:
        return np.asarray(values.mean(axis=-1))
    return np.asarray((values * weights).sum(axis=-1) / weights.sum(axis=-1))
