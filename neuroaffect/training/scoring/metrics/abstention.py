"""What is gained by keeping silent when unsure.

Conventions
-----------
* Trials are kept from the surest on. `coverage` is the share kept, `accuracy` that of the kept.
* Trials of one confidence are kept or left in any order: they count by their mean.
* The area is the mean accuracy over all shares kept, 1/n to 1. A confidence that knows nothing
  gives the plain accuracy; what lies above is gained.

References
----------
El-Yaniv, Wiener (2010), JMLR 11:1605; Geifman, El-Yaniv (2017), arXiv:1705.08500
"""

import numpy as np

from neuroaffect.training.scoring.metrics.shapes import require_probabilities

__all__ = ["coverage_area", "coverage_curve", "evaluate"]

_SHARES = tuple(np.arange(1, 11) / 10)


def coverage_curve(truth: np.ndarray, probabilities: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the share kept and the accuracy of the kept, each (n,), the surest first."""
    require_probabilities(truth, probabilities)
    right = (probabilities.argmax(axis=1) == truth).astype(np.float64)
    _, level, size = np.unique(-probabilities.max(axis=1), return_inverse=True, return_counts=True)
    mean = np.bincount(level, weights=right) / size
    kept = np.arange(1, len(truth) + 1)
    return kept / len(truth), np.cumsum(np.repeat(mean, size)) / kept


def coverage_area(truth: np.ndarray, probabilities: np.ndarray) -> float:
    """Return the mean accuracy over all shares kept."""
    return float(coverage_curve(truth, probabilities)[1].mean())


def evaluate(truth: np.ndarray, probabilities: np.ndarray) -> dict[str, object]:
    """Return coverage_area, and coverage: the accuracy with 10 %, 20 % … of the trials kept."""
    _, accuracy = coverage_curve(truth, probabilities)
    kept = [max(1, round(share * len(truth))) for share in _SHARES]
    return {
        "coverage_area": float(accuracy.mean()),
        "coverage": [
            {"kept": float(share), "accuracy": float(accuracy[count - 1])}
            for share, count in zip(_SHARES, kept, strict=True)
        ],
    }
