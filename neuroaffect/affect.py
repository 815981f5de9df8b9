"""Valence, arousal, dominance: rating scales, what is learned of them, what is said of them.

A dimension runs from -1 (unpleasant, calm, submissive) to +1 (pleasant, aroused, dominant),
whatever scale the rating came on.

References
----------
Russell (1980), doi:10.1037/h0077714; Bradley and Lang (1994), doi:10.1016/0005-7916(94)90063-9;
Russell and Mehrabian (1977), doi:10.1016/0092-6566(77)90037-X
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import ClassVar, Literal, NoReturn

import numpy as np

from neuroaffect.errors import EvaluationError, known_names

__all__ = [
    "DIMENSIONS",
    "EMOTIONS",
    "QUADRANTS",
    "SAM9",
    "SCALES",
    "Abstention",
    "Prediction",
    "RatingScale",
    "Target",
    "affect_channels",
    "nearest_emotion",
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

SCALES: Mapping[str, RatingScale] = MappingProxyType(
    {
        "sam9": SAM9,
        "sam5": RatingScale(1.0, 5.0),  # the manikin in five pictures, and five-point items
        "likert7": RatingScale(1.0, 7.0),
        "zero-ten": RatingScale(0.0, 10.0),
        "percent": RatingScale(0.0, 100.0),  # visual analogue scales
        "unit": RatingScale(-1.0, 1.0),
    }
)

# By two ratings, valence first: the number of a class is 2 · high valence + high arousal.
QUADRANTS = ("LVLA", "LVHA", "HVLA", "HVHA")

# Mean pleasure, arousal and dominance of emotion words, Russell and Mehrabian (1977). Only those of
# their 151 words whose numbers two independent listings of the table give alike.
EMOTIONS: Mapping[str, tuple[float, float, float]] = MappingProxyType(
    {
        "angry": (-0.51, 0.59, 0.25),
        "disgusted": (-0.60, 0.35, 0.11),
        "fearful": (-0.64, 0.60, -0.43),
        "happy": (0.81, 0.51, 0.46),
        "sad": (-0.63, -0.27, -0.33),
        "surprised": (0.40, 0.67, -0.13),
    }
)


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
    scale : RatingScale, name in :data:`SCALES`, or None
        Scale of the ratings; None if labels are class numbers already.
    threshold : float, "median", "subject-median" or None
        For "binary" with a scale, and for quadrants: what lies above it is "high". "median" is the
        median of the training ratings, and of those only; "subject-median" that of each person's
        own, and of all for a person who is not among them. None is the middle of the scale.
    rule : {">", ">="}
        Whether a rating equal to the threshold, or to an edge, is low or high.
    drop : (low, high) or None
        Trials rated from `low` to `high`, both included, are neither learned nor scored.
    edges : tuple of float
        For "ordinal" with a scale: where each class but the first begins. Empty: a class per step
        of the scale.
    of : tuple of str
        For "nominal": the ratings whose lows and highs make the classes, see :data:`QUADRANTS`; all
        on `scale`, all with the same `threshold`.
    """

    __pydantic_config__: ClassVar[dict[str, object]] = {"extra": "forbid"}

    dimension: str
    kind: Literal["binary", "ordinal", "continuous", "nominal"] = "binary"
    classes: tuple[str, ...] = ("low", "high")
    scale: RatingScale | str | None = None
    threshold: float | Literal["median", "subject-median"] | None = None
    rule: Literal[">", ">="] = ">"
    drop: tuple[float, float] | None = None
    edges: tuple[float, ...] = ()
    of: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.kind not in {"binary", "ordinal", "continuous", "nominal"}:
            self._refuse(f"is of kind '{self.kind}'; choose binary, ordinal, continuous or nominal")
        if self.kind == "continuous" and self.classes:
            object.__setattr__(self, "classes", ())
        if self.kind == "binary" and len(self.classes) != 2:
            self._refuse(f"is binary but names {len(self.classes)} classes")
        if isinstance(self.scale, str):
            if self.scale not in SCALES:
                self._refuse(f"has no scale '{self.scale}'{known_names(self.scale, SCALES)}")
            object.__setattr__(self, "scale", SCALES[self.scale])
        self._check_rule()

    def _check_rule(self) -> None:
        if self.rule not in {">", ">="}:
            self._refuse(f"has rule '{self.rule}'; choose > or >=")
        if self.drop is not None and not self.drop[0] <= self.drop[1]:
            self._refuse(f"drops from {self.drop[0]:g} to {self.drop[1]:g}; low comes first")
        if self.edges:
            if self.kind != "ordinal" or self.scale is None:
                self._refuse("has edges; only ordinal targets with a scale have them")
            if len(self.edges) != len(self.classes) - 1 or list(self.edges) != sorted(self.edges):
                self._refuse(
                    f"has {len(self.edges)} edges between {len(self.classes)} classes; "
                    "name one fewer than there are classes, rising"
                )
        if self.of and (
            self.kind != "nominal" or self.scale is None or len(self.classes) != 2 ** len(self.of)
        ):
            self._refuse(
                f"is made of {len(self.of)} ratings; it needs kind = 'nominal', their scale, and "
                f"{2 ** len(self.of)} classes"
            )

    def _refuse(self, why: str) -> NoReturn:
        raise EvaluationError(f"target '{self.dimension}' {why}")

    @property
    def ratings(self) -> tuple[str, ...]:
        """Names of the ratings it is made of."""
        return self.of or (self.dimension,)

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


def nearest_emotion(valence: float, arousal: float, dominance: float | None = None) -> str:
    """Return the word of :data:`EMOTIONS` whose place is nearest, over the dimensions given.

    >>> nearest_emotion(0.7, 0.3)
    'happy'
    >>> nearest_emotion(-0.6, 0.6, -0.4)
    'fearful'
    """
    said = [valence, arousal] if dominance is None else [valence, arousal, dominance]
    return min(
        EMOTIONS, key=lambda word: np.linalg.norm(np.subtract(EMOTIONS[word][: len(said)], said))
    )
