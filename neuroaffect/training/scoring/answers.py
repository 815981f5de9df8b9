"""What a model said of each test trial: what scores are made of, and what a report keeps.

Where a rating moves within a trial there is an answer for each of its ticks. Such answers have one
`trial` and one `unit`, and stay together wherever trials are drawn or change places.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from neuroaffect.errors import EvaluationError

__all__ = ["Answers"]

_NAMES = {"subject", "unit", "trial"}  # may be words


@dataclass(frozen=True, eq=False, kw_only=True)
class Answers:
    """What a model said of each test trial, and what was right, each (trials,) or (trials, …).

    Parameters
    ----------
    truth, predicted, majority : ndarray
        Class numbers (int), or values in [-1, 1] (float) of a continuous target; `majority` is
        what a guess from the training labels alone would say.
    subject : ndarray
        Whose trial.
    unit : ndarray
        Trials of one unit share their label by design; one number per trial where none do.
    trial : ndarray of str, optional
        Its name, by which two models' answers are paired.
    probabilities : ndarray, shape (trials, classes), optional
        Means over the trial's ticks.
    shares : ndarray, shape (trials, classes), optional
        Of the classes among the training trials.
    fold, trained : ndarray of int, optional
        The fold that tested the trial, and how many trials trained in it.
    ticks, ticks_right : ndarray of int, optional
        How many ticks the trial has, and of how many the class was right by itself.

    Raises
    ------
    EvaluationError
        If the arrays differ in length or are empty.
    """

    truth: np.ndarray
    predicted: np.ndarray
    majority: np.ndarray
    subject: np.ndarray
    unit: np.ndarray
    trial: np.ndarray | None = None
    probabilities: np.ndarray | None = None
    shares: np.ndarray | None = None
    fold: np.ndarray | None = None
    trained: np.ndarray | None = None
    ticks: np.ndarray | None = None
    ticks_right: np.ndarray | None = None

    def __post_init__(self) -> None:
        lengths = {len(v) for v in vars(self).values() if v is not None}
        if len(lengths) != 1 or 0 in lengths:
            raise EvaluationError(
                f"answers come in arrays of {sorted(lengths)} trials; all must have as many, "
                "and at least one"
            )

    def __len__(self) -> int:
        return len(self.truth)

    @property
    def whole(self) -> np.ndarray:
        """Number of the trial that each answer is of, in order of appearance, (n,)."""
        if self.trial is None:
            return np.arange(len(self))
        names = np.stack([self.subject.astype(str), self.trial.astype(str)], axis=1)
        _, first, of = np.unique(names, axis=0, return_index=True, return_inverse=True)
        return np.argsort(np.argsort(first))[of.reshape(-1)]

    @property
    def continuous(self) -> bool:
        """Whether these are values and not classes."""
        return self.truth.dtype.kind == "f"

    def take(self, rows: np.ndarray) -> "Answers":
        """Return the answers of these trials (numbers or a mask), in this order."""
        return Answers(**{k: v if v is None else v[rows] for k, v in vars(self).items()})

    def told(self) -> dict[str, list]:
        """Return it as lists by name, for JSON; :meth:`heard` reads them back."""
        return {name: v.tolist() for name, v in vars(self).items() if v is not None}

    @classmethod
    def heard(cls, told: Mapping[str, Any]) -> "Answers":
        """Return the answers that a report kept.

        Raises
        ------
        EvaluationError
            If arrays are missing, unknown or no numbers, or differ in length.
        """
        known = {field.name for field in fields(cls)}
        needed = {"truth", "predicted", "majority", "subject", "unit"}
        if not needed <= set(told) <= known:
            raise EvaluationError(
                f"answers hold {', '.join(sorted(told))}; they need {', '.join(sorted(needed))} "
                f"and may have {', '.join(sorted(known - needed))}"
            )
        return cls(**{name: _array(name, values) for name, values in told.items()})


def _array(name: str, values: object) -> np.ndarray:
    try:
        array = np.array(values)
    except ValueError:
        raise EvaluationError(f"'{name}' of the answers is no even list of numbers") from None
    if array.ndim == 0 or array.dtype.kind not in ("iufU" if name in _NAMES else "iuf"):
        raise EvaluationError(
            f"'{name}' of the answers holds {str(values)[:40]}; it must be a list of numbers"
        )
    return array
