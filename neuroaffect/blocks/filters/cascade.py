"""Second-order sections that carry their state from hop to hop."""

from dataclasses import replace

import numpy as np
from scipy import signal

from neuroaffect.blocks.base import PLAIN, Context, Step, hold_missing
from neuroaffect.stream import StreamInfo

__all__ = ["Cascade", "FilterStep", "settle_s"]


class Cascade:
    """A recursive filter over all channels, started from the first sample.

    The start state is the filter's steady answer to the first *sample*, not to the first
    chunk's mean: chunk length is the network's choice and must not reach the signal.
    scipy's `sosfilt` with carried state gives the same bits however the signal is cut.

    Parameters
    ----------
    sos : ndarray, shape (sections, 6)
    """

    def __init__(self, sos: np.ndarray) -> None:
        self._sos = sos
        self._state: np.ndarray | None = None
        self._last = np.empty(0)

    def process(self, x: np.ndarray) -> np.ndarray:
        """Filter the next (hop, channels) samples; missing values are held, never filtered.

        The result lies in memory channel by channel, as the filter makes it.
        """
        if len(x) == 0:
            return x.copy()
        if self._state is None:
            first = np.where(np.isfinite(x[0]), x[0], 0.0)
            self._last = first.copy()
            self._state = signal.sosfilt_zi(self._sos)[:, :, None] * first
        x = hold_missing(x, self._last)
        y, self._state = signal.sosfilt(self._sos, x, axis=0, zi=self._state)
        return y


class FilterStep(Step):
    """A running filter that gives a signal of the same channels and unit."""

    def __init__(self, info: StreamInfo, sos: np.ndarray) -> None:
        self.info = replace(info)
        self.settle_s = settle_s(sos, info.rate_hz)
        self._cascade = Cascade(sos)

    def process(self, x: np.ndarray, context: Context = PLAIN) -> np.ndarray:
        return np.ascontiguousarray(self._cascade.process(x))


def settle_s(sos: np.ndarray, rate_hz: float, *, remainder: float = 0.01) -> float:
    """Return the seconds until the slowest pole has decayed to `remainder` of its start.

    A pole of radius r decays as r**n, so n = log(remainder) / log(r) samples.
    """
    _, poles, _ = signal.sos2zpk(sos)
    slowest = float(np.max(np.abs(poles), initial=0.0))
    if slowest <= 0.0:
        return 0.0
    return float(np.log(remainder) / np.log(slowest)) / rate_hz
