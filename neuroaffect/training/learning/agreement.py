"""How much a student says what its teacher says, on stretches that it did not learn from."""

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from neuroaffect.affect import Target
from neuroaffect.models.readout import read_out
from neuroaffect.training.data.dataset import Dataset
from neuroaffect.training.learning.distill import Lecture
from neuroaffect.training.learning.fitted import Fitted
from neuroaffect.training.learning.loop import Progress
from neuroaffect.training.scoring.metrics.regression import concordance
from neuroaffect.training.splits import blocked

__all__ = ["Heard", "agreement", "hear", "microseconds"]

_FOLDS = 5
_RUNS = 200


@dataclass(frozen=True, eq=False, kw_only=True)
class Heard:
    """What teacher and students say of the same rows, each (n, outputs)."""

    teacher: np.ndarray
    student: np.ndarray
    small: np.ndarray


def hear(
    dataset: Dataset,
    lecture: Lecture,
    *,
    teach: Callable[[Dataset, Lecture], Fitted],
    small: Callable[[Fitted], Callable[[np.ndarray], np.ndarray]],
    progress: Progress | None = None,
) -> Heard:
    """Teach students on parts of the recordings, and hear them on the others.

    Parameters
    ----------
    dataset : Dataset
        What the students hear.
    lecture : Lecture
        What the teacher says of the same rows.
    teach : callable
        Returns the student of some rows:
        :func:`neuroaffect.training.learning.distill.distill`, its settings given.
    small : callable
        Student → its raw outputs in eight bits, as a function of features.
    progress : callable, optional
        Called with (parts done, parts in all).
    """
    pieces = min(len(np.unique(dataset.trials[dataset.sessions == s])) for s in
                 np.unique(dataset.sessions))  # fmt: skip
    splits = blocked(dataset, folds=max(2, min(_FOLDS, pieces)))
    said = []
    for done, split in enumerate(splits, start=1):
        student = teach(dataset.take(split.train), lecture.take(split.train))
        x = np.asarray(dataset.take(split.test).features)
        said.append((lecture.raw[split.test], student.outputs(x), small(student)(x)))
        if progress is not None:
            progress(done, len(splits))
    teacher, student, eight_bits = (np.concatenate(part) for part in zip(*said, strict=True))
    return Heard(teacher=teacher, student=student, small=eight_bits)


def agreement(heard: Heard, targets: Sequence[Target]) -> list[dict[str, object]]:
    """Return, by dimension, how far teacher, student and eight-bit student agree.

    Keys: dimension, ccc_student, ccc_small (concordance with the teacher's values, or with its
    probability of the last class where there is no place on the affect plane), same_class (share
    of ticks; None for numbers), largest_difference (between the students, in the same units).
    """
    rows = []
    said = [_values(raw, targets) for raw in (heard.teacher, heard.student, heard.small)]
    for target in targets:
        teacher, student, small = (values[target.dimension] for values in said)
        classes = [values.get(f"{target.dimension} class") for values in said]
        rows.append(
            {
                "dimension": target.dimension,
                "ccc_student": concordance(teacher, student),
                "ccc_small": concordance(teacher, small),
                "same_class": float(np.mean(classes[0] == classes[2])) if target.classes else None,
                "largest_difference": float(np.abs(student - small).max()),
            }
        )
    return rows


def microseconds(answer: Callable[[np.ndarray], object], x: np.ndarray) -> float:
    """Return the median time of one answer to one tick."""
    took = []
    for _ in range(_RUNS):
        begun = time.perf_counter()
        answer(x[:1])
        took.append(time.perf_counter() - begun)
    return 1e6 * statistics.median(took)


def _values(raw: np.ndarray, targets: Sequence[Target]) -> dict[str, np.ndarray]:
    said = read_out(raw, targets, [0.0] * len(raw))
    values = {}
    for target in targets:
        name = target.dimension
        if target.classes:
            p = np.array([one.probabilities[name] for one in said])
            values[f"{name} class"] = p.argmax(axis=1)
            values[name] = p[:, -1]
        else:
            values[name] = np.array([getattr(one, name) for one in said])
    return values
