"""How fast one stream really arrives, and whether that is what it says."""

from collections import deque

__all__ = ["Flow"]

RATE_OFF = 0.02  # a measured rate that is further from the nominal one is worth an alarm
_STEP_S = 1.0  # arrivals are remembered this far apart
_WINDOW_S = 120.0
_RECENT_S = 10.0
_SURE_S = 10.0  # over less, one late packet would look like a wrong rate
_BREAK_S = 5.0  # after a silence this long the count starts again: it is told as a silence
_SETTLE_S = 2.0  # what was held up arrives in a rush


class Flow:
    """Count what arrives of one stream against this machine's clock.

    Arrival, not stamps: a sender that stamps evenly and delivers half, or whose clock runs
    wrong, is found too. What makes arrival uneven (radio packets in bunches, a stall that is
    caught up) is measured along with it, and a rate counts as wrong only by more than that.

    Parameters
    ----------
    nominal_hz : float
        What the stream says; 0 for irregular streams, which are never off.

    Attributes
    ----------
    total : int
        Samples since the beginning.

    Notes
    -----
    Causal. All times are seconds on one steady clock.
    """

    def __init__(self, nominal_hz: float) -> None:
        self.nominal_hz = nominal_hz
        self.total = 0
        self._first: tuple[float, int] | None = None
        self._newest: float | None = None
        self._marks: deque[tuple[float, int, float]] = deque()  # time, total by then, hole before
        self._hole_s = 0.0
        self._settled_at = 0.0

    def take(self, now: float, samples: int) -> None:
        """Count samples that arrive now."""
        self.total += samples
        if self._first is None:
            self._first = (now, self.total)
        else:
            self._hole_s = max(self._hole_s, now - self._newest)
        if self._hole_s > max(_BREAK_S, 5.0 / self.nominal_hz if self.nominal_hz else 0.0):
            self._marks.clear()
            self._hole_s = 0.0
            self._settled_at = now + _SETTLE_S
        self._newest = now
        self._mark(now)

    def _mark(self, now: float) -> None:
        if now >= self._settled_at and (not self._marks or now - self._marks[-1][0] >= _STEP_S):
            self._marks.append((now, self.total, self._hole_s))
            self._hole_s = 0.0
        while self._marks and self._marks[0][0] < now - _WINDOW_S:
            self._marks.popleft()

    @property
    def mean_hz(self) -> float | None:
        """Samples per second from the first arrival to the newest, None before there are two."""
        return None if self._first is None else self._since(*self._first)

    def recent_hz(self, now: float) -> float | None:
        """Return samples per second of late, silence until now included; None if unknown."""
        mark = next((mark for mark in self._marks if mark[0] >= now - _RECENT_S), None)
        if mark is None:
            return None if self._first is None else 0.0
        if self._newest == mark[0] and now - mark[0] < _BREAK_S:
            return None  # one arrival tells no rate
        # A stream is not slower for the time until its next packet.
        until = self._newest if now - self._newest < 2 * self._longest_s() + 0.5 else now
        return (self.total - mark[1]) / (until - mark[0]) if until > mark[0] else None

    def off(self) -> float | None:
        """Return by which share the rate differs from the nominal one, None if it does not.

        Differences up to :data:`RATE_OFF`, or smaller than the unevenness of arrival, are none.
        """
        if not self.nominal_hz or not self._marks:
            return None
        time, total, _ = self._marks[0]
        span_s = self._newest - time
        if span_s < _SURE_S:
            return None
        share = (self.total - total) / (self.nominal_hz * span_s) - 1.0
        slack_s = self._longest_s() + 1.0 / self.nominal_hz
        return share if abs(share) > RATE_OFF and abs(share) * span_s > slack_s else None

    def measured_hz(self) -> float | None:
        """Return the rate over the window in which :meth:`off` judges."""
        return self._since(*self._marks[0][:2]) if self._marks else None

    def _since(self, time: float, total: int) -> float | None:
        return (self.total - total) / (self._newest - time) if self._newest > time else None

    def _longest_s(self) -> float:
        """Return the longest time between two arrivals in the window."""
        return max([self._hole_s, *(hole_s for _, _, hole_s in list(self._marks)[1:])])
