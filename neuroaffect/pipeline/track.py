"""One stream through its blocks: hops in, frames of features out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from neuroaffect.blocks import Block, Context, FeatureBlock, Flaw, Step
from neuroaffect.errors import PipelineError
from neuroaffect.pipeline.events import SINCE, EventFramer
from neuroaffect.pipeline.framer import Framer, Hop
from neuroaffect.pipeline.rest import Rests
from neuroaffect.stream import Chunk, FeatureInfo, StreamInfo

__all__ = ["GOOD", "Frame", "TrackRun"]

GOOD = 0.5  # a channel of lower quality counts as bad


@dataclass(frozen=True, eq=False, slots=True)
class Frame:
    """What a track says at the end of one hop; quality and flaws are (channels,)."""

    index: int
    time: float
    features: Mapping[str, np.ndarray]
    settled: bool
    gap: bool
    quality: np.ndarray
    flaws: np.ndarray

    @property
    def moving(self) -> bool:
        """Whether a step saw the wearer move."""
        return bool((self.flaws & Flaw.MOTION).any())


class TrackRun:
    """A running track: the framer, then each block's step in order.

    A signal block hands its output to the next block. A feature block gives features of the
    signal as it is at that place; the signal goes on unchanged to the block after it. A block
    that reads features takes those of the nearest feature block before it, or of the one it
    names.

    A channel that was bad within the memory of a feature has no value there: NaN.

    Parameters
    ----------
    info : StreamInfo
        The channels the track uses, in its order. If it has no rate, blocks get one channel
        more, in front: the seconds since the event before.
    framer : Framer or EventFramer
    blocks : sequence of (name, Block)
        Names are unique within the track.
    rests : Rests or None
        Shared by all tracks of a run.
    """

    def __init__(
        self,
        info: StreamInfo,
        framer: Framer | EventFramer,
        blocks: Sequence[tuple[str, Block]],
        rests: Rests | None = None,
    ) -> None:
        self.info = info
        self._framer = framer
        # Events come when they come.
        self._hop_s = framer.hop_s if isinstance(framer, Framer) else 0.0
        self._blocks = tuple(blocks)
        self._rests = rests or Rests()
        self._lost = False
        self._links: list[_Link] = []
        self._start()

    def push(self, chunk: Chunk) -> list[Frame]:
        """Return the frame of each hop that this chunk completes."""
        return [self.process(hop) for hop in self.hops(chunk)]

    def hops(self, chunk: Chunk) -> list[Hop]:
        """Return the hops that this chunk completes, for :meth:`process`."""
        return self._framer.push(chunk)

    def process(self, hop: Hop, *, moving: bool = False) -> Frame:
        """Take the next hop through every step; `moving` is the motion gate's verdict on it."""
        if hop.restarted:
            self._start()
            self._lost = True
        verdict = _Verdict(len(self.info.channels), moving=moving)
        rest = self._rests.cover(hop.time)
        features = self._through(hop.data, verdict, rest)
        quality = verdict.quality * (1.0 - hop.held / len(hop.data))
        seconds = self._seconds(hop)
        self._run_s += seconds
        self._mask(features, quality < GOOD, seconds)
        # Readers come last, for what they read must be masked by then; nothing else reads them.
        for link in self._links:
            if link.of:
                context = Context(verdict.good(link.rows), rest)
                given = features[link.of]
                if self._run_s < self._ready_s[link.of]:  # a filter still swings: no value yet
                    given = np.full(given.shape, np.nan)
                features[link.name] = link.step.process(given, context)
                verdict.add(link)
        settled = self._run_s >= self.settle_s
        self._lost = self._lost and not settled
        return Frame(hop.index, hop.time, features, settled, self._lost, quality, verdict.flaws)

    def _through(self, x: np.ndarray, verdict: "_Verdict", rest: bool) -> dict[str, np.ndarray]:
        """Take samples through the blocks that read the signal, return the features."""
        features: dict[str, np.ndarray] = {}
        for link in self._links:
            if link.of:
                continue
            y = link.step.process(x, Context(verdict.good(link.rows), rest))
            verdict.add(link)
            if link.gives_features:
                features[link.name] = y
            else:
                x = y
        return features

    def _start(self) -> None:
        """Start every step afresh, at the session's first sample and after each gap."""
        before = {link.name: link.step for link in self._links}
        self._links = []
        self.features: dict[str, FeatureInfo] = {}
        self._run_s = 0.0
        self._since_bad_s = np.full(len(self.info.channels), np.inf)
        info, delay_s = self._first_info(), 0.0
        self._ready_s: dict[str, float] = {}  # of a feature block: when its values count
        for name, block in self._blocks:
            of = self._source_of(name, block)
            step = block.start(self.features[of] if of else info)
            if name in before:
                step.resume(before[name])
            link = _Link(name, step, of, self._rows(self.features[of] if of else info))
            self._links.append(link)
            if link.gives_features:
                self.features[name] = replace(step.info, hop_s=self._hop_s)
                before_s = self._ready_s[of] if of else delay_s
                self._ready_s[name] = before_s + step.settle_s
            else:
                info = step.info
                delay_s += step.settle_s
        self.settle_s = max([delay_s, *self._ready_s.values()])

    def _first_info(self) -> StreamInfo:
        if self.info.rate_hz > 0:
            return self.info
        return replace(self.info, channels=(SINCE, *self.info.channels))

    def _source_of(self, name: str, block: Block) -> str:
        """Return the feature block whose features this block reads; "" if it reads the signal."""
        if not isinstance(block, FeatureBlock):
            return ""
        of = block.of or next(reversed(self.features), "")
        if of not in self.features:
            known = ", ".join(self.features) or "none"
            raise PipelineError(
                f"{name}: reads the features of '{of or 'a block before it'}', but the feature "
                f"blocks before it are: {known}"
            )
        return of

    def _rows(self, info: StreamInfo | FeatureInfo) -> np.ndarray:
        """Return the place of each of these channels among the track's, -1 for others, (n,)."""
        places = {label: i for i, label in enumerate(self.info.channels)}
        return np.array([places.get(label, -1) for label in info.channels], dtype=np.int64)

    def _seconds(self, hop: Hop) -> float:
        if self.info.rate_hz > 0:
            return len(hop.data) / self.info.rate_hz
        return max(0.0, float(np.nan_to_num(hop.data[0, 0])))

    def _mask(self, features: dict[str, np.ndarray], bad: np.ndarray, hop_s: float) -> None:
        """Write NaN over features of channels that were bad within the features' memory."""
        self._since_bad_s += hop_s
        self._since_bad_s[bad] = 0.0
        if not np.isfinite(self._since_bad_s).any():
            return
        for link in self._links:
            if link.gives_features and not link.of and not link.step.masks_itself:
                info = link.step.info
                masked = bad | (self._since_bad_s < info.memory_s)
                rows = self._rows(info)
                features[link.name][(rows >= 0) & masked[rows]] = np.nan


@dataclass(frozen=True, eq=False, slots=True)
class _Link:
    """A step in its place.

    `of` is the block it reads features of, `rows` where its input's channels are among the
    track's, -1 for none.
    """

    name: str
    step: Step
    of: str
    rows: np.ndarray

    @property
    def gives_features(self) -> bool:
        return isinstance(self.step.info, FeatureInfo)


class _Verdict:
    """Quality and flaws of the track's channels so far in this hop."""

    def __init__(self, channels: int, *, moving: bool) -> None:
        self.quality = np.full(channels, 0.0 if moving else 1.0)
        self.flaws = np.full(channels, int(Flaw.MOTION) if moving else 0, dtype=np.int64)

    def good(self, rows: np.ndarray) -> np.ndarray:
        """Return which of these channels are good; one that the track does not know is."""
        return (rows < 0) | (self.quality[rows] >= GOOD)

    def add(self, link: _Link) -> None:
        known = link.rows >= 0
        at = link.rows[known]
        if link.step.quality is not None:
            self.quality[at] = np.minimum(self.quality[at], link.step.quality[known])
        if link.step.flaws is not None:
            self.flaws[at] |= link.step.flaws[known]
