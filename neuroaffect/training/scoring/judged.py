"""Error bars that were calibrated inside each fold, judged on its test side."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from neuroaffect.affect import Target
from neuroaffect.training.data.dataset import Dataset
from neuroaffect.training.scoring.answers import Answers
from neuroaffect.training.scoring.folds import Fold, gather
from neuroaffect.training.scoring.metrics.calibration import expected_calibration_error

__all__ = ["judge", "with_calibration"]


def with_calibration(dataset: Dataset, wanted: bool) -> Dataset:
    """Return the dataset whose recipe calibrates in each fold, as it says, or not at all.

    Calibration trains each fold's network once more for each of its `calibration_folds`.
    """
    if wanted:
        return dataset
    recipe = dataset.pipeline.training.model_copy(update={"calibration_folds": 0})
    return replace(dataset, pipeline=dataset.pipeline.model_copy(update={"training": recipe}))


def judge(dataset: Dataset, target: Target, folds: Sequence[Fold]) -> dict[str, float | None]:
    """Return what error bars of these folds are worth, each trial counting the same.

    Of the people that are scored: those of :func:`~neuroaffect.training.scoring.folds.gather`.

    Keys: ece_calibrated, interval_level (what was promised), interval_coverage (what was kept),
    interval_size (a width on [-1, 1], or a number of classes). None where a fold was not
    calibrated, or ratings are numbers and have no probabilities.
    """
    name = target.dimension
    keys = ("ece_calibrated", "interval_level", "interval_coverage", "interval_size")
    if not all(name in fold.inside for fold in folds):
        return dict.fromkeys(keys)
    cooled = [replace(fold, said=fold.cooled) for fold in folds]
    answers, left_out = gather(dataset, target, cooled)
    if answers is None:
        return dict.fromkeys(keys)
    rows = np.concatenate([fold.test for fold in folds])
    scored = np.isfinite(np.concatenate([fold.truth[name] for fold in folds]))
    scored &= ~np.isin(dataset.subject[rows], sorted(left_out))
    _, trial_of = np.unique(dataset.trials[rows[scored]], return_inverse=True)
    weight = 1 / np.bincount(trial_of)[trial_of]
    inside, size = (
        float(np.average(np.concatenate([part[name] for part in parts])[scored], weights=weight))
        for parts in ([fold.inside for fold in folds], [fold.size for fold in folds])
    )
    return dict(zip(keys, (_error(answers), folds[0].level, inside, size), strict=True))


def _error(answers: Answers) -> float | None:
    """Return the expected calibration error over trials."""
    if answers.probabilities is None:
        return None
    return expected_calibration_error(answers.truth, answers.probabilities)
