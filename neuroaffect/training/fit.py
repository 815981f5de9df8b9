"""What is estimated from training rows, and what comes out of it: a model that can be saved.

Whatever is estimated is estimated here, from the rows given, which are the training side of a
split: thresholds, the normaliser, class weights, the network. A trial counts as one observation:
its ticks overlap in time and say nearly the same, so each is drawn, or weighs, 1 over their number.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from neuroaffect.affect import DIMENSIONS, Target
from neuroaffect.errors import EvaluationError
from neuroaffect.models import Calibration, InputShape, read_out, save
from neuroaffect.pipeline import Pipeline
from neuroaffect.stream import FeatureInfo
from neuroaffect.training.classes import PersonThresholds, Threshold, encode, fit_thresholds
from neuroaffect.training.classical import FITTERS, Lesson
from neuroaffect.training.dataset import Dataset
from neuroaffect.training.drawn import Drawn, filled_up, thinned
from neuroaffect.training.familiar import novelty_from
from neuroaffect.training.loop import Progress, train
from neuroaffect.training.mapped import Mapped, blocks
from neuroaffect.training.prototypes import settle_prototypes, validation_rows
from neuroaffect.training.rows import Rows
from neuroaffect.training.selection import best_cells

if TYPE_CHECKING:
    from torch import nn

    from neuroaffect.models.novelty import Novelty

__all__ = ["Fitted", "fit", "statistics"]

_AT_ONCE = 1024  # rows in one answer: what a network makes of them on its way is many times larger
_LEAST_SD = 1e-6  # nats; a feature that never changes must not become infinite


@dataclass(frozen=True, eq=False, kw_only=True)
class Fitted:
    """A trained network, and what was estimated beside it.

    Parameters
    ----------
    network : torch.nn.Module
        Normalised features (n, electrodes, features) → raw outputs, on the CPU.
    pipeline : Pipeline
        With the channels it was trained on and the network it names.
    targets : tuple of Target
    rates_hz : mapping of str to float
        Rates of the streams it was trained on, by track.
    input : FeatureInfo
        What its input holds.
    mean, sd : ndarray, shape (electrodes, features)
        The normaliser; an infinite sd where a feature was not selected.
    thresholds : mapping of str to float or PersonThresholds
        Ratings above it are high.
    majority : mapping of str to float
        The training trials' most frequent class, or their mean value.
    one_class : frozenset of str
        Dimensions of which training showed one class only.
    novelty : Novelty
        How unlike the training rows an input is.
    calibration : Calibration or None
        How sure it may be, if that was found out.
    """

    network: "nn.Module"
    pipeline: Pipeline
    targets: tuple[Target, ...]
    rates_hz: Mapping[str, float]
    input: FeatureInfo
    mean: np.ndarray
    sd: np.ndarray
    thresholds: Mapping[str, Threshold]
    majority: Mapping[str, float]
    one_class: frozenset[str]
    novelty: "Novelty"
    calibration: Calibration | None = None

    @property
    def shape(self) -> InputShape:
        """Shape of what the network reads."""
        return InputShape.of(self.input, hop_s=self.pipeline.hop_s)

    def outputs(self, features: np.ndarray) -> np.ndarray:
        """Return the raw outputs (n, outputs) for features (n, electrodes, features)."""
        return self.answers(features)[0]

    def answers(self, features: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return raw outputs (n, outputs), and how unlike the training rows these are, (n,).

        A novelty of 1 is usual.
        """
        import torch

        from neuroaffect.models.export import Normalised

        whole = Normalised(self.network, self.mean, self.sd, self.novelty).eval()
        with torch.no_grad():
            starts = range(0, max(1, len(features)), _AT_ONCE)
            parts = (features[start : start + _AT_ONCE] for start in starts)
            said = [whole(torch.from_numpy(part.astype(np.float32))) for part in parts]
        return tuple(torch.cat(each).numpy() for each in zip(*said, strict=True))

    def say(self, features: np.ndarray) -> dict[str, np.ndarray]:
        """Return class probabilities (n, classes) or values (n,) by dimension."""
        raw, times = self.outputs(features), [0.0] * len(features)
        # What it is too unsure to say live is scored nevertheless.
        calibration = self.calibration and replace(self.calibration, least={})
        predictions = read_out(raw, self.targets, times, calibration)
        return {
            t.dimension: np.array(
                [
                    p.probabilities[t.dimension] if t.classes else getattr(p, t.dimension)
                    for p in predictions
                ]
            )
            for t in self.targets
        }

    def save(
        self,
        folder: Path | str,
        *,
        sessions: Mapping[str, str] = MappingProxyType({}),
        scores: Sequence[Mapping[str, object]] = (),
        quantise: bool = False,
    ) -> None:
        """Write a bundle that goes live.

        Parameters
        ----------
        folder : Path or str
        sessions : mapping of str to str
            Training recordings by name, and their SHA-256.
        scores : sequence of mapping
            Rows of the evaluation.
        quantise : bool
            Let the graph that runs have weights of 8 bits.

        Raises
        ------
        ModelError
            If the folder is taken by something else, or the parts do not fit together.
        """
        save(
            folder,
            network=self.network,
            normaliser=(self.mean, self.sd),
            pipeline=self.pipeline,
            targets=self.targets,
            rates_hz=self.rates_hz,
            shape=self.shape,
            calibration=self.calibration,
            novelty=None if self.calibration is None else self.novelty,
            thresholds={
                key: value.pooled if isinstance(value, PersonThresholds) else value
                for key, value in self.thresholds.items()
            },
            person_thresholds={
                key: value.of
                for key, value in self.thresholds.items()
                if isinstance(value, PersonThresholds)
            },
            sessions=sessions,
            scores=scores,
            quantise=quantise,
        )


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
    dataset = thinned(dataset, pipeline.training)
    thresholds = fit_thresholds(dataset.labels, dataset.trials, targets, dataset.subject)
    labels = _encoded(dataset, targets, thresholds)
    _require_labels(labels, targets)
    dataset, labels = _labelled(dataset, labels)
    trial_weight = 1 / np.bincount(dataset.trials)[dataset.trials]  # (n,), 1 per trial
    mean, sd = statistics(dataset.features, trial_weight)
    if pipeline.training.select:
        best = best_cells(dataset, labels, targets, count=pipeline.training.select)
        sd = np.where(best, sd, np.inf)  # what is left out is 0, whatever its value
    balance = {t.dimension: _class_weights(labels, t, trial_weight, pipeline) for t in targets}
    if pipeline.network.name in FITTERS:
        lesson = _lesson(dataset, pipeline, (mean, sd), labels, targets, trial_weight, balance)
        network = FITTERS[pipeline.network.name](lesson)
    else:
        drawn = _drawn(dataset, pipeline, (mean, sd), labels, targets, trial_weight)
        network = train(
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
        majority={t.dimension: _majority(labels[t.dimension], t, trial_weight) for t in targets},
        one_class=_one_class(labels, targets),
    )


