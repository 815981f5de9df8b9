"""Splits inside a training side: whatever is chosen is chosen there."""

import numpy as np

from neuroaffect.errors import EvaluationError
from neuroaffect.training.data.dataset import Dataset
from neuroaffect.training.splits.split import Split, apart, people
from neuroaffect.training.splits.trials import deal

__all__ = ["inner"]


def inner(dataset: Dataset, split: Split, *, folds: int, rng: np.random.Generator) -> list[Split]:
    """Return splits of a split's training side, for the choice of a network or a setting.

    They ask what the outer split asks: people are left out where the test side is another person,
    sessions where it is another session, whole trials otherwise. No row of the test side is in
    them, on either side.

    Parameters
    ----------
    dataset : Dataset
        The one that `split` is of; row numbers are its own.
    split : Split
    folds : int
        At most; fewer where there are fewer people, sessions or trials.
    rng : numpy.random.Generator

    Raises
    ------
    EvaluationError
        If the training side is one trial.
    """
    fold_of = _folds(dataset, split, folds, rng)
    numbers = np.unique(fold_of)
    if len(numbers) < 2:
        raise EvaluationError(
            f"split '{split.name}' has one trial to train; nothing can be chosen inside it"
        )
    return [
        apart(
            f"inside {split.name}", dataset,
            train=split.train[fold_of != fold], test=split.train[fold_of == fold],
        )
        for fold in numbers
    ]  # fmt: skip


def _folds(dataset: Dataset, split: Split, folds: int, rng: np.random.Generator) -> np.ndarray:
    """Return the inner fold of each training row, (train,)."""
    train, test = split.train, split.test
    for groups in (np.unique(dataset.subject, return_inverse=True)[1], dataset.sessions):
        known = np.unique(groups[train])
        foreign = not np.isin(groups[test], known).any()
        if foreign and len(known) > 1 and _whole(dataset.trials[train], groups[train]):
            part = rng.permutation(len(known)) % folds
            return part[np.searchsorted(known, groups[train])]
    fold_of = np.empty(len(dataset), dtype=np.int64)
    side = dataset.take(train)
    for rows in people(side):
        fold_of[train[rows]] = deal(side, rows, folds, rng)
    return fold_of[train]


def _whole(trials: np.ndarray, groups: np.ndarray) -> bool:
    """Tell whether each trial lies in one group: two clips of one rating may be two sessions."""
    pairs = np.unique(np.stack([trials, groups], axis=1), axis=0)
    return len(pairs) == len(np.unique(trials))
