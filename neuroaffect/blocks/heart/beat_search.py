"""Find beats in one channel as it comes, each a constant delay after its peak."""

from collections import deque

import numpy as np
from scipy.ndimage import maximum_filter1d

from neuroaffect.blocks.heart.beat_detector import Detector
from neuroaffect.blocks.heart.beat_shape import BeatShape
from neuroaffect.blocks.heart.intervals import SHORTEST_S, plausible

__all__ = ["FIRST_LEVEL_S", "BeatSearch"]

# All of these are ours.
FIRST_LEVEL_S = _BLOCK_S = 2.0  # holds a beat down to 30 per minute
_BLOCKS, _LOW = 5, 0.25  # the level is this quantile of so many blocks
# A threshold lies so far from the noise up to the level; lower when 1.3 intervals have passed.
_SHARE, _LATE_SHARE, _LATE = 0.4, 0.25, 1.3
_PLACES, _MOST_NOISE = 16, 0.4  # the noise is the median of so many others, at most 0.4 levels
# A wave within 0.55 intervals, or 0.4 s, and below 0.7 of the beat is its T or dicrotic wave.
_EARLY, _EARLY_S, _ECHO = 0.55, 0.4, 0.7
_RATIOS, _TURN = 30, 1.3  # blocks that tell the polarity; how much stronger the other must be
_SILENT_S = 3.0  # without a beat for so long, there is none to judge
_JUDGED = 5  # beats that the quality speaks of


