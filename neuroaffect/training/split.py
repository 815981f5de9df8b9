"""Who trains and who tests: splits that cannot put one trial on both sides.

Conventions: a split holds row numbers of one dataset. Makers take the dataset and return every
fold as a split of its own; they know nothing of models. What is subject-dependent (all but
`leave_subject_out`) trains one model per subject and fold.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from neuroaffect.errors import EvaluationError
from neuroaffect.training.dataset import Dataset

__all__ = [
    "SPLITS",
    "Split",
    "blocked",
    "leaky",
    "leaky_across_subjects",
    "leave_session_out",
    "leave_subject_out",
    "leave_trials_out",
    "make_splits",
]


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


def leave_trials_out(dataset: Dataset, *, folds: int, rng: np.random.Generator) -> list[Split]:
    """Leave whole trials of a subject out, one model per subject and fold.

    Trials are ordered by their ratings (ties by chance) and dealt out in rounds of `folds`, so
    that each fold holds high and low ones. That needs no threshold, which would be a statistic
    of test trials. Training rows that remember signal of a test row are dropped: in trials that
    follow each other without a rest, filters carry on from one to the next.
    """
    splits = []
    for rows in _subjects(dataset):
        fold_of = _deal(dataset, rows, folds, rng)
        for fold in range(folds):
            inside = fold_of == fold
            train = _purged(dataset, rows[~inside], rows[inside], dataset.memory_s)
            splits.append(_split("leave-trials-out", dataset, train, rows[inside]))
    return splits


def blocked(dataset: Dataset, *, folds: int, purge_s: float | None = None) -> list[Split]:
    """Cut each session into contiguous blocks of trials, test on one, train on the others.

    Parameters
    ----------
    dataset : Dataset
    folds : int
        Blocks per session.
    purge_s : float, optional
        Training rows within this many seconds of a test row of their session are dropped;
        by default `dataset.memory_s`, as far as a row remembers.

    Raises
    ------
    EvaluationError
        If `purge_s` is shorter than a row's memory, or a session has fewer trials than `folds`.
    """
    purge = dataset.memory_s if purge_s is None else purge_s
    if purge < dataset.memory_s:
        raise EvaluationError(
            f"purge_s = {purge:g} is shorter than the {dataset.memory_s:g} s that a row remembers; "
            "rows at the border would share signal"
        )
    splits = []
    for rows in _subjects(dataset):
        block = _blocks(dataset, rows, folds)
        for fold in range(folds):
            test = rows[block == fold]
            train = _purged(dataset, rows[block != fold], test, purge)
            splits.append(_split("blocked", dataset, train, test))
    return splits


def leave_session_out(dataset: Dataset) -> list[Split]:
    """Leave one whole recording of a subject out, one model per subject and recording.

    Raises
    ------
    EvaluationError
        If no subject has two sessions.
    """
    splits = []
    for rows in _subjects(dataset):
        sessions = dataset.sessions[rows]
        if len(np.unique(sessions)) > 1:
            splits += [
                _split("leave-session-out", dataset, rows[sessions != s], rows[sessions == s])
                for s in np.unique(sessions)
            ]
    return _some(splits, "leave-session-out", "a subject with two sessions")


def leave_subject_out(dataset: Dataset) -> list[Split]:
    """Leave one person out; the model knows all the others."""
    people = np.unique(dataset.subject)
    if len(people) < 2:
        return _some([], "leave-subject-out", "two subjects")
    return [
        _split(
            "leave-subject-out",
            dataset,
            np.flatnonzero(dataset.subject != person),
            np.flatnonzero(dataset.subject == person),
        )
        for person in people
    ]


def leaky(dataset: Dataset, *, folds: int, rng: np.random.Generator) -> list[Split]:
    """Shuffle windows, one model per subject and fold: the diagnostic, never a score.

    Windows of one trial are on both sides, so a model that tells trials apart seems to read
    their labels.
    """
    splits = []
    for rows in _subjects(dataset):
        splits += _shuffled("leaky", dataset, rows, folds, rng)
    return splits


def leaky_across_subjects(dataset: Dataset, *, folds: int, rng: np.random.Generator) -> list[Split]:
    """Shuffle the windows of all subjects together, one model per fold: a diagnostic too."""
    return _shuffled("leaky-across-subjects", dataset, np.arange(len(dataset)), folds, rng)


# Name → maker; every maker is given what it may need.
SPLITS: Mapping[str, Callable[[Dataset, int, np.random.Generator], list[Split]]] = MappingProxyType(
    {
        "leave-trials-out": lambda d, folds, rng: leave_trials_out(d, folds=folds, rng=rng),
        "blocked": lambda d, folds, rng: blocked(d, folds=folds),
        "leave-session-out": lambda d, folds, rng: leave_session_out(d),
        "leave-subject-out": lambda d, folds, rng: leave_subject_out(d),
        "leaky": lambda d, folds, rng: leaky(d, folds=folds, rng=rng),
        "leaky-across-subjects": lambda d, folds, rng: leaky_across_subjects(
            d, folds=folds, rng=rng
        ),
    }
)


def make_splits(
    dataset: Dataset, name: str, *, folds: int, rng: np.random.Generator
) -> list[Split]:
    """Return the folds of the way of splitting that has this name.

    Raises
    ------
    EvaluationError
        If there is none of this name, or the dataset does not allow it.
    """
    if name not in SPLITS:
        raise EvaluationError(f"no split is called '{name}'; choose among {', '.join(SPLITS)}")
    return SPLITS[name](dataset, folds, rng)


def _split(name: str, dataset: Dataset, train: np.ndarray, test: np.ndarray) -> Split:
    return Split(name=name, train=train, test=test, trials=dataset.trials)


def _some(splits: list[Split], name: str, needed: str) -> list[Split]:
    if not splits:
        raise EvaluationError(f"split '{name}' needs {needed}; there is none")
    return splits


def _subjects(dataset: Dataset) -> Iterator[np.ndarray]:
    for person in np.unique(dataset.subject):
        yield np.flatnonzero(dataset.subject == person)


def _deal(dataset: Dataset, rows: np.ndarray, folds: int, rng: np.random.Generator) -> np.ndarray:
    """Return the fold of each of these rows, trials kept whole, (rows,)."""
    trials, first, trial_of = np.unique(
        dataset.trials[rows], return_index=True, return_inverse=True
    )
    if not 2 <= folds <= len(trials):
        raise EvaluationError(
            f"{folds} folds of the {len(trials)} trials of subject "
            f"{dataset.subject[rows[0]]} are not possible; choose 2 to {len(trials)}"
        )
    ratings = [values[rows][first] for values in dataset.labels.values()]
    # The mean rank over the dimensions: one split serves all of them.
    ranks = [np.unique(values, return_inverse=True)[1] for values in ratings]
    order = np.lexsort((rng.random(len(trials)), np.mean(ranks, axis=0)))
    fold_of = np.empty(len(trials), dtype=np.int64)
    for start in range(0, len(trials), folds):
        round_of = order[start : start + folds]
        fold_of[round_of] = rng.permutation(folds)[: len(round_of)]
    return fold_of[trial_of]


def _blocks(dataset: Dataset, rows: np.ndarray, folds: int) -> np.ndarray:
    """Return the block of each of these rows: trials in order of time, in equal parts."""
    block = np.empty(len(rows), dtype=np.int64)
    sessions = dataset.sessions[rows]
    for session in np.unique(sessions):
        inside = np.flatnonzero(sessions == session)
        trials = dataset.trials[rows[inside]]
        begins = {trial: dataset.time[rows[inside[trials == trial]]].min() for trial in trials}
        if not 2 <= folds <= len(begins):
            raise EvaluationError(
                f"{folds} blocks of the {len(begins)} trials of session "
                f"'{dataset.session[rows[inside[0]]]}' are not possible; "
                f"choose 2 to {len(begins)}"
            )
        for part, group in enumerate(np.array_split(sorted(begins, key=begins.get), folds)):
            block[inside[np.isin(trials, group)]] = part
    return block


def _purged(dataset: Dataset, train: np.ndarray, test: np.ndarray, purge: float) -> np.ndarray:
    """Return the training rows further than `purge` seconds from each test row of a session."""
    near = np.abs(dataset.time[train][:, None] - dataset.time[test]) <= purge  # (train, test)
    near &= dataset.sessions[train][:, None] == dataset.sessions[test]
    return train[~near.any(axis=1)]


def _shuffled(
    name: str, dataset: Dataset, rows: np.ndarray, folds: int, rng: np.random.Generator
) -> list[Split]:
    fold_of = rng.permutation(np.arange(len(rows)) % folds)
    return [
        Split(
            name=name,
            train=rows[fold_of != fold],
            test=rows[fold_of == fold],
            trials=dataset.trials,
            leaky=True,
        )
        for fold in range(folds)
    ]
