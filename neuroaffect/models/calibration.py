"""How sure a model may be: found on trials it was not trained on, kept in the bundle, used live."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from types import MappingProxyType
from typing import Any

from neuroaffect.errors import ModelError

__all__ = ["Calibration"]


@dataclass(frozen=True, kw_only=True)
class Calibration:
    """What held-out trials said of a model's error bars, by dimension.

    Parameters
    ----------
    level : float
        Share of new trials' ticks whose truth the intervals are to hold.
    groups : int
        How many held-out trials, or people where there are several, it comes from.
    temperatures : mapping of str to float
        Logits are divided by it, and the standard deviation of a number is multiplied by it;
        above 1 the network was too sure.
    quantiles : mapping of str to float
        Classes whose probability is at least 1 minus it are in the interval; for a number, so
        many standard deviations on either side. Infinite where there were too few groups for the
        level: the interval is then the whole range.
    least : mapping of str to float
        Confidence below which nothing is said of a dimension: of the most probable class, or
        minus the standard deviation.
    novel_above : float
        Novelty above which the model abstains; infinite for never.

    References
    ----------
    Guo et al. (2017), arXiv:1706.04599 (temperature); Vovk, Gammerman, Shafer (2005),
    doi:10.1007/b106715, and Sadinle, Lei, Wasserman (2019), doi:10.1080/01621459.2017.1395341
    (sets of classes); Lee, Barber, Willett (2023), arXiv:2306.06342 (ticks within trials)
    """

    level: float
    groups: int
    temperatures: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    quantiles: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    least: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    novel_above: float = math.inf

    def __post_init__(self) -> None:
        if not 0 < self.level < 1:
            raise ModelError(f"calibration: level = {self.level:g} is no share between 0 and 1")
        wrong = [d for d, t in self.temperatures.items() if not 0 < t < math.inf]
        if wrong:
            raise ModelError(
                f"calibration: temperature {self.temperatures[wrong[0]]:g} of '{wrong[0]}' is "
                "wrong; it must be a number above 0"
            )

    @classmethod
    def from_entry(cls, entry: Mapping[str, Any] | None) -> "Calibration | None":
        """Return what a bundle's card holds; null stands for infinity there."""
        if entry is None:
            return None
        given = {f.name: entry[f.name] for f in fields(cls)}
        endless = math.inf if given["novel_above"] is None else given["novel_above"]
        quantiles = {d: math.inf if q is None else q for d, q in given["quantiles"].items()}
        least = {d: -math.inf if c is None else c for d, c in given["least"].items()}
        return cls(**{**given, "novel_above": endless, "quantiles": quantiles, "least": least})
