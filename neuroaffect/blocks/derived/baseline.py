"""Features against their mean at rest."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from neuroaffect.blocks.base import PLAIN, Context, FeatureBlock, Step, require_features
from neuroaffect.errors import PipelineError
from neuroaffect.stream import FeatureInfo

__all__ = ["Baseline"]

_LEAST_SD = 1e-9  # of the mean's size: a feature that stood still at rest has no scale


@dataclass(frozen=True, kw_only=True)
class Baseline(FeatureBlock):
    """What a feature is beside its mean over the last marked rest.

    Parameters
    ----------
    mode : "subtract", "divide" or "zscore"
        x − mean, x / mean, or (x − mean) / standard deviation at rest. For log-type features
        (differential entropy) subtracting is the one that makes sense: it divides powers.
    least_s : float
        Seconds of values that a feature needs within a rest for it to become its baseline.

    Notes
    -----
    In and out (channels, features); without unit unless subtracted. Causal, no delay. A rest
    becomes the baseline at the first hop after its end; until the first one has ended there is
    no value. During a later rest the baseline before it holds, and it goes on to hold for a
    feature that has fewer than `least_s` seconds of values in that rest.

    Hops at the start of a rest that still remember what came before it are left out, and so are
    missing values. The baseline outlasts a gap, and so does a rest that the gap interrupts. These
    rules are ours.
    """

    mode: Literal["subtract", "divide", "zscore"] = "subtract"
    least_s: float = 5.0

    def start(self, info: FeatureInfo) -> "BaselineStep":
        info = require_features(info, "baseline")
        if not self.least_s > 0:
            raise PipelineError(f"baseline: least_s = {self.least_s:g} must be above 0")
        return BaselineStep(info, self)

    @classmethod
    def examples(cls) -> Sequence["Baseline"]:
        return [cls(), cls(mode="divide"), cls(mode="zscore", least_s=2.0)]


class BaselineStep(Step):
    """The baseline in force, and the sums of the rest under way."""

    def __init__(self, info: FeatureInfo, block: Baseline) -> None:
        units = info.units if block.mode == "subtract" else ("",) * len(info.features)
        self.info = replace(info, name="baseline", units=units)
        self._mode = block.mode
        self._hop_s = info.hop_s
        self._memories_s = np.array(info.memories_s or (0.0,) * len(info.features))
        # Two values at least, where a deviation is asked for or the pace is not known.
        self._needed = max(2, round(block.least_s / info.hop_s)) if info.hop_s else 2
        self._mean = np.full(info.shape, np.nan)
        self._sd = np.full(info.shape, np.nan)
        self._rest = _Rest(info.shape)

    def process(self, x: np.ndarray, context: Context = PLAIN) -> np.ndarray:
        if context.rest:
            inside = self._memories_s <= self._rest.hops * self._hop_s  # (features,)
            self._rest.add(x, np.isfinite(x) & inside)
        elif self._rest.hops:
            self._take_over()
            self._rest = _Rest(x.shape)
        return self._corrected(x)

    def _take_over(self) -> None:
        """The rest has ended: it is the baseline of every feature it tells enough of."""
        known = self._rest.count >= self._needed
        self._mean = np.where(known, self._rest.mean, self._mean)
        self._sd = np.where(known, self._rest.sd, self._sd)

    def _corrected(self, x: np.ndarray) -> np.ndarray:
        x = np.where(np.isfinite(x), x, np.nan)
        if self._mode == "subtract":
            return x - self._mean
        from_mean = self._mode == "zscore"
        divisor = self._sd if from_mean else self._mean
        least = _LEAST_SD * np.abs(self._mean) if from_mean else 0.0
        y = np.full(x.shape, np.nan)
        above = x - self._mean if from_mean else x
        return np.divide(above, divisor, out=y, where=np.abs(divisor) > least)

    def resume(self, before: "BaselineStep") -> None:
        self._mean, self._sd = before._mean.copy(), before._sd.copy()
        self._rest = before._rest.copy()


class _Rest:
    """Mean and squared deviations of the values of one rest, taken in one by one (Welford)."""

    def __init__(self, shape: tuple[int, int]) -> None:
        self.hops = 0
        self.count = np.zeros(shape, dtype=np.int64)
        self.mean = np.zeros(shape)
        self._squares = np.zeros(shape)

    @property
    def sd(self) -> np.ndarray:
        return np.sqrt(self._squares / np.maximum(self.count, 1))

    def add(self, x: np.ndarray, counted: np.ndarray) -> None:
        self.hops += 1
        self.count += counted
        away = np.where(counted, x - self.mean, 0.0)
        self.mean = self.mean + away / np.maximum(self.count, 1)
        self._squares = self._squares + away * np.where(counted, x - self.mean, 0.0)

    def copy(self) -> "_Rest":
        other = _Rest(self.mean.shape)
        # After a gap features start anew, and remember nothing from before it: `hops` goes on.
        other.hops, other.count, other.mean = self.hops, self.count.copy(), self.mean.copy()
        other._squares = self._squares.copy()
        return other
