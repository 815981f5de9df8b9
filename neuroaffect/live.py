"""The loop: source → pipeline → model → sinks, and copies of its state for whoever watches.

Everything is a method call on the thread that runs :meth:`Live.run`. A watcher takes
snapshots from another thread; it can be slow, stop or die without the loop noticing.
"""

import math
import queue
import threading
from collections import deque
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import numpy as np

from neuroaffect.acquire.recorder import ANCHOR_EVERY_S, anchor
from neuroaffect.acquire.source import RawSource
from neuroaffect.affect import Prediction, Target
from neuroaffect.errors import PipelineError
from neuroaffect.models.bundle import AffectModel
from neuroaffect.pipeline import Tick
from neuroaffect.session import Packet, SessionWriter
from neuroaffect.session.raw import prediction_stream
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
    """How one stream fares.

    Parameters
    ----------
    stream : str
    received, lost : int
        Samples so far.
    age_s : float
        Since the last samples arrived; NaN before the first, and offline.
    rate_hz : float
        By the stamps; 0 for irregular streams.
    state, clock : str
        As in :class:`~neuroaffect.acquire.StreamState`.
    """

    stream: str
    received: int
    lost: int
    age_s: float
    rate_hz: float
    state: str = "recorded"
    clock: str = "none"


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
    flaws : mapping of str to mapping of str to int
        stream → channel → why, as :class:`~neuroaffect.blocks.flaw.Flaw` flags.
    predictions : tuple of Prediction
    health : tuple of Health
    recording : str or None
        File being written.
    recorded_bytes : int
    ended : bool
        The loop has come to its end; nothing new will follow.
    """

    signals: Mapping[str, list[Chunk]]
    quality: Mapping[str, Mapping[str, float]]
    predictions: tuple[Prediction, ...]
    health: tuple[Health, ...]
    recording: str | None
    recorded_bytes: int
    ended: bool = False
    flaws: Mapping[str, Mapping[str, int]] = field(default_factory=dict)


class Watch:
    """A watcher's mailbox: the loop drops copies in, the watcher takes them out."""

    def __init__(self, live: "Live") -> None:
        self._live = live
        self._lock = threading.Lock()
        self._chunks: deque[tuple[str, Chunk]] = deque(maxlen=_KEPT_CHUNKS)
        self._predictions: deque[Prediction] = deque(maxlen=_KEPT_CHUNKS)

    def drop(self, stream: str, chunk: Chunk, predictions: list[Prediction]) -> None:
        """Put in what is new; called by the loop, never blocks for long."""
        with self._lock:
            self._chunks.append((stream, chunk))
            self._predictions.extend(predictions)

    def take(self) -> Snapshot:
        """Return what is new since the last call; called by the watcher, from any thread."""
        with self._lock:
            chunks, self._chunks = self._chunks, deque(maxlen=_KEPT_CHUNKS)
            predictions, self._predictions = self._predictions, deque(maxlen=_KEPT_CHUNKS)
        signals: dict[str, list[Chunk]] = {}
        for stream, chunk in chunks:
            signals.setdefault(stream, []).append(chunk)
        return self._live.snapshot(signals, tuple(predictions))


