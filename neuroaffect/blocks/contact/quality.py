"""Judge each channel: a living signal, or what is wrong with it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from neuroaffect.blocks.base import PLAIN, Block, Context, Step, require_signal
from neuroaffect.blocks.contact.band_meter import BandMeter
from neuroaffect.blocks.contact.grading import FAIR, grade
from neuroaffect.blocks.contact.limits import LIMITS, Limits
from neuroaffect.blocks.contact.ranges import Ranges
from neuroaffect.blocks.contact.twins import Twins
from neuroaffect.blocks.filters.mains import MAINS_HZ, MainsMeter
from neuroaffect.blocks.flaw import Flaw
from neuroaffect.stream import StreamInfo

__all__ = ["Quality"]

_HUM = (0.25, 4.0)  # RMS of the hum over that of the signal: good, poor
_FILTERABLE = 0.67  # hum alone: a notch takes it out
_BRIDGED, _UNWORN = 0.5, 0.0
_WHITE, _WHITE_LEAST, _DESK = 0.6, 0.35, 0.25  # shares of noise: of the median, of the least


@dataclass(frozen=True, kw_only=True)
class Quality(Block):
    """Grade each channel from 1 to 0 and say what is wrong; pass the signal on unchanged.

    A channel is bad (0) while, within the last `window_s`, any value is not finite, or its
    peak-to-peak range is below `flat_uv` or above `wild_uv`, or it sits on its own extreme
    value for more than `stuck` of the window (an amplifier of any gain that hits its rail
    repeats one number).

    Over the last `slow_s` it is graded: by its size; by how much of it may be broadband noise
    (never below 0.5 by that share alone, since a tense muscle does the same and passes; lower
    if the noise is large, or if for twice as long no channel of a headset shows anything else:
    it lies on a desk); by mains hum (never below 0.67, since a notch takes it out). Two
    channels that have been the same for twice as long are poor (0.5): a bridge of gel; those
    that equal at least half of the others are bad: a desk again, or a lost reference. A flaw is
    told below 0.75; several that are told multiply, so that hum upon noise is bad. Below 0.5
    the channel counts as bad. Place the block first in a track: after a reference a flat
    channel is no longer flat.

    What cannot be in the unit stated is bad and told as such, never rescaled.

    Parameters
    ----------
    window_s, flat_uv, wild_uv, stuck : float or None
        Seconds that a verdict looks back; smallest and largest peak-to-peak range of a living
        channel, in the unit of the stream; largest share of samples that may equal the window's
        maximum or minimum. None: what suits the kind of stream, see
        :data:`~neuroaffect.blocks.contact.limits.LIMITS` (EEG: 1 s, 0.5 µV, 10 mV, 0.2).
    slow_s : float
        How far back size, noise and hum look.
    hum, noise, twins : bool
        Whether mains hum is judged; size, unit and broadband noise; and channels that are the
        same, which needs `noise` too. Muscles under the kind EEG are noise to this judge.

    Notes
    -----
    In and out (hop, channels), same unit; the verdict is :attr:`Step.quality` and
    :attr:`Step.flaws`, (channels,). Causal, no delay of the signal. What is judged over `slow_s`
    is not found fault with before `slow_s` have passed; offset and drift do not matter. Skin
    conductance, temperature, acceleration and pulse have a level or a noise to be judged by,
    and no mains. The bounds are ours but where `limits.py` names a source.

    References
    ----------
    Kleckner et al. (2018), doi:10.1109/TBME.2017.2758643, for skin conductance
    Tenke, Kayser (2001), doi:10.1016/S1388-2457(01)00661-3, for bridges
    """

    window_s: float | None = None
    flat_uv: float | None = None
    wild_uv: float | None = None
    stuck: float | None = None
    slow_s: float = 2.0
    hum: bool = True
    noise: bool = True
    twins: bool = True

    def start(self, info: StreamInfo) -> "QualityStep":
        info = require_signal(info, "quality")
        return QualityStep(info, self, self.limits_of(info))

    def limits_of(self, info: StreamInfo) -> Limits:
        """Return the bounds for a stream: its kind's, with what was set here."""
        usual = LIMITS.get(info.kind, Limits())
        if usual.unit not in {"", info.unit}:
            # An unknown unit: what is said of sizes and levels does not hold.
            usual = Limits(window_s=usual.window_s, stuck=usual.stuck)
        own = {
            "window_s": self.window_s, "flat": self.flat_uv, "wild": self.wild_uv,
            "stuck": self.stuck,
        }  # fmt: skip
        return replace(usual, **{name: value for name, value in own.items() if value is not None})

    @classmethod
    def examples(cls) -> Sequence["Quality"]:
        return [cls(), cls(window_s=0.25, flat_uv=1.0), cls(hum=False, noise=False, twins=False)]


