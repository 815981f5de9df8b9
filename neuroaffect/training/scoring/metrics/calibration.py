"""Whether probabilities mean what they say.

Conventions
-----------
* Confidence is the highest probability; it is right if the class it belongs to is.
* Bins are equal in width, from 0 to 1, each without its lower edge; empty ones count nothing. Of K
  classes no confidence lies below 1/K.
* The expected calibration error is the mean distance of a bin's accuracy and confidence, weighted
  by its trials. With few trials it is large even of a perfect model: read it beside the counts.

References
----------
Guo, Pleiss, Sun, Weinberger (2017), arXiv:1706.04599; Naeini, Cooper, Hauskrecht (2015), AAAI
"""

from dataclasses import dataclass

import numpy as np

from neuroaffect.training.scoring.metrics.shapes import require_probabilities

__all__ = ["Reliability", "evaluate", "expected_calibration_error", "reliability"]

_BINS = 10


@dataclass(frozen=True, eq=False, kw_only=True)
class Reliability:
    """Trials by how sure the model was, each (bins,).

    Parameters
    ----------
    count : ndarray of int
    confidence, accuracy : ndarray
        Means of the bin; NaN where it is empty.
    """

    count: np.ndarray
    confidence: np.ndarray
    accuracy: np.ndarray


def reliability(truth: np.ndarray, probabilities: np.ndarray, *, bins: int = _BINS) -> Reliability:
    """Return the reliability diagram of these answers."""
    require_probabilities(truth, probabilities)
    confidence = probabilities.max(axis=1)
    right = probabilities.argmax(axis=1) == truth
    place = np.searchsorted(np.linspace(0.0, 1.0, bins + 1)[1:-1], confidence)
    count = np.bincount(place, minlength=bins)
    sums = [np.bincount(place, weights=x, minlength=bins) for x in (confidence, right)]
    means = [np.divide(x, count, out=np.full(bins, np.nan), where=count > 0) for x in sums]
    return Reliability(count=count, confidence=means[0], accuracy=means[1])


def expected_calibration_error(
    truth: np.ndarray, probabilities: np.ndarray, *, bins: int = _BINS
) -> float:
    """Return how far accuracy and confidence are apart, from 0 to 1."""
    found = reliability(truth, probabilities, bins=bins)
    apart = np.abs(found.accuracy - found.confidence)
    return float(np.nansum(found.count * apart) / found.count.sum())


def evaluate(truth: np.ndarray, probabilities: np.ndarray) -> dict[str, object]:
    """Return ece, and reliability: a list of count, confidence and accuracy per filled bin."""
    found = reliability(truth, probabilities)
    rows = zip(found.count.tolist(), found.confidence, found.accuracy, strict=True)
    return {
        "ece": expected_calibration_error(truth, probabilities),
        "reliability": [
            {"count": count, "confidence": float(confidence), "accuracy": float(accuracy)}
            for count, confidence, accuracy in rows
            if count
        ],
    }
