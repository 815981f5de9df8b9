"""What the clock offsets of a stream tell: how far apart two clocks are, and how they drift."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from neuroaffect.acquire.clock import ABSURD_S, JUMP_S, NEAR_S
from neuroaffect.session.raw import ClockOffset

__all__ = ["ClockOffsets", "clock_of", "offsets_of"]

_UNIX_FROM, _UNIX_TO = 1e9, 4e9  # 2001 to 2096; no machine has been up for thirty years
_LEAST_S = 60.0  # shorter stretches say nothing about a drift: an offset is off by some 0.1 ms


@dataclass(frozen=True, kw_only=True)
class ClockOffsets:
    """The clock offsets measured of one stream.

    Parameters
    ----------
    count : int
        Measurements, impossible ones not counted.
    low_s, high_s : float
        Least and greatest: what was added to the sender's stamps.
    drift_ppm : float or None
        By how much the sender's clock runs slow against the recording machine's, in millionths;
        None where a clock was reset or too little was measured.
    """

    count: int
    low_s: float
    high_s: float
    drift_ppm: float | None


def offsets_of(measured: Sequence[ClockOffset]) -> ClockOffsets | None:
    """Sum up what was measured; None if nothing was."""
    values = np.array([each.offset for each in measured])
    times = np.array([each.time for each in measured])
    sound = np.abs(values) < ABSURD_S  # also no nan
    values, times = values[sound], times[sound]
    if not len(values):
        return None
    steady = np.ptp(values) < JUMP_S and np.ptp(times) >= _LEAST_S
    return ClockOffsets(
        count=len(values), low_s=float(values.min()), high_s=float(values.max()),
        drift_ppm=_slope(times, values) * 1e6 if steady else None,
    )  # fmt: skip


def clock_of(first: float, last: float, measured: Sequence[ClockOffset], *, regular: bool) -> str:
    """Tell from which clock stamps were taken: "lsl", "unix", "other" or "none".

    Parameters
    ----------
    first, last : float
        Least and greatest stamp, as sent.
    measured : sequence of ClockOffset
        Their times are on the LSL clock of the sender's machine, and so must be the stamps.
    regular : bool
        A marker may be stamped long before or after its time; samples of a regular stream not.
    """
    if first == last == 0.0:
        return "none"
    if _UNIX_FROM < last < _UNIX_TO:
        return "unix"
    times = [each.time for each in measured if abs(each.offset) < ABSURD_S]
    if regular and times and not first - NEAR_S <= np.median(times) <= last + NEAR_S:
        return "other"
    return "lsl"


def _slope(times: np.ndarray, values: np.ndarray) -> float:
    """Return the median slope of pairs half the record apart: single bad values do not move it."""
    half = len(times) // 2
    runs = times[half : 2 * half] - times[:half]
    rises = values[half : 2 * half] - values[:half]
    return float(np.median(rises[runs > 0] / runs[runs > 0]))
