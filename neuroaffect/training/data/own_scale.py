"""Each person, or sitting, on its own scale: the usual taken off, without looking at labels."""

from dataclasses import replace
from typing import Literal

import numpy as np

from neuroaffect.errors import EvaluationError
from neuroaffect.training.data.dataset import Dataset
from neuroaffect.training.data.mapped import Mapped
from neuroaffect.training.data.normaliser import statistics

__all__ = ["Scale", "on_own_scale"]


Scale = Literal["training", "person", "session"]


def on_own_scale(dataset: Dataset, scale: Scale) -> Dataset:
    """Return the dataset with the features of each person, or sitting, of mean 0 and sd 1.

    People, and days, differ more than states of mind do, so this helps a model that never met
    them. It looks at all ticks of a person or sitting, those that are tested on as well, though at
    no label: live it can be had only where recordings exist beforehand.

    Parameters
    ----------
    dataset : Dataset
    scale : {"training", "person", "session"}
        "training" leaves it as it is: each training side finds a scale of its own.

    Raises
    ------
    EvaluationError
        If the features are larger than memory.
    """
    if scale == "training":
        return dataset
    if isinstance(dataset.features, Mapped):
        raise EvaluationError(
            f"features of this size lie in a file and cannot be put on each {scale}'s own scale; "
            "give more --memory-mb, or fewer people"
        )
    group = dataset.subject if scale == "person" else dataset.sessions
    features = np.array(dataset.features, dtype=np.float64)
    for one in np.unique(group):
        rows = group == one
        mean, sd = statistics(features[rows], dataset.trial_weight[rows])
        features[rows] = (features[rows] - mean) / sd
    return replace(dataset, features=features)
