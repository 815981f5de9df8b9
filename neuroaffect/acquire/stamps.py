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
JUMP_S = 1.0  # beyond this an offset is of another clock, and its stamps are brought onto the first


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

    A sender that comes back with another clock, or whose wall clock was set by more than
    :data:`JUMP_S`, is brought onto the clock it had: `shift_s` is added to its stamps and taken
    from its offsets. Or the jump of the stamps would be taken for lost samples.

    Parameters
    ----------
    rate_hz : float
        0 for irregular streams.
    offset_s : float
        Clock offset measured by LSL.
    local_clock : callable
        The LSL clock.

    Attributes
    ----------
    clock : {"none", "lsl", "unix", "other"}
    offset_s : float
        What puts the stamps, as they are sent, on the LSL clock.
    shift_s : float
        What is added to them before they are handed on; 0 while the clock is the first one.
    """

    def __init__(
        self, rate_hz: float, *, offset_s: float, local_clock: Callable[[], float]
    ) -> None:
        self.clock: ClockClass = "none"
        self.offset_s = offset_s
        self.shift_s = 0.0
        self.is_judged = False
        self._told_s: float | None = None
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
        """Tell by the first packet which clock it is; return the offset to begin with.

        It belongs to the stamps that :meth:`believed` returns, like that of :meth:`measure`.
        """
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
        return self._brought_on()

    def was_set(self, stamps: np.ndarray) -> bool:
        """Whether the wall clock was set, and these stamps with it: they then count as shifted.

        To be asked before :meth:`believed`, with each packet.
        """
        newest = float(stamps[-1])
        if self.clock != "unix" or abs(newest + self.offset_s - self._local_clock()) <= JUMP_S:
            return False
        if not self._is_reset(newest, offset_s := unix_offset(self._local_clock)):
            return False
        self.offset_s = offset_s
        self._brought_on()
        return True

    def believed(self, stamps: np.ndarray) -> np.ndarray:
        """Return the stamps to go by, (samples,): those sent, or those of arrival, shifted."""
        self._newest = float(stamps[-1])
        if self.clock not in {"other", "none"}:
            return stamps + self.shift_s if self.shift_s else stamps
        back = np.arange(len(stamps) - 1, -1, -1) / self._rate_hz if self._rate_hz else 0.0
        arrival = np.maximum(self._local_clock() - back * np.ones(len(stamps)), self._arrived)
        self._arrived = float(arrival[-1])
        return arrival + self.shift_s

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
            return self._told()
        if self.clock == "unix":
            return self._unix_again()
        return None

    def _unix_again(self) -> float | None:
        offset_s = unix_offset(self._local_clock)
        if not self._is_reset(self._newest, offset_s):
            return None
        self.offset_s = offset_s
        return self._told()

    def _is_reset(self, newest: float, offset_s: float) -> bool:
        """Whether the wall clock moved, and the sender's stamps went with it."""
        now = self._local_clock()
        moved = abs(offset_s - self.offset_s) >= STEP_S
        return moved and abs(newest + offset_s - now) < abs(newest + self.offset_s - now)

    def _brought_on(self) -> float:
        """Shift from now on what is further from the clock in force than an offset may move."""
        told_s = self._told_s
        is_other = told_s is not None and abs(self.offset_s - told_s) > JUMP_S
        self.shift_s = self.offset_s - told_s if is_other else 0.0
        return self._told()

    def _told(self) -> float:
        """Return the offset of shifted stamps; one bad measurement does not move the clock."""
        told_s = self.offset_s - self.shift_s
        if self._told_s is None or abs(told_s - self._told_s) <= JUMP_S:
            self._told_s = told_s
        return told_s
