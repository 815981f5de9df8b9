"""One fold of one model, and how the ticks of all folds become one answer per trial."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from neuroaffect.affect import Target
from neuroaffect.pipeline import Pipeline
from neuroaffect.training.data.classes import Threshold, encode
from neuroaffect.training.data.dataset import Dataset
from neuroaffect.training.learning.calibrate import fit_calibrated, held
from neuroaffect.training.learning.fitted import Fitted
from neuroaffect.training.learning.shares import counts_of
from neuroaffect.training.scoring.answers import Answers
from neuroaffect.training.splits import Split

__all__ = ["Fold", "gather", "is_confounded", "run_fold", "with_network"]


@dataclass(frozen=True, eq=False, kw_only=True)
class Fold:
    """What a model fitted on a split's training side says of its test side.

    Parameters
    ----------
    model : str
        What was fitted.
    test : ndarray of int, (n,)
        Rows of the dataset.
    said : mapping of str to ndarray
        Dimension → class probabilities (n, classes), or values (n,) if continuous.
    truth : mapping of str to ndarray, (n,)
        Class numbers or values, by the training side's thresholds; NaN where there is no label.
    majority : mapping of str to float
        The training trials' most frequent class, or their mean value.
    shares : mapping of str to ndarray, (classes,)
        How often each class occurs among the training trials; empty if continuous.
    trained : int
        Trials in the training side.
    one_class : frozenset of str
        Dimensions of which the training side held one class only.
    seconds : float
        Time it took.
    level : float
        Share of ticks whose truth the intervals were made to hold; 0 if it was not calibrated.
    cooled : mapping of str to ndarray
        As `said`, after calibration; empty if there was none.
    inside, size : mapping of str to ndarray, (n,)
        Whether the interval holds the truth, and how large it is; empty if not calibrated.
    """

    model: str
    test: np.ndarray
    said: Mapping[str, np.ndarray]
    truth: Mapping[str, np.ndarray]
    majority: Mapping[str, float]
    shares: Mapping[str, np.ndarray]
    trained: int
    one_class: frozenset[str]
    seconds: float
    level: float = 0.0
    cooled: Mapping[str, np.ndarray] = field(default_factory=dict)
    inside: Mapping[str, np.ndarray] = field(default_factory=dict)
    size: Mapping[str, np.ndarray] = field(default_factory=dict)


def with_network(pipeline: Pipeline, name: str) -> Pipeline:
    """Return the pipeline with another network; options and readout stay with their own."""
    if name == pipeline.network.name:
        return pipeline
    network = pipeline.network.model_copy(update={"name": name, "options": {}, "readout": "linear"})
    return pipeline.model_copy(update={"network": network})


def run_fold(dataset: Dataset, model: str, split: Split, targets: Sequence[Target]) -> Fold:
    """Fit on the split's training side, answer its test side.

    With `calibration_folds` in the recipe, the training side also finds out how sure it may be.
    """
    begun = time.perf_counter()
    pipeline = with_network(dataset.pipeline, model)
    train = dataset.take(split.train)
    rng = np.random.default_rng(pipeline.training.seed)
    fitted = fit_calibrated(train, pipeline=pipeline, targets=targets, rng=rng)
    test = dataset.take(split.test)
    truth = {t.dimension: encode(test.labels, t, fitted.thresholds, test.subject) for t in targets}
    return Fold(
        model=model,
        test=split.test,
        said=replace(fitted, calibration=None).say(test.features),
        truth=truth,
        majority=fitted.majority,
        shares={t.dimension: _shares(train, t, fitted.thresholds) for t in targets},
        trained=len(np.unique(train.trials)),
        one_class=fitted.one_class,
        seconds=time.perf_counter() - begun,
        **(_judged(fitted, test, truth) if fitted.calibration else {}),
    )


def _judged(
    fitted: Fitted, test: Dataset, truth: Mapping[str, np.ndarray]
) -> dict[str, float | Mapping[str, np.ndarray]]:
    """Return what is known of a calibrated model's error bars on the test side."""
    bars = held(fitted, test.features, truth)
    return {
        "level": fitted.calibration.level,
        "cooled": fitted.say(test.features),
        "inside": {name: one.inside for name, one in bars.items()},
        "size": {name: one.size for name, one in bars.items()},
    }


