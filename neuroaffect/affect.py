"""Valence, arousal, dominance: rating scales, what is learned of them, what is said of them.

A dimension runs from -1 (unpleasant, calm, submissive) to +1 (pleasant, aroused, dominant),
whatever scale the rating came on.

References
----------
Russell (1980), doi:10.1037/h0077714; Bradley and Lang (1994), doi:10.1016/0005-7916(94)90063-9
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import ClassVar, Literal

import numpy as np

from neuroaffect.errors import EvaluationError

__all__ = [
    "DIMENSIONS",
    "SAM9",
    "Abstention",
    "Prediction",
    "RatingScale",
    "Target",
    "affect_channels",
]

DIMENSIONS = ("valence", "arousal", "dominance")


@dataclass(frozen=True)
class RatingScale:
    """The numbers a rating may take, and their place in [-1, 1].

    >>> SAM9.to_unit(5.0)
    0.0
    """

    low: float
    high: float

    def __post_init__(self) -> None:
        if not self.low < self.high:
            raise EvaluationError(
                f"rating scale runs from {self.low:g} to {self.high:g}; low must be below high"
            )

    def to_unit(self, rating):
        """Map ratings, (n,) or one number, to [-1, 1]."""
        return 2.0 * (rating - self.low) / (self.high - self.low) - 1.0


SAM9 = RatingScale(1.0, 9.0)  # the nine-point self-assessment manikin


class Abstention(StrEnum):
    """Why a prediction says "I don't know"."""

    UNSETTLED = "unsettled"
    GAP = "gap"
    BAD_CONTACT = "bad contact"
    MISSING = "missing modality"
    NOT_YET = "no value yet"
    OUT_OF_DISTRIBUTION = "out of distribution"
    UNCERTAIN = "too uncertain"


@dataclass(frozen=True, kw_only=True)
class Target:
    """One thing a model is trained to say.

    Parameters
    ----------
    dimension : str
        One of :data:`DIMENSIONS`; any other name is a plumbing check (gestures, say) and has
        probabilities only.
    kind : {"binary", "ordinal", "continuous", "nominal"}
        Two classes low and high; ordered classes; a number in [-1, 1]; classes without order.
    classes : tuple of str
        Names of the classes in order; empty for "continuous".
    scale : RatingScale or None
        Scale of the ratings; None if labels are class numbers already.
    threshold : float, "median" or None
        For "binary" with a scale: ratings above it are "high". "median" is the median of the
        training ratings, and of those only.
    """

    __pydantic_config__: ClassVar[dict[str, object]] = {"extra": "forbid"}

    dimension: str
    kind: Literal["binary", "ordinal", "continuous", "nominal"] = "binary"
    classes: tuple[str, ...] = ("low", "high")
    scale: RatingScale | None = None
    threshold: float | Literal["median"] | None = None

    def __post_init__(self) -> None:
        if self.kind not in {"binary", "ordinal", "continuous", "nominal"}:
            raise EvaluationError(
                f"target '{self.dimension}' is of kind '{self.kind}'; "
                "choose binary, ordinal, continuous or nominal"
            )
        if self.kind == "continuous" and self.classes:
            object.__setattr__(self, "classes", ())
        if self.kind == "binary" and len(self.classes) != 2:
            raise EvaluationError(
                f"target '{self.dimension}' is binary but names {len(self.classes)} classes"
            )

    @property
    def outputs(self) -> int:
        """Numbers a network gives for this target: one logit per class, or mean and log sd."""
        return len(self.classes) or 2

    @property
    def positions(self) -> np.ndarray:
        """Place of each class in [-1, 1], (classes,)."""
        return np.linspace(-1.0, 1.0, len(self.classes))


@dataclass(frozen=True, kw_only=True)
class Prediction:
    """What the model says of one tick.

    Parameters
    ----------
    time : float
        The tick's time: LSL clock, seconds.
    valence, arousal, dominance : float or None
        In [-1, 1]; None if the dimension was not trained or the model abstains.
    sd : mapping of str to float
        One standard deviation of each dimension given, in the same unit.
    interval : mapping of str to (low, high)
        Of each dimension given, where it is to be expected with the model's level of coverage;
        empty if the model was not calibrated.
    probabilities : mapping of str to tuple of float
        Class probabilities of each target that has classes.
    novelty : float or None
        How unlike the training data the input is, 1 being the most that is spoken of; None if
        the model does not tell.
    abstained : Abstention or None
        Why nothing is said, or None.
    """

    time: float
    valence: float | None = None
    arousal: float | None = None
    dominance: float | None = None
    sd: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    probabilities: Mapping[str, tuple[float, ...]] = field(
        default_factory=lambda: MappingProxyType({})
    )
    interval: Mapping[str, tuple[float, float]] = field(
        default_factory=lambda: MappingProxyType({})
    )
    novelty: float | None = None
    abstained: Abstention | None = None

    def row(self, channels: tuple[str, ...]) -> np.ndarray:
        """Return the numbers of these channels, see :func:`affect_channels`; NaN for the unsaid."""
        values = {name: getattr(self, name) for name in DIMENSIONS}
        values |= {f"{name}_sd": sd for name, sd in self.sd.items()}
        for name, (low, high) in self.interval.items():
            values |= {f"{name}_low": low, f"{name}_high": high}
        return np.array([np.nan if values.get(c) is None else values[c] for c in channels])


def affect_channels(targets: Iterable[Target]) -> tuple[str, ...]:
    """Return the channels of a prediction stream: the trained dimensions, then sd and interval.

    >>> affect_channels([Target(dimension="arousal")])
    ('arousal', 'arousal_sd', 'arousal_low', 'arousal_high')
    """
    names = {target.dimension for target in targets}
    trained = tuple(name for name in DIMENSIONS if name in names)
    about = [f"{name}_{what}" for what in ("sd", "low", "high") for name in trained]
    return (*trained, *about)
