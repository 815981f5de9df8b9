"""What all sources of raw packets share: the way in, recording, counters."""

import threading
import time
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Self

from neuroaffect.acquire.clock import ClockClass
from neuroaffect.acquire.describe import describe, numbered
from neuroaffect.acquire.description import Description
from neuroaffect.acquire.gaps import Gap
from neuroaffect.acquire.intake import Intake, stream_names
from neuroaffect.catalog import Device
from neuroaffect.errors import StreamError
from neuroaffect.session.raw import ClockOffset, Event, Packet, RawStream
from neuroaffect.stream import Chunk, StreamInfo

if TYPE_CHECKING:
    from neuroaffect.session import SessionWriter

__all__ = ["RawSource", "StreamState"]

_WAIT_S = 1.0  # sleep between looks while nothing arrives; what waits is woken by close()
_QUIET_S = 0.3  # a recorder is looked after this often while nothing arrives

Item = Packet | ClockOffset | Event


@dataclass(frozen=True, kw_only=True)
class StreamState:
    """How one stream of a source is doing.

    Parameters
    ----------
    received, lost : int
        Samples so far.
    effective_hz : float
        Rate by the stamps, slowly forgetting; 0 for irregular streams.
    age_s : float or None
        Since the last samples arrived; None before the first, and offline.
    clock : {"none", "lsl", "unix", "other"}
        Which clock the sender stamps with; "none" while nothing has arrived, and offline.
    suspicions : tuple of str
        What is hard to believe of it, a sentence each ("values look like volts, …").
    state : {"waiting", "live", "stale", "lost", "recovered", "refused", "recorded"}
        "waiting": nothing has come yet. "stale": it says nothing for longer than its kind may.
        "lost": its connection broke; it is looked for. "recovered": it has just come back.
        "refused": it came back as something else, and is not listened to. "recorded": offline.
    since_s : float
        For how long it is so; 0 offline.
    says : str
        Why it is refused, in one sentence; else "".
    reconnects : int
        How often it came back from another or the same sender.
    overflowed : int
        Samples that liblsl threw away because they were not fetched in time; lost ones, too.
    """

    received: int
    lost: int
    effective_hz: float
    age_s: float | None = None
    clock: ClockClass = "none"
    suspicions: tuple[str, ...] = ()
    state: str = "recorded"
    since_s: float = 0.0
    says: str = ""
    reconnects: int = 0
    overflowed: int = 0


