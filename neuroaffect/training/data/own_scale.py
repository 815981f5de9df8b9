"""Each person on their own scale: what is usual for them taken off, without looking at labels."""

from dataclasses import replace

import numpy as np

from neuroaffect.errors import EvaluationError
from neuroaffect.training.data.dataset import Dataset
from neuroaffect.training.data.mapped import Mapped
from neuroaffect.training.learning.normaliser import LEAST_SD

__all__ = ["by_person"]


def by_person(dataset: Dataset) -> Dataset:
    """Return the dataset with each person's features of mean 0 and sd 1, over all their ticks.

    People differ more than their states do, so this helps a model that never met them. It looks at
    all recordings of a person, those that are tested on as well, though at no label: live it can
    be had only for people of whom recordings exist.

    Raises
    ------
    EvaluationError
        If the features are larger than memory.
    """
    if isinstance(dataset.features, Mapped):
        raise EvaluationError(
            "features of this size lie in a file and cannot be put on each person's own scale; "
            "give more --memory-mb, or fewer people"
        )
    features = np.array(dataset.features, dtype=np.float64)
    weight = dataset.trial_weight
    for person in np.unique(dataset.subject):
        rows = dataset.subject == person
        features[rows] = _standard(features[rows], weight[rows, None, None])
    return replace(dataset, features=features)


def _standard(x: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Return x (n, electrodes, features) of mean 0 and sd 1 over the rows with a value."""
    known = np.isfinite(x)
    total = np.maximum((weight * known).sum(axis=0), 1e-12)
    mean = (weight * np.where(known, x, 0.0)).sum(axis=0) / total
    variance = (weight * np.where(known, x - mean, 0.0) ** 2).sum(axis=0) / total
    return (x - mean) / np.maximum(np.sqrt(variance), LEAST_SD)
