"""Contiguous stretches of a session, apart by a purge."""

import numpy as np

from neuroaffect.errors import EvaluationError
from neuroaffect.training.data.dataset import Dataset
from neuroaffect.training.splits.split import Split, apart, people

__all__ = ["blocked"]


def blocked(dataset: Dataset, *, folds: int, purge_s: float | None = None) -> list[Split]:
    """Cut each session into contiguous blocks of trials, test on one, train on the others.

    Parameters
    ----------
    dataset : Dataset
    folds : int
        Blocks per session.
    purge_s : float, optional
        Training rows within this many seconds of a test row of their session are dropped;
        by default `dataset.memory_s`, as far as a row remembers: its window and the settling of
        the filters before it.

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
    for rows in people(dataset):
        block = _blocks(dataset, rows, folds)
        splits += [
            apart("blocked", dataset, train=rows[block != fold], test=rows[block == fold],
                  purge_s=purge)
            for fold in range(folds)
        ]  # fmt: skip
    return splits


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
