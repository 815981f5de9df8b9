"""One fold: which rows train and which test, and what keeps the two sides apart."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from neuroaffect.errors import EvaluationError
from neuroaffect.training.data.dataset import Dataset

__all__ = ["Split", "apart", "in_time", "people", "purged"]


@dataclass(frozen=True, eq=False, kw_only=True)
class Split:
    """One fold: which rows train, which rows test.

    Parameters
    ----------
    name : str
        Of the way of splitting ("leave-trials-out").
    train, test : ndarray of int
        Row numbers.
    trials : ndarray of int, (n,)
        The trial of each row of the dataset; what `Dataset.trials` gives.
    leaky : bool
        Allow a trial on both sides: only to show how much that flatters.

    Raises
    ------
    EvaluationError
        If a side is empty, a row is on both sides, or, unless `leaky`, a trial is.
    """

    name: str
    train: np.ndarray
    test: np.ndarray
    trials: np.ndarray
    leaky: bool = False

    def __post_init__(self) -> None:
        if not len(self.train) or not len(self.test):
            raise EvaluationError(
                f"split '{self.name}' has {len(self.train)} rows to train and {len(self.test)} to "
                "test; both sides need some"
            )
        rows = np.intersect1d(self.train, self.test)
        if len(rows):
            raise EvaluationError(
                f"split '{self.name}' has {len(rows)} rows on both sides, first row {rows[0]}"
            )
        shared = np.intersect1d(self.trials[self.train], self.trials[self.test])
        if len(shared) and not self.leaky:
            raise EvaluationError(
                f"split '{self.name}' has {len(shared)} trials on both sides; keep each trial "
                "whole, or call the split leaky"
            )


def apart(
    name: str,
    dataset: Dataset,
    *,
    train: np.ndarray,
    test: np.ndarray,
    purge_s: float | None = None,
) -> Split:
    """Return an honest split; every maker of one comes through here.

    Training rows that remember signal of a test row are dropped: in trials that follow each other
    without a rest, filters carry on from one to the next.

    Parameters
    ----------
    name : str
    dataset : Dataset
    train, test : ndarray of int
        Row numbers.
    purge_s : float, optional
        How far apart both sides are in one session; by default `dataset.memory_s`.
    """
    purge = dataset.memory_s if purge_s is None else purge_s
    train = purged(dataset, train, test, purge)
    return Split(name=name, train=train, test=test, trials=dataset.trials)


def purged(dataset: Dataset, train: np.ndarray, test: np.ndarray, purge_s: float) -> np.ndarray:
    """Return the training rows further than `purge_s` from each test row of their session."""
    near = np.zeros(len(train), dtype=bool)
    sessions = dataset.sessions
    for session in np.intersect1d(sessions[train], sessions[test]):
        here = np.flatnonzero(sessions[train] == session)
        tested = np.sort(dataset.time[test[sessions[test] == session]])
        time = dataset.time[train[here]]
        after = np.searchsorted(tested, time)
        gap = np.minimum(
            np.abs(time - tested[np.maximum(after - 1, 0)]),
            np.abs(tested[np.minimum(after, len(tested) - 1)] - time),
        )
        near[here] = gap <= purge_s
    return train[~near]


def people(dataset: Dataset) -> Iterator[np.ndarray]:
    """Yield the rows of each person."""
    for person in np.unique(dataset.subject):
        yield np.flatnonzero(dataset.subject == person)


def in_time(dataset: Dataset, rows: np.ndarray) -> np.ndarray:
    """Return these rows of one person in order of time.

    Sessions, whose clocks know nothing of each other, follow as the dataset gives them.
    """
    numbers, first = np.unique(dataset.sessions[rows], return_index=True)
    place = np.argsort(np.argsort(rows[first]))[np.searchsorted(numbers, dataset.sessions[rows])]
    return rows[np.lexsort((dataset.time[rows], place))]
