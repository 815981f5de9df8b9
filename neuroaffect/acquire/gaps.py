"""Find lost samples by their stamps, while they arrive, and without crying wolf."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from neuroaffect.acquire.clock import BACKWARD_S, UNKNOWN_S

__all__ = ["Gap", "GapFinder"]

SHORTEST_S = 0.045  # a lost Muse packet is 47 ms, a stall of an OpenBCI sender up to 36
SHORTEST_SAMPLES = 1.5
JITTER_S = 0.05  # of a stream not yet known
MARGIN = 2.0  # a hole is one when it exceeds the jitter seen by this factor
MEMORY_S = 60.0  # jitter and rate are forgotten this slowly
PRIOR_S = 5.0  # weight of the nominal rate against the rate seen
PEAK_S = 2.0  # a late sample is caught up within about this time, or it was no jitter


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
    """

    first: int
    lost: int
    time: float


class GapFinder:
    """Judge the stamps of one regular stream.

    A hole is a step between two stamps that is longer than the jitter seen so far allows, and
    that the samples after it, within the same packet, do not catch up with: bunched delivery is
    no loss. How much jitter is allowed is learned from the one thing that losses never cause:
    stamps that come early after stamps that came late. The effective rate is learned too, so
    that a wrong nominal rate neither makes up losses nor miscounts them. A clock that was reset
    counts as a hole of :data:`~neuroaffect.acquire.clock.UNKNOWN_S`.

    Notes
    -----
    Raw stamps go in, so that a new clock offset is never taken for a loss. Holes shorter than
    :data:`SHORTEST_S` or :data:`SHORTEST_SAMPLES` are not told from jitter. The constants are
    ours.
    """

    def __init__(self, rate_hz: float) -> None:
        self._nominal_hz = rate_hz
        self._seen_s = PRIOR_S
        self._seen_samples = PRIOR_S * rate_hz
        self._jitter_s = JITTER_S
        self._peak_s = 0.0  # how much earlier than its latest sample the stream is now
        self._newest: float | None = None

    @property
    def rate_hz(self) -> float:
        """Rate seen of late, lost samples left out; the nominal one at first."""
        return self._seen_samples / self._seen_s

    @property
    def shortest_s(self) -> float:
        """Shortest hole that is now taken for a loss."""
        return max(SHORTEST_S, SHORTEST_SAMPLES / self._nominal_hz, MARGIN * self._jitter_s)

    def cuts(self, stamps: np.ndarray) -> list[int]:
        """Return the samples inside a packet that come after a hole; remember nothing."""
        cuts = []
        steps = np.diff(stamps)
        at = np.flatnonzero((steps - 1.0 / self.rate_hz > self.shortest_s) | (steps < -BACKWARD_S))
        for start, stop in pairwise([*(at + 1).tolist(), len(stamps)]):
            if self._judge(stamps[start:stop], newest=stamps[start - 1]):
                cuts.append(start)
        return cuts

    def take(self, stamps: np.ndarray) -> int:
        """Return how many samples were lost before this packet, and learn from it."""
        if self._newest is None:
            lost, before = 0, float(stamps[0]) - 1.0 / self.rate_hz
        else:
            lost, before = self._judge(stamps, newest=self._newest), self._newest
        if lost:
            before = float(stamps[0]) - 1.0 / self.rate_hz
        self._learn(np.diff(stamps, prepend=before))
        newest = float(np.fmax.reduce(stamps))
        # After a reset the old clock's newest stamp means nothing any more.
        self._newest = newest if lost or self._newest is None else max(newest, self._newest)
        return lost

    def _judge(self, stamps: np.ndarray, *, newest: float) -> int:
        if stamps[0] < newest - BACKWARD_S:
            return round(UNKNOWN_S * self._nominal_hz)
        step_s = float(stamps[0]) - newest - 1.0 / self.rate_hz
        if step_s <= self.shortest_s:
            return 0
        late = stamps - newest - np.arange(1, len(stamps) + 1) / self.rate_hz
        missing_s = float(np.min(late))
        return round(missing_s * self.rate_hz) if missing_s > self.shortest_s else 0

    def _learn(self, steps: np.ndarray) -> None:
        span_s, n = float(np.sum(steps)), len(steps)
        late = np.cumsum(steps - 1.0 / self.rate_hz)
        peaks = np.maximum(np.maximum.accumulate(late), self._peak_s)
        keep = float(np.exp(-n / self._nominal_hz / MEMORY_S))
        self._jitter_s = max(self._jitter_s * keep, float(np.max(peaks - late)))
        fade = float(np.exp(-n / self._nominal_hz / PEAK_S))
        self._peak_s = float(peaks[-1] - late[-1]) * fade
        self._seen_s = self._seen_s * keep + span_s
        self._seen_samples = self._seen_samples * keep + n
