"""Whether an electrode gives skin conductance, or has a contact that comes and goes."""

from collections import deque
from math import isfinite

from neuroaffect.blocks.flaw import Flaw

__all__ = ["SkinContact"]


class SkinContact:
    """Judge one channel of skin conductance, sample by sample.

    Parameters
    ----------
    rate_hz : float
    range_us : (float, float)
        Skin that is in contact conducts between these.
    slope_us_s : float
        Fastest change, either way.
    fall : float
        Largest share of itself that the conductance can lose within a second.
    hold_s : float
        For how long after a fault the samples are not believed either.
    """

    def __init__(
        self,
        *,
        rate_hz: float,
        range_us: tuple[float, float],
        slope_us_s: float,
        fall: float,
        hold_s: float,
    ) -> None:
        self._range_us = range_us
        self._step_us = slope_us_s / rate_hz
        self._left = 1.0 - fall
        self._hold = round(hold_s * rate_hz)
        self._since = self._hold
        self._second: deque[float] = deque(maxlen=max(1, round(rate_hz)))  # newest samples
        self.flaws = Flaw(0)

    def push(self, x: float) -> bool:
        """Return whether this sample is to be believed; until it is, `flaws` says why not."""
        found = self._outside(x)
        if found:
            self._second.clear()  # the way back is no jump
        else:
            found = self._jumped(x)
            self._second.append(x)
        if found:
            self._since = 0
            self.flaws = found
            return False
        self._since = min(self._since + 1, self._hold + 1)
        if self._since <= self._hold:
            return False
        self.flaws = Flaw(0)
        return True

    def _outside(self, x: float) -> Flaw:
        low_us, high_us = self._range_us
        if not isfinite(x):
            return Flaw.MISSING
        if x < low_us:
            return Flaw.LOOSE
        return Flaw.WRONG_UNIT if x > high_us else Flaw(0)

    def _jumped(self, x: float) -> Flaw:
        if not self._second:
            return Flaw(0)
        if abs(x - self._second[-1]) > self._step_us:
            return Flaw.WILD
        return Flaw.LOOSE if x < self._left * max(self._second) else Flaw(0)
