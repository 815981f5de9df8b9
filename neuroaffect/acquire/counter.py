"""Lost samples, counted exactly by the number that a device gives each of them."""

from dataclasses import dataclass

import numpy as np

from neuroaffect.acquire.dejitter import Dejitter
from neuroaffect.acquire.description import Counter
from neuroaffect.acquire.gaps import GapFinder

__all__ = ["CounterGaps"]

LARGEST = 2.0**53  # numbers beyond are no counts
PATIENCE_S = 0.25  # a stall is mostly over by then
REORDERED = 3  # counts by which a sample may come too late: a loss of all but a few looks the same
SLACK = 0.02  # of a long hole: how far stamps may disagree with a counter that ran on
SLACK_SAMPLES = 2.0


class CounterGaps:
    """Judge the counts of one stream, each packet when it comes.

    The step from count to count says what was lost but for whole turns of the counter; how many
    of those there were is what stamps say, once they have stayed late for :data:`PATIENCE_S`
    of samples and are not catching up as after a stall. A count that is repeated or comes out of
    order takes a sample's place all the same: the next loss is shorter by it. A hole that whole
    turns do not fill was a device that was started again, and is judged by its stamps; so is
    everything where the count is no number.

    Parameters
    ----------
    counter : Counter
    finder : GapFinder
        Judges the stamps of the same packets.
    line : Dejitter
    """

    def __init__(self, counter: Counter, finder: GapFinder, line: Dejitter) -> None:
        self._column, self._modulus = counter.column, counter.modulus
        self._finder = finder
        self._line = line
        self._highest: int | None = None
        self._ahead = 0  # samples that came without a number of their own
        self._hole: _Hole | None = None

    def cut(self, steps: np.ndarray, values: np.ndarray, start: int) -> int:
        """Return where to cut a packet of which the samples before `start` were taken."""
        stop = self._finder.cut(steps, values, start)
        counts = self._counts(values[start:stop])
        if counts is None or self._counts_on(counts):
            return stop
        highest = int(counts[0])
        for k, count in enumerate(counts[1:].tolist(), start + 1):
            turn = self._turn(highest, count)
            if turn > 1:
                return k
            highest = count if turn else highest
        return stop

    def missing(self, stamps: np.ndarray, values: np.ndarray) -> int:
        """Return how many samples were lost before this packet, and remember its counts."""
        was_reset = self._finder.fell_back(stamps)
        by_stamps = self._finder.missing(stamps, values)
        counts = self._counts(values)
        if counts is None:
            self._highest = self._hole = None
            return by_stamps
        late_s = self._late_s(stamps) if not was_reset else 0.0
        lost = self._remember(counts, back=late_s < self._half_turn_s)
        if was_reset:
            self._hole = None
            return lost
        return lost + self._turns(stamps, lost, late_s)

    def missing_over_break(self, stamps: np.ndarray, values: np.ndarray) -> int:
        """Return how many samples were lost before a packet that came over a new connection.

        By the stamps: whoever sends again may count anew.
        """
        lost = self._finder.missing_over_break(stamps, values)
        self._highest = self._hole = None
        self._ahead = 0
        counts = self._counts(values)
        if counts is not None:
            self._remember(counts, back=True)
        return lost

    @property
    def _half_turn_s(self) -> float:
        return self._modulus / 2 * self._line.interval_s

    def _late_s(self, stamps: np.ndarray) -> float:
        """Return how late the first sample is if nothing was lost before it."""
        line = self._line
        if line.end_s is None or not line.is_sure:
            return 0.0
        return float(stamps[0]) - line.end_s - line.interval_s

    def _turns(self, stamps: np.ndarray, lost: int, late_s: float) -> int:
        """Return what more was lost than counts can tell."""
        interval_s = self._line.interval_s
        if self._hole is None:
            if not late_s - lost * interval_s > self._half_turn_s:  # also for nan
                return 0
            self._hole = _Hole(self._line.end_s, late_s)
        hole = self._hole
        hole.counted += lost
        hole.late_s -= lost * interval_s
        steps = np.arange(hole.counted + 1, hole.counted + len(stamps) + 1)
        hole.counted += len(stamps)
        hole.seen_s += len(stamps) * interval_s
        least_s = float(np.fmin.reduce(stamps - hole.begin_s - steps * interval_s))
        if not least_s > self._half_turn_s:
            self._hole = None
            return 0
        if hole.seen_s < PATIENCE_S or hole.late_s - least_s > hole.seen_s / 2:
            return 0
        self._hole = None
        missing = round(least_s / interval_s)
        turns = round(missing / self._modulus) * self._modulus
        slack = self._line.jitter_s / interval_s + SLACK * missing + SLACK_SAMPLES
        return turns if abs(turns - missing) <= slack else missing

    def _remember(self, counts: np.ndarray, *, back: bool) -> int:
        """Find the highest count; return how many were left out before the first."""
        if self._highest is None:
            self._highest = int(counts[0]) - 1
        turn = self._turn(self._highest, int(counts[0]), back=back)
        if turn and self._counts_on(counts):
            self._highest = int(counts[-1])
        else:
            self._walk(counts, turn)
        lost = max(0, turn - 1)
        used = min(lost, self._ahead)
        self._ahead -= used
        return lost - used

    def _walk(self, counts: np.ndarray, turn: int) -> None:
        for k, count in enumerate(counts.tolist()):
            turn = self._turn(self._highest, count) if k else turn
            self._ahead += not turn
            self._highest = count if turn else self._highest
        self._ahead = min(self._ahead, self._modulus)  # a dead counter owes no more

    def _turn(self, highest: int, count: int, *, back: bool = True) -> int:
        """Return how many counts on, 0 for one that is repeated or, with `back`, belongs before."""
        turn = (count - highest) % self._modulus
        if not back:
            return turn or self._modulus
        return 0 if turn >= self._modulus - min(REORDERED, self._modulus // 4) else turn

    def _counts_on(self, counts: np.ndarray) -> bool:
        return bool((np.diff(counts) % self._modulus == 1).all())

    def _counts(self, values: np.ndarray) -> np.ndarray | None:
        counts = np.asarray(values[:, self._column], dtype=np.float64)
        if not (np.abs(counts) < LARGEST).all():  # also for nan
            return None
        return np.rint(counts).astype(np.int64)


@dataclass(eq=False)
class _Hole:
    """A hole that may have swallowed whole turns: the line before it, and what came since."""

    begin_s: float
    late_s: float
    counted: int = 0
    seen_s: float = 0.0
