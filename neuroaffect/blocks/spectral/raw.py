"""The samples themselves, for networks that read time."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from neuroaffect.blocks.base import PLAIN, Block, Context, Step, require_signal
from neuroaffect.blocks.window import SampleWindow, require_window
from neuroaffect.stream import FeatureInfo, StreamInfo

__all__ = ["Raw"]


@dataclass(frozen=True, kw_only=True)
class Raw(Block):
    """The newest samples of each channel, as they are at this place of the track.

    For networks that make their own features of the signal (EEGNet, TSception, HiSTN). Place
    `resample` before it for fewer samples, filters for a cleaner signal.

    Parameters
    ----------
    window_s : float
        Length of the window in seconds; the nearest whole number of samples.

    Notes
    -----
    In (hop, channels), out (channels, samples) in the stream's unit, oldest sample first; "t-3" is
    three samples before the newest, "t-0". Causal, no delay. There is no value (NaN) until the
    window is full; a sample that was no number stays NaN.
    """

    window_s: float = 2.0

    def start(self, info: StreamInfo) -> "RawStep":
        info = require_signal(info, "raw")
        require_window(self.window_s, "raw")
        return RawStep(info, self.window_s)

    @classmethod
    def examples(cls) -> Sequence["Raw"]:
        return [cls(window_s=1.0), cls(window_s=0.1)]


class RawStep(Step):
    """A window of samples."""

    def __init__(self, info: StreamInfo, window_s: float) -> None:
        samples = max(1, round(window_s * info.rate_hz))
        self.info = FeatureInfo(
            name="raw",
            channels=info.channels,
            features=tuple(f"t-{n}" for n in reversed(range(samples))),
            units=(info.unit,) * samples,
            memories_s=(window_s,) * samples,
        )
        self.settle_s = window_s
        self._window = SampleWindow(samples, len(info.channels))

    def process(self, x: np.ndarray, context: Context = PLAIN) -> np.ndarray:
        self._window.add(x)
        if not self._window.full:
            return np.full(self.info.shape, np.nan)
        x = np.where(np.isfinite(self._window.x), self._window.x, np.nan)
        return np.ascontiguousarray(x.T)  # (channels, samples)
