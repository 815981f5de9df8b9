"""Breathing: its rate, depth and evenness, from a belt or from what breath does to the pulse."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import ClassVar, NamedTuple

import numpy as np
from scipy import signal

from neuroaffect.blocks.base import PLAIN, Block, Context, Step, require_signal
from neuroaffect.blocks.body.breaths import Breath, Breaths, unevenness
from neuroaffect.blocks.body.modulation import GRID_HZ, MODULATIONS, Modulation
from neuroaffect.blocks.filters.cascade import Cascade
from neuroaffect.errors import PipelineError
from neuroaffect.stream import FeatureInfo, StreamInfo

__all__ = ["Respiration"]

_BELT_HZ = 8.0  # rate at which breaths are sought on a belt
_LEAST_UNEVEN = 5  # breaths that a standard deviation is worth anything of
_LEAST_USUAL = 10  # breaths that make a usual depth
_CEASED = 3.0  # breaths' time without one: breathing has ceased, or is not seen


@dataclass(frozen=True, kw_only=True)
class Respiration(Block):
    """Breathing rate, depth and evenness.

    A belt is read directly: breaths are counted from trough to trough of the wave between
    `low_bpm` and `high_bpm`. The pulse (PPG or ECG) is read beat by beat: breath moves its
    level, its height and its interval. Breaths are counted on each of the three, and a rate is
    given only while at least two of them agree.

    `rate` is 60 over the median length of the breaths of the last `window_s`; `depth` is the
    median height of the same breaths over that of all breaths of the last `usual_s`, so that 1
    is as deep as usual; `unevenness` is the coefficient of variation of the lengths over
    `uneven_s`.

    Parameters
    ----------
    low_bpm, high_bpm : float or None
        Slowest and quickest breathing that counts, in breaths per minute; None: 4 and 60 on a
        belt, 6 and 36 on a pulse, which below is moved by blood pressure (Mayer waves) and above
        has too few beats.
    window_s, uneven_s, usual_s : float
        How far back rate, unevenness and usual depth look.
    least_breaths : int
        Whole breaths in the window below which there is no rate.
    agree_bpm : float
        How far the rates of two modulations may lie apart, in breaths per minute.

    Notes
    -----
    In (hop, channels) of any unit, out (channels, 3): 1/min and two ratios. Causal; a breath
    counts once the wave has turned, about a third of a breath after its end. Values are NaN
    until there are `least_breaths` (5 for unevenness, 10 for depth), while the wave shows no
    breath (it neither repeats itself nor keeps its height), once three breaths' time has
    passed without one, and while the channel is bad. A breath that a bad hop cuts is not
    counted.

    Ours: the fusion by the closest two of three modulations (Karlen et al. ask all three), the
    way to count, and when the wave counts as a breath. A pulse shows no breath shorter than
    two beats. Speech and sighs make breath uneven: a belt says so, a pulse falls silent. In
    three laboratory recordings, from a finger and an ECG, it spoke in a quarter to four fifths of
    the time, 0.5 to 1.3 breaths a minute off the belt; on the wrist, in 20 recordings of an
    Empatica E4, in 3 %: breath hardly shows there.

    References
    ----------
    Charlton et al. (2018), doi:10.1109/RBME.2017.2763681 (the three modulations);
    Karlen et al. (2013), doi:10.1109/TBME.2013.2246160 (fusion by agreement);
    Schäfer, Kratky (2008), doi:10.1007/s10439-007-9428-1 (counting by turning points)
    """

    kinds: ClassVar[frozenset[str]] = frozenset({"resp", "ppg", "ecg"})

    low_bpm: float | None = None
    high_bpm: float | None = None
    window_s: float = 30.0
    uneven_s: float = 60.0
    usual_s: float = 180.0
    least_breaths: int = 3
    agree_bpm: float = 3.0

    def start(self, info: StreamInfo) -> "RespirationStep":
        info = require_signal(info, "respiration", self.kinds)
        least_hz = {"resp": 4.0, "ppg": 16.0, "ecg": 64.0}[info.kind]
        if info.rate_hz < least_hz:
            raise PipelineError(
                f"respiration: '{info.name}' ({info.kind}) has {info.rate_hz:g} Hz; "
                f"breath shows from {least_hz:g} Hz on"
            )
        low_bpm, high_bpm = self.limits(info.kind)
        if not 0 < low_bpm < high_bpm <= 90:
            raise PipelineError(
                f"respiration: low_bpm = {low_bpm:g} and high_bpm = {high_bpm:g} must rise and "
                "lie between 0 and 90 breaths per minute"
            )
        if not self.window_s >= self.least_breaths * 60 / high_bpm:
            raise PipelineError(
                f"respiration: window_s = {self.window_s:g} cannot hold {self.least_breaths} "
                "breaths; lengthen it or lower least_breaths"
            )
        return RespirationStep(info, self)

    def limits(self, kind: str) -> tuple[float, float]:
        """Return (low_bpm, high_bpm) for a stream of this kind."""
        low_bpm, high_bpm = (4.0, 60.0) if kind == "resp" else (6.0, 36.0)
        return self.low_bpm or low_bpm, self.high_bpm or high_bpm

    @classmethod
    def examples(cls) -> Sequence["Respiration"]:
        return [cls(), cls(window_s=15.0, uneven_s=15.0, usual_s=30.0, agree_bpm=6.0)]


class RespirationStep(Step):
    """A running count of breaths, channel by channel; summed up anew with each breath."""

    masks_itself = True  # breaths before a bad hop stay true; the one it cuts is not counted

    def __init__(self, info: StreamInfo, block: Respiration) -> None:
        self.info = FeatureInfo(
            name="respiration",
            channels=info.channels,
            features=("rate", "depth", "unevenness"),
            units=("1/min", "", ""),
            # What is usual is a calibration: a change of depth is seen within the window.
            memories_s=(block.window_s, block.window_s, block.uneven_s),
        )
        self.settle_s = block.window_s
        reader = _Belt if info.kind == "resp" else _Pulse
        self._readers = [reader(info, block) for _ in info.channels]
        self._told = [_SILENT for _ in info.channels]
        self._block = block
        self._rate_hz = info.rate_hz
        self._n = 0

    def process(self, x: np.ndarray, context: Context = PLAIN) -> np.ndarray:
        self._n += len(x)
        now_s = self._n / self._rate_hz
        good = context.good_of(x.shape[1]) & np.isfinite(x).all(axis=0)
        values = np.full(self.info.shape, np.nan)
        for c, reader in enumerate(self._readers):
            if not good[c]:
                reader.skip(len(x))
                continue
            reader.take(x[:, c])
            if reader.heard != self._told[c].heard:
                self._told[c] = _describe(reader, self._block)
            if now_s <= self._told[c].until_s:
                values[c] = self._told[c].values
        return values


class _Told(NamedTuple):
    """What a channel's breaths say, until when, and of how many breaths it was said."""

    heard: tuple[int, ...]
    values: np.ndarray
    until_s: float


