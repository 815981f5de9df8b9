"""Leave whole trials of a person out."""

import numpy as np

from neuroaffect.errors import EvaluationError
from neuroaffect.training.data.dataset import Dataset
from neuroaffect.training.splits.split import Split, apart, people

__all__ = ["deal", "leave_one_trial_out", "leave_trials_out"]


def leave_trials_out(dataset: Dataset, *, folds: int, rng: np.random.Generator) -> list[Split]:
    """Leave whole trials of a person out, one model per person and fold.

    Trials are ordered by their ratings (ties by chance) and dealt out in rounds of `folds`, so
    that each fold holds high and low ones. That needs no threshold, which would be a statistic
    of test trials.

    Raises
    ------
    EvaluationError
        If a person has fewer trials than `folds`.

    Notes
    -----
    Where a session holds as many high as low trials by design and signals drift, it is pessimistic
    if there is nothing to find: the neighbours of a trial, which are like it, are more often of the
    other class. Sessions left out are free of that.
    """
    splits = []
    for rows in people(dataset):
        _require(dataset, rows, folds)
        fold_of = deal(dataset, rows, folds, rng)
        splits += [
            apart("leave-trials-out", dataset, train=rows[fold_of != fold],
                  test=rows[fold_of == fold])
            for fold in range(folds)
        ]  # fmt: skip
    return splits


def leave_one_trial_out(dataset: Dataset, *, name: str = "leave-one-trial-out") -> list[Split]:
    """Leave each single trial of a person out, one model per person and trial.

    Notes
    -----
    With few trials it is pessimistic where there is nothing to find: what is left out is always
    rarer in training, so a guess by the training shares is wrong more often than not. Several
    trials per fold, each fold with its share of every class, are free of that.
    """
    splits = []
    for rows in people(dataset):
        _require(dataset, rows, 2)
        trials = dataset.trials[rows]
        splits += [
            apart(name, dataset, train=rows[trials != trial], test=rows[trials == trial])
            for trial in np.unique(trials)
        ]
    return splits


def deal(dataset: Dataset, rows: np.ndarray, folds: int, rng: np.random.Generator) -> np.ndarray:
    """Return the fold of each of these rows, trials kept whole and ratings spread, (rows,)."""
    trials, first, trial_of = np.unique(
        dataset.trials[rows], return_index=True, return_inverse=True
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


def _require(dataset: Dataset, rows: np.ndarray, folds: int) -> None:
    trials = len(np.unique(dataset.trials[rows]))
    if not 2 <= folds <= trials:
        raise EvaluationError(
            f"{folds} folds of the {trials} trials of subject "
            f"{dataset.subject[rows[0]]} are not possible; "
            + (f"choose 2 to {trials}" if trials > 1 else "two trials are the least")
        )