class RawSource:
    """A source of raw packets: each goes to the recorder if there is one, then through its intake.

    Subclasses give :meth:`_items`, what arrives in order of arrival, or :meth:`_next` if they
    wait for it.

    Parameters
    ----------
    raws : iterable of RawStream
    names : mapping of int to str, or None
        Unique name of each stream id; None for :func:`stream_names`.
    told : collection of int
        Ids of the streams whose gaps are told, not inferred; see :class:`Intake`.
    devices : sequence of Device
        Files from which missing descriptions are completed.

    Attributes
    ----------
    raws : tuple of RawStream
    devices : tuple of Device
    events : list of Event
        What the source itself told beside samples, so far.
    """

    def __init__(
        self,
        raws: Iterable[RawStream],
        *,
        names: Mapping[int, str] | None = None,
        told: Collection[int] = (),
        devices: Sequence[Device] = (),
    ) -> None:
        self.raws = tuple(raws)
        self.devices = tuple(devices)
        self._names = dict(names or stream_names(self.raws))
        self._told = frozenset(told)
        self._closed = threading.Event()
        self._door = threading.RLock()  # recording may start and stop in the midst of packets
        self._recorder: SessionWriter | None = None
        self._begin()

    def _begin(self) -> None:
        """Go to the start: fresh intakes, nothing arrived."""
        self.events: list[Event] = []
        self._intakes = {raw.id: self._intake(raw) for raw in self.raws}
        self._unrecorded = {raw.id: 0 for raw in self.raws}
        self._undescribed = set(self._intakes)  # whose description is not in the session yet
        self._ready: deque[tuple[str, Packet, Chunk]] = deque()
        self._arriving = iter(self._items())
        self._ended = False

    def _intake(self, raw: RawStream) -> Intake:
        return Intake(
            raw, name=self._names[raw.id], told=raw.id in self._told,
            description=self._describe(raw),
        )  # fmt: skip

    def _describe(self, raw: RawStream) -> Description:
        return describe(raw, name=self._names[raw.id], devices=self.devices)

    @property
    def descriptions(self) -> Mapping[str, Description]:
        """How each stream is understood, by its unique name."""
        return {intake.info.name: intake.description for intake in self._intakes.values()}

    @property
    def streams(self) -> Mapping[str, StreamInfo]:
        """Streams by their unique name."""
        infos = {intake.info.name: intake.info for intake in self._intakes.values()}
        return MappingProxyType(infos)

    @property
    def names(self) -> Mapping[int, str]:
        """Unique names of the streams by their id."""
        return MappingProxyType(self._names)

    @property
    def gaps(self) -> Mapping[str, tuple[Gap, ...]]:
        """Gaps so far, by stream."""
        return {intake.info.name: tuple(intake.gaps) for intake in self._intakes.values()}

    @property
    def suspicions(self) -> Mapping[str, tuple[str, ...]]:
        """What is hard to believe of each stream so far, a sentence each."""
        return {intake.info.name: tuple(intake.suspicions) for intake in self._intakes.values()}

    @property
    def local_clock(self) -> Callable[[], float] | None:
        """The clock that chunks are on, where it can be read now; None offline."""
        return None

    @property
    def is_closed(self) -> bool:
        """Whether :meth:`close` was called."""
        return self._closed.is_set()

    @property
    def ended(self) -> bool:
        """Whether nothing more can come."""
        return self._closed.is_set() or (self._ended and not self._ready)

    def states(self) -> dict[str, StreamState]:
        """Return how each stream is doing; may be called from any thread."""
        return {
            intake.info.name: StreamState(
                received=intake.received,
                lost=intake.lost,
                effective_hz=intake.effective_hz,
                suspicions=tuple(intake.suspicions),
            )
            for intake in self._intakes.values()
        }

    def __iter__(self) -> Iterator[tuple[str, Chunk]]:
        """Yield (stream name, chunk); a source that is not live starts from its beginning."""
        for name, _, chunk in self.walk():
            yield name, chunk

    def walk(self) -> Iterator[tuple[str, Packet, Chunk]]:
        """Yield each chunk with the packet it was made of; else like iterating."""
        self._restart()
        while not self.ended:
            if self._fill(_WAIT_S):
                yield self._ready.popleft()

    def raw_items(self) -> Iterator[Item]:
        """Yield packets, offsets and events before any intake sees them; else like iterating."""
        self._restart()
        while not self.ended:
            item = self._next(_WAIT_S)
            if item is not None:
                yield item

    def get(self, timeout_s: float) -> tuple[str, Chunk] | None:
        """Return the next (stream name, chunk), or None if none comes in time or the source ended.

        For loops that have something to do while nothing arrives; :attr:`ended` tells the two
        cases apart.
        """
        if not self._fill(timeout_s):
            return None
        name, _, chunk = self._ready.popleft()
        return name, chunk

    def record(self, writer: "SessionWriter") -> None:
        """Write everything from now on to this session, raw and in order of arrival.

        The streams and the clock offsets in force are written at once. May be called at any
        time, from any thread. A session holds what its live run saw, bit for bit, if recording
        starts before the first packet.

        Raises
        ------
        StreamError
            If a recording is already running.
        """
        with self._door:
            if self._recorder is not None:
                raise StreamError("a recording is already running; stop it before starting another")
            for raw in self.raws:
                intake = self._intakes[raw.id]
                writer.add(raw)
                if intake.offset is not None:
                    writer.write(intake.offset)
                self._unrecorded[raw.id] = intake.received
                self._undescribed.add(raw.id)
            self._recorder = writer

    def stop_recording(self) -> None:
        """Write nothing more; closing the writer is its owner's business."""
        with self._door:
            self._recorder = None

    def close(self) -> None:
        """Stop; the iteration ends promptly."""
        self._closed.set()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *reason: object) -> None:
        self.close()

    def _join(self, raw: RawStream) -> str:
        """Take in a stream that appeared after the start; return its unique name."""
        with self._door:
            taken = [*self._names.values()]
            plain = f"{raw.name} {raw.type}".strip() if raw.name in taken else raw.name
            name = numbered([*taken, plain])[-1]
            # New objects: other threads may be walking over the old ones.
            self.raws = (*self.raws, raw)
            self._names = {**self._names, raw.id: name}
            self._intakes = {**self._intakes, raw.id: self._intake(raw)}
            self._unrecorded = {**self._unrecorded, raw.id: 0}
            if self._recorder is not None:
                self._recorder.add(raw)
                self._undescribed.add(raw.id)
        return name

    def _items(self) -> Iterator[Item]:
        """Yield packets, clock offsets and events in order of arrival, from the beginning."""
        return iter(())

    def _restart(self) -> None:
        """Begin an iteration: from the start, unless the source is live."""
        self._begin()

    def _next(self, timeout_s: float) -> Item | None:
        """Return what arrives next, None if nothing does in time or ever."""
        item = next(self._arriving, None)
        self._ended = item is None
        if self._ended:
            for intake in self._intakes.values():
                intake.end()
        return item

    def _fill(self, timeout_s: float) -> bool:
        """Wait until a chunk is ready; return whether one is."""
        deadline = time.monotonic() + timeout_s
        while not self._ready and not self.ended:
            item = self._next(max(0.0, min(_QUIET_S, deadline - time.monotonic())))
            if item is not None:
                self._admit(item)
                continue
            self._secure()
            if self._ended or time.monotonic() >= deadline:
                break
        return bool(self._ready) and not self._closed.is_set()

    def _secure(self) -> None:
        """Have what was recorded forced to disk in time though nothing arrives."""
        with self._door:
            if self._recorder is not None:
                self._recorder.tick()

    def _admit(self, item: Item) -> None:
        with self._door:
            if isinstance(item, Packet):
                for piece in self._intakes[item.stream].split(item):
                    self._take(piece)
            elif isinstance(item, ClockOffset):
                self._intakes[item.stream].set_offset(item)
                if self._recorder is not None:
                    self._recorder.write(item)
            else:
                self._note(item)

    def _take(self, packet: Packet) -> None:
        intake = self._intakes[packet.stream]
        known = len(intake.gaps)
        # A stream that is suspicious by its description is so from its first packet on.
        suspected = len(intake.suspicions) if intake.received else 0
        chunk = intake.take(packet)
        if self._recorder is not None:
            if packet.stream in self._undescribed:
                self._undescribed.discard(packet.stream)
                self._recorder.event(
                    "stream", time=float(chunk.times[0]), id=packet.stream,
                    **intake.description.detail(),
                )  # fmt: skip
            for gap in intake.gaps[known:]:
                self._recorder.event(
                    "gap", time=gap.time, stream=intake.info.name, id=packet.stream, lost=gap.lost,
                    first=gap.first - self._unrecorded[packet.stream],
                )  # fmt: skip
            self._recorder.write(packet)
        for text in intake.suspicions[suspected:]:
            detail = {"stream": intake.info.name, "text": text}
            self._note(Event(float(chunk.times[-1]), "suspicion", detail))
        self._ready.append((intake.info.name, packet, chunk))

    def _note(self, event: Event) -> None:
        """Remember what the source has to tell, and write it to the session."""
        self.events.append(event)
        if self._recorder is not None:
            self._recorder.event(event.kind, time=event.time, **event.detail)
