"""When samples were really taken: a straight line through the sample number, while they arrive."""

import math

import numpy as np

from neuroaffect.acquire.clock import BACKWARD_S
from neuroaffect.acquire.envelope import LowerHull
from neuroaffect.acquire.rate_watch import RateWatch

__all__ = ["Dejitter", "known"]

WINDOW_S = 180.0  # the pace is measured over the last half of this, up to all of it
LEAST_S = 0.5  # nothing is said about it over less
LEARNED_S = 5.0  # a pace measured over less does not outlast a restart
RELEASE = 0.005  # seconds per second by which the line follows stamps that stay late
SLICE_S = 1.0  # longer packets are taken in slices, so that the line bends within them
SHORTEST_S = 0.045  # a lost Muse packet is 47 ms, a stall of an OpenBCI sender up to 36
SHORTEST_SAMPLES = 1.5
JITTER_S = 0.05  # of a stream not yet known
MARGIN = 2.0  # a hole is one when it exceeds the jitter seen by this factor
MEMORY_S = 60.0  # jitter is forgotten this slowly
PEAK_S = 2.0  # a late sample is caught up within about this time, or it was no jitter
LARGEST_S = 1e15  # beyond any clock, whatever it counts in


def known(stamps: np.ndarray, *, newest: float | None = None) -> np.ndarray:
    """Return the stamps with NaN for those that say nothing: no number of seconds, or never set.

    A sender that sets no stamps sends zeros. A zero is believed where time may begin with it.
    """
    if not stamps[-1] and not stamps.any() and (len(stamps) > 1 or newest is not None):
        return np.full(len(stamps), np.nan)
    far = np.abs(stamps)
    if far.max() < LARGEST_S:
        return stamps
    return np.where(far < LARGEST_S, stamps, np.nan)