class BeatSearch:
    """A running search in one channel.

    A place is a beat if it is the strongest around and exceeds a threshold between the noise
    and the level. In each block of two seconds the strongest place is noted; the level is the
    lower quartile of the last five, since artefacts are strong and blocks without a beat are
    rare. So nothing that was learned can lock the search. The noise is the median of the places
    that were no beats. Beats that are late meet a lower threshold, which does what Pan and
    Tompkins search back for; early and weaker ones are the echo of a beat.

    Everything is decided by sample number, `half + after` samples after a place, and told
    `delay` samples after its peak: the hop does not matter.

    Parameters
    ----------
    detector : Detector
    rate_hz : float
    sign : float
        Polarity, 1 or -1; 0: found by which side of the wave has been stronger for a minute.
    """

    def __init__(self, detector: Detector, rate_hz: float, sign: float = 0.0) -> None:
        self._detector = detector
        self._rate_hz = rate_hz
        self._block = round(_BLOCK_S * rate_hz)
        self._waves = np.empty((len(detector.taps), 0))
        self._start = 0  # sample of the first kept place; places run `half` behind the rows
        self._row = -detector.half
        self._next = 0  # place to be decided next
        self._blocks = 0
        self._heights: deque[tuple[float, float]] = deque(maxlen=_BLOCKS)  # up, down
        self._ratios: deque[float] = deque(maxlen=_RATIOS)  # log of up to down
        self._level = 0.0
        self._sign, self._told_sign = sign, sign != 0.0
        self._others: deque[float] = deque(maxlen=_PLACES)
        self._shape = BeatShape(detector.likeness)
        self._last_bad = -1
        self._told: deque[tuple[int, float]] = deque()
        self._passed: deque[bool] = deque(maxlen=_JUDGED)
        self._forget()

    def push(self, waves: np.ndarray, bad: np.ndarray) -> list[tuple[int, float]]:
        """Take the filters' answer to the next rows, return the beats told in them.

        Parameters
        ----------
        waves : ndarray, shape (filters, rows)
        bad : ndarray of bool, shape (rows,)
            Rows that are missing, or not to be trusted.

        Returns
        -------
        list of (row, interval_s)
            Row within this hop; the interval is infinite where it is not to be trusted.
        """
        rows = waves.shape[1]
        first = self._row + self._detector.half
        self._waves = np.concatenate([self._waves, waves], axis=1)
        if first == 0:
            self._start = self._row
        self._row += rows
        marks = np.where(bad, np.arange(first, first + rows), self._last_bad)
        self._bad_until = np.maximum.accumulate(marks) if rows else marks
        self._first = first
        self._decide()
        if rows:
            self._last_bad = int(self._bad_until[-1])
        self._trim()
        due = []
        while self._told and self._told[0][0] < first + rows:
            row, interval_s = self._told.popleft()
            due.append((row - first, interval_s))
        return due

    def resume(self, before: "BeatSearch") -> None:
        """Take over the polarity."""
        if not self._told_sign:
            self._sign = before._sign
            self._ratios.extend(before._ratios)

    @property
    def quality(self) -> float:
        """Share of the last five beats that look alike; 0 without a beat; 1 before any can be."""
        seen = self._row - max(self._place, 0)
        if seen > _SILENT_S * self._rate_hz + self._block:
            return 0.0
        if not self._passed:
            return 1.0
        return float(np.mean(self._passed)) if seen <= _SILENT_S * self._rate_hz else 0.0

    def _forget(self) -> None:
        """Know of no beat before."""
        self._place, self._peak, self._beat_strength = -1, np.nan, 0.0
        self._trusted = False
        self._intervals: deque[float] = deque(maxlen=8)

    def _decide(self) -> None:
        """Decide every place whose surroundings are known, in stretches of one level."""
        ready = self._row - self._detector.after
        while self._next < ready:
            known = (self._next + self._detector.after) // self._block
            while self._blocks < known:
                self._close_block()
            turn = (known + 1) * self._block - self._detector.after
            stop = min(ready, turn)
            if self._level > 0.0:
                self._scan(self._next, stop)
            self._next = stop

    def _close_block(self) -> None:
        at = self._blocks * self._block - self._start
        waves = self._waves[:, at : at + self._block]
        self._blocks += 1
        up, down = float(np.max(waves[0])), float(np.max(-waves[0]))
        if up > 0.0 and down > 0.0:
            self._ratios.append(np.log(up / down))
        self._heights.append(
            tuple(float(np.max(self._detector.strength(waves, sign))) for sign in (1.0, -1.0))
        )
        self._turn()
        self._level = float(np.quantile(self._heights, _LOW, axis=0)[0 if self._sign > 0.0 else 1])

    def _turn(self) -> None:
        """Follow the polarity, which is the one of the stronger side of the wave."""
        if self._told_sign:
            return
        ratio = float(np.median(self._ratios)) if self._ratios else 0.0
        if self._sign == 0.0:
            self._sign = 1.0 if ratio >= 0.0 else -1.0
        elif self._sign * ratio < -np.log(_TURN):
            self._sign = -self._sign
            self._forget()
            self._shape = BeatShape(self._detector.likeness)

    def _scan(self, begin: int, stop: int) -> None:
        """Take the strongest places in begin ≤ place < stop for what they are."""
        near = self._detector.near
        low = max(begin - near - 1, self._start)
        high = stop + near
        waves = self._waves[:, low - self._start : high - self._start]
        strength = self._detector.strength(waves, self._sign)
        highest = maximum_filter1d(strength, 2 * near + 1, mode="constant", cval=-np.inf)
        place = slice(begin - low, stop - low)
        top = (strength == highest) & (strength > 0.0)
        for at in np.flatnonzero(top[place]) + begin:
            height = float(strength[at - low])
            since = (at - self._place) / self._rate_hz if self._place >= 0 else np.inf
            usual = float(np.median(self._intervals)) if self._intervals else 1.0
            early = since < max(_EARLY * usual, _EARLY_S) and height < _ECHO * self._beat_strength
            if since < SHORTEST_S or early:
                continue
            if height > self._threshold(_LATE_SHARE if since > _LATE * usual else _SHARE):
                self._take(int(at), height)
            else:
                self._others.append(height)

    def _threshold(self, share: float) -> float:
        noise = float(np.median(self._others)) if self._others else 0.0
        noise = min(noise, _MOST_NOISE * self._level)
        return noise + share * (self._level - noise)

    def _take(self, place: int, strength: float) -> None:
        """Measure a beat, judge it, and tell it later."""
        detector = self._detector
        low = max(place - detector.before, self._start)
        waves = self._waves[:, low - self._start : place + detector.after - self._start]
        peak = low + detector.fiducial(waves, place - low, self._sign)
        bad_until = self._bad_until[place + detector.after + detector.half - self._first]
        whole = bad_until < place - detector.before - detector.half
        alike = whole and self._judge(round(peak), strength)
        interval_s = (peak - self._peak) / self._rate_hz  # NaN after no beat
        believed = (
            alike
            and self._trusted
            and bad_until < self._place - detector.before - detector.half
            and plausible(interval_s)
        )
        self._told.append((round(peak) + detector.delay, interval_s if believed else np.inf))
        self._passed.append(alike)
        if plausible(interval_s):
            self._intervals.append(interval_s)
        self._place, self._peak, self._beat_strength = place, peak, strength
        self._trusted = alike

    def _judge(self, peak: int, strength: float) -> bool:
        begin, end = (peak + n - self._start for n in self._detector.shape)
        return begin >= 0 and self._shape.judge(self._waves[0, begin:end], strength)

    def _trim(self) -> None:
        """Keep what an open block or an undecided place may need."""
        kept = min(
            self._blocks * self._block,
            self._next - self._detector.before - self._detector.near - 1,
        )
        if kept > self._start:
            self._waves = self._waves[:, kept - self._start :]
            self._start = kept
