"""Which observations are set against which."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from neuroaffect.affect import Target
from neuroaffect.training.data.classes import encode, fit_thresholds

__all__ = ["Contrast", "contrasts"]


@dataclass(frozen=True, eq=False, kw_only=True)
class Contrast:
    """Two sides of one target.

    Parameters
    ----------
    dimension : str
    high, low : str
        What the sides are called.
    side : ndarray, (n,)
        1 high, 0 low, NaN without a label.
    """

    dimension: str
    high: str
    low: str
    side: np.ndarray

    @property
    def title(self) -> str:
        """Both sides in words."""
        return f"{self.dimension}: {self.high} against {self.low}"


def contrasts(
    labels: Mapping[str, np.ndarray], subject: np.ndarray, target: Target
) -> Iterator[Contrast]:
    """Yield what a target lets one compare.

    Two classes make one contrast, by the threshold training would use on a person's ratings.
    Classes without order are set against all others, one by one. Ordered classes and numbers are
    cut at the person's median.

    Parameters
    ----------
    labels : mapping of str to ndarray, (n,)
        Ratings or class numbers, one per observation.
    subject : ndarray, (n,)
    target : Target
    """
    y = np.full(len(subject), np.nan)
    for person in np.unique(subject):
        own = subject == person
        y[own] = _encoded({name: values[own] for name, values in labels.items()}, target)
    known = np.isfinite(y)
    if target.kind == "nominal":
        for number, name in enumerate(target.classes):
            yield _contrast(target, name, "the others", y == number, known)
    elif target.kind == "binary":
        yield _contrast(target, target.classes[1], target.classes[0], y == 1, known)
    else:
        yield _contrast(target, "above the median", "below", y == 1, known)


def _encoded(labels: Mapping[str, np.ndarray], target: Target) -> np.ndarray:
    """Return one person's class numbers, (n,): 0 and 1 unless they have no order."""
    n = len(next(iter(labels.values()), np.empty(0)))
    y = encode(labels, target, fit_thresholds(labels, np.arange(n), [target]))
    known = np.isfinite(y)
    if target.kind in {"binary", "nominal"} or not known.any():
        return y
    middle = np.median(y[known])
    # Where the median is the highest rating given, nothing lies above it.
    above = y > middle if (y[known] > middle).any() else y >= middle
    return np.where(known, above.astype(np.float64), np.nan)


def _contrast(
    target: Target, high: str, low: str, is_high: np.ndarray, known: np.ndarray
) -> Contrast:
    return Contrast(
        dimension=target.dimension,
        high=high,
        low=low,
        side=np.where(known, is_high.astype(np.float64), np.nan),
    )
