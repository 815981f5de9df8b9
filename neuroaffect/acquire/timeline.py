"""A source's streams on one time line, in true order, stamps spaced as they were sent."""

import heapq
import itertools
import json
from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from neuroaffect.acquire.clock import ABSURD_S, BACKWARD_S, JUMP_S, UNKNOWN_S, StreamClock
from neuroaffect.acquire.pieces import LOOKAHEAD_S, Piece, Sizes, by_due
from neuroaffect.acquire.recorded import Recorded
from neuroaffect.acquire.simulator import Simulator
from neuroaffect.acquire.source import RawSource
from neuroaffect.session.raw import ClockOffset, Event, Packet, RawStream

__all__ = ["TRIALS_STREAM", "event_of", "events_stream", "heard_trials", "pieces_of"]

TRIALS_STREAM = "neuroaffect-trials"

NOISE_S = 0.001  # an offset that moved by less was measured anew, and the clock is the same
FAR_S = 86_400.0  # streams of one recording are not days apart: one has a clock of its own


def events_stream(source: RawSource) -> RawStream | None:
    """Return the marker stream for what a source tells of its trials, None if it tells nothing.

    One JSON object per event, as in a session: {"event": "trial-stop", "trial": "3", "ratings": …}.
    What a live run noted about itself, gaps and late streams, is not among them: whoever listens
    to the replay judges anew.
    """
    if not (isinstance(source, Simulator) or _told(source)):
        return None
    return RawStream(
        id=max((raw.id for raw in source.raws), default=0) + 1, name=TRIALS_STREAM,
        type="Markers", source_id=TRIALS_STREAM, rate_hz=0.0, format="string",
        labels=("event",), units=("",), types=("",),
    )  # fmt: skip


def pieces_of(
    source: RawSource, cut: Sizes | None, *, events: RawStream | None = None
) -> Iterator[Piece]:
    """Yield what a source gives on one clock, stamps spaced as they were sent, by time due.

    A recording's streams are put on the clock of the machine that recorded, each by its clock
    offsets; an offset that only moved by the noise of its measurement changes nothing, so that
    spacing, jitter and backward steps stay as they were. One packet and what is out of order
    are in memory.
    """
    samples = by_due(_on_one_clock(source, cut, events), LOOKAHEAD_S)
    if events is None:
        return samples
    first = next(samples, None)
    if first is None:
        return samples
    # An event from before the recording would only delay its begin.
    begin = float(first.times[0]) - LOOKAHEAD_S
    told = [_piece(event, events.id) for event in _told(source) if event.time >= begin]
    return heapq.merge(itertools.chain([first], samples), sorted(told, key=_due), key=_due)


def heard_trials(source: RawSource) -> list[Event]:
    """Return the trials that a replay told as markers to whoever recorded it.

    Lines that are no event are left out.
    """
    heard = {source.names[raw.id] for raw in source.raws if raw.name == TRIALS_STREAM}
    if not heard:
        return []
    rows = [
        (float(time), str(row[0]))
        for name, chunk in source
        if name in heard
        for time, row in zip(chunk.times, chunk.data, strict=True)
    ]
    return [event for time, line in rows if (event := event_of(time, line)) is not None]


def event_of(time: float, line: str) -> Event | None:
    """Return the event that a line of the trials stream tells of, None if it is none."""
    try:
        detail = json.loads(line)
        return Event(time, str(detail.pop("event")), detail)
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def _told(source: RawSource) -> list[Event]:
    """Return the trials of a session of ours, which stand beside its packets."""
    if not isinstance(source, Recorded):
        return []
    return [event for event in source.recording.events if event.kind.startswith("trial-")]


def _piece(event: Event, stream: int) -> Piece:
    time = np.array([event.time])
    words = np.array(
        [[json.dumps({"event": event.kind, **event.detail}, ensure_ascii=False)]], dtype=object
    )
    return Piece(stream, time, time, words, event.time)


def _due(piece: Piece) -> float:
    return piece.due


def _on_one_clock(
    source: RawSource, cut: Sizes | None, events: RawStream | None
) -> Iterator[Piece]:
    """Yield pieces in order of arrival."""
    players = {raw.id: _Player(raw, cut) for raw in source.raws}
    newest: float | None = None
    for item in source.raw_items():
        if isinstance(item, ClockOffset):
            players[item.stream].set_offset(item)
        elif isinstance(item, Event):
            if events is not None:
                yield _piece(item, events.id)
        elif len(item):
            for stamps, values in _without_leaps(item):
                times = players[item.stream].times(stamps, beside=newest)
                newest = float(np.max(times))
                yield from players[item.stream].cut(values, times)


def _without_leaps(packet: Packet) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield the stretches of a packet whose stamps come from one clock; no stamp, no place."""
    is_stamp = np.abs(packet.stamps) < ABSURD_S  # not for nan
    stamps, values = packet.stamps[is_stamp], packet.values[is_stamp]
    steps = np.diff(stamps)
    leaps = np.flatnonzero((steps < -BACKWARD_S) | (steps > FAR_S)) + 1
    for start, stop in pairwise([0, *leaps.tolist(), len(stamps)]):
        if stop > start:
            yield stamps[start:stop], values[start:stop]


class _Player:
    """Where one stream lies on the recording's clock, and how it is cut."""

    def __init__(self, raw: RawStream, cut: Sizes | None) -> None:
        self._id = raw.id
        self._is_regular = raw.rate_hz > 0 and raw.format != "string"
        self._sizes: Iterator[int] | None = itertools.repeat(1)
        if self._is_regular:
            self._sizes = cut(raw.rate_hz) if cut else None
        self._believed = StreamClock()
        self._offset_s = 0.0
        self._bridge_s = 0.0  # what we add where no offset tells how clocks lie
        self._newest = -np.inf
        self._due = -np.inf

    def set_offset(self, measured: ClockOffset) -> None:
        if not self._believed.set_offset(measured):
            return
        offset_s = self._believed.offset.offset
        moved_s = abs(offset_s - self._offset_s)
        if moved_s > JUMP_S:
            self._bridge_s = 0.0
        if moved_s > NOISE_S:
            self._offset_s = offset_s

    def times(self, stamps: np.ndarray, *, beside: float | None) -> np.ndarray:
        """Return the stamps on the recording's clock; `beside` is the newest time of any stream."""
        first = float(stamps[0]) + self._offset_s + self._bridge_s
        # Markers may be told late or early; samples that go back come from a clock that was reset.
        if self._is_regular and first < self._newest - BACKWARD_S:
            self._bridge_s += self._newest + UNKNOWN_S - first
        elif beside is not None and abs(first - beside) > FAR_S:
            # Its clock was never measured against the others': it came when it came.
            self._bridge_s += beside - first
        times = stamps + (self._offset_s + self._bridge_s)
        self._newest = max(self._newest, float(np.max(times)))
        return times

    def cut(self, values: np.ndarray, times: np.ndarray) -> Iterator[Piece]:
        start = 0
        while start < len(times):
            stop = len(times) if self._sizes is None else start + next(self._sizes)
            part = times[start:stop]
            due = float(part[-1])
            if self._is_regular:  # samples never overtake each other; markers go by their time
                due = self._due = max(self._due, due)
            yield Piece(self._id, part, part, values[start:stop], due)
            start = stop
