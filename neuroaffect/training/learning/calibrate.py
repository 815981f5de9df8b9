"""How sure a model may be: asked of trials that were held out while it trained.

A model is fitted anew on parts of the training trials, and judged on the others, which it has not
seen. Ticks of one trial say nearly the same; they are weighed as one observation, and a guarantee
speaks of a tick of a *new* trial (or person, where the data has several).
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from neuroaffect.affect import Target
from neuroaffect.errors import EvaluationError
from neuroaffect.models import Calibration
from neuroaffect.models.readout import LOG_SD_RANGE
from neuroaffect.pipeline import Pipeline
from neuroaffect.training.data.classes import encode
from neuroaffect.training.data.dataset import Dataset
from neuroaffect.training.learning.fit import fit
from neuroaffect.training.learning.fitted import Fitted
from neuroaffect.training.learning.loop import Progress
from neuroaffect.training.splits import Split, leave_trials_out

__all__ = [
    "Held",
    "HeldOut",
    "calibrate",
    "fit_calibrated",
    "group_quantile",
    "held",
    "hold_out",
    "temperature_of",
]

# Ticks of held-out trials above it are passed over as unlike all training: 1 in 100.
_USUAL = 0.99
_HOTTEST = 100.0
_LEAST_GROUPS = 3


@dataclass(frozen=True, eq=False, kw_only=True)
class HeldOut:
    """What models said of ticks that they were not trained on.

    Parameters
    ----------
    raw : ndarray, shape (n, outputs)
    novelty : ndarray, shape (n,)
    truth : mapping of str to ndarray, (n,)
        Class numbers or values; NaN where there is no label.
    group : ndarray of int, (n,)
        Trial, or person where there are several.
    """

    raw: np.ndarray
    novelty: np.ndarray
    truth: dict[str, np.ndarray]
    group: np.ndarray


class Held(NamedTuple):
    """Whether intervals hold what is true, and how large they are, each (n,).

    The size is a width on [-1, 1], or a number of classes.
    """

    inside: np.ndarray
    size: np.ndarray


def fit_calibrated(
    dataset: Dataset,
    *,
    targets: Sequence[Target],
    rng: np.random.Generator,
    pipeline: Pipeline | None = None,
    progress: Progress | None = None,
) -> Fitted:
    """Train on all rows, and find out on parts of them how sure the model may be.

    Parameters
    ----------
    dataset : Dataset
        Training rows only.
    targets : sequence of Target
    rng : numpy.random.Generator
        Deals trials, or people, into parts.
    pipeline : Pipeline, optional
        Whose network and recipe to use; by default the dataset's own.
    progress : callable, optional
        Called with (epochs done, epochs in all), over all trainings.

    Returns
    -------
    Fitted
        With a calibration, unless the recipe's `calibration_folds` is 0 or there are fewer than
        three trials (people, where there are several).

    Raises
    ------
    EvaluationError, ModelError
        As :func:`neuroaffect.training.learning.fit.fit`.
    """
    pipeline = pipeline or dataset.pipeline
    recipe = pipeline.training
    trainings = 1 + _folds(dataset, recipe.calibration_folds)
    held_out = hold_out(
        dataset, targets=targets, rng=rng, pipeline=pipeline,
        progress=progress and (lambda done, _: progress(done, trainings)),
    )  # fmt: skip
    last = progress and (
        lambda done, all_: progress((trainings - 1) * all_ + done, trainings * all_)
    )
    fitted = fit(dataset, targets=targets, pipeline=pipeline, progress=last)
    if held_out is None:
        return fitted
    calibration = calibrate(held_out, targets, coverage=recipe.coverage, keep=recipe.keep)
    return replace(fitted, calibration=calibration)


def calibrate(
    held_out: HeldOut, targets: Sequence[Target], *, coverage: float, keep: float
) -> Calibration:
    """Return what these answers say of how sure the model may be.

    Parameters
    ----------
    held_out : HeldOut
    targets : sequence of Target
    coverage : float
        Share of new trials' ticks whose truth the intervals are to hold.
    keep : float
        Share of the held-out ticks to speak of, the surest ones.
    """
    temperatures, quantiles, least = {}, {}, {}
    for target, outputs in _columns(held_out.raw, targets):
        name, y = target.dimension, held_out.truth[target.dimension]
        rated = np.isfinite(y)
        if not rated.any():
            continue
        outputs, y, group = outputs[rated], y[rated], held_out.group[rated]
        heat = temperatures[name] = temperature_of(outputs, y, target, _per_group(group))
        strange, sure = _scores(outputs, y, target, heat)
        quantiles[name] = group_quantile(strange, group, coverage)
        least[name] = _lowest(sure, group, keep)
    return Calibration(
        level=coverage,
        groups=len(np.unique(held_out.group)),
        temperatures=temperatures,
        quantiles=quantiles,
        least=least,
        novel_above=group_quantile(held_out.novelty, held_out.group, _USUAL, endless=False),
    )


def held(fitted: Fitted, features: np.ndarray, truth: Mapping[str, np.ndarray]) -> dict[str, Held]:
    """Return, by dimension, whether a calibrated model's intervals hold what is true.

    Parameters
    ----------
    fitted : Fitted
        With a calibration.
    features : ndarray, shape (n, electrodes, features)
    truth : mapping of str to ndarray, (n,)
        Class numbers or values; NaN where there is no label.
    """
    from scipy.special import softmax

    calibration, found = fitted.calibration, {}
    for target, outputs in _columns(fitted.outputs(features), fitted.targets):
        name = target.dimension
        if name not in calibration.quantiles:
            continue
        heat, limit = calibration.temperatures[name], calibration.quantiles[name]
        y = np.nan_to_num(truth[name])
        strange, _ = _scores(outputs, y, target, heat)
        inside = strange <= limit
        if target.kind == "continuous":
            half = limit * heat * np.exp(outputs[:, 1])
            ends = np.clip(outputs[:, :1] + half[:, None] * [-1, 1], -1, 1)
            size = ends[:, 1] - ends[:, 0]
        else:
            p = softmax(outputs / heat, axis=1)
            inside |= p.argmax(axis=1) == y  # the most probable class is always in it
            size = np.maximum((1 - p <= limit).sum(axis=1), 1).astype(np.float64)
        found[name] = Held(inside=inside & np.isfinite(truth[name]), size=size)
    return found


def temperature_of(
    outputs: np.ndarray, y: np.ndarray, target: Target, weights: np.ndarray
) -> float:
    """Return the temperature under which these answers are most likely.

    Parameters
    ----------
    outputs : ndarray, shape (n, outputs)
        Logits, or mean and log sd.
    y : ndarray, shape (n,)
        Class numbers, or values.
    target : Target
    weights : ndarray, shape (n,)
    """
    if target.kind == "continuous":
        z = (y - outputs[:, 0]) / np.exp(outputs[:, 1])
        return float(np.clip(np.sqrt(np.average(z**2, weights=weights)), 1e-3, _HOTTEST))
    from scipy.optimize import minimize_scalar
    from scipy.special import log_softmax

    rows, right = np.arange(len(y)), y.astype(np.int64)

    def loss(log_heat: float) -> float:
        return -np.average(
            log_softmax(outputs / np.exp(log_heat), axis=1)[rows, right], weights=weights
        )

    limit = math.log(_HOTTEST)
    return float(np.exp(minimize_scalar(loss, bounds=(-limit, limit), method="bounded").x))


def group_quantile(
    scores: np.ndarray, group: np.ndarray, level: float, *, endless: bool = True
) -> float:
    """Return what a tick of a new group stays below with this probability at least.

    Parameters
    ----------
    scores : ndarray, shape (n,)
    group : ndarray of int, shape (n,)
        Groups are exchangeable, each counts the same however many its ticks.
    level : float
    endless : bool
        Count the new group itself as one that may lie above all, as the guarantee asks:
        infinite if there are fewer than level / (1 - level) groups. Else the plain quantile.

    References
    ----------
    Lee, Barber, Willett (2023), Distribution-free inference with hierarchical data,
    arXiv:2306.06342
    """
    groups = len(np.unique(group))
    order = np.argsort(scores, kind="stable")
    share = np.cumsum(_per_group(group)[order]) / (groups + endless)
    place = int(np.searchsorted(share, level - 1e-9))  # sums of many small shares
    return float(scores[order[place]]) if place < len(order) else math.inf


def hold_out(
    dataset: Dataset,
    *,
    targets: Sequence[Target],
    rng: np.random.Generator,
    pipeline: Pipeline | None = None,
    progress: Progress | None = None,
) -> HeldOut | None:
    """Return what models of parts of the rows say of the others.

    Whole trials are held out of one person, whole people of several, in as many parts as the
    recipe's `calibration_folds`.

    Parameters
    ----------
    dataset : Dataset
    targets : sequence of Target
    rng : numpy.random.Generator
        Deals trials, or people, into parts.
    pipeline : Pipeline, optional
        By default the dataset's own.
    progress : callable, optional
        Called with (parts done, parts in all).

    Returns
    -------
    HeldOut or None
        None with fewer than three trials (people, where there are several), or no parts.
    """
    pipeline = pipeline or dataset.pipeline
    folds = _folds(dataset, pipeline.training.calibration_folds)
    group = _groups(dataset)
    parts = []
    for number, split in enumerate(_splits(dataset, group, folds, rng) if folds else (), start=1):
        try:
            fitted = fit(dataset.take(split.train), targets=targets, pipeline=pipeline)
        except EvaluationError:  # a part without a label of some target teaches nothing
            continue
        test = dataset.take(split.test)
        raw, novelty = fitted.answers(test.features)
        parts.append(
            HeldOut(
                raw=raw,
                novelty=novelty,
                truth={
                    t.dimension: encode(test.labels, t, fitted.thresholds, test.subject)
                    for t in targets
                },
                group=group[split.test],
            )
        )
        if progress is not None:
            progress(number, folds)
    if not parts:
        return None
    return HeldOut(
        raw=np.concatenate([part.raw for part in parts]),
        novelty=np.concatenate([part.novelty for part in parts]),
        truth={
            t.dimension: np.concatenate([part.truth[t.dimension] for part in parts])
            for t in targets
        },
        group=np.concatenate([part.group for part in parts]),
    )


def _folds(dataset: Dataset, wanted: int) -> int:
    """Return in how many parts trials or people are held out; 0 if there are too few."""
    groups = len(np.unique(_groups(dataset)))
    folds = min(wanted, groups)
    return folds if folds > 1 and groups >= _LEAST_GROUPS else 0


def _groups(dataset: Dataset) -> np.ndarray:
    people, person = np.unique(dataset.subject, return_inverse=True)
    return person if len(people) > 1 else dataset.trials


def _splits(
    dataset: Dataset, group: np.ndarray, folds: int, rng: np.random.Generator
) -> Iterator[Split]:
    """Hold out whole trials of one person, whole people of several."""
    if len(np.unique(dataset.subject)) == 1:
        yield from leave_trials_out(dataset, folds=folds, rng=rng)
        return
    part = rng.permutation(np.arange(group.max() + 1) % folds)[group]
    for fold in range(folds):
        inside = part == fold
        yield Split(
            name="calibration",
            train=np.flatnonzero(~inside),
            test=np.flatnonzero(inside),
            trials=dataset.trials,
        )


def _columns(raw: np.ndarray, targets: Sequence[Target]) -> Iterator[tuple[Target, np.ndarray]]:
    """Yield each target with its outputs (n, outputs), numbers within what is ever said live."""
    first = 0
    for target in targets:
        outputs = raw[:, first : first + target.outputs].astype(np.float64)
        first += target.outputs
        if target.kind == "continuous":
            outputs = np.clip(outputs, *zip((-1.0, 1.0), LOG_SD_RANGE, strict=True))
        yield target, outputs


def _scores(
    outputs: np.ndarray, y: np.ndarray, target: Target, heat: float
) -> tuple[np.ndarray, np.ndarray]:
    """Return how far off, and how sure, each answer is, both (n,)."""
    from scipy.special import softmax

    if target.kind == "continuous":
        sd = heat * np.exp(outputs[:, 1])
        return np.abs(y - outputs[:, 0]) / sd, -sd
    p = softmax(outputs / heat, axis=1)
    return 1 - p[np.arange(len(y)), y.astype(np.int64)], p.max(axis=1)


def _lowest(sure: np.ndarray, group: np.ndarray, keep: float) -> float:
    """Return the confidence that all but the least sure share of the ticks reach."""
    return -math.inf if keep == 1 else group_quantile(sure, group, 1 - keep, endless=False)


def _per_group(group: np.ndarray) -> np.ndarray:
    """Return weights that sum to 1 in each group, (n,)."""
    _, number, count = np.unique(group, return_inverse=True, return_counts=True)
    return 1.0 / count[number]
