"""The plain baseline: one linear model per target."""

from collections.abc import Mapping, Sequence

import numpy as np

from neuroaffect.affect import Target

__all__ = ["fit_linear"]

_NEVER = -30.0  # logit of a class that training never showed


def fit_linear(
    x: np.ndarray,
    labels: Mapping[str, np.ndarray],
    targets: Sequence[Target],
    weights: Mapping[str, np.ndarray],
) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Fit a logistic regression per target with classes, a ridge regression per continuous one.

    Both with scikit-learn's default penalty (C = 1, alpha = 1) on normalised features.

    Parameters
    ----------
    x : ndarray, shape (n, inputs)
        Normalised features.
    labels : mapping of str to ndarray, (n,)
        Class numbers, or values in [-1, 1]; rows with NaN are not used.
    targets : sequence of Target
    weights : mapping of str to ndarray, (n,)
        Weight of each row.

    Returns
    -------
    dict of str to (ndarray, ndarray)
        Dimension → weight (outputs, inputs) and bias (outputs,) of the logits, or of mean and
        log sd.
    """
    coefficients = {}
    for target in targets:
        y, w = labels[target.dimension], weights[target.dimension]
        rated = np.isfinite(y)
        one = _fit_values if target.kind == "continuous" else _fit_classes
        coefficients[target.dimension] = one(x[rated], y[rated], w[rated], target.outputs)
    return coefficients


def _fit_classes(
    x: np.ndarray, y: np.ndarray, weights: np.ndarray, classes: int
) -> tuple[np.ndarray, np.ndarray]:
    from sklearn.linear_model import LogisticRegression

    weight, bias = np.zeros((classes, x.shape[1])), np.full(classes, _NEVER)
    seen = np.unique(y).astype(np.int64)
    if len(seen) < 2:
        bias[seen] = 0.0
        return weight, bias
    model = LogisticRegression(max_iter=2000).fit(x, y, sample_weight=weights)
    if len(seen) == 2:
        # scikit-learn gives the second logit with the first held at 0.
        weight[seen[1]] = model.coef_[0]
        bias[seen] = 0.0, model.intercept_[0]
    else:
        weight[seen], bias[seen] = model.coef_, model.intercept_
    return weight, bias


def _fit_values(
    x: np.ndarray, y: np.ndarray, weights: np.ndarray, outputs: int
) -> tuple[np.ndarray, np.ndarray]:
    from sklearn.linear_model import Ridge

    model = Ridge().fit(x, y, sample_weight=weights)
    residual_sd = float(np.sqrt(np.average((model.predict(x) - y) ** 2, weights=weights)))
    weight, bias = np.zeros((outputs, x.shape[1])), np.zeros(outputs)
    weight[0], bias[:] = model.coef_, (model.intercept_, np.log(max(residual_sd, 1e-3)))
    return weight, bias
