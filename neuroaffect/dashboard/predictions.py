"""Predictions as things to draw: a course per dimension, and stretches of saying nothing."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from neuroaffect.affect import DIMENSIONS, Abstention, Prediction, Target

__all__ = [
    "Course",
    "Silence",
    "class_targets",
    "course_of",
    "phrase",
    "silences",
    "trained_dimensions",
]

_HOPS_BEFORE_A_BREAK = 2.5


@dataclass(frozen=True, eq=False)
class Course:
    """One dimension over time, each (points,); NaN breaks the line."""

    times: np.ndarray
    values: np.ndarray
    sd: np.ndarray


@dataclass(frozen=True)
class Silence:
    """A stretch in which the model abstained for one reason."""

    start_s: float
    stop_s: float
    reason: Abstention


def trained_dimensions(targets: Iterable[Target]) -> tuple[str, ...]:
    """Return the dimensions that have a value, in the order of DIMENSIONS."""
    valued = {target.dimension for target in targets if target.kind != "nominal"}
    return tuple(dimension for dimension in DIMENSIONS if dimension in valued)


def class_targets(targets: Iterable[Target]) -> tuple[Target, ...]:
    """Return the targets that have classes and no value: gestures, conditions."""
    return tuple(
        target
        for target in targets
        if target.classes and (target.kind == "nominal" or target.dimension not in DIMENSIONS)
    )


def phrase(reason: Abstention) -> str:
    """Return what is shown while the model abstains.

    >>> phrase(Abstention.BAD_CONTACT)
    "don't know: bad contact"
    """
    return f"don't know: {reason.value}"


def course_of(predictions: Sequence[Prediction], dimension: str, *, hop_s: float) -> Course:
    """Return one dimension over time.

    The line breaks where the model abstains, and where ticks are missing.
    """
    rows: list[tuple[float, float, float]] = []
    for prediction in predictions:
        if rows and prediction.time - rows[-1][0] > _HOPS_BEFORE_A_BREAK * hop_s > 0:
            rows.append((prediction.time, np.nan, np.nan))
        value = getattr(prediction, dimension)
        sd = prediction.sd.get(dimension, 0.0)
        rows.append((prediction.time, np.nan if value is None else value, sd))
    table = np.array(rows, float).reshape(-1, 3)
    return Course(table[:, 0], table[:, 1], table[:, 2])


def silences(predictions: Sequence[Prediction], *, hop_s: float) -> list[Silence]:
    """Return the stretches in which the model abstained, neighbours of one reason joined."""
    found: list[Silence] = []
    for prediction in predictions:
        if prediction.abstained is None:
            continue
        start_s, reason = prediction.time - hop_s, prediction.abstained
        last = found[-1] if found else None
        if last and last.reason == reason and start_s - last.stop_s <= hop_s:
            found[-1] = Silence(last.start_s, prediction.time, reason)
        else:
            found.append(Silence(start_s, prediction.time, reason))
    return found
