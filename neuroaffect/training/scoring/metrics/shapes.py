"""What a metric can be asked of."""

import numpy as np

from neuroaffect.errors import EvaluationError

__all__ = ["require_pairs", "require_probabilities"]

_ROUNDING = 1e-3  # networks answer in float32


def require_pairs(truth: np.ndarray, predicted: np.ndarray) -> None:
    """Refuse answers that are not one per truth, or none at all."""
    if truth.shape[-1:] != predicted.shape[-1:] or not truth.shape[-1]:
        raise EvaluationError(
            f"truth is {truth.shape} and the answers are {predicted.shape}; there must be one "
            "answer for each truth, and at least one"
        )


def require_probabilities(truth: np.ndarray, probabilities: np.ndarray) -> None:
    """Refuse what is not one distribution over classes for each truth.

    Raises
    ------
    EvaluationError
        If shapes differ, a class has no column, or rows do not sum to 1.
    """
    if probabilities.ndim != 2 or len(probabilities) != len(truth) or not len(truth):
        raise EvaluationError(
            f"truth is {truth.shape} and probabilities are {probabilities.shape}; "
            "they must be (n,) and (n, classes), and n at least 1"
        )
    if truth.max() >= probabilities.shape[1] or truth.min() < 0:
        raise EvaluationError(
            f"truth names class {truth.max():g}, but there are probabilities of "
            f"{probabilities.shape[1]} classes"
        )
    off = float(np.abs(probabilities.sum(axis=1) - 1).max())
    if not off <= _ROUNDING or probabilities.min() < 0:
        raise EvaluationError(
            f"probabilities sum to {1 + off:g} somewhere; give distributions over the classes"
        )
