"""Lost samples, found by their stamps while they arrive, and without crying wolf."""

from dataclasses import dataclass

import numpy as np

from neuroaffect.acquire.clock import BACKWARD_S, UNKNOWN_S
from neuroaffect.acquire.dejitter import Dejitter

__all__ = ["Gap", "GapFinder"]

_NONE = np.empty(0)


@dataclass(frozen=True)
class Gap:
    """Samples that never arrived.

    Parameters
    ----------
    first : int
        Samples received before it.
    lost : int
        How many did not arrive.
    time : float
        Time of the last sample before it, LSL clock.
    length_s : float
        How long they would have taken, at the rate of the time.
    """

    first: int
    lost: int
    time: float
    length_s: float


class GapFinder:
    """Judge the stamps of one regular stream, each packet when it comes.

    A hole is a step between two stamps that is longer than the jitter seen so far allows, and
    that the samples after it do not catch up with: bunched delivery is no loss. How many samples
    a hole has swallowed is told by where the least delayed sample behind it lies above the line.
    A clock that was reset counts as a hole of :data:`~neuroaffect.acquire.clock.UNKNOWN_S`.

    Samples behind a hole that come faster than they were taken may be a backlog that is only
    beginning to arrive after a stall. The verdict then waits for the next packet; samples in
    between count, and are timed, as if nothing was lost.

    Parameters
    ----------
    line : Dejitter
        Rate and jitter, learned elsewhere from the same stamps.

    Notes
    -----
    Stamps as sent go in, so that a new clock offset is never taken for a loss. What stamps
    cannot tell: holes shorter than the line's ``shortest_s``, losses in a stream's first steps,
    and the last samples of a count when even the least delayed sample of the packet behind the
    hole came late by half a sample or more. The constants are ours.
    """

    def __init__(self, line: Dejitter) -> None:
        self._line = line
        self._newest_s: float | None = None  # the newest stamp before the hole in question
        self._waiting = _NONE  # stamps behind it on which the verdict waits
        self._since = 0  # samples before those that have no stamp, or were counted otherwise

    def cut(self, steps: np.ndarray, values: np.ndarray, start: int) -> int:
        """Return where a packet is to be cut: the first sample after `start` behind a long step.

        Parameters
        ----------
        steps : ndarray, shape (samples - 1,)
            From stamp to stamp.
        values : ndarray, shape (samples, channels)
            Not looked at; see :class:`~neuroaffect.acquire.counter.CounterGaps`.
        start : int
            Samples already taken.
        """
        rest = steps[start:]
        hole_s = self._line.interval_s + self._line.shortest_s
        long = (rest > hole_s) | (rest < -BACKWARD_S)
        return start + 1 + (int(long.argmax()) if long.any() else len(rest))

    def fell_back(self, stamps: np.ndarray) -> bool:
        """Return whether these stamps come from a clock that was reset."""
        return self._newest_s is not None and bool(stamps[0] < self._newest_s - BACKWARD_S)

    def missing(self, stamps: np.ndarray, values: np.ndarray) -> int:
        """Return how many samples were lost before this packet, and remember its stamps."""
        if self.fell_back(stamps):
            self._close(stamps, newest_s=-np.inf)
            return round(UNKNOWN_S * self._line.rate_hz)
        late = self._late(stamps)
        if late is None:
            self._close(stamps)
            return 0
        if _comes_fast(late, interval_s=self._line.interval_s, jitter_s=self._line.jitter_s):
            self._waiting = np.concatenate([self._waiting, stamps])
            return 0
        self._close(stamps)
        counts = np.arange(1, len(stamps) + 1) * self._line.interval_s
        # fmin and fmax pass over stamps that are no numbers, were it all of this packet's.
        behind_s = float(np.fmin.reduce(stamps - self._line.end_s - counts))
        least_s = float(np.fmin.reduce(late))
        missing_s = min(float(np.fmax(behind_s, least_s)), least_s + self._line.jitter_s)
        return max(1, round(missing_s * self._line.rate_hz))

    def missing_over_break(self, stamps: np.ndarray, values: np.ndarray) -> int:
        """Return how many samples were lost before a packet that came over a new connection.

        The connection is known to have been broken: no jitter has to be ruled out, and a hole
        need not be long.
        """
        end_s = self._line.end_s
        unknown = end_s is None or self._newest_s is None or np.isnan(stamps).all()
        if unknown or self.fell_back(stamps):
            return self.missing(stamps, values)
        self._close(stamps)
        counts = np.arange(1, len(stamps) + 1) * self._line.interval_s
        behind_s = float(np.nanmin(stamps - end_s - counts))
        return max(0, round(behind_s * self._line.rate_hz))

    def _late(self, stamps: np.ndarray) -> np.ndarray | None:
        """Return how late each sample behind a hole is; None if there is no hole."""
        line, newest_s = self._line, self._newest_s
        if newest_s is None or not line.is_sure:
            return None
        if not len(self._waiting):
            first_s = float(stamps[0]) - newest_s - (self._since + 1) * line.interval_s
            if not first_s > line.shortest_s:  # also for nan
                return None
        behind = np.concatenate([self._waiting, stamps])
        counts = np.arange(self._since + 1, self._since + len(behind) + 1)
        late = behind - newest_s - counts * line.interval_s
        return late if np.fmin.reduce(late) > line.shortest_s else None  # also for all nan

    def _close(self, stamps: np.ndarray, *, newest_s: float | None = None) -> None:
        """Remember these stamps, and that no hole before them is in question any more."""
        if newest_s is None:
            newest_s = -np.inf if self._newest_s is None else self._newest_s
        stamped = np.flatnonzero(~np.isnan(stamps))
        if len(stamped) == 0:
            self._since += len(self._waiting) + len(stamps)
        else:
            self._newest_s = max(newest_s, float(np.fmax.reduce(stamps)))
            self._since = len(stamps) - 1 - int(stamped[-1])
        self._waiting = _NONE


def _comes_fast(late: np.ndarray, *, interval_s: float, jitter_s: float) -> bool:
    """Return whether samples are catching up, or came all at once: a backlog, as far as seen."""
    if len(late) == 1:
        return False
    # Of samples that arrived together the last was delayed least.
    ends = np.flatnonzero(np.append(np.diff(late) > -interval_s / 2, True))
    elapsed_s = float(ends[-1] - ends[0]) * interval_s
    fall_s = float(late[ends[0]] - late[ends[-1]])
    return elapsed_s == 0 or fall_s > max(elapsed_s / 2, jitter_s / 4)
