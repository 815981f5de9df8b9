"""Tell heartbeats, and the interval before each, from an electrocardiogram or a pulse wave."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from scipy import signal

from neuroaffect.blocks.base import PLAIN, Block, Context, Step, hold_missing, require_signal
from neuroaffect.blocks.heart.beat_detector import Detector
from neuroaffect.blocks.heart.beat_search import FIRST_LEVEL_S, BeatSearch
from neuroaffect.blocks.heart.ecg_peaks import QrsDetector
from neuroaffect.blocks.heart.pulse_peaks import PulseDetector
from neuroaffect.errors import PipelineError
from neuroaffect.stream import StreamInfo

__all__ = ["Beats"]

_ONE = np.array([1.0, 0.0])  # a denominator of two makes lfilter sum tap by tap, however it is cut
_DETECTORS = {"ecg": (100.0, QrsDetector), "ppg": (20.0, PulseDetector)}
_SIGNS = {"auto": 0.0, "up": 1.0, "down": -1.0}
_HUGE = 1e100  # beyond it squares overflow; no sensor gives it


@dataclass(frozen=True, kw_only=True)
class Beats(Block):
    """Tell each heartbeat, a constant delay after it, with the interval since the one before.

    An electrocardiogram is searched for QRS complexes and timed by their R peaks, a pulse wave
    by the steepest rise of each pulse, its sharpest point at the wrist. Thresholds follow the
    signal, a beat is compared with the beats before it, and the polarity is found.

    An interval is believed if both its beats look like those before them (correlation with the
    median of eight, at most twice or half as strong), if nothing in between is missing, bad or
    moving, and if it is one of a heart: 0.25 s to 2.5 s.

    Parameters
    ----------
    polarity : {"auto", "up", "down"}
        Whether R peaks and the rise at systole go up. "auto" watches for a minute; a wrong
        guess finds beats too, but at a less sharp point. Known sensors had better be told.

    Notes
    -----
    In (hop, channels) of any unit; out (hop, channels) s: at the row of a beat the interval
    since the one before, infinite if that is not to be believed, NaN where there is no beat.
    Finer than a sample. Causal; :attr:`Step.quality` is the share of the last five beats that
    look like those before.

    A beat is told `delay_s` after its R peak or steepest rise: 0.37 s for an electrocardiogram,
    0.5 s for a pulse wave, up to three samples more; row minus delay is the place. Settles within
    the 2 s that the first threshold takes, and that delay; the third beat is the first that can
    be compared with others. An electrocardiogram needs 100 Hz, a pulse wave 20 Hz.

    References
    ----------
    Pan, Tompkins (1985), doi:10.1109/TBME.1985.325532
    Elgendi et al. (2013), doi:10.1371/journal.pone.0076585
    Orphanidou et al. (2015), doi:10.1109/JBHI.2014.2338351
    Peralta et al. (2019), doi:10.1088/1361-6579/ab009b: points of a pulse, compared
    """

    kinds = frozenset({"ecg", "ppg"})

    polarity: Literal["auto", "up", "down"] = "auto"

    def start(self, info: StreamInfo) -> "BeatsStep":
        info = require_signal(info, "beats", self.kinds)
        least_hz, detector = _DETECTORS[info.kind]
        if info.rate_hz < least_hz:
            raise PipelineError(
                f"beats: '{info.name}' has {info.rate_hz:g} Hz; beats of kind '{info.kind}' need "
                f"{least_hz:g} Hz or more"
            )
        return BeatsStep(info, detector(info.rate_hz), _SIGNS[self.polarity])

    @classmethod
    def examples(cls) -> Sequence["Beats"]:
        return [cls(), cls(polarity="up")]


class BeatsStep(Step):
    """A running search for beats in every channel.

    Attributes
    ----------
    delay_s : float
        Seconds from a beat to the row at which it is told.
    """

    def __init__(self, info: StreamInfo, detector: Detector, sign: float) -> None:
        self.info = replace(info, kind="ibi", unit="s")
        self.delay_s = detector.delay / info.rate_hz
        self.settle_s = FIRST_LEVEL_S + self.delay_s
        channels = len(info.channels)
        self.quality = np.ones(channels)
        self._taps = detector.taps
        self._state = np.zeros((len(self._taps), self._taps.shape[1] - 1, channels))
        self._offset = np.full(channels, np.nan)
        self._last = np.zeros(channels)
        self._searches = [BeatSearch(detector, info.rate_hz, sign) for _ in range(channels)]

    def resume(self, before: Step) -> None:
        if isinstance(before, BeatsStep):
            for search, earlier in zip(self._searches, before._searches, strict=True):
                search.resume(earlier)

    def process(self, x: np.ndarray, context: Context = PLAIN) -> np.ndarray:
        told = np.full(x.shape, np.nan)
        if len(x) == 0:
            return told
        missing = ~(np.abs(x) < _HUGE)
        waves = self._filter(x, missing)
        bad = missing | ~context.good_of(x.shape[1])
        for channel, search in enumerate(self._searches):
            for row, interval_s in search.push(waves[:, :, channel], bad[:, channel]):
                told[row, channel] = interval_s
        self.quality = np.array([search.quality for search in self._searches])
        return told

    def _filter(self, x: np.ndarray, missing: np.ndarray) -> np.ndarray:
        """Return the detector's waves, (filters, hop, channels), from the first sample's level."""
        unknown = np.isnan(self._offset)
        if unknown.any():
            first = x[np.argmin(missing, axis=0), np.arange(x.shape[1])]
            found = unknown & ~missing.all(axis=0)
            self._offset[found] = first[found]
        level = np.where(np.isnan(self._offset), 0.0, self._offset)
        x = hold_missing(np.where(missing, np.nan, x) - level, self._last)
        waves = np.empty((len(self._taps), *x.shape))
        for n, taps in enumerate(self._taps):
            waves[n], self._state[n] = signal.lfilter(taps, _ONE, x, axis=0, zi=self._state[n])
        return waves
