"""How many trials of a person a model needs: the first k train, the later ones test.

Conventions: the same later trials are tested whatever k is, those after the largest, so that
scores for several k make one curve. Trials count in order of time. Each k has a name of its own,
"first-trials-4"; the bare name of the family is all k of 2, 4, 8 … (after 0 and 1, where others
train too) that leave the person with the fewest trials at least half of them to test.
"""

from collections.abc import Sequence

import numpy as np

from neuroaffect.errors import EvaluationError
from neuroaffect.training.data.dataset import Dataset
from neuroaffect.training.splits.split import Split, apart, in_time, people

__all__ = ["calibrated_subject_out", "first_trials"]


def first_trials(dataset: Dataset, *, counts: Sequence[int] = ()) -> list[Split]:
    """Train on the first k trials of a person alone, as a new user would.

    Parameters
    ----------
    dataset : Dataset
    counts : sequence of int
        Each k; by default 2, 4, 8 … (one trial has one class) up to half of the fewest trials.

    Raises
    ------
    EvaluationError
        If a person has no trial left to test.
    """
    counts = _counts(dataset, counts or _doubling(dataset, 2), least=1)
    splits = []
    for count in counts:
        for rows in people(dataset):
            place = _places(dataset, rows)
            test = rows[place >= max(counts)]
            train = rows[place < count]
            splits.append(apart(f"first-trials-{count}", dataset, train=train, test=test))
    return splits


def calibrated_subject_out(dataset: Dataset, *, counts: Sequence[int] = ()) -> list[Split]:
    """Train on all other people and the first k trials of the person.

    Parameters
    ----------
    dataset : Dataset
    counts : sequence of int
        Each k, 0 included; by default 0, 1, 2, 4 … up to half of the fewest trials.

    Raises
    ------
    EvaluationError
        If there is one person only, or a person has no trial left to test.
    """
    if len(np.unique(dataset.subject)) < 2:
        raise EvaluationError("split 'calibrated-subject-out' needs two subjects; there is one")
    counts = _counts(dataset, counts or (0, *_doubling(dataset, 1)), least=0)
    everyone = np.arange(len(dataset))
    splits = []
    for count in counts:
        for rows in people(dataset):
            place = _places(dataset, rows)
            train = np.union1d(np.setdiff1d(everyone, rows), rows[place < count])
            test = rows[place >= max(counts)]
            splits.append(apart(f"calibrated-subject-out-{count}", dataset, train=train, test=test))
    return splits


def _doubling(dataset: Dataset, start: int) -> list[int]:
    fewest, _ = _fewest(dataset)
    powers = [start * 2**power for power in range(fewest)]
    return [count for count in powers if 2 * count <= fewest]


def _fewest(dataset: Dataset) -> tuple[int, str]:
    """Return how many trials the person with the fewest has, and who it is."""
    return min(
        (len(np.unique(dataset.trials[rows])), str(dataset.subject[rows[0]]))
        for rows in people(dataset)
    )


def _counts(dataset: Dataset, counts: Sequence[int], *, least: int) -> list[int]:
    fewest, whose = _fewest(dataset)
    if not counts or max(counts) >= fewest or min(counts) < least:
        raise EvaluationError(
            f"subject {whose} has {fewest} trials, of which the first "
            f"{' or '.join(map(str, counts)) or least} cannot train and leave some to test; "
            f"choose {least} to {fewest - 1}"
        )
    return sorted(set(counts))


def _places(dataset: Dataset, rows: np.ndarray) -> np.ndarray:
    """Return the place in time of each row's trial among those of the person, from 0, (rows,)."""
    ordered = dataset.trials[in_time(dataset, rows)]
    numbers, first = np.unique(ordered, return_index=True)
    place = np.argsort(np.argsort(first))
    return place[np.searchsorted(numbers, dataset.trials[rows])]
