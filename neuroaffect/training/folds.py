"""One fold of one model, and how the ticks of all folds become one answer per trial."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from neuroaffect.affect import Target
from neuroaffect.pipeline import Pipeline
from neuroaffect.training.dataset import Dataset
from neuroaffect.training.fit import fit
from neuroaffect.training.labels import encode
from neuroaffect.training.score import Answers
from neuroaffect.training.splits import Split

__all__ = ["Fold", "gather", "is_confounded", "run_fold", "with_network"]


@dataclass(frozen=True, eq=False, kw_only=True)
class Fold:
    """What a model fitted on a split's training side says of its test side.

    Parameters
    ----------
    test : ndarray of int, (n,)
        Rows of the dataset.
    said : mapping of str to ndarray
        Dimension → class probabilities (n, classes), or values (n,) if continuous.
    truth : mapping of str to ndarray, (n,)
        Class numbers or values, by the training side's thresholds; NaN where there is no label.
    majority : mapping of str to float
        The training trials' most frequent class, or their mean value.
    one_class : frozenset of str
        Dimensions of which the training side held one class only.
    seconds : float
        Time it took.
    """

    test: np.ndarray
    said: Mapping[str, np.ndarray]
    truth: Mapping[str, np.ndarray]
    majority: Mapping[str, float]
    one_class: frozenset[str]
    seconds: float


def with_network(pipeline: Pipeline, name: str) -> Pipeline:
    """Return the pipeline with another network; options stay with the network they are for."""
    if name == pipeline.network.name:
        return pipeline
    network = pipeline.network.model_copy(update={"name": name, "options": {}})
    return pipeline.model_copy(update={"network": network})


def run_fold(dataset: Dataset, model: str, split: Split, targets: Sequence[Target]) -> Fold:
    """Fit on the split's training side, answer its test side."""
    begun = time.perf_counter()
    pipeline = with_network(dataset.pipeline, model)
    fitted = fit(dataset.take(split.train), pipeline=pipeline, targets=targets)
    test = dataset.take(split.test)
    return Fold(
        test=split.test,
        said=fitted.say(test.features),
        truth={t.dimension: encode(test.labels, t, fitted.thresholds) for t in targets},
        majority=fitted.majority,
        one_class=fitted.one_class,
        seconds=time.perf_counter() - begun,
    )


def gather(
    dataset: Dataset, target: Target, folds: Sequence[Fold]
) -> tuple[Answers | None, frozenset[str]]:
    """Join the folds' ticks to one answer per trial.

    People are left out whole if one of their training sides held a single class: a model that
    has seen one class says nothing of telling two apart.

    Returns
    -------
    Answers or None
        None if nobody is left.
    frozenset of str
        The people left out.
    """
    name = target.dimension
    left_out = frozenset(
        person for fold in folds if name in fold.one_class for person in dataset.subject[fold.test]
    )
    rows = np.concatenate([fold.test for fold in folds])
    truth = np.concatenate([fold.truth[name] for fold in folds])
    said = np.concatenate([fold.said[name] for fold in folds])
    majority = np.concatenate([np.full(len(fold.test), fold.majority[name]) for fold in folds])
    kept = np.isfinite(truth) & ~np.isin(dataset.subject[rows], sorted(left_out))
    if not kept.any():
        return None, left_out
    rows, truth, said, majority = rows[kept], truth[kept], said[kept], majority[kept]
    _, first, trial_of = np.unique(
        np.stack([dataset.trials[rows], truth], axis=1),
        axis=0, return_index=True, return_inverse=True,
    )  # fmt: skip
    mean = np.stack([said[trial_of.reshape(-1) == t].mean(axis=0) for t in range(len(first))])
    number = np.float64 if target.kind == "continuous" else np.int64
    return Answers(
        truth=truth[first].astype(number),
        predicted=mean if target.kind == "continuous" else mean.argmax(axis=1),
        majority=majority[first].astype(number),
        subject=dataset.subject[rows][first],
        unit=_units(dataset, rows, truth, first),
    ), left_out


def is_confounded(
    dataset: Dataset, target: Target, splits: Sequence[Split], folds: Sequence[Fold]
) -> bool:
    """Tell whether a model could name the class by knowing the recording again.

    That is so if recordings are on both sides and each has one class only: an electrode that
    sat differently then looks like a state of mind.
    """
    if target.kind == "continuous":
        return False
    known = any(
        np.isin(dataset.sessions[split.test], dataset.sessions[split.train]).any()
        for split in splits
    )
    rows = np.concatenate([fold.test for fold in folds])
    truth = np.concatenate([fold.truth[target.dimension] for fold in folds])
    rated = np.isfinite(truth)
    return known and _one_class_sessions(dataset.sessions[rows[rated]], truth[rated])


def _units(dataset: Dataset, rows: np.ndarray, truth: np.ndarray, first: np.ndarray) -> np.ndarray:
    """Return what each trial shares its label with: its recording if all of that has one label."""
    sessions, trials = dataset.sessions[rows], dataset.trials[rows]
    inside_one = len(np.unique(np.stack([sessions, trials], axis=1), axis=0)) == len(
        np.unique(trials)
    )
    if inside_one and _one_class_sessions(sessions, truth):
        return sessions[first]
    return np.arange(len(first))


def _one_class_sessions(sessions: np.ndarray, truth: np.ndarray) -> bool:
    """Tell whether each recording has one class only."""
    pairs = np.unique(np.stack([sessions, truth], axis=1), axis=0)
    return len(pairs) == len(np.unique(sessions))
