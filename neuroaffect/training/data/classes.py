"""Classes out of ratings: what counts as high is found on training trials, and on those only."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from neuroaffect.affect import Target
from neuroaffect.errors import EvaluationError

__all__ = ["PersonThresholds", "Threshold", "encode", "fit_thresholds", "rating_per_trial"]


@dataclass(frozen=True, kw_only=True)
class PersonThresholds:
    """A threshold for each person of the training trials.

    Parameters
    ----------
    pooled : float
        Over all of them: that of anybody else.
    of : mapping of str to float
        By person.
    """

    pooled: float
    of: Mapping[str, float]

    def at(self, subject: np.ndarray) -> np.ndarray:
        """Return the threshold of each row, (n,)."""
        return np.array([self.of.get(person, self.pooled) for person in subject.tolist()])


Threshold = float | PersonThresholds


def fit_thresholds(
    labels: Mapping[str, np.ndarray],
    trials: np.ndarray,
    targets: Sequence[Target],
    subject: np.ndarray | None = None,
) -> dict[str, Threshold]:
    """Return what counts as high, for each target that asks for it, from training rows only.

    Parameters
    ----------
    labels : mapping of str to ndarray, (n,)
        Ratings of the *training* rows.
    trials : ndarray of int, (n,)
        Their trials; each trial counts once.
    targets : sequence of Target
    subject : ndarray of str, (n,), optional
        Whose rows; all are one person's by default.

    Returns
    -------
    dict of str to float or PersonThresholds
        By dimension; for quadrants by "dimension.rating".

    Notes
    -----
    Ratings in a dropped middle count for the median too. Where the median is the highest rating
    given (8, 8, 8, 5: nothing lies above), it moves halfway to the next lower one, so that the most
    frequent rating is high; by rule ">=" the same at the lowest one. A rating that moves within a
    trial counts by its median there.
    """
    thresholds: dict[str, Threshold] = {}
    for target in targets:
        if not target.of and (target.kind != "binary" or target.scale is None):
            continue
        for name in target.ratings:
            rows = _column(labels, name), trials, subject
            thresholds[_key(target, name)] = _threshold(target, *rows)
    return thresholds


def encode(
    labels: Mapping[str, np.ndarray],
    target: Target,
    thresholds: Mapping[str, Threshold],
    subject: np.ndarray | None = None,
) -> np.ndarray:
    """Return the class number of each row, or its place in [-1, 1] if continuous, (n,).

    NaN where there is no rating, or one that the target drops.

    Parameters
    ----------
    labels : mapping of str to ndarray, (n,)
        Ratings, or class numbers.
    target : Target
    thresholds : mapping of str to float or PersonThresholds
        As :func:`fit_thresholds` found them in training; one that the target names as a number
        need not be among them.
    subject : ndarray of str, (n,), optional
        Whose rows; needed where each person has a threshold.

    Raises
    ------
    EvaluationError
        If the labels lack the dimension, or hold a class that the target does not have.
    """
    columns = [_kept(_column(labels, name), target) for name in target.ratings]
    if target.kind == "continuous":
        (ratings,) = columns
        return ratings if target.scale is None else target.scale.to_unit(ratings)
    keys = [_key(target, name) for name in target.ratings]
    thresholds = {**_named(target), **thresholds}
    if target.of or keys[0] in thresholds:
        highs = [
            _high(ratings, thresholds[key], target, subject)
            for ratings, key in zip(columns, keys, strict=True)
        ]
        # The first rating is the highest digit: 2 · high valence + high arousal.
        return sum(2.0**place * high for place, high in enumerate(reversed(highs)))
    return _numbered(columns[0], target)


def rating_per_trial(ratings: np.ndarray, trials: np.ndarray) -> np.ndarray:
    """Return the median rating of each trial, in order of its number; NaN without any."""
    order = np.argsort(trials, kind="stable")
    _, first = np.unique(trials[order], return_index=True)
    of = [own[np.isfinite(own)] for own in np.split(ratings[order], first[1:])]
    return np.array([np.median(own) if len(own) else np.nan for own in of])


def _named(target: Target) -> dict[str, float]:
    """Return the thresholds that the target itself gives as numbers."""
    splits = target.of or (target.kind == "binary" and target.scale is not None)
    if not splits or not isinstance(target.threshold, float | int):
        return {}
    return {_key(target, name): float(target.threshold) for name in target.ratings}


def _threshold(
    target: Target, ratings: np.ndarray, trials: np.ndarray, subject: np.ndarray | None
) -> Threshold:
    if isinstance(target.threshold, float | int):
        return float(target.threshold)
    middle = (target.scale.low + target.scale.high) / 2
    if target.threshold is None:
        return middle
    pooled = _median(rating_per_trial(ratings, trials), target.rule, middle)
    if target.threshold == "median":
        return pooled
    people = np.unique(subject).tolist() if subject is not None else []
    own = {
        person: rating_per_trial(ratings[subject == person], trials[subject == person])
        for person in people
    }
    return PersonThresholds(
        pooled=pooled,
        of={person: _median(values, target.rule, pooled) for person, values in own.items()},
    )


def _median(ratings: np.ndarray, rule: str, otherwise: float) -> float:
    ratings = ratings[np.isfinite(ratings)]
    if not len(ratings):
        return otherwise
    median = float(np.median(ratings))
    beyond = ratings[ratings < median] if rule == ">" else ratings[ratings > median]
    stuck = median == (ratings.max() if rule == ">" else ratings.min())
    if not stuck or not len(beyond):
        return median
    return (median + float(beyond.max() if rule == ">" else beyond.min())) / 2


def _high(
    ratings: np.ndarray, threshold: Threshold, target: Target, subject: np.ndarray | None
) -> np.ndarray:
    """Return 1 where high, 0 where low, NaN without a rating, (n,)."""
    if isinstance(threshold, PersonThresholds):
        if subject is None and threshold.of:
            raise EvaluationError(
                f"target '{target.dimension}' has a threshold for each person; "
                "say whose ratings these are"
            )
        threshold = threshold.pooled if subject is None else threshold.at(subject)
    high = ratings > threshold if target.rule == ">" else ratings >= threshold
    return np.where(np.isfinite(ratings), high.astype(np.float64), np.nan)


def _numbered(ratings: np.ndarray, target: Target) -> np.ndarray:
    if target.edges:
        side = "left" if target.rule == ">" else "right"
        numbers = np.searchsorted(target.edges, ratings, side=side).astype(np.float64)
        return np.where(np.isfinite(ratings), numbers, np.nan)
    steps = ratings - (0.0 if target.scale is None else target.scale.low)
    classes = np.floor(steps)  # scales in halves: 3.5 belongs to the class that begins at 3
    wrong = np.isfinite(classes) & ((classes < 0) | (classes >= len(target.classes)))
    if wrong.any():
        raise EvaluationError(
            f"'{target.dimension}' is labelled {ratings[wrong][0]:g}, but has the "
            f"{len(target.classes)} classes {', '.join(target.classes)}"
        )
    return classes


def _kept(ratings: np.ndarray, target: Target) -> np.ndarray:
    if target.drop is None:
        return ratings
    low, high = target.drop
    return np.where((ratings >= low) & (ratings <= high), np.nan, ratings)


def _key(target: Target, rating: str) -> str:
    return f"{target.dimension}.{rating}" if target.of else target.dimension


def _column(labels: Mapping[str, np.ndarray], name: str) -> np.ndarray:
    if name not in labels:
        raise EvaluationError(
            f"no trial is labelled with '{name}'; labelled are {', '.join(labels) or 'none'}"
        )
    return labels[name]
