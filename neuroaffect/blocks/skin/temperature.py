"""Skin temperature: its level and where it is going."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from neuroaffect.blocks.base import PLAIN, Block, Context, Step, require_signal
from neuroaffect.blocks.flaw import Flaw
from neuroaffect.blocks.skin.slope import slope_per_min
from neuroaffect.blocks.skin.thinned import Thinned
from neuroaffect.errors import PipelineError
from neuroaffect.stream import FeatureInfo, StreamInfo

__all__ = ["Temperature"]

_ABOUT_HZ = 4.0  # skin changes within seconds at the fastest


@dataclass(frozen=True, kw_only=True)
class Temperature(Block):
    """Level and slope of skin temperature.

    `level` is the median of the last `level_s`, `slope` that of the least-squares line through
    the last `window_s`. Values outside `range_c` are no skin: they are left out, and their
    channel is bad (quality 0) in that hop. Hops whose channel is bad or moves are left out too.

    Parameters
    ----------
    level_s, window_s : float
        How far back level and slope look.
    range_c : (float, float)
        Lowest and highest temperature that skin can have, in °C.

    Notes
    -----
    In (hop, channels) °C, out (channels, 2): °C, °C/min. Causal; the level lags by half of
    `level_s`, and is NaN while none of its samples can be used; the slope is NaN until half of
    its window, and whenever less than half, could be used.

    The range is ours, wide on purpose: fingers in the cold reach 15 °C. That a band is off the
    wrist is not told: on 20 Empatica E4 recordings of worn bands the median was 27.5 to 35.3 °C,
    which reaches down to a warm room. Skin answers in tens of seconds, and the sensor with it.
    """

    kinds: ClassVar[frozenset[str]] = frozenset({"temp"})

    level_s: float = 5.0
    window_s: float = 60.0
    range_c: tuple[float, float] = (15.0, 45.0)

    def start(self, info: StreamInfo) -> "TemperatureStep":
        info = require_signal(info, "temperature", self.kinds)
        if info.unit not in {"", "degC"}:
            raise PipelineError(f"temperature: '{info.name}' is in {info.unit}; it works on degC")
        if not 0 < self.level_s <= self.window_s:
            raise PipelineError(
                f"temperature: level_s = {self.level_s:g} must lie between 0 and window_s "
                f"({self.window_s:g})"
            )
        low_c, high_c = self.range_c
        if not low_c < high_c:
            raise PipelineError(f"temperature: range_c = [{low_c:g}, {high_c:g}] must rise")
        return TemperatureStep(info, self)

    @classmethod
    def examples(cls) -> Sequence["Temperature"]:
        return [cls(), cls(level_s=1.0, window_s=10.0)]


class TemperatureStep(Step):
    """The samples of the window, NaN for those left out."""

    masks_itself = True  # a median over what can be used outlives a bad hop

    def __init__(self, info: StreamInfo, block: Temperature) -> None:
        n = len(info.channels)
        self.info = FeatureInfo(
            name="temperature",
            channels=info.channels,
            features=("level", "slope"),
            units=("degC", "degC/min"),
            memories_s=(block.level_s, block.window_s),
        )
        self.settle_s = block.level_s
        self.quality = np.ones(n)
        self.flaws = np.zeros(n, dtype=np.int64)
        self._range_c = block.range_c
        self._thinned = Thinned(info.rate_hz, n, about_hz=_ABOUT_HZ)
        rate_hz = self._thinned.rate_hz
        self._level = max(1, round(block.level_s * rate_hz))
        self._window = np.full((max(2, round(block.window_s * rate_hz)), n), np.nan)

    def process(self, x: np.ndarray, context: Context = PLAIN) -> np.ndarray:
        means, usable = self._thinned.push(x, context.good_of(x.shape[1]))
        if len(means):
            missing = np.isnan(means)
            low_c, high_c = self._range_c
            outside = (means < low_c) | (means > high_c)
            bad = (missing | outside).any(axis=0)
            self.quality = np.where(bad, 0.0, 1.0)
            self.flaws = np.where(missing.any(axis=0), int(Flaw.MISSING), 0)
            self.flaws |= np.where(outside.any(axis=0), int(Flaw.LOOSE), 0)
            kept = np.where(usable & ~missing & ~outside, means, np.nan)
            self._window = np.concatenate([self._window, kept])[-len(self._window) :]
        level = _median(self._window[-self._level :])
        return np.stack([level, slope_per_min(self._window, self._thinned.rate_hz)], axis=1)


def _median(y: np.ndarray) -> np.ndarray:
    """Return each column's median of what is there, (channels,); NaN where nothing is."""
    count = np.isfinite(y).sum(axis=0)
    ordered = np.sort(y, axis=0)  # NaN last
    columns = np.arange(y.shape[1])
    low, high = np.maximum(count - 1, 0) // 2, np.minimum(count // 2, len(y) - 1)
    return (ordered[low, columns] + ordered[high, columns]) / 2
