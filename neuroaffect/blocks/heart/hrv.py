"""Heart rate and its variability, from beats or from intervals that a device sends."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from neuroaffect.blocks.base import PLAIN, Block, Context, Step, require_signal
from neuroaffect.blocks.heart.beat_window import BeatWindow
from neuroaffect.blocks.heart.intervals import plausible
from neuroaffect.blocks.heart.variability import band_powers, pnn50, poincare, rmssd
from neuroaffect.errors import PipelineError
from neuroaffect.stream import FeatureInfo, StreamInfo

__all__ = ["Hrv"]

_FEWEST_INTERVALS, _FEWEST_PAIRS = 3, 10
_LEAST_S, _LEAST_PNN50_S, _LEAST_SPECTRUM_S = 30.0, 45.0, 120.0
_ROOM_S = 30.0  # for beats that are masked, and for those that straddle the ends of the window
_TIME = {"hr": "bpm", "rmssd": "ms", "sdnn": "ms", "pnn50": "%", "sd1": "ms", "sd2": "ms"}
_SPECTRUM = {"lf": "ms^2", "hf": "ms^2", "lf_hf": ""}


@dataclass(frozen=True, kw_only=True)
class Hrv(Block):
    """Heart rate and its variability over a sliding window of time.

    Reads what the block `beats` gives, or the events of a chest strap or a watch. Intervals
    that stray from their neighbours (ectopic, missed and extra beats) are masked; a successive
    difference is taken only between two usable intervals that touch. Nothing is interpolated,
    and a measure has no value until enough of the window is covered by usable beats.

    ========  =====  ==================================================================
    feature   unit   value from
    ========  =====  ==================================================================
    hr        bpm    3 intervals within `hr_window_s`
    rmssd     ms     30 s of usable beats: root mean squared successive difference
    sdnn      ms     30 s: standard deviation (n - 1)
    pnn50     %      45 s: share of successive differences above 50 ms
    sd1, sd2  ms     30 s: axes of the Poincaré plot
    coverage         at once: share of `window_s` that usable intervals cover
    lf, hf    ms²    120 s, with `spectrum_s`: 0.04-0.15 Hz and 0.15-0.4 Hz
    lf_hf            as lf and hf
    ========  =====  ==================================================================

    Parameters
    ----------
    window_s : float
        Window of the measures in time.
    hr_window_s : float
        Window of the heart rate.
    spectrum_s : float
        Window of lf, hf and lf_hf; 0 leaves them out, 150 is the least.
    deviation : float
        An interval further than this share from the median of its neighbours is masked. Ours: a
        fifth, as is often taken, masks true beats where breath moves the heart much.
    stamp_error_s : float
        How late the stamps of events may be. Straps that send once per second, stamped on
        arrival, need 1.1; a beat they lose is then not noticed, two are.

    Notes
    -----
    In: (hop, channels) of kind "ibi" at a regular rate, s at the row of a beat, infinite at a
    beat whose interval is not to be trusted, NaN elsewhere. Or one event per hop, (1, 1 +
    channels): seconds since the event before, then intervals in s, or beats per minute for
    kind "hr", which gives hr alone. Out (channels, features). Causal; no delay of its own; the
    mask of the newest five beats may change as their neighbours come. Beats while a channel is
    bad or the wearer moves are not used.

    `pnn50` is the share of successive differences; neurokit2 divides by one more, the number of
    intervals. `hr` is 60 over the mean interval, not the mean of rates.

    The least lengths: rmssd and sdnn agree with five minutes from 30 s on (Munoz); Baek et al.
    ask 30 s for rmssd, 60 s for pnn50 and 240 s for sdnn, so choose `window_s` = 240 if sdnn is
    to stand for five minutes. That pnn50 is content with 45 s is ours: a window of 60 s never
    holds 60 s of usable beats.

    References
    ----------
    Task Force (1996), doi:10.1161/01.CIR.93.5.1043
    Shaffer, Ginsberg (2017), doi:10.3389/fpubh.2017.00258
    Munoz et al. (2015), doi:10.1371/journal.pone.0138921
    Baek et al. (2015), doi:10.1089/tmj.2014.0104
    """

    kinds = frozenset({"ibi", "hr"})

    window_s: float = 60.0
    hr_window_s: float = 10.0
    spectrum_s: float = 0.0
    deviation: float = 0.25
    stamp_error_s: float = 0.0

    def start(self, info: StreamInfo) -> "HrvStep":
        if not isinstance(info, StreamInfo) or info.kind not in self.kinds or info.rate_hz > 0:
            require_signal(info, "hrv", self.kinds)
        self._check()
        return HrvStep(info, self)

    def _check(self) -> None:
        if self.window_s < _LEAST_PNN50_S:
            raise PipelineError(
                f"hrv: window_s = {self.window_s:g} can hardly hold the {_LEAST_S:g} s of usable "
                f"beats that rmssd needs; choose {_LEAST_PNN50_S:g} or more"
            )
        if self.hr_window_s <= 0:
            raise PipelineError(f"hrv: hr_window_s = {self.hr_window_s:g} must be above 0")
        if self.spectrum_s and self.spectrum_s < _LEAST_SPECTRUM_S + _ROOM_S:
            raise PipelineError(
                f"hrv: spectrum_s = {self.spectrum_s:g} cannot hold {_LEAST_SPECTRUM_S:g} s of "
                f"usable beats and some that are not; choose {_LEAST_SPECTRUM_S + _ROOM_S:g} or "
                "more, or 0 for no spectrum"
            )
        if self.deviation <= 0:
            raise PipelineError(
                f"hrv: deviation = {self.deviation:g} masks every beat; choose about 0.25"
            )
        if self.stamp_error_s < 0:
            raise PipelineError(f"hrv: stamp_error_s = {self.stamp_error_s:g} is below 0")

    @classmethod
    def examples(cls) -> Sequence["Hrv"]:
        return [cls(), cls(window_s=45.0, hr_window_s=5.0), cls(spectrum_s=150.0, deviation=0.2)]


class HrvStep(Step):
    """A running window of beats per channel.

    Time is counted: rows over the rate for a train of beats, the seconds since the event before
    for events.
    """

    masks_itself = True

    def __init__(self, info: StreamInfo, block: Hrv) -> None:
        spectrum = _SPECTRUM if block.spectrum_s else {}
        units = {**_TIME, "coverage": "", **spectrum}
        memories_s = {name: block.window_s for name in units}
        memories_s |= {"hr": block.hr_window_s}
        memories_s |= dict.fromkeys(spectrum, block.spectrum_s)
        self._events = info.rate_hz <= 0
        self.info = FeatureInfo(
            name="hrv",
            channels=info.channels[1:] if self._events else info.channels,
            features=tuple(units),
            units=tuple(units.values()),
            memories_s=tuple(memories_s.values()),
        )
        self._block = block
        self._rates = info.kind == "hr"
        self._rate_hz = info.rate_hz
        self._rows = 0
        self._now_s = 0.0
        length_s = max(block.window_s, block.hr_window_s, block.spectrum_s)
        deviation = np.inf if self._rates else block.deviation
        self._spectra: list[tuple[object, dict[str, float]]] = [(None, {})] * len(
            self.info.channels
        )
        self._windows = [
            BeatWindow(length_s, deviation, block.stamp_error_s) for _ in self.info.channels
        ]

    def process(self, x: np.ndarray, context: Context = PLAIN) -> np.ndarray:
        good = context.good_of(x.shape[1])
        if self._events:
            times_s = self._now_s + np.cumsum(np.nan_to_num(x[:, 0]))
            self._now_s = float(times_s[-1])
            x, good = x[:, 1:], good[1:]
        else:
            times_s = (self._rows + np.arange(1, len(x) + 1)) / self._rate_hz
            self._rows += len(x)
            self._now_s = self._rows / self._rate_hz
        y = np.full(self.info.shape, np.nan)
        for channel, window in enumerate(self._windows):
            _take(window, times_s, self._intervals(x[:, channel]), trusted=bool(good[channel]))
            window.move(self._now_s)
            measured = self._measures(channel)
            y[channel] = [measured.get(name, np.nan) for name in self.info.features]
        return y

    def _intervals(self, x: np.ndarray) -> np.ndarray:
        """Return intervals in s; a device tells 0 beats per minute where it knows none."""
        if not self._rates:
            return x
        return np.divide(60.0, x, out=np.full(len(x), np.inf), where=x > 0.0)

    def _measures(self, channel: int) -> dict[str, float]:
        window, block = self._windows[channel], self._block
        recent = window.since(self._now_s - block.hr_window_s)
        intervals_s = window.interval_s[recent][window.valid[recent]]
        found = {}
        if len(intervals_s) >= (1 if self._rates else _FEWEST_INTERVALS):
            found["hr"] = 60.0 / float(np.mean(intervals_s))
        if self._rates:
            return found
        covered_s = window.covered_s(self._now_s, block.window_s)
        found["coverage"] = covered_s / block.window_s
        if covered_s >= _LEAST_S:
            found |= _in_time(window, window.since(self._now_s - block.window_s))
        if covered_s < _LEAST_PNN50_S:
            found.pop("pnn50", None)
        return found | (self._spectrum(channel) if block.spectrum_s else {})

    def _spectrum(self, channel: int) -> dict[str, float]:
        """Return lf, hf and lf_hf; they change only when a beat comes or goes."""
        window, length_s = self._windows[channel], self._block.spectrum_s
        if window.covered_s(self._now_s, length_s) < _LEAST_SPECTRUM_S:
            return {}
        inside = window.since(self._now_s - length_s)
        key = (window.version, inside.start)
        if self._spectra[channel][0] != key:
            used = window.valid[inside]
            lf, hf = band_powers(
                window.place_s[inside][used], 1e3 * window.interval_s[inside][used]
            )
            ratio = {"lf_hf": lf / hf} if hf > 0.0 else {}
            self._spectra[channel] = key, {"lf": lf, "hf": hf, **ratio}
        return self._spectra[channel][1]


def _take(
    window: BeatWindow, times_s: np.ndarray, intervals_s: np.ndarray, *, trusted: bool
) -> None:
    """Add the beats of a hop; one that is not to be trusted interrupts the row."""
    for row in np.flatnonzero(~np.isnan(intervals_s)):
        if trusted and plausible(intervals_s[row]):
            window.add(float(times_s[row]), float(intervals_s[row]))
        else:
            window.interrupt()


def _in_time(window: BeatWindow, inside: slice) -> dict[str, float]:
    """Return the measures of the usable intervals and of the pairs that touch."""
    intervals_ms, valid = 1e3 * window.interval_s[inside], window.valid[inside]
    paired = window.paired[inside][1:]  # the first one's partner is outside
    found = {"sdnn": float(np.std(intervals_ms[valid], ddof=1))}
    if np.count_nonzero(paired) >= _FEWEST_PAIRS:
        before, after = intervals_ms[:-1][paired], intervals_ms[1:][paired]
        found |= {"rmssd": rmssd(after - before), "pnn50": pnn50(after - before)}
        found["sd1"], found["sd2"] = poincare(before, after)
    return found
