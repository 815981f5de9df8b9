"""Activity, mobility and complexity of the signal."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from neuroaffect.blocks.base import PLAIN, Block, Context, Step, hold_missing, require_signal
from neuroaffect.blocks.window import SumWindow, require_window
from neuroaffect.stream import FeatureInfo, StreamInfo

__all__ = ["Hjorth"]


@dataclass(frozen=True, kw_only=True)
class Hjorth(Block):
    """Hjorth's parameters over a sliding window: activity, mobility, complexity.

    Activity is the variance m₀ of the signal; mobility √(m₂/m₀), with m₂ the variance of the
    slope, is its mean frequency; complexity, the mobility of the slope over the mobility of the
    signal, is 1 for a sine and grows with bandwidth. Slopes are differences of neighbours times
    the rate, so that mobility does not depend on the rate as long as that is high enough.

    Parameters
    ----------
    window_s : float
        Length of the window in seconds; in effect the whole hops nearest to it.

    Notes
    -----
    In (hop, channels) µV, out (channels, 3): µV², 1/s (2πf for a sine of f Hz), and a plain
    number. Causal. The variance of the differences counts those that end in the window; the first
    two reach back before it. Missing samples are held. A channel without change has no mobility
    and no complexity (NaN).

    References
    ----------
    Hjorth (1970), doi:10.1016/0013-4694(70)90143-4
    """

    window_s: float = 2.0

    def start(self, info: StreamInfo) -> "HjorthStep":
        info = require_signal(info, "hjorth")
        require_window(self.window_s, "hjorth")
        return HjorthStep(info, self.window_s)

    @classmethod
    def examples(cls) -> Sequence["Hjorth"]:
        return [cls(), cls(window_s=0.5)]


class HjorthStep(Step):
    """Running sums of the signal and of its first two differences."""

    def __init__(self, info: StreamInfo, window_s: float) -> None:
        self.info = FeatureInfo(
            name="hjorth",
            channels=info.channels,
            features=("activity", "mobility", "complexity"),
            units=(f"{info.unit}^2", "1/s", ""),
            memories_s=(window_s,) * 3,
        )
        self.settle_s = window_s
        self._rate_hz = info.rate_hz
        self._window = SumWindow(window_s, info.rate_hz)
        self._first: np.ndarray | None = None
        self._last = np.empty(0)
        self._before = np.empty((0, 0))  # the two samples before the hop

    def process(self, x: np.ndarray, context: Context = PLAIN) -> np.ndarray:
        if self._first is None:
            if len(x) == 0:
                return np.full(self.info.shape, np.nan)
            self._first = np.where(np.isfinite(x[0]), x[0], 0.0)
            self._last = self._first.copy()
            self._before = np.zeros((2, x.shape[1]))
        # Without the first sample: an offset of millivolts would cost the variance its digits.
        run = np.concatenate([self._before, hold_missing(x, self._last) - self._first])
        self._before = run[-2:]
        slope = np.diff(run, axis=0)
        parts = (run[2:], slope[1:], np.diff(slope, axis=0))  # each (hop, channels)
        sums = np.array([[y.sum(axis=0), np.einsum("tc,tc->c", y, y)] for y in parts])
        mean, square = self._window.add(len(x), sums).swapaxes(0, 1) / self._window.samples
        return np.ascontiguousarray(hjorth(square - mean**2, self._rate_hz).T)


def hjorth(variances: np.ndarray, rate_hz: float) -> np.ndarray:
    """Return activity, mobility and complexity, (3, channels).

    Parameters
    ----------
    variances : ndarray, shape (3, channels)
        Of the signal and of its first and second differences.
    rate_hz : float
    """
    m0, m2, m4 = variances
    moves = (m0 > 0) & (m2 > 0) & (m4 >= 0)
    m0, m2, m4 = (np.where(moves, m, np.nan) for m in (m0, m2, m4))
    mobility = np.sqrt(m2 / m0)
    return np.stack(
        [np.maximum(variances[0], 0.0), rate_hz * mobility, np.sqrt(m4 / m2) / mobility]
    )