_SILENT = _Told((), np.full(3, np.nan), 0.0)


def _describe(reader: "_Belt | _Pulse", block: Respiration) -> _Told:
    values, found = np.full(3, np.nan), reader.found()
    if found is None:
        return _Told(reader.heard, values, 0.0)
    values[0], breaths = found
    lately = breaths.last(block.window_s, block.least_breaths)
    usual, uneven = breaths.last(block.usual_s), breaths.last(block.uneven_s)
    if len(usual) >= _LEAST_USUAL:
        values[1] = _median("height", lately) / _median("height", usual)
    if len(uneven) >= _LEAST_UNEVEN:
        values[2] = unevenness([b.length_s for b in uneven])
    until_s = lately[-1].end_s + _CEASED * _median("length_s", lately)
    return _Told(reader.heard, values, until_s)


class _Belt:
    """Reads one channel of a belt."""

    def __init__(self, info: StreamInfo, block: Respiration) -> None:
        self._block = block
        self._every = max(1, round(info.rate_hz / _BELT_HZ))
        edge_hz = min(1.5, 0.4 * info.rate_hz)
        self._sos = signal.butter(4, edge_hz, fs=info.rate_hz, output="sos")
        self._smooth = Cascade(self._sos)
        self._breaths = _breaths(info, block, info.rate_hz / self._every)
        self._taken = 0

    def take(self, x: np.ndarray) -> None:
        first = -self._taken % self._every
        self._taken += len(x)
        self._breaths.process(self._smooth.process(x[:, None])[first :: self._every, 0])

    def skip(self, samples: int) -> None:
        before = -(-self._taken // self._every)
        self._taken += samples
        self._breaths.skip(-(-self._taken // self._every) - before)
        self._smooth = Cascade(self._sos)

    @property
    def heard(self) -> tuple[int, ...]:
        return (self._breaths.count,)

    def found(self) -> tuple[float, Breaths] | None:
        """Return breaths per minute and where they were counted; None if none are visible."""
        rate_bpm = _rate(self._breaths, self._block)
        return None if rate_bpm is None else (rate_bpm, self._breaths)


class _Pulse:
    """Reads one channel of a pulse."""

    def __init__(self, info: StreamInfo, block: Respiration) -> None:
        self._block = block
        self._modulation = Modulation(info.rate_hz, info.kind)
        self._breaths = [_breaths(info, block, GRID_HZ) for _ in MODULATIONS]

    def take(self, x: np.ndarray) -> None:
        for first, rows in self._modulation.process(x):
            for breaths, wave in zip(self._breaths, rows.T, strict=True):
                breaths.process(wave, first)

    def skip(self, samples: int) -> None:
        self._modulation.skip(samples)

    @property
    def heard(self) -> tuple[int, ...]:
        return tuple(breaths.count for breaths in self._breaths)

    def found(self) -> tuple[float, Breaths] | None:
        """Return breaths per minute and where they were counted best; None if none agree."""
        rates = [(_rate(breaths, self._block), breaths) for breaths in self._breaths]
        told = [(rate, breaths) for rate, breaths in rates if rate is not None]
        pairs = list(combinations(told, 2))
        if not pairs:
            return None
        one, other = min(pairs, key=lambda pair: abs(pair[0][0] - pair[1][0]))
        if abs(one[0] - other[0]) > self._block.agree_bpm:
            return None
        evener = min(one, other, key=lambda told: self._unevenness(told[1]))
        return (one[0] + other[0]) / 2, evener[1]

    def _unevenness(self, breaths: Breaths) -> float:
        return unevenness([b.length_s for b in breaths.last(self._block.window_s)])


def _breaths(info: StreamInfo, block: Respiration, rate_hz: float) -> Breaths:
    low_bpm, high_bpm = block.limits(info.kind)
    return Breaths(
        rate_hz,
        low_bpm=low_bpm,
        high_bpm=high_bpm,
        window_s=block.window_s,
        memory_s=max(block.window_s, block.uneven_s, block.usual_s),
    )


def _rate(breaths: Breaths, block: Respiration) -> float | None:
    """Return breaths per minute; None if too few are visible."""
    lately = breaths.last(block.window_s, block.least_breaths)
    if len(lately) < block.least_breaths or not breaths.clear(lately):
        return None
    return 60 / _median("length_s", lately)


def _median(field: str, breaths: list[Breath]) -> float:
    return float(np.median([getattr(b, field) for b in breaths]))