def gather(
    dataset: Dataset, target: Target, folds: Sequence[Fold]
) -> tuple[Answers | None, frozenset[str]]:
    """Join the folds' ticks to one answer per trial, or per tick where the rating moves in it.

    People are left out whole if one of their training sides held a single class: a model that
    has seen one class says nothing of telling two apart.

    Returns
    -------
    Answers or None
        None if nobody is left.
    frozenset of str
        The people left out.
    """
    left_out = frozenset(
        person
        for fold in folds
        if target.dimension in fold.one_class
        for person in dataset.subject[fold.test]
    )
    ticks = _Ticks.of(dataset, target.dimension, folds)
    kept = np.isfinite(ticks.truth) & ~np.isin(dataset.subject[ticks.rows], sorted(left_out))
    if not kept.any():
        return None, left_out
    ticks = ticks.take(kept)
    moves = not dataset.courses.isdisjoint(target.ratings)
    return _answers(dataset, target, ticks, folds, moves=moves), left_out


@dataclass(frozen=True, eq=False, kw_only=True)
class _Ticks:
    """What was said of each tick, all folds joined, (ticks,) or (ticks, classes)."""

    rows: np.ndarray
    truth: np.ndarray
    said: np.ndarray
    fold: np.ndarray

    @classmethod
    def of(cls, dataset: Dataset, dimension: str, folds: Sequence[Fold]) -> "_Ticks":
        return cls(
            rows=np.concatenate([fold.test for fold in folds]),
            truth=np.concatenate([fold.truth[dimension] for fold in folds]),
            said=np.concatenate([fold.said[dimension] for fold in folds]),
            fold=np.repeat(np.arange(len(folds)), [len(fold.test) for fold in folds]),
        )

    def take(self, kept: np.ndarray) -> "_Ticks":
        return _Ticks(**{name: values[kept] for name, values in vars(self).items()})


def _answers(
    dataset: Dataset, target: Target, ticks: _Ticks, folds: Sequence[Fold], *, moves: bool
) -> Answers:
    """Return one answer per trial, the mean over its ticks, or each tick's own where it moves."""
    trial = dataset.trials[ticks.rows]
    alike = [np.arange(len(trial))] if moves else [trial, ticks.truth]
    _, first, trial_of, count = np.unique(
        np.stack(alike, axis=1),
        axis=0, return_index=True, return_inverse=True, return_counts=True,
    )  # fmt: skip
    trial_of = trial_of.reshape(-1)
    total = np.zeros((len(first), *ticks.said.shape[1:]))
    np.add.at(total, trial_of, ticks.said)
    mean = (total.T / count).T
    fold = ticks.fold[first]
    of_fold = [folds[f] for f in fold]
    values = target.kind == "continuous"
    number = np.float64 if values else np.int64
    right = None if values else ticks.said.argmax(axis=1) == ticks.truth
    return Answers(
        truth=ticks.truth[first].astype(number),
        predicted=mean if values else mean.argmax(axis=1),
        majority=np.array([one.majority[target.dimension] for one in of_fold]).astype(number),
        subject=dataset.subject[ticks.rows][first],
        unit=trial if moves else _units(dataset, ticks.rows, ticks.truth, first),
        trial=dataset.trial[ticks.rows][first],
        probabilities=None if values else mean,
        shares=None if values else np.array([one.shares[target.dimension] for one in of_fold]),
        fold=fold,
        trained=np.array([one.trained for one in of_fold]),
        ticks=count,
        ticks_right=None if values else np.bincount(trial_of[right], minlength=len(first)),
    )


def _shares(train: Dataset, target: Target, thresholds: Mapping[str, Threshold]) -> np.ndarray:
    """Return how often each class occurs among the training trials, (classes,)."""
    classes = encode(train.labels, target, thresholds, train.subject)
    if not target.classes or not np.isfinite(classes).any():
        return np.zeros(len(target.classes))
    counts = counts_of(classes, target, train.trial_weight)
    return counts / counts.sum()


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