class Dejitter:
    """The line of one regular stream: sample number to time, on the sender's clock.

    Stamps come late, packet by packet, and never early, so the line lies below them and touches
    those that were delayed least. It follows an early stamp at once and late ones slowly
    (:data:`RELEASE`). Its pace, which is the effective rate, is the edge of the
    :class:`~neuroaffect.acquire.envelope.LowerHull` of the last :data:`WINDOW_S`, held as near to
    the rate known before as jitter leaves open. After a loss or a clock reset it starts again at
    the new stamps and keeps its pace.

    Until a :class:`~neuroaffect.acquire.rate_watch.RateWatch` is sure, a hole may as well be a
    wrong nominal rate: the line then starts again behind it, and nothing is called lost. Steps
    that keep saying another rate replace it: ten hertz said and one hertz sent is one hertz
    after four samples.

    Parameters
    ----------
    rate_hz : float
        Nominal rate, above zero.

    Attributes
    ----------
    interval_s : float
        Time from sample to sample, by what arrived so far.
    jitter_s : float
        How far stamps stray, by the one thing that losses never cause: stamps that come early
        after stamps that came late. Forgotten within :data:`MEMORY_S`.
    newest_s, end_s : float or None
        The newest stamp, and the line at the newest sample; None before the first.

    Notes
    -----
    Causal, and a function of stamps and losses alone: the same packets give the same times bit
    for bit. A packet's times use all of its stamps. Where nothing is stamped the line counts on;
    where nothing ever was, it counts from zero at the nominal rate.
    """

    def __init__(self, rate_hz: float) -> None:
        self.interval_s = self._prior_s = 1.0 / rate_hz
        self.jitter_s = JITTER_S
        self.end_s: float | None = None
        self.newest_s: float | None = None
        self._told_s = -math.inf  # the newest time given out
        self._index = 0
        self._hull = LowerHull(WINDOW_S)
        self._peak_s = 0.0  # how much earlier than its latest sample the stream is now
        self._watch = RateWatch()
        self._count = np.arange(1.0, 65.0)

    @property
    def rate_hz(self) -> float:
        """Rate at which samples come, the lost ones counted; the nominal one at first."""
        return 1.0 / self.interval_s

    @property
    def is_sure(self) -> bool:
        """Whether enough was seen to tell a loss from a wrong nominal rate."""
        return self._watch.is_sure

    @property
    def shortest_s(self) -> float:
        """Shortest hole that jitter does not explain."""
        return max(SHORTEST_S, SHORTEST_SAMPLES * self.interval_s, MARGIN * self.jitter_s)

    def take(self, stamps: np.ndarray, *, lost: int = 0) -> np.ndarray:
        """Return the times of the next samples, (samples,), never decreasing but at a reset.

        Parameters
        ----------
        stamps : ndarray, shape (samples,)
            Seconds on the sender's clock; NaN where unknown.
        lost : int
            Samples known to be lost before them.
        """
        size = max(1, round(SLICE_S * self.rate_hz))
        if len(stamps) <= size:
            return self._take(stamps, lost)
        cuts = range(0, len(stamps), size)
        return np.concatenate([self._take(stamps[i : i + size], 0 if i else lost) for i in cuts])

    def _take(self, stamps: np.ndarray, lost: int) -> np.ndarray:
        n = len(stamps)
        if n > len(self._count):
            self._count = np.arange(1.0, 2.0 * n)
        steps = self._count[:n]
        late = self._late(stamps, steps, lost)
        if late is None:
            return self._count_on(steps, lost)
        begin_s, told_s = self.end_s, self._told_s
        self._follow(late, n)
        self._learn(late, n)
        self.newest_s = max(self.newest_s, float(np.fmax.reduce(stamps)))
        self._watch.count(n + lost)
        self._doubt()
        times = np.maximum(begin_s + steps * ((self.end_s - begin_s) / n), told_s)
        self._told_s = float(times[-1])
        return times

    def _late(self, stamps: np.ndarray, steps: np.ndarray, lost: int) -> np.ndarray | None:
        """Return how late each sample is after the newest stamp; None if nothing is stamped.

        Where the line cannot go on it begins anew, below these stamps.
        """
        newest_s = self.newest_s
        late = _filled(stamps - steps * self.interval_s, steps)
        if late is None:
            return None
        first_s = float(late[0]) + self.interval_s
        if newest_s is None or first_s < newest_s - BACKWARD_S:
            self._watch.begin(first_s)
            self._watch.count(-lost)
            self._told_s = -math.inf
        elif not lost:
            hole_s = first_s - newest_s - self.interval_s
            if self.is_sure or hole_s <= self.shortest_s:
                return late - newest_s
        self._forget()
        late = _filled(stamps - steps * self.interval_s, steps)
        self.newest_s, self.end_s = float(late[0]), float(late.min())
        return late - late[0]

    def _forget(self) -> None:
        """Drop the line, but for its pace if that was measured over long enough."""
        if self._hull.span_s >= LEARNED_S:
            self._prior_s = self.interval_s
        self.interval_s = self._prior_s
        self._hull.clear()

    def _follow(self, late: np.ndarray, n: int) -> None:
        """Move the line to the last of these samples, and measure its pace."""
        at, span_s = int(late.argmin()), n * self.interval_s
        least_s = float(late[at]) + (self.newest_s - self.end_s)
        self.end_s += span_s + min(least_s, RELEASE * span_s)
        for k in (at, n - 1):
            stamp_s = self.newest_s + float(late[k]) + (k + 1) * self.interval_s
            self._hull.add(self._index + k + 1, stamp_s)
        self._index += n
        self._measure()

    def _measure(self) -> None:
        """Take the pace from the hull, the rate known before wherever jitter leaves it open."""
        span_s = self._hull.span_s
        edge = self._hull.edge()
        if edge is None or span_s <= 0 or edge[0] <= 0:
            return
        pace_s, floor_s = edge
        self.end_s = max(self.end_s, floor_s)
        if span_s < LEAST_S:
            return
        doubt = MARGIN * self.jitter_s / (span_s * max(1.0, span_s) ** 1.5)
        self.interval_s = min(max(self._prior_s, pace_s * (1 - doubt)), pace_s * (1 + doubt))

    def _learn(self, late: np.ndarray, n: int) -> None:
        peaks = np.maximum(np.maximum.accumulate(late), self._peak_s)
        span_s = n * self.interval_s
        drop_s = float((peaks - late).max())
        self.jitter_s = max(self.jitter_s * math.exp(-span_s / MEMORY_S), drop_s)
        self._peak_s = float(peaks[-1] - late[-1]) * math.exp(-span_s / PEAK_S)
        self._watch.see_even(late, interval_s=self.interval_s)

    def _doubt(self) -> None:
        """Replace a rate that is grossly wrong."""
        seen_s = self._watch.contradicts(self.newest_s, interval_s=self.interval_s)
        if seen_s is not None:
            self.interval_s = self._prior_s = seen_s
            self._hull.clear()

    def _count_on(self, steps: np.ndarray, lost: int) -> np.ndarray:
        """Go on without stamps."""
        if self.end_s is None:
            self.end_s = -self.interval_s
        times = self.end_s + (lost + steps) * self.interval_s
        span_s, self.end_s = float(times[-1]) - self.end_s, float(times[-1])
        times = np.maximum(times, self._told_s)
        self._told_s = float(times[-1])
        self._watch.count(lost + len(steps))
        if self.newest_s is not None:
            self.newest_s += span_s
            self._index += lost + len(steps)
        return times


def _filled(late: np.ndarray, steps: np.ndarray) -> np.ndarray | None:
    """Return the lateness with samples that have no stamp as late as their neighbours."""
    if not math.isnan(late.sum()):
        return late
    stamped = np.flatnonzero(~np.isnan(late))
    return np.interp(steps, steps[stamped], late[stamped]) if len(stamped) else None
