"""From a network's raw outputs to what is said: probabilities, a value, an error bar."""

import math
from collections.abc import Sequence
from functools import cache
from types import MappingProxyType
from typing import NamedTuple

import numpy as np

from neuroaffect.affect import DIMENSIONS, Abstention, Prediction, Target
from neuroaffect.models.calibration import Calibration

__all__ = ["LOG_SD_RANGE", "read_out"]

# From 0.7 % of the half range, surer than any rating, to twenty times it, which knows nothing.
LOG_SD_RANGE = (-5.0, 3.0)
_UNTOUCHED = Calibration(level=0.9, groups=0)


def read_out(
    raw: np.ndarray,
    targets: Sequence[Target],
    times: Sequence[float],
    calibration: Calibration | None = None,
) -> list[Prediction]:
    """Return the prediction of each row of raw outputs.

    Classes become probabilities (softmax); the value and its standard deviation are those of the
    classes' positions under these probabilities, for two classes 2p - 1 and 2√(p(1 - p)).
    A continuous target gives its mean, kept within [-1, 1], and the exponential of its log sd.

    Parameters
    ----------
    raw : ndarray, shape (n, outputs)
        Columns in order of the targets, `Target.outputs` each.
    targets : sequence of Target
        Nominal ones, and names outside :data:`neuroaffect.affect.DIMENSIONS`, give
        probabilities only.
    times : sequence of float, length n
    calibration : Calibration or None
        Makes probabilities and error bars honest, and adds intervals. A dimension less sure than
        its `least` is left out; if none is left, the prediction abstains.
    """
    calibration = calibration or _UNTOUCHED
    return [
        _row(values, targets, time, calibration)
        for values, time in zip(raw.tolist(), times, strict=True)
    ]


def _row(
    raw: list[float], targets: Sequence[Target], time: float, calibration: Calibration
) -> Prediction:
    """Return the prediction of one row.

    In plain floats: live there is one row of a few numbers, on which each numpy call would cost
    more than all of this.
    """
    given: dict[str, float] = {}
    sds: dict[str, float] = {}
    intervals: dict[str, tuple[float, float]] = {}
    probabilities: dict[str, tuple[float, ...]] = {}
    first, silent = 0, 0
    for target in targets:
        outputs = raw[first : first + target.outputs]
        first += target.outputs
        name = target.dimension
        said = (_classes if target.classes else _number)(outputs, target, calibration)
        if said.probabilities:
            probabilities[name] = said.probabilities
        if said.confidence < calibration.least.get(name, -math.inf):
            silent += 1
        elif name in DIMENSIONS and target.kind != "nominal":
            given[name], sds[name] = said.value, said.sd
            if name in calibration.quantiles:
                intervals[name] = said.interval
    return Prediction(
        time=time,
        **given,
        sd=MappingProxyType(sds),
        probabilities=MappingProxyType(probabilities),
        interval=MappingProxyType(intervals),
        abstained=Abstention.UNCERTAIN if silent == len(targets) else None,
    )


class _Said(NamedTuple):
    """What one target's outputs say."""

    value: float
    sd: float
    interval: tuple[float, float]
    confidence: float
    probabilities: tuple[float, ...] = ()


def _classes(logits: list[float], target: Target, calibration: Calibration) -> _Said:
    """Return the classes' mean place; the interval reaches over those that may be true."""
    heat = calibration.temperatures.get(target.dimension, 1.0)
    p, x = _softmax([logit / heat for logit in logits]), _positions(target)
    least = 1.0 - calibration.quantiles.get(target.dimension, math.inf)
    surest = max(p)
    # The most probable class always: an interval of nothing would say that none is true.
    likely = [place for share, place in zip(p, x, strict=True) if share >= min(least, surest)]
    return _Said(*_moments(p, x), (min(likely), max(likely)), surest, p)


def _number(outputs: list[float], target: Target, calibration: Calibration) -> _Said:
    """Return mean and standard deviation, and the interval of so many of these."""
    mean, sd = _gaussian(*outputs)
    sd *= calibration.temperatures.get(target.dimension, 1.0)
    half = sd * calibration.quantiles.get(target.dimension, math.inf)
    return _Said(mean, sd, (max(-1.0, mean - half), min(1.0, mean + half)), -sd)


def _softmax(logits: list[float]) -> tuple[float, ...]:
    highest = max(logits)
    e = [math.exp(logit - highest) for logit in logits]
    total = sum(e)
    return tuple(value / total for value in e)


def _moments(p: tuple[float, ...], x: tuple[float, ...]) -> tuple[float, float]:
    """Return mean and standard deviation of positions `x` under probabilities `p`."""
    mean = sum(a * b for a, b in zip(p, x, strict=True))
    # About the mean, so that a sure prediction has no negative variance by rounding.
    variance = sum(a * (b - mean) ** 2 for a, b in zip(p, x, strict=True))
    return min(1.0, max(-1.0, mean)), math.sqrt(variance)


def _gaussian(mean: float, log_sd: float) -> tuple[float, float]:
    low, high = LOG_SD_RANGE
    return min(1.0, max(-1.0, mean)), math.exp(min(high, max(low, log_sd)))


@cache
def _positions(target: Target) -> tuple[float, ...]:
    return tuple(target.positions.tolist())
