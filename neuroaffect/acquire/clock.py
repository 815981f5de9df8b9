"""A sender's stamps on this machine's clock: offsets believed, resets survived, never backward."""

from typing import Literal

import numpy as np

from neuroaffect.session.raw import ClockOffset

__all__ = ["BACKWARD_S", "UNKNOWN_S", "ClockClass", "StreamClock", "classify"]

ClockClass = Literal["none", "lsl", "unix", "other"]

NEAR_S = 10.0  # stamps further than this from a clock were not taken from it
BACKWARD_S = 1.0  # stamps that fall back by more come from a clock that was reset
UNKNOWN_S = 1.0  # what a clock reset counts for, since its length cannot be known: ours
JUMP_S = 1.0  # an offset that moves by more must be measured twice before it is believed
ABSURD_S = 1e10  # beyond any clock; recorders have written uninitialised numbers as offsets


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
    """Turn stamps into times: the newest offset believed is added, and time never runs backward.

    Stamps that fall back a little are held at the newest time. After a clock reset time goes on
    :data:`UNKNOWN_S` after the newest time, until the offset to the new clock has been measured
    twice. Causal: a time depends on nothing that arrives after it.
    """

    def __init__(self) -> None:
        self.newest: float | None = None
        self.offset: ClockOffset | None = None
        self._doubted: ClockOffset | None = None
        self._bridge_s = 0.0  # what keeps time going between a reset and the new offset

    def set_offset(self, measured: ClockOffset) -> bool:
        """Take a measurement; return whether it is believed.

        A value no clock can have is dropped. One that moves by more than :data:`JUMP_S` waits
        for a second that agrees with it: a clock reset stays, a bad measurement does not.
        """
        if not abs(measured.offset) < ABSURD_S:  # also for nan
            return False
        if self.offset is not None and _apart(measured, self.offset):
            doubted, self._doubted = self._doubted, measured
            if doubted is None or _apart(measured, doubted):
                return False
            self._bridge_s = 0.0
        self._doubted = None
        self.offset = measured
        return True

    def times(self, stamps: np.ndarray) -> np.ndarray:
        """Return the times of the next samples, (samples,), and remember the newest."""
        shift = (self.offset.offset if self.offset else 0.0) + self._bridge_s
        times = stamps + shift
        if self.newest is None:
            self.newest = float(times[0])
        elif times[0] < self.newest - BACKWARD_S:
            self._bridge_s += self.newest + UNKNOWN_S - float(times[0])
            return self.times(stamps)
        times[0] = max(self.newest, times[0])
        times = np.fmax.accumulate(times)
        self.newest = float(times[-1])
        return times


def _apart(one: ClockOffset, other: ClockOffset) -> bool:
    return abs(one.offset - other.offset) > JUMP_S
