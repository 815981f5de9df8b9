"""Mark channels bad while an artifact lasts: blinks, jaws, cables, electrode pops."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np
from scipy import signal

from neuroaffect.blocks.base import PLAIN, Block, Context, Step, hold_missing, require_signal
from neuroaffect.blocks.cleaning.usual import LEARN_S, Usual
from neuroaffect.blocks.filters.cascade import Cascade, settle_s
from neuroaffect.blocks.flaw import Flaw
from neuroaffect.errors import PipelineError
from neuroaffect.stream import StreamInfo

__all__ = ["Artifact"]

_HIGHPASS_HZ = 1.0
_STEP_S = 0.02
_LEAST_RATE_HZ = 50.0


@dataclass(frozen=True, kw_only=True)
class Artifact(Block):
    """Mark a channel bad while it, or its change within 20 ms, is far larger than usual.

    What is usual is the channel's own last minute: `sds` robust standard deviations of it are
    the limit, for the signal above 1 Hz and for its change within 20 ms, each on its own. The
    limit never falls below `least_uv`, whatever the calm, nor rises above `most_uv`, whatever
    the unrest. The signal passes unchanged.

    Place it after the notch, since hum is large in both measures, and after `ocular`, since else
    each blink masks the frontal channels for the memory of every feature.

    Parameters
    ----------
    sds : float
        How many standard deviations of the channel's past are too many.
    least_uv, most_uv : float
        Bounds of the limit; `most_uv` is the limit for the first five seconds.
    past_s : float
        How long the past is.
    hold_s : float
        How long a channel stays bad after the last sample beyond the limit.

    Notes
    -----
    In and out (hop, channels) µV; verdict and reason are :attr:`Step.quality` and
    :attr:`Step.flaws`, (channels,). Causal, no delay; memory `past_s`, of which half may be
    artifact (:class:`~neuroaffect.blocks.cleaning.usual.Usual`). A restart after a gap takes the
    past over. The numbers are ours; `most_uv` is common practice in studies of evoked potentials,
    where limits are from 75 to 200 µV.
    """

    kinds: ClassVar[frozenset[str]] = frozenset({"eeg"})

    sds: float = 7.0
    least_uv: float = 50.0
    most_uv: float = 150.0
    past_s: float = 60.0
    hold_s: float = 0.5

    def start(self, info: StreamInfo) -> "ArtifactStep":
        info = require_signal(info, "artifact", self.kinds)
        if info.rate_hz < _LEAST_RATE_HZ:
            raise PipelineError(
                f"artifact: '{info.name}' has {info.rate_hz:g} Hz, too few to see a step within "
                f"20 ms; it takes {_LEAST_RATE_HZ:g} Hz or more"
            )
        if not 0 < self.least_uv <= self.most_uv:
            raise PipelineError(
                f"artifact: least_uv = {self.least_uv:g} and most_uv = {self.most_uv:g} bound no "
                "limit; choose 0 < least_uv <= most_uv"
            )
        if self.past_s < LEARN_S:
            raise PipelineError(
                f"artifact: past_s = {self.past_s:g} is too short to learn from; choose "
                f"{LEARN_S:g} s or more"
            )
        for name in ("sds", "hold_s"):
            if (value := getattr(self, name)) < 0:
                raise PipelineError(f"artifact: {name} = {value:g} must not be below 0")
        return ArtifactStep(info, self)

    @classmethod
    def examples(cls) -> Sequence["Artifact"]:
        return [cls(), cls(sds=5.0, least_uv=20.0, past_s=10.0, hold_s=0.0)]


class ArtifactStep(Step):
    """A running judge that knows what is usual in each channel."""

    def __init__(self, info: StreamInfo, block: Artifact) -> None:
        channels = len(info.channels)
        sos = signal.butter(2, _HIGHPASS_HZ, "highpass", fs=info.rate_hz, output="sos")
        self.info = replace(info)
        self._filter_s = settle_s(sos, info.rate_hz)
        self.settle_s = max(LEARN_S, self._filter_s)
        self.quality = np.ones(channels)
        self.flaws = np.zeros(channels, dtype=np.int64)
        self._block = block
        self._rate_hz = info.rate_hz
        self._highpass = Cascade(sos)
        self._lag = max(1, round(_STEP_S * info.rate_hz))
        self._tail: np.ndarray | None = None  # the last rows, (lag, channels)
        self._usual = Usual(info.rate_hz, block.past_s)
        self._since = np.full(channels, np.inf)  # samples since the last one beyond the limit

    def process(self, x: np.ndarray, context: Context = PLAIN) -> np.ndarray:
        if len(x):
            sizes = self._sizes(x)
            self._judge(sizes)
            self._usual.add(len(x), np.median(sizes, axis=1))
        return x.copy()

    def resume(self, before: Step) -> None:
        if isinstance(before, ArtifactStep):
            self._usual = before._usual.copy()
            if self._usual.learnt:
                self.settle_s = self._filter_s

    def _sizes(self, x: np.ndarray) -> np.ndarray:
        """Return size of the signal and of its change within 20 ms, (2, hop, channels)."""
        if self._tail is None:
            self._tail = np.tile(np.where(np.isfinite(x[0]), x[0], 0.0), (self._lag, 1))
        whole = np.concatenate([self._tail, hold_missing(x, self._tail[-1].copy())])
        self._tail = whole[-self._lag :].copy()
        change = whole[self._lag :] - whole[: -self._lag]
        return np.abs([self._highpass.process(whole[self._lag :]), change])

    def _judge(self, sizes: np.ndarray) -> None:
        beyond = (sizes > self._limits()[:, None, :]).any(axis=0)  # (hop, channels)
        samples = len(beyond)
        after_last = np.argmax(beyond[::-1], axis=0)
        self._since = np.where(beyond.any(axis=0), after_last, self._since + samples)
        # Bad where any sample of the hop is beyond the limit, or within hold_s of one before it.
        bad = self._since < samples + self._block.hold_s * self._rate_hz
        self.quality = np.where(bad, 0.0, 1.0)
        self.flaws = np.where(bad, int(Flaw.ARTIFACT), 0)

    def _limits(self) -> np.ndarray:
        """Return the limit of each size, (2, channels) or (2, 1)."""
        block = self._block
        if not self._usual.learnt:
            return np.full((2, 1), block.most_uv)
        return np.clip(block.sds * self._usual.sd, block.least_uv, block.most_uv)
