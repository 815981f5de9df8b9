"""Which clock offsets of a recording can be believed.

LabRecorder writes an offset even when the measurement ran out of time: memory that was never
set, or what the last one left there. Two things give such a pair away. Its time and its offset
add up to the recorder's own clock, which only runs forward, whatever the sender's clock does: a
sender that restarts moves both, and their sum goes on. And an offset that leaves its neighbours
for one measurement only is no clock.
"""

from bisect import bisect_right
from collections.abc import Sequence

import numpy as np

from neuroaffect.session.raw import ClockOffset

__all__ = ["absurd_offsets"]

_LONGEST_S = 1e5  # no recording goes on longer without a measurement
_LEAP_S = 1.0  # offsets are measured to milliseconds
_SUBNORMAL = 1e-300  # what memory that was never set often reads as


def absurd_offsets(measured: Sequence[ClockOffset]) -> set[int]:
    """Return the places of one stream's measurements, in order of arrival, that are none.

    Looks at all of them at once, so not for live use.
    """
    if len(measured) < 2:
        return {k for k, each in enumerate(measured) if _is_unset(each)}
    offsets = np.array([each.offset for each in measured])
    received = np.array([each.time for each in measured]) + offsets
    unset = np.array([_is_unset(each) for each in measured])
    middle = np.median(received[~unset]) if not unset.all() else 0.0
    with np.errstate(over="ignore", invalid="ignore"):
        believed = np.flatnonzero(~unset & (np.abs(received - middle) <= _LONGEST_S))
        believed = believed[_forward(received[believed])]
        believed = believed[~_alone(offsets[believed])]
    return set(range(len(measured))) - set(believed.tolist())


def _is_unset(measured: ClockOffset) -> bool:
    return measured.time == 0 or any(
        0 < abs(value) < _SUBNORMAL for value in (measured.time, measured.offset)
    )


def _forward(times: np.ndarray) -> list[int]:
    """Return the places of the longest part of a series that never runs backward."""
    ends: list[float] = []  # the lowest last time of a part of each length
    places: list[int] = []
    before: list[int] = []
    for place, time in enumerate(times.tolist()):
        length = bisect_right(ends, time)
        before.append(places[length - 1] if length else -1)
        ends[length : length + 1] = [time]
        places[length : length + 1] = [place]
    found = []
    place = places[-1] if places else -1
    while place >= 0:
        found.append(place)
        place = before[place]
    return found[::-1]


def _alone(offsets: np.ndarray) -> np.ndarray:
    """Return which offsets leave both neighbours, who agree with each other."""
    alone = np.zeros(len(offsets), bool)
    left, here, right = offsets[:-2], offsets[1:-1], offsets[2:]
    alone[1:-1] = (np.abs(here - left) > _LEAP_S) & (np.abs(right - left) <= _LEAP_S)
    return alone
