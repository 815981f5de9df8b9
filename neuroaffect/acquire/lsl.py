"""Listen to live streams over LSL, and go on whatever becomes of them."""

import queue
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial

import pylsl

from neuroaffect.acquire.connect import (
    Connection,
    Lookout,
    Seeker,
    connect,
    side_by_side,
    stream_key,
)
from neuroaffect.acquire.discovery import find, no_answer, twice
from neuroaffect.acquire.offered import Offered, fits, newest_of_each
from neuroaffect.acquire.puller import PULL_S, Puller
from neuroaffect.acquire.source import Item, RawSource, StreamState
from neuroaffect.catalog import Device, load_devices, matching
from neuroaffect.session.raw import Event, Packet, RawStream

__all__ = ["LslSource"]

BUFFER_S = 360
STALE_S = {"eeg": 1.5, "eda": 5.0, "temp": 5.0, "hr": 15.0, "ibi": 15.0}
ELSE_STALE_S = 1.5
STALE_SAMPLES = 3  # a 1 Hz stream is not stale between two of its samples
LATE_S = 10.0  # how long a stream that appeared may take to open
LOOK_EVERY_S = 0.25


class LslSource(RawSource):
    """Listen to live streams, each pulled by its own thread.

    Opens every stream and measures its clock offset first; goes live, with everything sent so
    far forgotten, when it is first asked for a chunk or by :meth:`go_live`.

    Parameters
    ----------
    wanted : iterable of str or Offered, or None
        Kinds ("eeg", "eda"), queries ("name=Muse", "type=EEG", "source_id=…") or what
        :func:`discover` returned; None for everything on the network. Each must be there, and
        every stream that fits is taken.
    optional : iterable of str
        Kinds or queries that are taken if they are there.
    timeout_s : float
        How long to look for the streams, and again to open them.
    hop_s : float or None
        The pipeline's hop; see :class:`~neuroaffect.acquire.puller.Puller`.
    pull_s : float
        Longest time between two chunks of a regular stream that flows.
    join_late : bool
        Also take in streams that fit and appear later, and those that come back as something
        else; :attr:`raws` and :attr:`streams` then grow. For recording: a pipeline is built on
        the streams there are.
    buffer_s : int
        How much of each stream liblsl keeps for us; what it throws away beyond is counted.
    devices : sequence of Device, or None
        Files from which missing descriptions are completed; None for all there are.

    Raises
    ------
    StreamError
        If a wanted stream is not found, does not open or has no measurable clock offset in time.

    Notes
    -----
    Processing flags are off: stamps are raw, which is what a session must hold. A stream that
    breaks off or falls silent stops nothing; it is looked for until it is back, and compared with
    what it was. What happened is told as events: "clock", "stale", "lost", "refused",
    "reconnect", "recovered", "overflow", "stream-joined", "stream-changed", "same-sender-twice".
    """

    def __init__(
        self,
        wanted: Iterable[str | Offered] | None = None,
        *,
        optional: Iterable[str] = (),
        timeout_s: float = 10.0,
        hop_s: float | None = None,
        pull_s: float = PULL_S,
        join_late: bool = False,
        buffer_s: int = BUFFER_S,
        devices: Sequence[Device] | None = None,
    ) -> None:
        devices = load_devices() if devices is None else devices
        self._lookout = Lookout()
        self._buffer_s, self._hop_s, self._pull_s = buffer_s, hop_s, pull_s
        self._wanted = None if wanted is None else list(wanted)
        found, spare = find(self._wanted, list(optional), timeout_s, self._lookout)
        jobs = [
            lambda id=id, info=info: connect(info, id=id, timeout_s=timeout_s, buffer_s=buffer_s)
            for id, info in enumerate([*found, *spare], start=1)
        ]
        answers = side_by_side(jobs, 3 * timeout_s)
        for info, answer in zip(found, answers, strict=False):
            if isinstance(answer, BaseException) or answer.offset_s is None:
                raise no_answer(info, answer, timeout_s) from None
        opened = [
            (info, answer)
            for info, answer in zip([*found, *spare], answers, strict=True)
            if not isinstance(answer, BaseException) and answer.offset_s is not None
        ]
        self._arrived: queue.SimpleQueue[Item | _Newcomer | None] = queue.SimpleQueue()
        self._live = False
        self._pullers: dict[int, Puller] = {}
        super().__init__((connection.raw for _, connection in opened), devices=devices)
        for info, connection in opened:
            self._pullers[connection.raw.id] = self._puller(info, connection)
        for name in twice(self._lookout.offered(), [info for info, _ in opened]):
            self._arrived.put(Event(pylsl.local_clock(), "same-sender-twice", {"stream": name}))
        self._lookout.rest()
        self._door_keeper = _DoorKeeper(self, opened) if join_late else None

    def _puller(self, info: pylsl.StreamInfo, connection: Connection) -> Puller:
        raw = connection.raw
        return Puller(
            connection.inlet, raw, name=self._names[raw.id], offset_s=connection.offset_s,
            hand_on=self._arrived.put, local_clock=pylsl.local_clock,
            seek=Seeker(raw, info, lookout=self._lookout, buffer_s=self._buffer_s),
            stale_s=self._stale_s(raw), buffer_s=self._buffer_s, hop_s=self._hop_s,
            pull_s=self._pull_s,
        )  # fmt: skip

    def _stale_s(self, raw: RawStream) -> float | None:
        """Return after how much silence a stream is stale: by its device file, or its kind."""
        info = self._intakes[raw.id].info
        known = matching(
            self.devices, type=raw.type, name=raw.name, source_id=raw.source_id,
            rate_hz=raw.rate_hz, labels=raw.labels,
        )  # fmt: skip
        stale_s = known[1].stale_s if known else None
        if info.rate_hz:
            return max(
                stale_s or STALE_S.get(info.kind, ELSE_STALE_S), STALE_SAMPLES / info.rate_hz
            )
        return stale_s or STALE_S.get(info.kind) if info.kind in {"hr", "ibi"} else None

    @property
    def local_clock(self) -> Callable[[], float]:
        return pylsl.local_clock

    def go_live(self) -> None:
        """Start to listen now; calling it again does nothing."""
        with self._door:
            if self._live or self._closed.is_set():
                return
            self._live = True
            for puller in self._pullers.values():
                puller.go_live()
            if self._door_keeper is not None:
                self._door_keeper.start()

    def states(self) -> dict[str, StreamState]:
        now = time.monotonic()
        states = super().states()
        for id, puller in list(self._pullers.items()):
            name = self._names[id]
            state, since_s = puller.state
            states[name] = replace(
                states[name],
                age_s=None if puller.arrived is None else now - puller.arrived,
                clock=puller.clock, state=state, since_s=since_s, says=puller.refusal,
                reconnects=puller.reconnects, overflowed=puller.overflowed,
            )  # fmt: skip
        return states

    def close(self) -> None:
        """Stop listening and close all streams, within half a second."""
        super().close()
        with self._door:
            pullers = list(self._pullers.values())
            for puller in pullers:
                puller.stop()
        self._arrived.put(None)
        deadline = time.monotonic() + 0.4
        for puller in pullers:
            # A stream that hangs in liblsl is left to its own daemon thread.
            if puller.ident is not None:
                puller.join(max(0.0, deadline - time.monotonic()))

    def _restart(self) -> None:
        """Go on: what was live is gone."""
        self.go_live()

    def _next(self, timeout_s: float) -> Item | None:
        self.go_live()
        try:
            item = self._arrived.get(timeout=timeout_s)
        except queue.Empty:
            return None
        return self._welcome(item) if isinstance(item, _Newcomer) else item

    def _welcome(self, newcomer: "_Newcomer") -> Event | None:
        """Take in a stream that appeared; on the consumer's thread, like all that is recorded."""
        raw = newcomer.connection.raw
        with self._door:
            if self._closed.is_set():
                newcomer.connection.inlet.close_stream()
                return None
            name = self._join(raw)
            puller = self._puller(newcomer.info, newcomer.connection)
            self._pullers = {**self._pullers, raw.id: puller}
            puller.start()
        return Event(pylsl.local_clock(), "stream-joined", {"stream": name})

    def _admit(self, item: Item) -> None:
        super()._admit(item)
        if isinstance(item, Event) and item.kind == "reconnect":
            ids = {name: id for id, name in self._names.items()}
            self._intakes[ids[str(item.detail["stream"])]].begin_connection()
        if isinstance(item, Packet):
            self._pullers[item.stream].lost = self._intakes[item.stream].lost

    def _is_wanted(self, info: pylsl.StreamInfo) -> bool:
        queries = [query for query in self._wanted or () if isinstance(query, str)]
        return self._wanted is None or any(fits(query, info) for query in queries)


