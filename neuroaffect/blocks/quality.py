"""Judge each channel: a living signal, or a flat, railed or missing one."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from neuroaffect.blocks.base import PLAIN, Block, Context, Step, require_signal
from neuroaffect.stream import StreamInfo

__all__ = ["Quality"]


@dataclass(frozen=True, kw_only=True)
class Quality(Block):
    """Flag flat, railed and missing channels; pass the signal on unchanged.

    A channel is bad (0) while, within the last `window_s`, any value is not finite, or its
    peak-to-peak range is below `flat_uv` or above `wild_uv`, or it sits on its own extreme
    value for more than `stuck` of the window (an amplifier of any gain that hits its rail
    repeats one number). Otherwise it is good (1). Place it first in a track: after a reference
    a flat channel is no longer flat.

    Parameters
    ----------
    window_s : float
        How far back a verdict looks.
    flat_uv : float
        Smallest peak-to-peak range of a living channel, in the unit of the stream.
    wild_uv : float
        Largest peak-to-peak range of a living channel.
    stuck : float
        Largest share of samples that may equal the window's maximum or minimum.

    Notes
    -----
    In and out (hop, channels), same unit; the verdict is :attr:`Step.quality`, (channels,).
    Causal, no delay. The thresholds are ours: 0.5 µV is below the noise of the quietest dry
    electrode, 10 mV is beyond any EEG, ECG or EMG excursion. Offset and drift do not matter.
    """

    window_s: float = 1.0
    flat_uv: float = 0.5
    wild_uv: float = 10_000.0
    stuck: float = 0.2

    def start(self, info: StreamInfo) -> "QualityStep":
        info = require_signal(info, "quality")
        return QualityStep(info, self)

    @classmethod
    def examples(cls) -> Sequence["Quality"]:
        return [cls(), cls(window_s=0.25, flat_uv=1.0)]


class QualityStep(Step):
    """A running judge of channels, over the hops that reach into the window.

    Each hop is summed up once (highest, lowest, how often at each, missing, off limits), so a
    verdict costs the hops of the window and not its samples.
    """

    def __init__(self, info: StreamInfo, block: Quality) -> None:
        self.info = replace(info)
        self.quality = np.ones(len(info.channels))
        self._block = block
        self._window = max(1, round(block.window_s * info.rate_hz))
        self._hops: list[_HopRange] = []

    def process(self, x: np.ndarray, context: Context = PLAIN) -> np.ndarray:
        if len(x):
            self._remember(x)
            self.quality = self._judge()
        return x.copy()

    def _remember(self, x: np.ndarray) -> None:
        self._hops.append(_HopRange(x))
        while sum(hop.samples for hop in self._hops[1:]) >= self._window:
            del self._hops[0]

    def _judge(self) -> np.ndarray:
        hops = self._hops
        high = np.max([hop.high for hop in hops], axis=0)
        low = np.min([hop.low for hop in hops], axis=0)
        at_high = np.sum([np.where(hop.high == high, hop.at_high, 0) for hop in hops], axis=0)
        at_low = np.sum([np.where(hop.low == low, hop.at_low, 0) for hop in hops], axis=0)
        samples = sum(hop.samples for hop in hops)
        # Two samples at an extreme are chance; a short window must not make them a share.
        allowed = max(2.0, self._block.stuck * samples)
        bad = np.any([hop.missing for hop in hops], axis=0)
        bad |= (high - low < self._block.flat_uv) | (high - low > self._block.wild_uv)
        bad |= (at_high > allowed) | (at_low > allowed)
        return np.where(bad, 0.0, 1.0)


class _HopRange:
    """What the judge keeps of one hop, each (channels,)."""

    def __init__(self, x: np.ndarray) -> None:
        finite = np.isfinite(x)
        whole = bool(finite.all())
        self.samples = len(x)
        self.missing = np.zeros(x.shape[1], bool) if whole else ~finite.all(axis=0)
        self.high = np.max(x if whole else np.where(finite, x, 0.0), axis=0)
        self.low = np.min(x if whole else np.where(finite, x, 0.0), axis=0)
        self.at_high = np.count_nonzero(x == self.high, axis=0)
        self.at_low = np.count_nonzero(x == self.low, axis=0)
