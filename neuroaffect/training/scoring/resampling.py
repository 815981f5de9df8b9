"""How far a score could have come out otherwise: bootstrap intervals and permutation tests.

Conventions
-----------
* A `score` is a function (truth, predicted, weights=…) of
  :mod:`neuroaffect.training.scoring.metrics` that takes many draws at once: truth (draws, n), or
  weights (draws, n).
* The interval is a percentile bootstrap: people are drawn with replacement, then trials of each
  person drawn, for trials of one person are not independent. With one person it is over trials.
* p is a permutation test of the pooled trials with predictions held fixed: labels change places
  within a person, whole recordings at a time where each recording has one class (trials cut from
  one recording are no separate evidence), and whole courses where a rating moves within a trial,
  stretched to each other's length. It tests "these predictions know nothing of these
  labels"; it does not train again.

References
----------
Davison and Hinkley (1997), section 3.8 (bootstrap of clusters); Ojala and Garriga (2010),
JMLR 11:1833 (permutation)
"""

from collections.abc import Iterator
from typing import Protocol

import numpy as np

from neuroaffect.training.scoring.answers import Answers

__all__ = ["Score", "bootstrap_interval", "bootstrap_weights", "interval_of", "permutation_p"]

_DRAWS = 2000  # the Monte Carlo error of a 95 % limit is then about a tenth of the interval's half
_AT_ONCE = 2_000_000  # draws times trials in memory
_ROUNDING = 1e-12  # sums in another order are equal


class Score(Protocol):
    """A score of many draws at once."""

    def __call__(
        self, truth: np.ndarray, predicted: np.ndarray, *, weights: np.ndarray | None = None
    ) -> np.ndarray: ...


def bootstrap_interval(
    answers: Answers,
    score: Score,
    *,
    rng: np.random.Generator,
    draws: int = _DRAWS,
    level: float = 0.95,
) -> tuple[float, float]:
    """Return the percentile interval of a score over people, then trials of each person."""
    values = [
        score(answers.truth, answers.predicted, weights=weights)
        for weights in bootstrap_weights(answers.subject, whole=answers.whole, rng=rng, draws=draws)
    ]
    return interval_of(np.concatenate(values), level=level)


def bootstrap_weights(
    subject: np.ndarray,
    *,
    whole: np.ndarray | None = None,
    rng: np.random.Generator,
    draws: int = _DRAWS,
) -> Iterator[np.ndarray]:
    """Yield how often each answer is drawn, (some draws, answers), until all draws are made.

    Answers of one `whole`, (n,) numbers from 0, are drawn together; by default each is its own.
    """
    whole = np.arange(len(subject)) if whole is None else whole
    owner = subject[np.unique(whole, return_index=True)[1]]  # (trials,)
    of_person = [np.flatnonzero(owner == one) for one in np.unique(owner)]
    people = len(of_person)
    for part in _parts(draws, len(subject)):
        times = rng.multinomial(people, np.full(people, 1 / people), size=part)
        weights = np.empty((part, len(owner)))
        for rows, drawn in zip(of_person, times.T, strict=True):
            weights[:, rows] = _drawn(len(rows), drawn, rng)
        yield weights[:, whole]


def _drawn(trials: int, times: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return how often each trial of a person is drawn who is drawn so often, (draws, trials)."""
    cell = trials * np.repeat(np.arange(len(times)), times * trials)
    cell += rng.integers(trials, size=len(cell))
    return np.bincount(cell, minlength=trials * len(times)).reshape(-1, trials)


def interval_of(values: np.ndarray, *, level: float = 0.95) -> tuple[float, float]:
    """Return the middle `level` of these draws."""
    low, high = np.quantile(values, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


def permutation_p(
    answers: Answers, score: Score, *, rng: np.random.Generator, draws: int = _DRAWS
) -> float:
    """Return how often chance does at least as well: (1 + hits) / (1 + draws)."""
    reached = score(answers.truth, answers.predicted) - _ROUNDING
    _, first, unit_of = np.unique(answers.unit, return_index=True, return_inverse=True)
    owner, units = answers.subject[first], _Units(answers.truth, unit_of)
    of_person = [np.flatnonzero(owner == one) for one in np.unique(owner)]
    hits = 0
    for part in _parts(draws, len(answers)):
        source = np.empty((part, len(owner)), dtype=np.int64)
        for rows in of_person:
            source[:, rows] = rng.permuted(np.tile(rows, (part, 1)), axis=1)
        hits += np.sum(score(units.truth_of(source), answers.predicted) >= reached)
    return float((1 + hits) / (1 + draws))


class _Units:
    """Truths that change places: one of each unit, or a course stretched to another's length."""

    def __init__(self, truth: np.ndarray, unit_of: np.ndarray) -> None:
        order = np.argsort(unit_of, kind="stable")
        self._sorted, self._unit_of = truth[order], unit_of
        self._count = np.bincount(unit_of)
        self._start = np.cumsum(self._count) - self._count
        place = np.empty(len(truth), dtype=np.int64)
        place[order] = np.arange(len(truth)) - self._start[unit_of[order]]
        self._share = place / self._count[unit_of]  # how far along its unit, [0, 1)

    def truth_of(self, source: np.ndarray) -> np.ndarray:
        """Return the truth of each answer, (draws, n), for the source of each unit (draws, u)."""
        of = source[:, self._unit_of]
        # A rounding below a whole number would repeat the place before it.
        along = np.floor(self._share * self._count[of] + _ROUNDING).astype(np.int64)
        return self._sorted[self._start[of] + along]


def _parts(draws: int, trials: int) -> Iterator[int]:
    most = max(1, _AT_ONCE // trials)
    yield from (min(most, draws - done) for done in range(0, draws, most))