@dataclass(frozen=True, eq=False)
class _Newcomer:
    """A stream that appeared after the start, open."""

    info: pylsl.StreamInfo
    connection: Connection


class _DoorKeeper(threading.Thread):
    """Look out for streams that appear, and open them."""

    def __init__(
        self, source: LslSource, opened: Iterable[tuple[pylsl.StreamInfo, Connection]]
    ) -> None:
        super().__init__(name="door keeper", daemon=True)
        self._source = source
        self._keys = {stream_key(info): connection.raw.id for info, connection in opened}
        self._tried = {connection.uid for _, connection in opened}
        self._next_id = 1 + max(self._keys.values(), default=0)

    def run(self) -> None:
        source = self._source
        while not source._closed.wait(LOOK_EVERY_S):
            for info in newest_of_each(source._lookout.offered()):
                if info.uid() not in self._tried and self._is_new(info):
                    self._tried.add(info.uid())
                    # A thread each: one that hangs keeps no other out.
                    job = partial(self._open, info, self._next_id)
                    threading.Thread(target=job, name="newcomer", daemon=True).start()
                    self._next_id += 1

    def _is_new(self, info: pylsl.StreamInfo) -> bool:
        """Whether it is wanted, and no stream known that comes back as what it was."""
        if not self._source._is_wanted(info):
            return False
        puller = self._source._pullers.get(self._keys.get(stream_key(info)))
        return puller is None or puller.state[0] == "refused"

    def _open(self, info: pylsl.StreamInfo, id: int) -> None:
        buffer_s = self._source._buffer_s
        job = partial(connect, info, id=id, timeout_s=LATE_S, buffer_s=buffer_s)
        [found] = side_by_side([job], LATE_S)
        if isinstance(found, BaseException) or found.offset_s is None:
            self._tried.discard(info.uid())  # as long as it is offered it is tried again
            return
        self._keys[stream_key(info)] = id
        self._source._arrived.put(_Newcomer(info, found))
