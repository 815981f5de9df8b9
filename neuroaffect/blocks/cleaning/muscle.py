"""How much muscle a channel carries."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from scipy import signal

from neuroaffect.blocks.base import PLAIN, Block, Context, Step, require_signal
from neuroaffect.blocks.filters.cascade import Cascade, settle_s
from neuroaffect.blocks.filters.mains import MAINS_HZ
from neuroaffect.blocks.flaw import Flaw
from neuroaffect.errors import PipelineError
from neuroaffect.stream import FeatureInfo, StreamInfo

__all__ = ["Muscle"]

_BRAIN_HZ = (4.0, 20.0)
_MUSCLE_HZ = (30.0, 95.0)
_LEAST_RATE_HZ = 100.0
_LEAST_POWER = 1e-12  # (1e-6 µV)²: far below any amplifier's noise


@dataclass(frozen=True, kw_only=True)
class Muscle(Block):
    """Power density from 30 to 95 Hz over that from 4 to 20 Hz, and the RMS of the former.

    The brain's power falls with frequency, that of muscles is flat or rises up to 100 Hz: with
    the muscles paralysed nearly all scalp power above 30 Hz is gone. The ratio is therefore well
    below 0 nats for a brain and near or above it for a muscle (or for an electrode that gives
    nothing but amplifier noise). Around 50 and 60 Hz and their double nothing is counted, and
    yet it belongs behind the notch, since a strong hum still leaks.

    Parameters
    ----------
    window_s : float
        How far back a value looks.
    most_nats : float
        A channel with a higher ratio is flagged as artifact, a remark only.
    mask : bool
        Mark it bad as well.

    Notes
    -----
    In (hop, channels) µV, out (channels, 2): `muscle_ratio` in nats, `muscle_rms` in µV. Causal;
    settles after `window_s` plus the filters, and has no value before the first window is full
    or while the channel was bad within it. The band ends at 0.45 times the rate if that is
    lower. Ours: the bands and the limit.

    References
    ----------
    Whitham et al. (2007), doi:10.1016/j.clinph.2007.04.027
    Muthukumaraswamy (2013), doi:10.3389/fnhum.2013.00138
    """

    kinds: ClassVar[frozenset[str]] = frozenset({"eeg"})

    window_s: float = 1.0
    most_nats: float = -0.5
    mask: bool = False

    def start(self, info: StreamInfo) -> "MuscleStep":
        info = require_signal(info, "muscle", self.kinds)
        if info.rate_hz < _LEAST_RATE_HZ:
            raise PipelineError(
                f"muscle: '{info.name}' has {info.rate_hz:g} Hz, too few to tell muscle from "
                f"brain; it takes {_LEAST_RATE_HZ:g} Hz or more"
            )
        if self.window_s <= 0:
            raise PipelineError(f"muscle: window_s = {self.window_s:g} must be above 0")
        return MuscleStep(info, self)

    @classmethod
    def examples(cls) -> Sequence["Muscle"]:
        return [cls(), cls(window_s=0.5, most_nats=0.5, mask=True)]


class MuscleStep(Step):
    """A running pair of bands, with the energy and the worth of each hop in the window."""

    masks_itself = True

    def __init__(self, info: StreamInfo, block: Muscle) -> None:
        channels = len(info.channels)
        muscle_hz = (_MUSCLE_HZ[0], min(_MUSCLE_HZ[1], 0.45 * info.rate_hz))
        sections = [_band(_BRAIN_HZ, info.rate_hz), _muscle_band(muscle_hz, info.rate_hz)]
        self.info = FeatureInfo(
            name="muscle",
            channels=info.channels,
            features=("muscle_ratio", "muscle_rms"),
            units=("nats", "uV"),
            memories_s=(block.window_s,) * 2,
        )
        self.settle_s = block.window_s + max(settle_s(s, info.rate_hz) for s in sections)
        self.quality = np.ones(channels)
        self.flaws = np.zeros(channels, dtype=np.int64)
        self._block = block
        self._bands = [Cascade(s) for s in sections]
        self._widths_hz = np.array([[_width_hz(s, info.rate_hz)] for s in sections])
        self._window = max(1, round(block.window_s * info.rate_hz))
        self._hops: deque[tuple[int, np.ndarray, np.ndarray]] = deque()

    def process(self, x: np.ndarray, context: Context = PLAIN) -> np.ndarray:
        energy = np.array([np.square(band.process(x)).sum(axis=0) for band in self._bands])
        self._hops.append((len(x), energy, context.good_of(x.shape[1])))
        while len(self._hops) > 1 and self._samples() - self._hops[0][0] / 2 >= self._window:
            self._hops.popleft()
        ratio, rms = self._values()
        beyond = ratio > self._block.most_nats  # not where there is no value
        self.flaws = np.where(beyond, int(Flaw.ARTIFACT), 0)
        self.quality = np.where(beyond & self._block.mask, 0.0, 1.0)
        return np.stack([ratio, rms], axis=1)

    def _values(self) -> tuple[np.ndarray, np.ndarray]:
        """Return ratio in nats and RMS in µV, each (channels,), NaN where there is none."""
        samples = max(1, self._samples())
        power = np.sum([energy for _, energy, _ in self._hops], axis=0) / samples  # (2, channels)
        good = np.all([good for *_, good in self._hops], axis=0)
        good &= self._samples() + self._hops[-1][0] / 2 >= self._window
        brain, muscle = np.log(np.maximum(power, _LEAST_POWER) / self._widths_hz)
        return np.where(good, muscle - brain, np.nan), np.where(good, np.sqrt(power[1]), np.nan)

    def _samples(self) -> int:
        return sum(n for n, *_ in self._hops)


def _band(band_hz: tuple[float, float], rate_hz: float) -> np.ndarray:
    return signal.butter(3, band_hz, "bandpass", fs=rate_hz, output="sos")


def _muscle_band(band_hz: tuple[float, float], rate_hz: float) -> np.ndarray:
    """Return the sections of this band without the mains and their double."""
    lines = [hz * k for hz in MAINS_HZ for k in (1, 2) if hz * k < rate_hz / 2]
    notches = [signal.tf2sos(*signal.iirnotch(hz, 20.0, fs=rate_hz)) for hz in lines]
    return np.concatenate([_band(band_hz, rate_hz), *notches])


def _width_hz(sos: np.ndarray, rate_hz: float) -> float:
    """Return the width of the rectangle that lets as much white noise pass."""
    _, h = signal.freqz_sos(sos, worN=8192, fs=rate_hz)
    return float(np.mean(np.abs(h) ** 2) * rate_hz / 2)
