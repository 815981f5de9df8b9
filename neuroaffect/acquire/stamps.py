"""What a live sender's stamps are worth: which clock they come from, and how far it is off."""

import time
from collections.abc import Callable
from typing import Protocol

import numpy as np

from neuroaffect.acquire.clock import ClockClass, classify

__all__ = ["Stamps", "unix_offset"]

OFFSET_WAIT_S = 0.05  # a later estimate is ready or it is not: measured in the background
READINGS = 5  # of both clocks; the pair read closest together counts
STEP_S = 0.1  # a wall clock that moved by more was set


class Corrected(Protocol):
    """What is used of an inlet here."""

    def time_correction(self, timeout: float) -> float: ...


def unix_offset(local_clock: Callable[[], float]) -> float:
    """Return what to add to UNIX time to have the LSL clock: the tightest of a few readings."""
    readings = []
    for _ in range(READINGS):
        before, unix, after = local_clock(), time.time(), local_clock()
        readings.append((after - before, (before + after) / 2 - unix))
    return min(readings)[1]


class Stamps:
    """The stamps of one sender, from connecting to losing it.

    * "lsl": they are believed, and the measured clock offset is added.
    * "unix": they are believed, and the offset between this machine's UNIX time and its LSL
      clock is added, measured as a pair of readings. It is kept while it holds: if the wall
      clock is set later, and the stamps go with it, so does the offset.
    * "other" and "none" (0, or no number): they say nothing on this machine's clock, and each
      packet is stamped at its arrival instead.

    Parameters
    ----------
    rate_hz : float
        0 for irregular streams.
    offset_s : float
        Clock offset measured by LSL.
    local_clock : callable
        The LSL clock.
    """

    def __init__(
        self, rate_hz: float, *, offset_s: float, local_clock: Callable[[], float]
    ) -> None:
        self.clock: ClockClass = "none"
        self.offset_s = offset_s
        self.is_judged = False
        self._rate_hz = rate_hz
        self._local_clock = local_clock
        self._lsl_offset_s = offset_s
        self._newest = np.nan
        self._arrived = -np.inf

    def begin_again(self, offset_s: float | None) -> None:
        """Forget the verdict: another outlet sends. None keeps the offset measured last."""
        self.is_judged = False
        if offset_s is not None:
            self._lsl_offset_s = offset_s
        self.offset_s = self._lsl_offset_s

    def judge(self, stamps: np.ndarray) -> float:
        """Tell by the first packet which clock it is; return the offset to begin with."""
        lsl = self._local_clock()
        newest = float(np.max(stamps))
        self.is_judged = True
        if not np.isfinite(newest) or newest == 0.0:
            self.clock = "none"
        else:
            self.clock = classify(
                newest + self._lsl_offset_s, lsl=lsl, unix=time.time(), regular=self._rate_hz > 0
            )
        if self.clock == "unix":
            self.offset_s = unix_offset(self._local_clock)
        elif self.clock in {"other", "none"}:
            self.offset_s = 0.0
        return self.offset_s

    def believed(self, stamps: np.ndarray) -> np.ndarray:
        """Return the stamps to go by, (samples,): those sent, or those of arrival."""
        self._newest = float(stamps[-1])
        if self.clock not in {"other", "none"}:
            return stamps
        back = np.arange(len(stamps) - 1, -1, -1) / self._rate_hz if self._rate_hz else 0.0
        arrival = np.maximum(self._local_clock() - back * np.ones(len(stamps)), self._arrived)
        self._arrived = float(arrival[-1])
        return arrival

    def measure(self, inlet: Corrected) -> float | None:
        """Return a newly measured offset, None if there is none to have.

        Raises
        ------
        RuntimeError
            If LSL has not measured one in time.
        """
        if not self.is_judged:
            return None
        if self.clock == "lsl":
            self.offset_s = self._lsl_offset_s = inlet.time_correction(timeout=OFFSET_WAIT_S)
            return self.offset_s
        if self.clock == "unix":
            return self._unix_again()
        return None

    def _unix_again(self) -> float | None:
        now, offset_s = self._local_clock(), unix_offset(self._local_clock)
        if abs(offset_s - self.offset_s) < STEP_S:
            return None
        if abs(self._newest + offset_s - now) > abs(self._newest + self.offset_s - now):
            return None  # the wall clock was set, the sender's stamps were not
        self.offset_s = offset_s
        return offset_s
