"""Which features a model is allowed to look at, chosen by the training trials alone."""

from collections.abc import Mapping, Sequence

import numpy as np

from neuroaffect.affect import Target
from neuroaffect.training.data.classes import rating_per_trial
from neuroaffect.training.data.dataset import Dataset
from neuroaffect.training.separation.explained import centred, correlated, explained, trial_means

__all__ = ["best_cells"]


def best_cells(
    dataset: Dataset, labels: Mapping[str, np.ndarray], targets: Sequence[Target], *, count: int
) -> np.ndarray:
    """Return the cells that tell the labels apart best, (channels, features) of bool.

    Parameters
    ----------
    dataset : Dataset
        Training rows only: to choose by others is to have seen them.
    labels : mapping of str to ndarray, (n,)
        Class numbers, or values in [-1, 1], of its rows; NaN where there is none.
    targets : sequence of Target
        A cell counts by the target that it tells most of.
    count : int
        How many to choose; fewer where fewer tell anything.

    Notes
    -----
    By R² over trial means, each person's own mean taken off: η² of classes, the squared
    correlation with a number. All cells, if none tells anything.
    """
    means = trial_means(dataset.features, dataset.trials)
    _, first = np.unique(dataset.trials, return_index=True)
    means = centred(means, dataset.subject[first])
    r2 = [
        explained(means, np.floor(y)) if target.classes else correlated(means, y)
        for target in targets
        for y in (rating_per_trial(labels[target.dimension], dataset.trials),)
    ]
    best = np.max(np.nan_to_num(r2, nan=0.0), axis=0)
    if not best.any():
        return np.ones(best.shape, dtype=bool)
    order = np.argsort(-best, axis=None, kind="stable")
    chosen = np.zeros(best.size, dtype=bool)
    chosen[order[:count]] = True
    return chosen.reshape(best.shape) & (best > 0)
