"""A sender's times on this machine's clock: offsets believed, resets survived, never backward."""

from collections import deque
from typing import Literal

import numpy as np

from neuroaffect.session.raw import ClockOffset

__all__ = ["BACKWARD_S", "UNKNOWN_S", "ClockClass", "StreamClock", "classify", "steps_after"]

ClockClass = Literal["none", "lsl", "unix", "other"]

NEAR_S = 10.0  # stamps further than this from a clock were not taken from it
BACKWARD_S = 1.0  # stamps that fall back by more come from a clock that was reset
UNKNOWN_S = 1.0  # what a clock reset counts for, since its length cannot be known: ours
MEASURED = 3  # offsets of which the median holds
JUMP_S = 1.0  # an offset that moves by more must be measured twice before it is believed
ABSURD_S = 1e10  # beyond any clock; recorders have written uninitialised numbers as offsets


def steps_after(opening: float, stamps: np.ndarray, *, rate_hz: float) -> int:
    """Return how many sample intervals these stamps add to a count of rate.

    Samples that are stamped together with the first of all, the burst they came in, add none:
    the time that they took lies before the first stamp.

    Parameters
    ----------
    opening : float
        First stamp of all.
    stamps : ndarray, shape (samples,)
        It and those after it, or some of those.
    rate_hz : float
        Nominal rate; 0 if there is none.
    """
    together_s = 0.5 / rate_hz if rate_hz else 0.0
    return int(np.count_nonzero(stamps > opening + together_s))


def classify(newest: float, *, lsl: float, unix: float, regular: bool) -> ClockClass:
    """Tell which clock a live stream's newest stamp was taken from.

    Parameters
    ----------
    newest : float
        Newest stamp, the measured clock offset added.
    lsl, unix : float
        This machine's LSL clock and UNIX time when it arrived.
    regular : bool
        A marker may be sent long before or after its time; samples of a regular stream not.
    """
    if abs(newest - lsl) <= NEAR_S:
        return "lsl"
    if abs(newest - unix) <= NEAR_S:
        return "unix"
    return "other" if regular else "lsl"


class StreamClock:
    """Put times on the sender's clock onto this machine's; never backward.

    The offset in force is the median of the last three measurements, so that one bad
    measurement bends nothing. Where `smooth`, a new offset is gone over to within the next
    packet, not between two samples. After a clock reset time goes on :data:`UNKNOWN_S` after the
    newest, until the offset to the new clock has been measured twice. Causal: a time depends on
    nothing that arrives after it.

    Parameters
    ----------
    smooth : bool
        For regular streams; a marker always gets the whole offset.
    """

    def __init__(self, *, smooth: bool = False) -> None:
        self.smooth = smooth
        self.newest: float | None = None
        self.offset: ClockOffset | None = None
        self._believed: deque[ClockOffset] = deque(maxlen=MEASURED)
        self._doubted: ClockOffset | None = None
        self._newest_sent = np.nan
        self._shift_s = 0.0  # what was added to the newest time
        self._bridge_s = 0.0  # what keeps time going between a reset and the new offset

    def set_offset(self, measured: ClockOffset) -> bool:
        """Take a measurement; return whether it is believed.

        A value no clock can have is dropped. One that moves by more than :data:`JUMP_S`, and any
        after a reset, waits for a second that agrees with it: a new clock stays, a bad
        measurement does not.
        """
        if not abs(measured.offset) < ABSURD_S:  # also for nan
            return False
        if self._bridge_s or (self.offset is not None and _apart(measured, self.offset)):
            doubted, self._doubted = self._doubted, measured
            if doubted is None or _apart(measured, doubted):
                return False
            self._bridge_s = 0.0
            self._believed.clear()
        self._doubted = None
        if not self._believed:
            self._believed.extend([measured] * MEASURED)
        self._believed.append(measured)
        self.offset = sorted(self._believed, key=_seconds)[MEASURED // 2]
        return True

    def times(self, sent: np.ndarray) -> np.ndarray:
        """Return the times of the next samples, (samples,), and remember the newest.

        Parameters
        ----------
        sent : ndarray, shape (samples,)
            Seconds on the sender's clock.
        """
        newest_sent = float(np.fmax.reduce(sent))
        if self.newest is None:
            self._shift_s = self._offset_s
            self.newest = _first(sent) + self._shift_s
        elif sent[0] < self._newest_sent - BACKWARD_S:
            self._bridge_s = self.newest + UNKNOWN_S - float(sent[0]) - self._offset_s
            self._shift_s = self._offset_s + self._bridge_s
            self._doubted = None
        else:
            newest_sent = float(np.fmax(newest_sent, self._newest_sent))
        self._newest_sent = newest_sent
        times = self._shifted(sent)
        times[0] = np.fmax(self.newest, times[0])
        times = np.fmax.accumulate(times)
        self.newest = float(times[-1])
        return times

    @property
    def _offset_s(self) -> float:
        return self.offset.offset if self.offset else 0.0

    def _shifted(self, sent: np.ndarray) -> np.ndarray:
        before_s, self._shift_s = self._shift_s, self._offset_s + self._bridge_s
        if not self.smooth or before_s == self._shift_s:
            return sent + self._shift_s
        n = len(sent)
        return sent + (before_s + np.arange(1, n + 1) * ((self._shift_s - before_s) / n))


def _first(sent: np.ndarray) -> float:
    """Return the first time that is one; 0 if none is."""
    finite = sent[np.isfinite(sent)]
    return float(finite[0]) if len(finite) else 0.0


def _seconds(measured: ClockOffset) -> float:
    return measured.offset


def _apart(one: ClockOffset, other: ClockOffset) -> bool:
    return abs(one.offset - other.offset) > JUMP_S
