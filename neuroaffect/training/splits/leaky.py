"""Windows shuffled: diagnostics, never scores.

Windows of one trial are on both sides, so a model that tells trials apart seems to read their
labels.
"""

import numpy as np

from neuroaffect.training.data.dataset import Dataset
from neuroaffect.training.splits.split import Split, people

__all__ = ["leaky", "leaky_across_subjects"]


def leaky(dataset: Dataset, *, folds: int, rng: np.random.Generator) -> list[Split]:
    """Shuffle windows, one model per person and fold."""
    splits = []
    for rows in people(dataset):
        splits += _shuffled("leaky", dataset, rows, folds, rng)
    return splits


def leaky_across_subjects(dataset: Dataset, *, folds: int, rng: np.random.Generator) -> list[Split]:
    """Shuffle the windows of all people together, one model per fold."""
    return _shuffled("leaky-across-subjects", dataset, np.arange(len(dataset)), folds, rng)


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
