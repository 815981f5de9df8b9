"""Right and wrong among classes.

Conventions
-----------
* Class numbers are (..., n): axes before the last are several answers at once (bootstrap draws,
  permutations), and the scores come as (...,). `weights` (..., n) says how often a trial counts.
* Balanced accuracy is the mean recall of the classes that occur; chance is one over their number
  whatever their shares.
* Macro-F1 is the mean F1 of the classes that occur or are predicted.
* The area under the ROC curve is that of each class that occurs against all others, averaged
  evenly (of two classes, the usual one); ties count half. Probabilities of several folds are
  pooled: where each fold leaves one trial out that is pessimistic, for what is left out is rarer
  in training.

References
----------
Brodersen et al. (2010), doi:10.1109/ICPR.2010.764 (balanced accuracy); Hanley and McNeil (1982),
doi:10.1148/radiology.143.1.7063747 (AUC as a rank statistic); Airola et al. (2011),
doi:10.1016/j.csda.2010.11.023 (pooling)
"""

import numpy as np

from neuroaffect.training.scoring.metrics.shapes import require_pairs, require_probabilities

__all__ = ["accuracy", "auc", "balanced_accuracy", "confusion", "evaluate", "macro_f1"]


def confusion(
    truth: np.ndarray,
    predicted: np.ndarray,
    *,
    classes: int | None = None,
    weights: np.ndarray | None = None,
) -> np.ndarray:
    """Return how often each class was called each class, (..., classes, classes), truth first."""
    require_pairs(truth, predicted)
    classes = classes or int(max(truth.max(), predicted.max())) + 1
    pair = truth.astype(np.int64) * classes + predicted.astype(np.int64)
    if pair.ndim == 1:  # the same answers in each draw
        cells = np.eye(classes**2)[pair]  # (n, classes²)
        counts = cells.sum(axis=0) if weights is None else weights @ cells
        return counts.reshape(*counts.shape[:-1], classes, classes)
    lead = pair.shape[:-1]
    pair = pair.reshape(-1, pair.shape[-1])
    pair = pair + classes**2 * np.arange(len(pair))[:, None]
    if weights is not None:
        weights = np.broadcast_to(weights, (*lead, pair.shape[-1])).reshape(-1)
    counts = np.bincount(pair.reshape(-1), weights, minlength=classes**2 * len(pair))
    return counts.reshape(*lead, classes, classes)


def accuracy(
    truth: np.ndarray, predicted: np.ndarray, *, weights: np.ndarray | None = None
) -> float | np.ndarray:
    """Return the share of right answers."""
    counts = confusion(truth, predicted, weights=weights)
    return (np.trace(counts, axis1=-2, axis2=-1) / counts.sum(axis=(-2, -1)))[()]


def balanced_accuracy(
    truth: np.ndarray, predicted: np.ndarray, *, weights: np.ndarray | None = None
) -> float | np.ndarray:
    """Return the mean recall of the classes that occur."""
    counts = confusion(truth, predicted, weights=weights)
    occurs = counts.sum(axis=-1)
    return _mean(_diagonal(counts), occurs)


def macro_f1(
    truth: np.ndarray, predicted: np.ndarray, *, weights: np.ndarray | None = None
) -> float | np.ndarray:
    """Return the mean F1 of the classes that occur or are predicted."""
    counts = confusion(truth, predicted, weights=weights)
    mentions = counts.sum(axis=-2) + counts.sum(axis=-1)
    return _mean(2 * _diagonal(counts), mentions)


def auc(truth: np.ndarray, probabilities: np.ndarray) -> float | None:
    """Return the area under the ROC curve; None where there is one class only.

    Parameters
    ----------
    truth : ndarray of int, (n,)
    probabilities : ndarray, shape (n, classes)
    """
    from scipy.stats import rankdata

    require_probabilities(truth, probabilities)
    occur = np.unique(truth)
    if len(occur) < 2:
        return None
    areas = []
    for one in occur:
        of_class = truth == one
        ours, others = of_class.sum(), (~of_class).sum()
        ranks = rankdata(probabilities[:, one])[of_class].sum()
        areas.append((ranks - ours * (ours + 1) / 2) / (ours * others))
    return float(np.mean(areas))


def evaluate(truth: np.ndarray, probabilities: np.ndarray) -> dict[str, object]:
    """Return accuracy, balanced_accuracy, macro_f1, auc and the confusion counts."""
    predicted = probabilities.argmax(axis=1)
    counts = confusion(truth, predicted, classes=probabilities.shape[1])
    return {
        "accuracy": float(accuracy(truth, predicted)),
        "balanced_accuracy": float(balanced_accuracy(truth, predicted)),
        "macro_f1": float(macro_f1(truth, predicted)),
        "auc": auc(truth, probabilities),
        "confusion": counts.astype(int).tolist(),
    }


def _diagonal(counts: np.ndarray) -> np.ndarray:
    return np.diagonal(counts, axis1=-2, axis2=-1)


def _mean(values: np.ndarray, out_of: np.ndarray) -> float | np.ndarray:
    """Return the mean share over the classes that there are, (...,)."""
    shares = np.divide(values, out_of, out=np.zeros(values.shape), where=out_of > 0)
    return (shares.sum(axis=-1) / np.maximum((out_of > 0).sum(axis=-1), 1))[()]
