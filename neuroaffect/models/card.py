"""What a bundle says of itself: the content of `bundle.json`."""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any

import numpy as np

from neuroaffect.affect import RatingScale, Target
from neuroaffect.errors import ModelError, NeuroaffectError
from neuroaffect.models.calibration import Calibration

__all__ = ["FORMAT", "Card", "resolved"]

FORMAT = 3  # raised when an older neuroaffect could misread what is written


@dataclass(frozen=True, kw_only=True)
class Card:
    """Facts about a trained model, beside its weights and its pipeline.

    Parameters
    ----------
    network : str
        Name in the registry.
    options : mapping of str to value
        As the pipeline gave them.
    readout : {"linear", "prototypes"}
        What stands at the network's end.
    targets : tuple of Target
        In order of the outputs; thresholds are numbers.
    rates_hz : mapping of str to float
        Rate of each stream that the input comes from, by track; 0 for irregular ones.
    electrodes, features : tuple of str
        Names along both axes of one input.
    sample_rate_hz : float
        Of the samples along the second axis; 0 if features are no samples.
    positions_m : tuple of (x, y, z) or None
        Of the electrodes, in mne's head frame, where all are known.
    quantised : bool
        The graph's weights are 8-bit integers; those in weights.safetensors are not.
    calibration : Calibration or None
        How sure it may be; None if that was not found out.
    fingerprint : str
        Of the pipeline that made the features.
    sessions : mapping of str to str
        Training recordings by name, and their SHA-256.
    scores : tuple of mapping
        Rows of the evaluation.
    versions : mapping of str to str
        Libraries at the time of training.
    thresholds : mapping of str to float
        What was high in training, by dimension, or by "dimension.rating" of quadrants.
    person_thresholds : mapping of str to mapping of str to float
        The same by person, where each had one; `thresholds` are then anybody else's.
    """

    network: str
    options: Mapping[str, Any]
    readout: str
    targets: tuple[Target, ...]
    rates_hz: Mapping[str, float]
    electrodes: tuple[str, ...]
    features: tuple[str, ...]
    sample_rate_hz: float
    positions_m: tuple[tuple[float, float, float], ...] | None
    quantised: bool
    calibration: Calibration | None
    fingerprint: str
    sessions: Mapping[str, str]
    scores: tuple[Mapping[str, Any], ...]
    versions: Mapping[str, str]
    thresholds: Mapping[str, float] = field(default_factory=dict)
    person_thresholds: Mapping[str, Mapping[str, float]] = field(default_factory=dict)

    def to_json(self) -> bytes:
        """Return the card as JSON text; numbers that are not finite become null."""
        content = {field.name: getattr(self, field.name) for field in fields(self)}
        content["targets"] = [_target_entry(target) for target in self.targets]
        if self.calibration is not None:
            content["calibration"] = vars(self.calibration)
        text = json.dumps(_plain({"format": FORMAT, **content}), indent=2, allow_nan=False)
        return f"{text}\n".encode()

    @classmethod
    def from_json(cls, text: bytes, *, where: str) -> "Card":
        """Read a card.

        Raises
        ------
        ModelError
            If it is of another format, or not whole.
        """
        try:
            content = json.loads(text)
            if (found := content.pop("format")) != FORMAT:
                raise ModelError(
                    f"{where}: bundle.json is of format {found}, this neuroaffect reads format "
                    f"{FORMAT}; train anew or use the version that wrote it"
                )
            content["targets"] = tuple(_target(entry) for entry in content["targets"])
            content["calibration"] = Calibration.from_entry(content["calibration"])
            for name in ("electrodes", "features", "scores"):
                content[name] = tuple(content[name])
            if content["positions_m"] is not None:
                content["positions_m"] = tuple(tuple(point) for point in content["positions_m"])
            return cls(**content)
        except ModelError:
            raise
        except (ValueError, KeyError, TypeError, AttributeError, NeuroaffectError) as error:
            raise ModelError(
                f"{where}: bundle.json is not what neuroaffect writes ({error}); train anew"
            ) from None


def resolved(targets: Sequence[Target], thresholds: Mapping[str, float]) -> tuple[Target, ...]:
    """Return the targets with their thresholds as numbers.

    Raises
    ------
    ModelError
        If a threshold is still to be found ("median"), or belongs to no target.
    """
    places = {name for target in targets for name in _places(target)}
    if foreign := sorted(set(thresholds) - places):
        raise ModelError(f"threshold of '{foreign[0]}' belongs to no target; leave it out")
    known = []
    for target in targets:
        if target.dimension in thresholds:
            target = replace(target, threshold=float(thresholds[target.dimension]))
        if isinstance(target.threshold, str) and not set(_places(target)) <= set(thresholds):
            raise ModelError(
                f"target '{target.dimension}' has threshold = '{target.threshold}'; "
                "give the number that training found"
            )
        known.append(target)
    return tuple(known)


def _places(target: Target) -> tuple[str, ...]:
    """Return the names that its thresholds go by."""
    if target.of:
        return tuple(f"{target.dimension}.{rating}" for rating in target.of)
    return (target.dimension,)


def _target_entry(target: Target) -> dict[str, Any]:
    scale = None if target.scale is None else [target.scale.low, target.scale.high]
    return {
        "dimension": target.dimension,
        "kind": target.kind,
        "classes": target.classes,
        "scale": scale,
        "threshold": target.threshold,
        "rule": target.rule,
        "drop": target.drop,
        "edges": target.edges,
        "of": target.of,
    }


def _target(entry: Mapping[str, Any]) -> Target:
    scale = None if entry["scale"] is None else RatingScale(*entry["scale"])
    lists = {name: tuple(value) for name, value in entry.items() if isinstance(value, list)}
    return Target(**{**entry, **lists, "scale": scale})


def _plain(value: Any) -> Any:
    """Return the same in what JSON knows."""
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | np.ndarray):
        return [_plain(item) for item in value]
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
