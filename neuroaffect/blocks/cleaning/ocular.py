"""Take eye movements out of the EEG by regression on the channels that see them best."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np
from scipy import signal

from neuroaffect.blocks.base import PLAIN, Block, Context, Step, require_signal
from neuroaffect.blocks.cleaning.usual import LEARN_S, Usual
from neuroaffect.blocks.filters.cascade import Cascade, settle_s
from neuroaffect.errors import PipelineError
from neuroaffect.stream import StreamInfo

__all__ = ["Ocular"]

_HIGHPASS_HZ = 0.1  # electrode offsets must not be subtracted, nor blinks distorted
_LEARN_HZ = (0.5, 8.0)  # where eyes are louder than the brain
_PAST_S = 60.0
_EYE_SDS = 5.0
_EYE_UV = (30.0, 1000.0)  # less is the brain, more is no eye
_PRIOR_UV = 20.0  # an eye movement of this size for 0.1 s counts against any propagation
_PRIOR_S = 0.1


@dataclass(frozen=True, kw_only=True)
class Ocular(Block):
    """Subtract from each channel what reaches it of the EOG channels.

    What of each EOG channel reaches an electrode is learnt by recursive least squares, and only
    from samples at which the eyes move: an EOG channel, between 0.5 and 8 Hz, is beyond five
    robust standard deviations of its own last minute. What the brain shares with the EOG
    channels is thus not learnt while the eyes rest, and nothing is forgotten then. Before the
    first eye movement nothing is subtracted.

    Without EOG electrodes name frontal ones (Fp1, Fp2; on a Muse AF7, AF8): blinks and looks to
    the side are two mixtures of two electrodes. They see the brain as well, and so the same
    share of the frontal brain is lost; they themselves stay as they are, blinks included.

    Parameters
    ----------
    eog : str or tuple of str
        Channels that see the eyes best.
    drop : bool
        Leave these channels out of what goes on.
    memory_s : float
        Seconds of eye movement after which one counts 1/e as much; 20 s are about 100 blinks.
    lowpass_hz : float, optional
        Where what is subtracted ends, so that the muscles of the forehead are not spread with it.
        It delays what is subtracted by √2 / (2π lowpass_hz), 6 ms at 40 Hz, and so leaves more of
        a blink. Without it nothing is delayed.

    Notes
    -----
    In (hop, channels) µV, out the same or without `eog`. Causal, the signal is not delayed.
    Settles after five seconds, the time to know what is usual, and learns with every eye movement
    after that; a restart after a gap takes all of it over. A bad EOG channel takes no part, and
    for a bad channel nothing is learnt. Place it before the reference and before `artifact`.
    Ours: the filters, the limits, and learning from eye movements alone, since weak EOG
    overstates the shares (Croft, Barry).

    References
    ----------
    Gratton, Coles, Donchin (1983), doi:10.1016/0013-4694(83)90135-9 (regression)
    He, Wilson, Russell (2004), doi:10.1007/BF02344717 (recursive least squares with forgetting)
    Croft, Barry (2000), doi:10.1016/S0987-7053(00)00055-1 (a review; which samples to learn from)
    """

    kinds: ClassVar[frozenset[str]] = frozenset({"eeg"})

    eog: str | tuple[str, ...]
    drop: bool = False
    memory_s: float = 20.0
    lowpass_hz: float | None = None

    def start(self, info: StreamInfo) -> "OcularStep":
        info = require_signal(info, "ocular", self.kinds)
        names = (self.eog,) if isinstance(self.eog, str) else self.eog
        missing = [name for name in names if name not in info.channels]
        if missing or not names or len(set(names)) >= len(info.channels):
            raise PipelineError(
                f"ocular: eog = {', '.join(names) or '(none named)'} does not split the channels "
                f"of '{info.name}' ({', '.join(info.channels)}); name some of them, not all"
            )
        ends_hz = _LEARN_HZ[1] if self.lowpass_hz is None else self.lowpass_hz
        if not _LEARN_HZ[1] <= ends_hz < info.rate_hz / 2:
            raise PipelineError(
                f"ocular: lowpass_hz = {ends_hz:g} is not from {_LEARN_HZ[1]:g} Hz to "
                f"below half the rate of '{info.name}' ({info.rate_hz / 2:g} Hz)"
            )
        if self.memory_s <= 0:
            raise PipelineError(f"ocular: memory_s = {self.memory_s:g} must be above 0")
        return OcularStep(info, self, np.isin(info.channels, names))

    @classmethod
    def examples(cls) -> Sequence["Ocular"]:
        return [cls(eog="Fp1"), cls(eog=("T7", "T8"), drop=True, memory_s=5.0, lowpass_hz=20.0)]


class OcularStep(Step):
    """A running regression of each channel on the EOG channels E.

    The moments follow hop by hop, R = R λⁿ + EᵀE and P = P λⁿ + EᵀY over the n samples at which
    the eyes moved, and the shares are (R + prior)⁻¹ P: recursive least squares, solved once per
    hop.
    """

    def __init__(self, info: StreamInfo, block: Ocular, eyes: np.ndarray) -> None:
        kept = ~eyes if block.drop else np.ones(len(eyes), dtype=bool)
        self.info = replace(info, channels=tuple(np.array(info.channels)[kept].tolist()))
        self.settle_s = LEARN_S
        self._eyes = np.flatnonzero(eyes)
        self._brain = np.flatnonzero(~eyes)
        self._kept = np.flatnonzero(kept)
        self._memory = block.memory_s * info.rate_hz
        brain, n = len(self._brain), len(self._eyes)
        self._prior = _PRIOR_UV**2 * _PRIOR_S * info.rate_hz * np.eye(n)
        smooth = _eye_filter(block.lowpass_hz, info.rate_hz)
        # A tenth of a tenth: only a share of this signal is subtracted.
        self._filter_s = settle_s(smooth, info.rate_hz, remainder=0.1)
        self._smooth = Cascade(smooth)
        band = signal.butter(2, _LEARN_HZ, "bandpass", fs=info.rate_hz, output="sos")
        self._eye_band, self._brain_band = Cascade(band), Cascade(band)
        self._usual = Usual(info.rate_hz, _PAST_S)
        self._r = np.zeros((brain, n, n))
        self._p = np.zeros((brain, n, 1))

    def process(self, x: np.ndarray, context: Context = PLAIN) -> np.ndarray:
        if len(x) == 0:
            return x[:, self._kept]
        good = context.good_of(x.shape[1]) & np.isfinite(x).all(axis=0)
        eyes = self._smooth.process(x[:, self._eyes])  # (hop, eyes)
        self._learn(self._eye_band.process(eyes), self._brain_band.process(x[:, self._brain]), good)
        y = x.copy()
        # A pop of an EOG electrode is no eye, and must not be spread either.
        eyes = np.clip(eyes, -_EYE_UV[1], _EYE_UV[1])
        y[:, self._brain] -= eyes @ self.shares(good[self._eyes])
        return np.ascontiguousarray(y[:, self._kept])

    def resume(self, before: Step) -> None:
        if isinstance(before, OcularStep):
            self._usual = before._usual.copy()
            self._r, self._p = before._r.copy(), before._p.copy()
            if self._usual.learnt:
                self.settle_s = self._filter_s

    def shares(self, good: np.ndarray) -> np.ndarray:
        """Return what of the good EOG channels to subtract, 0 for the others, (eyes, brain)."""
        r = np.where(good[:, None] & good, self._r, 0.0) + self._prior
        return np.linalg.solve(r, np.where(good[:, None], self._p, 0.0))[:, :, 0].T

    def _learn(self, eyes: np.ndarray, brain: np.ndarray, good: np.ndarray) -> None:
        """Take the hop's eye movements into the moments; both signals are in the band."""
        size = np.abs(eyes)
        if self._usual.learnt and good[self._eyes].all():
            least = np.maximum(_EYE_SDS * self._usual.sd, _EYE_UV[0])
            moved = (size > least).any(axis=1) & (size < _EYE_UV[1]).all(axis=1)
            sane = good[self._brain] & (np.abs(brain) < _EYE_UV[1]).all(axis=0)
            self._add(eyes[moved], brain[moved], sane)
        self._usual.add(len(eyes), np.median(size, axis=0))

    def _add(self, eyes: np.ndarray, brain: np.ndarray, good: np.ndarray) -> None:
        fade = np.exp(-len(eyes) / self._memory)
        self._r[good] = fade * self._r[good] + eyes.T @ eyes
        self._p[good] = fade * self._p[good] + (brain[:, good].T @ eyes)[:, :, None]


def _eye_filter(lowpass_hz: float | None, rate_hz: float) -> np.ndarray:
    sections = [signal.butter(1, _HIGHPASS_HZ, "highpass", fs=rate_hz, output="sos")]
    if lowpass_hz is not None:
        sections.append(signal.butter(2, lowpass_hz, fs=rate_hz, output="sos"))
    return np.concatenate(sections)
