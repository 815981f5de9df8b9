"""How near a miss is, among ordered classes.

Conventions
-----------
* The two classes of the highest probabilities are looked at; of equal ones the lower class.
* A sequence of two is hit if they are neighbours and one of them is right ("Seq2HR"): a model that
  wavers between 3 and 4 knows that ratings have an order, one that wavers between 1 and 5 does not.
* Of two classes it is always 1, and so says nothing; :func:`evaluate` gives None.

References
----------
Kuang, Song, Michoski (2024), arXiv:2408.15255
"""

import numpy as np

from neuroaffect.training.scoring.metrics.shapes import require_probabilities

__all__ = ["evaluate", "seq2hr"]


def seq2hr(truth: np.ndarray, probabilities: np.ndarray) -> float:
    """Return the share of trials whose two likeliest classes are neighbours, one of them right."""
    require_probabilities(truth, probabilities)
    best = np.argsort(-probabilities, axis=1, kind="stable")[:, :2]  # (n, 2)
    neighbours = np.abs(np.diff(best, axis=1)[:, 0]) == 1
    return float(np.mean(neighbours & (best == truth[:, None]).any(axis=1)))


def evaluate(truth: np.ndarray, probabilities: np.ndarray) -> dict[str, float | None]:
    """Return seq2hr."""
    return {"seq2hr": seq2hr(truth, probabilities) if probabilities.shape[1] > 2 else None}