def _drawn(
    dataset: Dataset,
    pipeline: Pipeline,
    normaliser: tuple[np.ndarray, np.ndarray],
    labels: Mapping[str, np.ndarray],
    targets: Sequence[Target],
    trial_weight: np.ndarray,
) -> Drawn:
    """Return what the loop draws from."""
    drawn = Drawn(
        rows=Rows(dataset, *normaliser),
        labels=labels,
        person=np.unique(dataset.subject, return_inverse=True)[1],
        weights=trial_weight,
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
    back = validation_rows(dataset, seed=pipeline.training.seed)
    linear = pipeline.model_copy(
        update={"network": pipeline.network.model_copy(update={"readout": "linear"})}
    )
    fitted = fit(dataset.take(~back), targets=targets, pipeline=linear, progress=progress)
    kept = dataset.take(back)
    labels = _encoded(kept, targets, fitted.thresholds)
    rows = Rows(kept, fitted.mean, fitted.sd)
    network = settle_prototypes(fitted.network, rows, kept, labels, targets)
    return replace(fitted, network=network, pipeline=pipeline)


def statistics(features: np.ndarray | Mapped, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return weighted mean and sd of each feature over the rows with a value, (channels, features).

    One that never has a value has an infinite sd: nothing was learned of it, nothing it says
    later is heard.
    """
    total, first = np.zeros(features.shape[1:]), np.zeros(features.shape[1:])
    for rows, x in blocks(features):
        w = np.where(np.isfinite(x), weights[rows, None, None], 0.0)
        total += w.sum(axis=0)
        first += (w * np.nan_to_num(x)).sum(axis=0)
    known = total > 0
    mean, second = first / np.where(known, total, 1.0), np.zeros(features.shape[1:])
    for rows, x in blocks(features):
        w = np.where(np.isfinite(x), weights[rows, None, None], 0.0)
        second += (w * np.where(w > 0, x - mean, 0.0) ** 2).sum(axis=0)
    sd = np.maximum(np.sqrt(second / np.where(known, total, 1.0)), _LEAST_SD)
    return mean, np.where(known, sd, np.inf)


def _normalised(features: np.ndarray, mean: np.ndarray, sd: np.ndarray) -> np.ndarray:
    """Return features of mean 0 and sd 1; one without a value counts as its mean."""
    z = (features - mean) / sd
    return np.where(np.isfinite(z), z, 0.0)


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


def _one_class(labels: Mapping[str, np.ndarray], targets: Sequence[Target]) -> frozenset[str]:
    """Return the dimensions with classes of which fewer than two occur."""
    values = {t.dimension: labels[t.dimension] for t in targets if t.classes}
    return frozenset(d for d, y in values.items() if len(np.unique(y[np.isfinite(y)])) < 2)


def _class_weights(
    labels: Mapping[str, np.ndarray],
    target: Target,
    trial_weight: np.ndarray,
    pipeline: Pipeline,
) -> np.ndarray:
    """Return a weight per class, (classes,), so that each class counts the same over trials."""
    if not target.classes or not pipeline.training.class_weights:
        return np.ones(len(target.classes))
    y = labels[target.dimension]
    rated = np.isfinite(y)
    trials = np.bincount(
        y[rated].astype(np.int64), weights=trial_weight[rated], minlength=len(target.classes)
    )
    seen = trials > 0
    return np.where(seen, trials.sum() / (seen.sum() * np.where(seen, trials, 1.0)), 0.0)


def _majority(y: np.ndarray, target: Target, trial_weight: np.ndarray) -> float:
    rated = np.isfinite(y)
    if target.kind == "continuous":
        return float(np.average(y[rated], weights=trial_weight[rated]))
    return float(np.bincount(y[rated].astype(np.int64), weights=trial_weight[rated]).argmax())


def _lesson(
    dataset: Dataset,
    pipeline: Pipeline,
    normaliser: tuple[np.ndarray, np.ndarray],
    labels: Mapping[str, np.ndarray],
    targets: Sequence[Target],
    trial_weight: np.ndarray,
    balance: Mapping[str, np.ndarray],
) -> Lesson:
    """Return all rows at once, with what each weighs for each target."""
    mean, sd = normaliser
    known = np.isfinite(dataset.features) & np.isfinite(sd)
    return Lesson(
        network=pipeline.network,
        x=_normalised(dataset.features, mean, sd),
        present=known.any(axis=-1),
        mean=mean,
        sd=sd,
        labels=labels,
        weights={
            t.dimension: trial_weight
            * (
                balance[t.dimension][np.nan_to_num(labels[t.dimension]).astype(int)]
                if t.classes
                else 1
            )
            for t in targets
        },
        trials=dataset.trials,
        targets=tuple(targets),
        shape=InputShape.of(dataset.input, hop_s=pipeline.hop_s),
        seed=pipeline.training.seed,
    )
