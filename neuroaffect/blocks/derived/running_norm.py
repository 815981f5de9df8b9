"""A running z-score of each feature."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from neuroaffect.blocks.base import PLAIN, Context, FeatureBlock, Step, require_features
from neuroaffect.errors import PipelineError
from neuroaffect.stream import FeatureInfo

__all__ = ["RunningNorm"]

_LEAST_SD = 1e-9  # of the mean's size: below it a feature stands still and has no scale


@dataclass(frozen=True, kw_only=True)
class RunningNorm(FeatureBlock):
    """Each feature's distance from its own past mean, in standard deviations of its past.

    A value is compared with those before it and only then counted among them, so that a sudden
    change is seen at its full size.

    Parameters
    ----------
    warmup_s : float
        Seconds of values that a feature needs before it is scored.
    window_s : float
        Time constant of an exponential window over the past; 0: all of the past counts the same.
    freeze : bool
        Keep mean and deviation as they are once the warm-up is over.

    Notes
    -----
    In (channels, features), out the same without unit. Causal, no delay. Missing until the
    warm-up is over, where the input is missing, and where the feature has stood still so far.
    Values count from the first on, each with the same weight, until the window is full.

    Mean and deviation outlast a gap. They are a calibration: `memories_s` stays that of the
    features. What a person did before thus reaches what comes after, as it does live.
    """

    warmup_s: float = 30.0
    window_s: float = 0.0
    freeze: bool = False

    def start(self, info: FeatureInfo) -> "RunningNormStep":
        info = require_features(info, "running_norm")
        if info.hop_s <= 0:
            raise PipelineError(
                f"running_norm: '{info.name}' comes at no regular pace; choose features of a "
                "stream with a fixed rate"
            )
        if self.warmup_s < 2 * info.hop_s:
            raise PipelineError(
                f"running_norm: warmup_s = {self.warmup_s:g} must hold two hops of "
                f"{info.hop_s:g} s at least"
            )
        if self.window_s < 0 or 0 < self.window_s < self.warmup_s:
            raise PipelineError(
                f"running_norm: window_s = {self.window_s:g} must be 0 or at least the warm-up of "
                f"{self.warmup_s:g} s"
            )
        return RunningNormStep(info, self)

    @classmethod
    def examples(cls) -> Sequence["RunningNorm"]:
        return [cls(warmup_s=5.0), cls(warmup_s=5.0, window_s=20.0), cls(warmup_s=5.0, freeze=True)]


class RunningNormStep(Step):
    """Mean and variance of each feature, brought up to date value by value."""

    def __init__(self, info: FeatureInfo, block: RunningNorm) -> None:
        self.info = replace(info, name="running_norm", units=("",) * len(info.features))
        self.settle_s = block.warmup_s
        self._hop_s = info.hop_s
        self._needed = round(block.warmup_s / info.hop_s)
        self._least_gain = -np.expm1(-info.hop_s / block.window_s) if block.window_s else 0.0
        self._freeze = block.freeze
        self._count = np.zeros(info.shape, dtype=np.int64)
        self._mean = np.zeros(info.shape)
        self._variance = np.zeros(info.shape)

    def process(self, x: np.ndarray, context: Context = PLAIN) -> np.ndarray:
        seen = np.isfinite(x)
        sd = np.sqrt(self._variance)
        scored = seen & (self._count >= self._needed) & (sd > _LEAST_SD * np.abs(self._mean))
        y = np.full(x.shape, np.nan)
        np.divide(x - self._mean, sd, out=y, where=scored)
        self._learn(x, seen & (self._count < self._needed) if self._freeze else seen)
        return y

    def _learn(self, x: np.ndarray, counted: np.ndarray) -> None:
        """Take in these values: each weighs 1/n of n, then at least what the window gives it."""
        self._count += counted
        gain = np.where(counted, np.maximum(1 / np.maximum(self._count, 1), self._least_gain), 0.0)
        away = np.where(counted, x - self._mean, 0.0)
        self._mean = self._mean + gain * away
        self._variance = (1 - gain) * (self._variance + gain * away**2)

    def resume(self, before: "RunningNormStep") -> None:
        self._count = before._count.copy()
        self._mean = before._mean.copy()
        self._variance = before._variance.copy()
        # The warm-up goes on where it stood; a channel that never had a value holds nobody up.
        self.settle_s = max(0, self._needed - int(self._count.max())) * self._hop_s