class QualityStep(Step):
    """A running judge of channels."""

    def __init__(self, info: StreamInfo, block: Quality, limits: Limits) -> None:
        self.info = replace(info)
        channels = len(info.channels)
        self.quality = np.ones(channels)
        self.flaws = np.zeros(channels, dtype=np.int64)
        self._limits = limits
        self._slow = max(1, round(block.slow_s * info.rate_hz))
        self._white = 0  # samples in which every channel was nothing but noise
        self._ranges = Ranges(max(1, round(limits.window_s * info.rate_hz)))
        self._bands = BandMeter(info.rate_hz, limits, window=self._slow) if block.noise else None
        self._mains = (
            MainsMeter(info.rate_hz, channels, window_s=block.slow_s)
            if block.hum and limits.sizes and info.rate_hz > 2 * min(MAINS_HZ)
            else None
        )
        self._twins = (
            Twins(info.rate_hz, channels, window_s=2 * block.slow_s)
            if block.twins and limits.twins and self._bands and "whole" in self._bands.bands_hz
            else None
        )

    def process(self, x: np.ndarray, context: Context = PLAIN) -> np.ndarray:
        if len(x):
            self._ranges.add(x)
            verdict = _Verdict(x.shape[1])
            self._judge_range(verdict)
            self._judge_level(verdict)
            if self._bands is not None:
                self._bands.add(x)
                self._judge_bands(verdict, len(x))
            if self._mains is not None:
                self._mains.add(x, self._hum_free())
                self._judge_hum(verdict)
            if self._twins is not None:
                self._twins.add(self._bands.whole)
                self._judge_twins(verdict)
            self.quality, self.flaws = verdict.quality(), verdict.flaws
        return x.copy()

    def _hum_free(self) -> np.ndarray | None:
        """Return the hop from 1 to 45 Hz without hum, if it has been made."""
        return self._bands.whole if self._bands is not None and len(self._bands.whole) else None

    def _judge_range(self, verdict: "_Verdict") -> None:
        ranges, limits = self._ranges, self._limits
        span = ranges.high - ranges.low
        verdict.add(Flaw.MISSING, ranges.missing)
        verdict.add(Flaw.FLAT, span < limits.flat)
        verdict.add(Flaw.WILD, span > limits.wild)
        verdict.add(Flaw.RAILED, self._repeats() & (span >= limits.flat))

    def _repeats(self) -> np.ndarray:
        """Return which channels sit on one of their extremes, (channels,)."""
        # Two samples at an extreme are chance; a short window must not make them a share.
        allowed = max(2.0, self._limits.stuck * self._ranges.samples)
        return self._ranges.at_edge() > allowed

    def _judge_level(self, verdict: "_Verdict") -> None:
        limits, level = self._limits, self._ranges.level
        if limits.levels is not None and self._ranges.full:
            if self.info.kind == "acc":  # gravity shows on the axes together
                level = np.full(len(level), np.sqrt(np.sum(self._ranges.power)))
            low, high = limits.levels
            verdict.add(Flaw.WRONG_UNIT, (level < low) | (level > high))
        if limits.worn is not None:
            verdict.grade(Flaw.LOOSE, grade(np.maximum(level, 0.0), *limits.worn))

    def _judge_bands(self, verdict: "_Verdict", samples: int) -> None:
        bands, limits = self._bands, self._limits
        size = bands.size()
        if limits.faint is not None:
            verdict.grade(Flaw.FLAT, grade(size, *limits.faint, floor=0.5))
        if limits.large is not None:
            verdict.grade(Flaw.WILD, grade(size, *limits.large))
        if limits.noise_share is not None:
            noisy = grade(bands.noise_share(), *limits.noise_share, floor=0.5)
            if limits.noise is not None:
                noisy = np.minimum(noisy, grade(bands.noise(), *limits.noise))
            if self._nothing_but_noise(bands.noise_share(), samples):
                noisy = np.minimum(noisy, _DESK)
            verdict.grade(Flaw.NOISY, noisy)
        if limits.sizes is not None:
            self._judge_unit(verdict, size)

    def _nothing_but_noise(self, share: np.ndarray, samples: int) -> bool:
        """Tell whether for `slow_s` no channel of several has shown anything but noise."""
        several = self._limits.twins and len(share) > 1
        white = several and np.median(share) > _WHITE and np.min(share) > _WHITE_LEAST
        self._white = self._white + samples if white else 0
        return self._white >= self._slow

    def _judge_unit(self, verdict: "_Verdict", size: np.ndarray) -> None:
        low, high = self._limits.sizes
        # A dead channel repeats itself; one in the wrong unit changes with every sample.
        small = (size < low) & ~self._repeats() & (size > 0.0)
        verdict.flaws[small] &= ~int(Flaw.FLAT)
        verdict.add(Flaw.WRONG_UNIT, small | (size > high))

    def _judge_hum(self, verdict: "_Verdict") -> None:
        mains_hz = self._mains.mains_hz()
        if mains_hz is not None:
            ratio = np.where(self._mains.clear(mains_hz), self._mains.ratio(mains_hz), np.nan)
            verdict.grade(Flaw.LINE_NOISE, grade(ratio, *_HUM, floor=_FILTERABLE))

    def _judge_twins(self, verdict: "_Verdict") -> None:
        others = self._twins.others()
        verdict.add(Flaw.TWIN, others > 0, _BRIDGED)
        verdict.add(Flaw.TWIN, others >= 0.5 * max(1, len(others) - 1), _UNWORN)


class _Verdict:
    """Quality and flaws of the channels, as they are found."""

    def __init__(self, channels: int) -> None:
        self.flaws = np.zeros(channels, dtype=np.int64)
        self._told = np.ones(channels)  # product of the grades whose flaw is told
        self._fair = np.ones(channels)  # least of the others: many small doubts are not one large

    def add(self, flaw: Flaw, where: np.ndarray, grades: float = 0.0) -> None:
        """Note a flaw of these channels, with this grade."""
        self.grade(flaw, np.where(where, grades, 1.0))

    def grade(self, flaw: Flaw, grades: np.ndarray) -> None:
        """Take these grades, and tell the flaw where they are low."""
        told = grades < FAIR
        self.flaws[told] |= int(flaw)
        self._told[told] *= grades[told]
        self._fair = np.where(told, self._fair, np.minimum(self._fair, grades))

    def quality(self) -> np.ndarray:
        """Return the grades of all together, (channels,)."""
        return np.minimum(self._told, self._fair)
