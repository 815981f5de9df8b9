"""Skin conductance: tonic level, phasic part, and the responses in it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from neuroaffect.blocks.base import PLAIN, Block, Context, Step, require_signal
from neuroaffect.blocks.skin.scr import Responses
from neuroaffect.blocks.skin.skin_channel import SkinChannel
from neuroaffect.blocks.skin.skin_contact import SkinContact
from neuroaffect.blocks.skin.slope import slope_per_min
from neuroaffect.blocks.skin.thinned import Thinned
from neuroaffect.blocks.skin.tonic import Split
from neuroaffect.errors import PipelineError
from neuroaffect.stream import FeatureInfo, StreamInfo

__all__ = ["Skin"]

_ABOUT_HZ = 8.0  # skin has nothing to say above 1 Hz
_LEAST_HZ = 2.0
_TONIC, _PHASIC, _USED, _AMPLITUDE, _RISE, _AGE = range(6)  # what is kept of each sample
_UNITS = {
    "tonic": "uS",
    "tonic_slope": "uS/min",
    "phasic": "uS",
    "phasic_mean": "uS",
    "scr_rate": "1/min",
    "scr_amplitude": "uS",
    "scr_rise": "s",
    "scr_age": "s",
}


@dataclass(frozen=True, kw_only=True)
class Skin(Block):
    """Tonic and phasic skin conductance and its responses (SCR), and a verdict on the contact.

    `tonic` and `phasic` are the level and what stands above it at the end of the hop;
    `tonic_slope`, `phasic_mean`, `scr_rate`, `scr_amplitude` and `scr_rise` sum up the last
    `window_s`: slope of the tonic level, mean of the phasic part, responses per minute, their
    mean amplitude and mean time from onset to peak. `scr_age` is how long ago the newest of them
    began: the time of the hop less it is the onset.

    A channel is bad (quality 0) while its conductance is missing, outside `range_us`, changes
    faster than `slope_us_s` or loses more than `fall` of itself within a second, and for
    `hold_s` after. Samples of then, and of hops whose channel is bad by a step before or moves
    by the motion gate, are held out: they make no response, do not move the level and do not
    count as time. A response that they cut is dropped. When they end after more than `hold_s`,
    the level starts anew, and so does its slope. A level that has started, at first or anew, is
    told once it had `decay_s` + `tonic_fall_s` to fall, for it may have started on a response.

    Parameters
    ----------
    min_amplitude_us : float
        Smallest response that counts.
    window_s : float
        How far back slope, means and rate look.
    decay_s : float
        Time constant with which a response falls.
    tonic_rise_s, tonic_fall_s : float
        Time constants with which the tonic level follows upward and downward.
    scr_rise_s : (float, float)
        Shortest and longest time from onset to peak of a response.
    range_us : (float, float)
        What skin in contact conducts.
    slope_us_s : float
        Fastest change, either way, in µS per second.
    fall : float
        Largest share of itself that the conductance can lose within a second, 0 to 1.
    hold_s : float
        For how long after a fault the channel stays bad.

    Notes
    -----
    In (hop, channels) µS, out (channels, 8). Causal. Above 8 Hz the signal is first thinned to
    about 8 Hz by means. Tonic and phasic lag by 0.2 s of smoothing. A response is told half a
    second after its peak, typically 2 s after its onset, and counts from then on.
    What sums up the window is NaN until half of it, and whenever less than half, could be used;
    `scr_amplitude`, `scr_rise` and `scr_age` also while it holds no response.

    Amplitudes of 0.01 to 0.05 µS are customary (Boucsein et al.). Range, slope and the five
    seconds after are Kleckner's; their rule on skin temperature (30 to 40 °C) is not applied:
    in five of 20 Empatica E4 recordings the median was below 30 °C. `fall` is ours: a response
    takes 2 s and more for half its way back, so only one that more than doubled the conductance
    could break it; on those recordings what broke it was pressure on the electrode or a slip.
    The time constants are ours too: a fall of 3 s is a half recovery of 2.1 s. After a level
    that has dropped, the phasic part is too large until the level has climbed back.

    References
    ----------
    Boucsein et al. (2012), doi:10.1111/j.1469-8986.2012.01384.x (responses);
    Kleckner et al. (2018), doi:10.1109/TBME.2017.2758643 (contact);
    Benedek, Kaernbach (2010), doi:10.1016/j.jneumeth.2010.04.028 (level between pulses).
    Offline, with the whole recording at hand: Greco et al. (2016), cvxEDA,
    doi:10.1109/TBME.2015.2474131
    """

    kinds: ClassVar[frozenset[str]] = frozenset({"eda"})

    min_amplitude_us: float = 0.05
    window_s: float = 60.0
    decay_s: float = 3.0
    tonic_rise_s: float = 20.0
    tonic_fall_s: float = 2.0
    scr_rise_s: tuple[float, float] = (0.5, 6.0)
    range_us: tuple[float, float] = (0.05, 60.0)
    slope_us_s: float = 10.0
    fall: float = 0.2
    hold_s: float = 5.0

    def start(self, info: StreamInfo) -> "SkinStep":
        info = require_signal(info, "skin", self.kinds)
        if info.unit not in {"", "uS"}:
            raise PipelineError(
                f"skin: '{info.name}' is in {info.unit}; it works on conductance in uS"
            )
        if info.rate_hz < _LEAST_HZ:
            raise PipelineError(
                f"skin: '{info.name}' has {info.rate_hz:g} Hz; a response needs at least "
                f"{_LEAST_HZ:g} Hz"
            )
        self._check()
        return SkinStep(info, self)

    def channel(self, rate_hz: float) -> SkinChannel:
        """Return what runs on one channel of about 8 Hz or less."""
        return SkinChannel(
            contact=SkinContact(
                rate_hz=rate_hz, range_us=self.range_us, slope_us_s=self.slope_us_s,
                fall=self.fall, hold_s=self.hold_s,
            ),
            split=Split(
                rate_hz=rate_hz, decay_s=self.decay_s, rise_s=self.tonic_rise_s,
                fall_s=self.tonic_fall_s,
            ),
            responses=Responses(
                rate_hz=rate_hz, min_amplitude_us=self.min_amplitude_us, rise_s=self.scr_rise_s,
                decay_s=self.decay_s,
            ),
            most_out=round(self.hold_s * rate_hz),
            settle=round((self.decay_s + self.tonic_fall_s) * rate_hz),
        )  # fmt: skip

    def _check(self) -> None:
        for name in (
            "min_amplitude_us", "window_s", "decay_s", "tonic_rise_s", "tonic_fall_s",
            "slope_us_s",
        ):  # fmt: skip
            if not getattr(self, name) > 0:
                raise PipelineError(f"skin: {name} = {getattr(self, name):g} must be above 0")
        for name in ("scr_rise_s", "range_us"):
            low, high = getattr(self, name)
            if not 0 <= low < high:
                raise PipelineError(f"skin: {name} = [{low:g}, {high:g}] must rise from 0 or above")
        if not 0 < self.fall < 1:
            raise PipelineError(f"skin: fall = {self.fall:g} must lie between 0 and 1")
        if self.hold_s < 0:
            raise PipelineError(f"skin: hold_s = {self.hold_s:g} must not be negative")

    @classmethod
    def examples(cls) -> Sequence["Skin"]:
        return [cls(), cls(window_s=20.0, min_amplitude_us=0.02, hold_s=2.0)]


class SkinStep(Step):
    """A running split and detector per channel, and the window that the features sum up."""

    masks_itself = True  # a mean over what can be used outlives a bad hop

    def __init__(self, info: StreamInfo, block: Skin) -> None:
        n = len(info.channels)
        windows_s = {"tonic": block.tonic_rise_s, "phasic": block.decay_s}
        self.info = FeatureInfo(
            name="skin",
            channels=info.channels,
            features=tuple(_UNITS),
            units=tuple(_UNITS.values()),
            memories_s=tuple(windows_s.get(name, block.window_s) for name in _UNITS),
        )
        self.settle_s = block.tonic_rise_s
        self.quality = np.ones(n)
        self.flaws = np.zeros(n, dtype=np.int64)
        self._thinned = Thinned(info.rate_hz, n, about_hz=_ABOUT_HZ)
        self._channels = [block.channel(self._thinned.rate_hz) for _ in range(n)]
        window = max(2, round(block.window_s * self._thinned.rate_hz))
        self._window = np.full((window, n, 6), np.nan)

    def process(self, x: np.ndarray, context: Context = PLAIN) -> np.ndarray:
        means, usable = self._thinned.push(x, context.good_of(x.shape[1]))
        if len(means):
            self._window = np.concatenate(
                [self._window, np.full((len(means), x.shape[1], 6), np.nan)]
            )
            for c, channel in enumerate(self._channels):
                self._take(c, channel, means[:, c].tolist(), usable[:, c].tolist())
            self._window = self._window[len(means) :]
            self.quality = np.array([0.0 if c.contact.flaws else 1.0 for c in self._channels])
            self.flaws = np.array([int(c.contact.flaws) for c in self._channels])
        return self._features()

    def _take(self, c: int, channel: SkinChannel, values: list[float], usable: list[bool]) -> None:
        for i, (x, good) in enumerate(zip(values, usable, strict=True), -len(values)):
            sample, row = channel.push(x, usable=good), self._window[i, c]
            row[_TONIC], row[_PHASIC] = sample.tonic_us, sample.phasic_us
            if sample.used:
                row[_USED] = 1.0
            if sample.response:
                row[_AMPLITUDE], row[_RISE] = sample.response.amplitude_us, sample.response.rise_s
                row[_AGE] = sample.response.age_s
            if sample.anew:
                self._window[:i, c, _TONIC] = np.nan  # a slope needs one contact

    def _features(self) -> np.ndarray:
        rate_hz, half = self._thinned.rate_hz, len(self._window) / 2
        there = np.isfinite(self._window).sum(axis=0).T  # (6, channels)
        # Of what is there; the quotients of too few are overwritten below.
        mean = np.nansum(self._window, axis=0).T / np.maximum(there, 1)
        y = np.empty((self._window.shape[1], len(_UNITS)))
        y[:, 0], y[:, 2] = self._window[-1, :, _TONIC], self._window[-1, :, _PHASIC]
        y[:, 1] = slope_per_min(self._window[:, :, _TONIC], rate_hz)
        y[:, 3] = np.where(there[_PHASIC] >= half, mean[_PHASIC], np.nan)
        used_min = np.maximum(there[_USED], 1) / (60.0 * rate_hz)
        y[:, 4], y[:, 5], y[:, 6] = there[_AMPLITUDE] / used_min, mean[_AMPLITUDE], mean[_RISE]
        told = np.argmax(
            np.isfinite(self._window[::-1, :, _AGE]), axis=0
        )  # samples ago, (channels,)
        y[:, 7] = self._window[-1 - told, np.arange(len(y)), _AGE] + told / rate_hz
        y[there[_AMPLITUDE] == 0, 5:] = np.nan
        y[there[_USED] < half, 4:] = np.nan
        return y
