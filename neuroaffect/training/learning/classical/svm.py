"""Support vector machines by scikit-learn, calibrated on trials held out."""

from typing import TYPE_CHECKING

import numpy as np

from neuroaffect.affect import Target
from neuroaffect.models import options_of
from neuroaffect.models.options import SVMOptions
from neuroaffect.training.learning.classical.held_out import folds_over_classes, residual_sd
from neuroaffect.training.learning.classical.lesson import Lesson
from neuroaffect.training.learning.classical.linear import LEAST_SD, NEVER, fill_readout

if TYPE_CHECKING:
    from neuroaffect.models.head import AffectNetwork

__all__ = ["fit_svm"]

# Held-out trials on the wrong side of chance say that nothing was learned: then p is near ½.
_LEAST_SLOPE = 1e-3


def fit_svm(lesson: Lesson) -> "AffectNetwork":
    """Return the `svm` network: a machine for each class against the rest.

    Two classes share one machine. Slope and offset of the logistic function (Platt) are fitted on
    trials that the machine was not fitted on, up to five folds; with a single trial in a class
    the machine's own margin is the logit. Several classes are normalised to sum 1. A continuous
    target has a support vector regression, and the sd of its held-out residuals.

    Parameters
    ----------
    lesson : Lesson

    Returns
    -------
    AffectNetwork

    Notes
    -----
    γ is 1 over inputs times variance, "scale" of scikit-learn, of the rows of all targets. Trials
    weigh the same; a tick of a trial of median length weighs 1, so that `c` is scikit-learn's C
    where all trials are of one length. (At a C of 1 per trial every row of a short recording is a
    support vector at its bound, and the offset is left to chance.)
    """
    options = options_of(lesson.network.name, lesson.network.options)
    lesson = lesson.thinned(options.rows)
    machines = _Machines(lesson, options)
    for target, columns, rows in lesson.rated():
        one = machines.add_values if target.kind == "continuous" else machines.add_classes
        one(target, columns.start, rows)
    return machines.network()


class _Machines:
    """Coefficients of every training row, for each output."""

    def __init__(self, lesson: Lesson, options: SVMOptions) -> None:
        self._lesson, self._options = lesson, options
        self._x = lesson.x.reshape(len(lesson.x), -1)
        self._gamma = 1 / (self._x.shape[1] * max(self._x.var(), np.finfo(float).tiny))
        self._ticks = np.median(np.unique(lesson.trials, return_counts=True)[1])  # in a trial
        outputs = sum(target.outputs for target in lesson.targets)
        self._alpha = np.zeros((len(self._x), outputs))
        self._bias = np.zeros(outputs)
        self._is_class = np.zeros(outputs, dtype=bool)

    def add_classes(self, target: Target, first: int, rows: np.ndarray) -> None:
        """Fit one class against the rest, for each; one machine if there are two."""
        y = self._lesson.labels[target.dimension][rows]
        seen = first + np.unique(y).astype(np.int64)
        self._is_class[first : first + target.outputs] = True
        self._bias[first : first + target.outputs] = NEVER
        self._bias[seen] = 0.0
        if len(seen) == 2:
            self._fit_class(target, seen[1], rows, y == seen[1] - first)
            self._alpha[:, seen[0]] = -self._alpha[:, seen[1]]
            self._bias[seen[0]] = -self._bias[seen[1]]
        elif len(seen) > 2:
            for column in seen:
                self._fit_class(target, column, rows, y == column - first)

    def add_values(self, target: Target, first: int, rows: np.ndarray) -> None:
        """Fit a regression."""
        from sklearn.svm import SVR

        y = self._lesson.labels[target.dimension][rows]
        x, w = self._x[rows], self._weights(target, rows)
        model = SVR(kernel=self._options.kernel, C=self._options.c, gamma=self._gamma)
        sd = residual_sd(model, x, y, w, self._lesson.trials[rows])
        model.fit(x, y, sample_weight=w)
        self._alpha[rows[model.support_], first] = model.dual_coef_[0]
        self._bias[[first, first + 1]] = model.intercept_[0], np.log(max(sd, LEAST_SD))

    def _fit_class(self, target: Target, column: int, rows: np.ndarray, high: np.ndarray) -> None:
        from sklearn.svm import SVC

        x, w = self._x[rows], self._weights(target, rows)
        model = SVC(kernel=self._options.kernel, C=self._options.c, gamma=self._gamma)
        model, slope, offset = _calibrated(model, x, high, w, self._lesson.trials[rows])
        self._alpha[rows[model.support_], column] = slope * model.dual_coef_[0]
        self._bias[column] = slope * model.intercept_[0] + offset

    def _weights(self, target: Target, rows: np.ndarray) -> np.ndarray:
        return self._lesson.weights[target.dimension][rows] * self._ticks

    def network(self) -> "AffectNetwork":
        """Return the network of the rows that any machine has kept."""
        import torch

        alpha, vectors = self._alpha, self._x
        if self._options.kernel == "linear":
            alpha, vectors = np.eye(alpha.shape[1]), alpha.T @ vectors  # one vector per machine
        else:
            kept = alpha.any(axis=1)
            alpha, vectors = alpha[kept], vectors[kept]
        network = self._lesson.fresh()
        encoder = network.encoder
        encoder.vectors = torch.tensor(vectors, dtype=torch.float32)
        encoder.alpha = torch.tensor(alpha)
        encoder.bias = torch.tensor(self._bias)
        encoder.gamma = torch.tensor(self._gamma, dtype=torch.float32)
        encoder.is_class = torch.tensor(self._is_class)
        fill_readout(network, np.eye(encoder.width), np.zeros(encoder.width))
        return network


def _calibrated(
    model, x: np.ndarray, high: np.ndarray, weights: np.ndarray, trials: np.ndarray
) -> tuple[object, float, float]:
    """Return the machine fitted on all rows, and what makes a logit of what it says."""
    from sklearn.calibration import CalibratedClassifierCV

    folds = folds_over_classes(high, trials)
    if not folds:
        return model.fit(x, high, sample_weight=weights), 1.0, 0.0
    whole = CalibratedClassifierCV(model, method="sigmoid", cv=folds, ensemble=False)
    (fitted,) = whole.fit(x, high, sample_weight=weights).calibrated_classifiers_
    (platt,) = fitted.calibrators
    if -platt.a_ < _LEAST_SLOPE:
        return fitted.estimator, _LEAST_SLOPE, 0.0
    return fitted.estimator, -platt.a_, -platt.b_
