"""The block `quality` on any stream, without a pipeline."""

import math
from dataclasses import dataclass

import numpy as np

from neuroaffect.blocks import Flaw, Quality
from neuroaffect.blocks.contact.grading import word_of
from neuroaffect.blocks.contact.limits import LIMITS
from neuroaffect.pipeline.framer import Framer
from neuroaffect.pipeline.track import TrackRun
from neuroaffect.stream import Chunk, StreamInfo

__all__ = ["Judge", "Verdict", "judgeable", "unworn"]

_BRIDGE_S = 0.05


@dataclass(frozen=True, eq=False, slots=True)
class Verdict:
    """What is thought of a stream's channels at one moment.

    Parameters
    ----------
    stream : str
    channels : tuple of str
    time : float
        Stamp of the last sample it rests on.
    quality : ndarray, shape (channels,)
        1 good to 0 bad.
    flaws : ndarray of int, shape (channels,)
        :class:`~neuroaffect.blocks.flaw.Flaw` flags.
    """

    stream: str
    channels: tuple[str, ...]
    time: float
    quality: np.ndarray
    flaws: np.ndarray

    @property
    def words(self) -> list[tuple[str, str]]:
        """Of each channel: good, poor or bad, and the reasons, "" for none."""
        return [
            (word_of(quality), Flaw(flaws).words)
            for quality, flaws in zip(self.quality.tolist(), self.flaws.tolist(), strict=True)
        ]


class Judge:
    """Judge one stream as it comes; the first verdict waits until all can be judged.

    Parameters
    ----------
    info : StreamInfo
        A regular stream of numbers.
    rate_hz : float
        Verdicts per second; a stream slower than that gives one per sample.

    Raises
    ------
    PipelineError
        If the stream has no rate.
    """

    def __init__(self, info: StreamInfo, *, rate_hz: float) -> None:
        self.info = info
        hop_s = max(1.0 / rate_hz, 1.0 / info.rate_hz) if info.rate_hz else 1.0 / rate_hz
        framer = Framer(info, hop_s=hop_s, bridge_s=_BRIDGE_S)
        block = Quality()
        limits = block.limits_of(info)
        self._wait = math.ceil((block.slow_s if limits.signal_hz else limits.window_s) / hop_s)
        self._began, self._next = 0, -1
        self._run = TrackRun(info, framer, [("quality", block)])

    def push(self, chunk: Chunk) -> list[Verdict]:
        """Return the verdicts that this chunk completes."""
        return [
            Verdict(self.info.name, self.info.channels, frame.time, frame.quality, frame.flaws)
            for frame in self._run.push(chunk)
            if self._can_judge(frame.index)
        ]

    def _can_judge(self, hop: int) -> bool:
        """Tell whether enough has been heard since the start or the last gap."""
        if hop != self._next:
            self._began = hop
        self._next = hop + 1
        return hop + 1 - self._began >= self._wait

    def silence(self, time: float) -> Verdict:
        """Return the verdict on a stream that has stopped: every channel is missing."""
        channels = self.info.channels
        nothing = np.full(len(channels), int(Flaw.MISSING))
        return Verdict(self.info.name, channels, time, np.zeros(len(channels)), nothing)


def judgeable(info: StreamInfo) -> bool:
    """Tell whether there is something to judge a stream of this kind by."""
    return info.rate_hz > 0 and info.kind in LIMITS


def unworn(verdict: Verdict, info: StreamInfo) -> bool:
    """Tell whether a headset looks as if nobody wore it: no channel of several is good."""
    several = info.kind == "eeg" and len(info.channels) > 1
    return several and all(word != "good" for word, _ in verdict.words)
