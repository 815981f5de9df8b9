"""One stream through its blocks: hops in, frames of features out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from neuroaffect.blocks import Block, Step
from neuroaffect.pipeline.framer import Framer, Hop
from neuroaffect.stream import Chunk, FeatureInfo, StreamInfo

__all__ = ["Frame", "TrackRun"]


@dataclass(frozen=True, eq=False, slots=True)
class Frame:
    """What a track says at the end of one hop."""

    index: int
    time: float
    features: Mapping[str, np.ndarray]
    settled: bool
    gap: bool
    quality: np.ndarray


class TrackRun:
    """A running track: the framer, then each block's step in order.

    A signal block hands its output to the next block. A feature block gives features of the
    signal as it is at that place; the signal goes on unchanged to the block after it.

    Parameters
    ----------
    info : StreamInfo
        The channels the track uses, in its order.
    framer : Framer
    blocks : sequence of (name, Block)
        Names are unique within the track.
    """

    def __init__(
        self, info: StreamInfo, framer: Framer, blocks: Sequence[tuple[str, Block]]
    ) -> None:
        self.info = info
        self._framer = framer
        self._blocks = tuple(blocks)
        self._lost = False
        self._start()

    def push(self, chunk: Chunk) -> list[Frame]:
        """Return the frame of each hop that this chunk completes."""
        return [self._process(hop) for hop in self._framer.push(chunk)]

    def _start(self) -> None:
        """Start every step afresh, at the session's first sample and after each gap."""
        self._steps: list[tuple[str, Step]] = []
        self.features: dict[str, FeatureInfo] = {}
        self._samples = 0
        info, delay_s, settle_s = self.info, 0.0, 0.0
        for name, block in self._blocks:
            step = block.start(info)
            self._steps.append((name, step))
            if isinstance(step.info, FeatureInfo):
                self.features[name] = step.info
            else:
                info = step.info
                delay_s += step.settle_s
            settle_s = max(settle_s, delay_s + step.settle_s * (name in self.features))
        self.settle_s = settle_s

    def _process(self, hop: Hop) -> Frame:
        if hop.restarted:
            self._start()
            self._lost = True
        quality = np.ones(len(self.info.channels))
        features: dict[str, np.ndarray] = {}
        x = hop.data
        for name, step in self._steps:
            y = step.process(x)
            if step.quality is not None:
                quality = np.minimum(quality, step.quality)
            if name in self.features:
                features[name] = y
            else:
                x = y
        self._samples += len(hop.data)
        settled = self._samples >= self.settle_s * self.info.rate_hz
        self._lost = self._lost and not settled
        if hop.held:
            quality = quality * (1.0 - hop.held / len(hop.data))
        return Frame(hop.index, hop.time, features, settled, self._lost, quality)
