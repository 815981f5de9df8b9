"""From a network's raw outputs to what is said: probabilities, a value, an error bar."""

import math
from collections.abc import Sequence
from functools import cache
from types import MappingProxyType

import numpy as np

from neuroaffect.affect import DIMENSIONS, Prediction, Target

__all__ = ["LOG_SD_RANGE", "read_out"]

# From 0.7 % of the half range, surer than any rating, to twenty times it, which knows nothing.
LOG_SD_RANGE = (-5.0, 3.0)


def read_out(
    raw: np.ndarray, targets: Sequence[Target], times: Sequence[float]
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
    """
    return [_row(values, targets, time) for values, time in zip(raw.tolist(), times, strict=True)]


def _row(raw: list[float], targets: Sequence[Target], time: float) -> Prediction:
    """Return the prediction of one row.

    In plain floats: live there is one row of a few numbers, on which each numpy call would cost
    more than all of this.
    """
    given: dict[str, float] = {}
    sds: dict[str, float] = {}
    probabilities: dict[str, tuple[float, ...]] = {}
    first = 0
    for target in targets:
        outputs = raw[first : first + target.outputs]
        first += target.outputs
        name = target.dimension
        if target.classes:
            probabilities[name] = _softmax(outputs)
        if name in DIMENSIONS and target.kind != "nominal":
            given[name], sds[name] = (
                _moments(probabilities[name], _positions(target))
                if target.classes
                else _gaussian(*outputs)
            )
    return Prediction(
        time=time,
        **given,
        sd=MappingProxyType(sds),
        probabilities=MappingProxyType(probabilities),
    )


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
