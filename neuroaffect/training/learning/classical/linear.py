"""The plain baseline: one linear model per target."""

from typing import TYPE_CHECKING

import numpy as np

from neuroaffect.training.learning.classical.lesson import Lesson

if TYPE_CHECKING:
    from neuroaffect.models.head import AffectNetwork

__all__ = ["LEAST_SD", "NEVER", "fill_readout", "fit_logistic", "linear_readout"]

NEVER = -30.0  # logit of a class that training never showed
LEAST_SD = 1e-3  # of a value in [-1, 1]: nothing is surer


def fit_logistic(lesson: Lesson) -> "AffectNetwork":
    """Return the `logistic` network: all features in a row, and a linear model of each target.

    A logistic regression per target with classes, a ridge regression per continuous one, both
    with scikit-learn's default penalty (C = 1, alpha = 1).

    Parameters
    ----------
    lesson : Lesson

    Returns
    -------
    AffectNetwork
    """
    network = lesson.fresh()
    fill_readout(network, *linear_readout(lesson.x.reshape(len(lesson.x), -1), lesson))
    return network


def linear_readout(
    embedding: np.ndarray, lesson: Lesson, *, penalty: float = 1.0
) -> tuple[np.ndarray, np.ndarray]:
    """Return weight (outputs, width) and bias (outputs,) that read the targets best.

    Logits of the classes; mean and log sd of a continuous target.

    Parameters
    ----------
    embedding : ndarray, shape (n, width)
        Of the lesson's rows.
    lesson : Lesson
    penalty : float
        scikit-learn's alpha, 1/C.
    """
    outputs = sum(target.outputs for target in lesson.targets)
    weight, bias = np.zeros((outputs, embedding.shape[1])), np.zeros(outputs)
    for target, columns, rows in lesson.rated():
        y, w = lesson.labels[target.dimension][rows], lesson.weights[target.dimension][rows]
        one = _values if target.kind == "continuous" else _classes
        weight[columns], bias[columns] = one(embedding[rows], y, w, target.outputs, penalty)
    return weight, bias


def fill_readout(network: "AffectNetwork", weight: np.ndarray, bias: np.ndarray) -> None:
    """Write a linear readout into a network's head."""
    import torch

    with torch.no_grad():
        network.head.readout.weight.copy_(torch.from_numpy(weight))
        network.head.readout.bias.copy_(torch.from_numpy(bias))


def _classes(
    x: np.ndarray, y: np.ndarray, weights: np.ndarray, classes: int, penalty: float
) -> tuple[np.ndarray, np.ndarray]:
    from sklearn.linear_model import LogisticRegression

    weight, bias = np.zeros((classes, x.shape[1])), np.full(classes, NEVER)
    seen = np.unique(y).astype(np.int64)
    if len(seen) < 2:
        bias[seen] = 0.0
        return weight, bias
    model = LogisticRegression(C=1 / penalty, max_iter=2000).fit(x, y, sample_weight=weights)
    if len(seen) == 2:
        # scikit-learn gives the second logit with the first held at 0.
        weight[seen[1]] = model.coef_[0]
        bias[seen] = 0.0, model.intercept_[0]
    else:
        weight[seen], bias[seen] = model.coef_, model.intercept_
    return weight, bias


def _values(
    x: np.ndarray, y: np.ndarray, weights: np.ndarray, outputs: int, penalty: float
) -> tuple[np.ndarray, np.ndarray]:
    from sklearn.linear_model import Ridge

    model = Ridge(alpha=penalty).fit(x, y, sample_weight=weights)
    residual_sd = float(np.sqrt(np.average((model.predict(x) - y) ** 2, weights=weights)))
    weight, bias = np.zeros((outputs, x.shape[1])), np.zeros(outputs)
    weight[0], bias[:] = model.coef_, (model.intercept_, np.log(max(residual_sd, LEAST_SD)))
    return weight, bias
