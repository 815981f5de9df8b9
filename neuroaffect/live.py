"""The loop: source → pipeline → model → sinks, and copies of its state for whoever watches.

Everything is a method call on the thread that runs :meth:`Live.run`. A watcher takes
snapshots from another thread; it can be slow, stop or die without the loop noticing.
"""

import threading
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import numpy as np

from neuroaffect.affect import Prediction, Target
from neuroaffect.pipeline import Tick
from neuroaffect.stream import Chunk, StreamInfo

__all__ = ["Health", "Live", "Scene", "Sink", "Snapshot", "Watch"]

_KEPT_CHUNKS = 4096  # a watcher that takes nothing costs bounded memory: the oldest are dropped


class Sink(Protocol):
    """Where predictions go."""

    def push(self, prediction: Prediction) -> None:
        """Take the next prediction; must not block."""

    def close(self) -> None:
        """Let go of what is held."""


@dataclass(frozen=True, kw_only=True)
class Health:
    """How one stream fares: samples received and lost, seconds since the last one."""

    stream: str
    received: int
    lost: int
    age_s: float
    rate_hz: float


@dataclass(frozen=True, kw_only=True)
class Scene:
    """What stays the same while a loop runs."""

    title: str
    streams: Mapping[str, StreamInfo]
    targets: tuple[Target, ...]
    hop_s: float


@dataclass(frozen=True, kw_only=True, eq=False)
class Snapshot:
    """What is new since the watcher's last snapshot.

    Parameters
    ----------
    signals : mapping of str to list of Chunk
        New samples of each stream, in order.
    quality : mapping of str to mapping of str to float
        stream → channel → newest verdict, 1 good to 0 bad.
    predictions : tuple of Prediction
    health : tuple of Health
    recording : str or None
        File being written.
    recorded_bytes : int
    """

    signals: Mapping[str, list[Chunk]]
    quality: Mapping[str, Mapping[str, float]]
    predictions: tuple[Prediction, ...]
    health: tuple[Health, ...]
    recording: str | None
    recorded_bytes: int
    ended: bool = False


@dataclass(eq=False)
class Watch:
    """A watcher's mailbox: the loop drops copies in, the watcher takes them out."""

    _lock: threading.Lock = field(default_factory=threading.Lock)
    _chunks: deque[tuple[str, Chunk]] = field(default_factory=lambda: deque(maxlen=_KEPT_CHUNKS))
    _predictions: deque[Prediction] = field(default_factory=lambda: deque(maxlen=_KEPT_CHUNKS))
    _quality: dict[str, dict[str, float]] = field(default_factory=dict)
