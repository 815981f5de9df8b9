"""What is estimated from training rows.

Whatever is estimated is estimated here, from the rows given, which are the training side of a
split: thresholds, the normaliser, class weights, the network. A trial counts as one observation:
its ticks overlap in time and say nearly the same, so each is drawn, or weighs, 1 over their number.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from neuroaffect.affect import DIMENSIONS, Target
from neuroaffect.errors import EvaluationError
from neuroaffect.models import InputShape, build
from neuroaffect.pipeline import Pipeline
from neuroaffect.training.data.classes import Threshold, encode, fit_thresholds
from neuroaffect.training.data.dataset import Dataset
from neuroaffect.training.data.normaliser import normalised, statistics
from neuroaffect.training.data.rows import Rows
from neuroaffect.training.learning.classical import FITTERS, Lesson
from neuroaffect.training.learning.drawn import Drawn, filled_up, undropped
from neuroaffect.training.learning.familiar import novelty_from
from neuroaffect.training.learning.fitted import Fitted
from neuroaffect.training.learning.loop import Progress, train
from neuroaffect.training.learning.prototypes import settle_prototypes, validation_rows
from neuroaffect.training.learning.selection import best_cells
from neuroaffect.training.learning.shares import balance_of, majority_of, one_class_of

if TYPE_CHECKING:
    from torch import nn

__all__ = ["fit"]


def fit(
    dataset: Dataset,
    *,
    targets: Sequence[Target],
    pipeline: Pipeline | None = None,
    progress: Progress | None = None,
) -> Fitted:
    """Train a network on all rows of a dataset.

    Parameters
    ----------
    dataset : Dataset
        Training rows only.
    targets : sequence of Target
        Learned together, one head each.
    pipeline : Pipeline, optional
        Whose network and recipe to use; by default the dataset's own.
    progress : callable, optional
        Called with (epochs done, epochs in all).

    Returns
    -------
    Fitted

    Raises
    ------
    EvaluationError
        If there is no row, or no label of a target.
    ModelError
        If the network does not exist, or cannot work on these features.
    """
    pipeline = pipeline or dataset.pipeline
    if pipeline.network.readout == "prototypes":
        return _fit_prototypes(dataset, targets, pipeline, progress)
    dataset = undropped(dataset, pipeline.training)
    thresholds = fit_thresholds(dataset.labels, dataset.trials, targets, dataset.subject)
    labels = _encoded(dataset, targets, thresholds)
    _require_labels(labels, targets)
    dataset, labels = _labelled(dataset, labels)
    trial_weight = dataset.trial_weight
    mean, sd = statistics(dataset.features, trial_weight)
    if pipeline.training.select:
        best = best_cells(dataset, labels, targets, count=pipeline.training.select)
        sd = np.where(best, sd, np.inf)  # what is left out is 0, whatever its value
    network = _network(dataset, pipeline, (mean, sd), labels, targets, progress)
    return Fitted(
        network=network,
        novelty=novelty_from(
            Rows(dataset, mean, sd),
            trial_weight,
            groups=len(np.unique(dataset.trials)),
            seed=pipeline.training.seed,
        ),
        pipeline=pipeline,
        targets=tuple(targets),
        rates_hz=dataset.rates_hz,
        input=dataset.input,
        mean=mean,
        sd=sd,
        thresholds=thresholds,
        majority={t.dimension: majority_of(labels[t.dimension], t, trial_weight) for t in targets},
        one_class=one_class_of(labels, targets),
    )


def _network(
    dataset: Dataset,
    pipeline: Pipeline,
    normaliser: tuple[np.ndarray, np.ndarray],
    labels: Mapping[str, np.ndarray],
    targets: Sequence[Target],
    progress: Progress | None,
) -> "nn.Module":
    """Return the network, fitted in one go or trained step by step."""
    wanted = pipeline.training.class_weights
    balance = balance_of(labels, targets, dataset.trial_weight) if wanted else {}
    if pipeline.network.name in FITTERS:
        lesson = _lesson(dataset, pipeline, normaliser, labels, targets, balance)
        return FITTERS[pipeline.network.name](lesson)
    drawn = _drawn(dataset, pipeline, normaliser, labels, targets)
    return train(
        pipeline.network,
        pipeline.training,
        rows=drawn.rows,
        shape=InputShape.of(dataset.input, hop_s=pipeline.hop_s),
        person=drawn.person,
        labels=drawn.labels,
        targets=targets,
        row_weights=drawn.weights,
        class_weights={} if pipeline.training.oversample == "smote" else balance,
        progress=progress,
    )


def _drawn(
    dataset: Dataset,
    pipeline: Pipeline,
    normaliser: tuple[np.ndarray, np.ndarray],
    labels: Mapping[str, np.ndarray],
    targets: Sequence[Target],
) -> Drawn:
    """Return what the loop draws from."""
    drawn = Drawn(
        rows=Rows(dataset, *normaliser),
        labels=labels,
        person=np.unique(dataset.subject, return_inverse=True)[1],
        weights=dataset.trial_weight,
    )
    if pipeline.training.oversample == "smote":
        return filled_up(drawn, targets, seed=pipeline.training.seed)
    return drawn


def _fit_prototypes(
    dataset: Dataset,
    targets: Sequence[Target],
    pipeline: Pipeline,
    progress: Progress | None,
) -> Fitted:
    """Train on most trials, and make prototypes of the others."""
    _require_prototypes(dataset, targets, pipeline)
    back = validation_rows(dataset, seed=pipeline.training.seed)
    linear = pipeline.model_copy(
        update={"network": pipeline.network.model_copy(update={"readout": "linear"})}
    )
    fitted = fit(dataset.take(~back), targets=targets, pipeline=linear, progress=progress)
    kept = dataset.take(back)
    kept, labels = _labelled(kept, _encoded(kept, targets, fitted.thresholds))
    if not len(kept):
        raise EvaluationError(
            "none of the trials kept back for prototypes has a label; rate more trials, or use "
            "the linear readout"
        )
    rows = Rows(kept, fitted.mean, fitted.sd)
    network = settle_prototypes(fitted.network, rows, kept, labels, targets)
    return replace(fitted, network=network, pipeline=pipeline)


def _require_prototypes(dataset: Dataset, targets: Sequence[Target], pipeline: Pipeline) -> None:
    """Refuse what could be trained for an hour and then have no prototypes."""
    build(
        pipeline.network.name,
        shape=InputShape.of(dataset.input, hop_s=pipeline.hop_s),
        targets=targets,
        options=pipeline.network.options,
        readout="prototypes",
        rng=np.random.default_rng(0),
    )


def _encoded(
    dataset: Dataset, targets: Sequence[Target], thresholds: Mapping[str, Threshold]
) -> dict[str, np.ndarray]:
    """Return class numbers or values of each row by dimension, (n,)."""
    return {t.dimension: encode(dataset.labels, t, thresholds, dataset.subject) for t in targets}


def _labelled(
    dataset: Dataset, labels: Mapping[str, np.ndarray]
) -> tuple[Dataset, Mapping[str, np.ndarray]]:
    """Return the rows with any label: one without, or in a dropped middle, teaches nothing."""
    kept = np.any([np.isfinite(y) for y in labels.values()], axis=0)
    if kept.all():
        return dataset, labels
    return dataset.take(kept), {dimension: y[kept] for dimension, y in labels.items()}


def _require_labels(labels: Mapping[str, np.ndarray], targets: Sequence[Target]) -> None:
    for target in targets:
        if target.kind == "continuous" and target.dimension not in DIMENSIONS:
            raise EvaluationError(
                f"target '{target.dimension}' is continuous; only {', '.join(DIMENSIONS)} can be"
            )
        if not np.isfinite(labels[target.dimension]).any():
            raise EvaluationError(f"no training trial is labelled with '{target.dimension}'")


def _lesson(
    dataset: Dataset,
    pipeline: Pipeline,
    normaliser: tuple[np.ndarray, np.ndarray],
    labels: Mapping[str, np.ndarray],
    targets: Sequence[Target],
    balance: Mapping[str, np.ndarray],
) -> Lesson:
    """Return all rows at once, with what each weighs for each target."""
    weights = {t.dimension: dataset.trial_weight for t in targets}
    for dimension, of_class in balance.items():
        numbers = np.nan_to_num(labels[dimension]).astype(np.int64)
        weights[dimension] = dataset.trial_weight * of_class[numbers]
    mean, sd = normaliser
    x, known = normalised(dataset.features, mean, sd)
    return Lesson(
        network=pipeline.network,
        x=x,
        present=known.any(axis=-1),
        mean=mean,
        sd=sd,
        labels=labels,
        weights=weights,
        trials=dataset.trials,
        targets=tuple(targets),
        shape=InputShape.of(dataset.input, hop_s=pipeline.hop_s),
        seed=pipeline.training.seed,
    )
