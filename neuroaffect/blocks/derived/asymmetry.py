"""Differences between the two sides of the head, and between front and back."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from neuroaffect.blocks.base import PLAIN, Context, FeatureBlock, Step, require_features
from neuroaffect.blocks.derived.pairs import Pairs, caudal_pairs, chosen_pairs, lateral_pairs
from neuroaffect.errors import PipelineError
from neuroaffect.montage import regions_of
from neuroaffect.stream import FeatureInfo

__all__ = ["Asymmetry"]

_ASK = {
    "dasm": "both sides of a row (F3 and F4)",
    "rasm": "both sides of a row (F3 and F4)",
    "dcau": "rows that face each other front to back (F3 and P3)",
    "frontal_alpha": "both sides of a frontal row (F3 and F4)",
}


# What ln(power) is of a feature whose unit begins so; any other is a power itself.
_LN_OF = {"nats": 2.0, "log10": np.log(10), "dB": np.log(10) / 10}


@dataclass(frozen=True, kw_only=True)
class Asymmetry(FeatureBlock):
    """How the features of paired electrodes differ.

    Parameters
    ----------
    measure : "dasm", "rasm", "dcau" or "frontal_alpha"
        Left − right, for log-type features such as differential entropy (DE); left / right;
        front − back; or ln(alpha power right) − ln(alpha power left) of the frontal pairs.
    pairs : tuple of (str, str)
        Own pairs, (left, right) or (front, back), all of which must be there; empty: all that
        the labels make, see :mod:`~neuroaffect.blocks.derived.pairs`.
    band : str
        Name of the alpha band among the features, for "frontal_alpha".
    least_divisor : float
        "rasm" has no value where the right one's size is below this, in the feature's unit: DE
        passes through 0, where a ratio tells nothing. Ours.

    Notes
    -----
    In (channels, features), out (pairs, features), named "F3-F4" as they are subtracted, so
    "F4-F3" for frontal alpha. Causal, no delay; missing where either electrode's value is.
    Pairs of which the montage lacks one are left out: `Step.pairs` tells which.

    In nats, DE is ½ ln(2πe P), so frontal alpha is twice the difference of DE; powers in dB or
    log10 are scaled, and of others the logarithm is taken here. More alpha on the right is read
    as more activity on the left: positive values go with approach.

    References
    ----------
    Zheng, Lu (2015), doi:10.1109/TAMD.2015.2431497; Duan, Zhu, Lu (2013),
    doi:10.1109/NER.2013.6695876; Allen, Coan, Nazarian (2004), doi:10.1016/j.biopsycho.2004.03.002
    """

    measure: Literal["dasm", "rasm", "dcau", "frontal_alpha"] = "dasm"
    pairs: tuple[tuple[str, str], ...] = ()
    band: str = "alpha"
    least_divisor: float = 0.1

    def start(self, info: FeatureInfo) -> "AsymmetryStep":
        info = require_features(info, "asymmetry")
        pairs = self.pairs_of(info.channels)
        if self.pairs and pairs.missing:
            lacking = ", ".join("-".join(pair) for pair in pairs.missing)
            raise PipelineError(
                f"asymmetry: '{info.name}' lacks an electrode of {lacking}; "
                f"it has {', '.join(info.channels)}"
            )
        if not pairs.found:
            raise PipelineError(
                f"asymmetry: {self.measure} needs {_ASK[self.measure]}, but '{info.name}' has "
                f"{', '.join(info.channels)}"
            )
        if self.measure == "frontal_alpha" and self.band not in info.features:
            raise PipelineError(
                f"asymmetry: '{info.name}' has no band '{self.band}'; "
                f"choose among {', '.join(info.features)}"
            )
        return AsymmetryStep(info, self, pairs)

    def pairs_of(self, labels: Sequence[str]) -> Pairs:
        """Return the pairs that these electrodes make for this measure, and those they lack."""
        if self.pairs:
            return chosen_pairs(labels, self.pairs)
        if self.measure == "dcau":
            return caudal_pairs(labels)
        pairs = lateral_pairs(labels)
        if self.measure == "frontal_alpha":
            return Pairs(_frontal(pairs.found), _frontal(pairs.missing))
        return pairs

    @classmethod
    def examples(cls) -> Sequence["Asymmetry"]:
        temporal = (("T7", "T8"),)
        return [
            cls(),
            cls(measure="rasm"),
            cls(measure="dcau", pairs=(("Fp1", "T7"), ("Fp1", "Cz"))),
            cls(measure="frontal_alpha", pairs=temporal),
        ]


class AsymmetryStep(Step):
    """Pairs of rows of the input, subtracted or divided.

    Attributes
    ----------
    pairs : Pairs
        What the montage has, and what it lacks.
    """

    def __init__(self, info: FeatureInfo, block: Asymmetry, pairs: Pairs) -> None:
        self.pairs = pairs
        self._measure, self._least = block.measure, block.least_divisor
        places = [[info.channels.index(label) for label in pair] for pair in pairs.found]
        self._first, self._second = np.array(places).T
        self._column, self._ln_of = slice(None), 0.0
        units = info.units
        if block.measure == "rasm":
            units = ("",) * len(info.features)
        if block.measure == "frontal_alpha":
            column = info.features.index(block.band)
            self._column = slice(column, column + 1)
            self._ln_of = _LN_OF.get(units[column].partition(" ")[0], 0.0) if units else 0.0
            units = ("nats",)
            self._first, self._second = self._second, self._first
        self.info = replace(
            info,
            name="asymmetry",
            channels=tuple(
                f"{info.channels[a]}-{info.channels[b]}"
                for a, b in zip(self._first, self._second, strict=True)
            ),
            features=info.features[self._column],
            units=units,
            memories_s=info.memories_s[self._column],
        )

    def process(self, x: np.ndarray, context: Context = PLAIN) -> np.ndarray:
        x = np.where(np.isfinite(x), x, np.nan)[:, self._column]
        if self._measure == "frontal_alpha":
            x = self._ln_of * x if self._ln_of else _log(x)
        first, second = x[self._first], x[self._second]
        if self._measure == "rasm":
            return first / np.where(np.abs(second) < self._least, np.nan, second)
        return first - second


def _frontal(pairs: Sequence[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    return tuple(pair for pair in pairs if set(regions_of(pair)) == {"frontal"})


def _log(power: np.ndarray) -> np.ndarray:
    """Return ln of what is a power; NaN of what cannot be one."""
    return np.log(np.where(power > 0, power, np.nan))