class Live:
    """A trained model at work on a source.

    Parameters
    ----------
    source : RawSource
        Streams from LSL, from a recording or from the simulator.
    model : AffectModel
        Its own pipeline runs; the streams must be those it was trained on.
    sinks : collection of Sink
        Take each prediction as soon as it is made.
    late : collection of (track, tick index), or None
    rests : collection of (start, stop)
        See :meth:`neuroaffect.pipeline.Pipeline.start`; late = None decides live.
    on_tick : callable or None
        Sees each tick before its prediction.

    Raises
    ------
    PipelineError, ModelError
        If the streams do not fit the model.
    """

    def __init__(
        self,
        source: RawSource,
        model: AffectModel,
        *,
        sinks: Collection[Sink] = (),
        late: Collection[tuple[str, int]] | None = None,
        rests: Collection[tuple[float, float]] = (),
        on_tick: Callable[[Tick], None] | None = None,
    ) -> None:
        model.check_streams(source.streams)
        self._source = source
        self._model = model
        self._sinks = tuple(sinks)
        self._on_tick = on_tick
        self._run = model.pipeline.start(source.streams, late=late, rests=rests)
        self._watches: list[Watch] = []
        self._quality: dict[str, dict[str, float]] = {}
        self._flaws: dict[str, dict[str, int]] = {}
        self._commands: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._recording = _Recording(source, model.targets)
        self._wanted_rests: deque[float] = deque()
        self._ended = False
        self.scene = Scene(
            title=model.pipeline.title or model.pipeline.name,
            streams=source.streams,
            targets=model.targets,
            hop_s=model.pipeline.hop_s,
        )

    def run(self) -> None:
        """Work until the source ends or is closed; then close every sink and the recording."""
        try:
            self._obey()  # a recording asked for by now holds the first packet too
            for stream, chunk in self._source:
                self._obey()
                self._see(stream, chunk, self._run.push(stream, chunk))
            self._see(None, None, self._run.finish())
        finally:
            self._ended = True
            self._obey()
            self._recording.stop()
            for sink in self._sinks:
                sink.close()

    def watch(self) -> Watch:
        """Return a new mailbox that receives everything from now on."""
        watch = Watch(self)
        self._watches = [*self._watches, watch]  # a new list: the loop may be reading the old one
        return watch

    def record(self, path: Path | str) -> None:
        """Record every stream, event and prediction from the next chunk on."""
        self._commands.put(lambda: self._recording.start(path))

    def rest(self, seconds: float) -> None:
        """Take the next seconds as rest: baselines and calibrations are made anew from them.

        Raises
        ------
        PipelineError
            If the period is empty.
        """
        if not seconds > 0:
            raise PipelineError(f"a rest of {seconds:g} s is empty; give more than 0")
        self._wanted_rests.append(seconds)

    def stop_recording(self) -> None:
        """Close the recording at the next chunk."""
        self._commands.put(self._recording.stop)

    def stop(self) -> None:
        """End the loop soon; from any thread."""
        self._source.close()

    def snapshot(
        self, signals: Mapping[str, list[Chunk]], predictions: tuple[Prediction, ...]
    ) -> Snapshot:
        """Return the state as it is now, with these signals and predictions as the news."""
        return Snapshot(
            signals=signals,
            quality=dict(self._quality),
            flaws=dict(self._flaws),
            predictions=predictions,
            health=tuple(
                Health(
                    stream=name,
                    received=state.received,
                    lost=state.lost,
                    age_s=math.nan if state.age_s is None else state.age_s,
                    rate_hz=state.effective_hz,
                    state=state.state,
                    clock=state.clock,
                )
                for name, state in self._source.states().items()
            ),
            recording=self._recording.path,
            recorded_bytes=self._recording.bytes_written,
            ended=self._ended,
        )

    def _obey(self) -> None:
        while not self._commands.empty():
            self._commands.get()()
        while self._wanted_rests and self._run.has_begun:
            start, stop = self._run.rest(self._wanted_rests.popleft())
            self._recording.event("rest", time=start, start=start, stop=stop)

    def _see(self, stream: str | None, chunk: Chunk | None, ticks: list[Tick]) -> None:
        predictions = self._predict(ticks) if ticks else []
        if chunk is not None:
            self._recording.late(self._run.late, float(chunk.times[-1]))
        for prediction in predictions:
            self._recording.write(prediction)
        if stream is not None and chunk is not None:
            for watch in self._watches:
                watch.drop(stream, chunk, predictions)

    def _predict(self, ticks: list[Tick]) -> list[Prediction]:
        if self._on_tick is not None:
            for tick in ticks:
                self._on_tick(tick)
        predictions = self._model.predict(ticks)
        for prediction in predictions:
            for sink in self._sinks:
                sink.push(prediction)
        for name, quality in ticks[-1].quality.items():
            info = self._run.tracks[name].info
            self._quality[info.name] = dict(zip(info.channels, quality.tolist(), strict=True))
        for name, flaws in ticks[-1].flaws.items():
            info = self._run.tracks[name].info
            self._flaws[info.name] = dict(zip(info.channels, flaws.tolist(), strict=True))
        return predictions


class _Recording:
    """The session file of a live run, when there is one."""

    def __init__(self, source: RawSource, targets: tuple[Target, ...]) -> None:
        self._source = source
        self._targets = targets
        self._writer: SessionWriter | None = None
        self._late_known = 0
        self._anchor_at = np.inf
        self.path: str | None = None

    @property
    def bytes_written(self) -> int:
        return self._writer.bytes_written if self._writer else 0

    def start(self, path: Path | str) -> None:
        if self._writer is not None:
            return
        self._writer = SessionWriter(path)
        self.path = str(path)
        self._source.record(self._writer)
        self._anchor()
        own = 1 + max((raw.id for raw in self._source.raws), default=0)
        self._predictions = prediction_stream(
            self._targets, id=own, name="neuroaffect", source_id="neuroaffect"
        )
        if self._predictions.labels:
            self._writer.add(self._predictions)

    def stop(self) -> None:
        if self._writer is not None:
            self._source.stop_recording()
            self._anchor()
            self._writer.close()
        self._writer, self.path = None, None

    def _anchor(self) -> None:
        """Tell the time of day by the clock that samples are on, if it can be read."""
        clock = self._source.local_clock
        if clock is not None:
            anchor(self._writer, local_clock=clock)
            self._anchor_at = clock() + ANCHOR_EVERY_S

    def event(self, kind: str, *, time: float, **detail: object) -> None:
        if self._writer is not None:
            self._writer.event(kind, time=time, **detail)

    def late(self, late: list[tuple[str, int]], time: float) -> None:
        """Record the followers that were given up since the last call, by this time."""
        new, self._late_known = late[self._late_known :], len(late)
        if self._writer is None:
            return
        clock = self._source.local_clock
        if clock is not None and clock() >= self._anchor_at:
            self._anchor()
        for track, index in new:
            self._writer.event("late", time=time, track=track, tick=index)

    def write(self, prediction: Prediction) -> None:
        if self._writer is not None and self._predictions.labels:
            row = prediction.row(self._predictions.labels)[None]
            self._writer.write(Packet(self._predictions.id, np.array([prediction.time]), row))
