"""How well features tell trials apart: why shuffled windows flatter, and by nothing of affect.

From the first half of each trial's ticks a trial is to be named for the ticks of its second half,
among all trials of the person. A model on a leaky split can do the same, and then knows the label.
It is a diagnostic, not a score: a high one says that signals drift, electrodes settle and people
differ from minute to minute.

Conventions
-----------
* The halves are apart by what a row remembers, so that no sample is in both; a trial too short for
  that takes no part.
* A tick belongs to the trial with the nearest mean, features over their spread within trials (both
  from the first halves; ours: the plainest way there is, so a lower bound). Trials count evenly,
  then people. Chance is one over the person's trials.
"""

from dataclasses import dataclass

import numpy as np

from neuroaffect.training.data.dataset import Dataset
from neuroaffect.training.separation.explained import centred, trial_means
from neuroaffect.training.splits.split import people

__all__ = ["TrialIdentity", "trial_identity"]

_LEAST_SD = 1e-6  # a feature that never changes within a trial must not decide alone


@dataclass(frozen=True, kw_only=True)
class TrialIdentity:
    """How often a trial was named from its other half.

    Parameters
    ----------
    accuracy, chance : float
        Means over people.
    people, trials : int
        Who and what took part.
    """

    accuracy: float
    chance: float
    people: int
    trials: int


def trial_identity(dataset: Dataset) -> TrialIdentity | None:
    """Return how well the features of a dataset tell its trials apart.

    Returns
    -------
    TrialIdentity or None
        None if no person has two trials that are long enough.
    """
    found = [_named(dataset.take(rows)) for rows in people(dataset)]
    named = [one for one in found if len(one) > 1]
    if not named:
        return None
    return TrialIdentity(
        accuracy=float(np.mean([one.mean() for one in named])),
        chance=float(np.mean([1 / len(one) for one in named])),
        people=len(named),
        trials=sum(map(len, named)),
    )


def _named(person: Dataset) -> np.ndarray:
    """Return of each trial how often ticks of its second half were given its name, (trials,)."""
    early, late = _halves(person)
    both = np.intersect1d(person.trials[early], person.trials[late])
    early, late = (rows[np.isin(person.trials[rows], both)] for rows in (early, late))
    if len(both) < 2:
        return np.zeros(0)
    learnt = person.features[early].reshape(len(early), -1)
    of = person.trials[early]
    one = np.zeros(len(of), dtype=np.int64)
    spread = np.sqrt(trial_means(centred(learnt, of) ** 2, one)[0])  # (cells,)
    spread = np.where(np.isfinite(spread), np.maximum(spread, _LEAST_SD), np.inf)
    means = np.nan_to_num(trial_means(learnt, of) / spread)  # (trials, cells)
    asked = np.nan_to_num(person.features[late].reshape(len(late), -1) / spread)
    # |x − m|² without |x|², which is the same for all m
    nearest = ((means**2).sum(axis=1) - 2 * asked @ means.T).argmin(axis=1)
    right = both[nearest] == person.trials[late]
    place = np.searchsorted(both, person.trials[late])
    return np.bincount(place, weights=right) / np.bincount(place)


def _halves(person: Dataset) -> tuple[np.ndarray, np.ndarray]:
    """Return the rows of the first and of the second half of each trial, apart by the memory."""
    early, late = [], []
    for trial in np.unique(person.trials):
        rows = np.flatnonzero(person.trials == trial)
        # Of a trial over several sessions, whose clocks differ, one session takes part.
        rows = rows[person.sessions[rows] == person.sessions[rows[0]]]
        time = person.time[rows]
        middle, half = (time.min() + time.max()) / 2, person.memory_s / 2
        early.append(rows[time < middle - half])
        late.append(rows[time > middle + half])
    return np.concatenate(early), np.concatenate(late)
