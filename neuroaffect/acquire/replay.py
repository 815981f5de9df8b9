"""Play a recording over LSL: the same samples, the same spacing, now."""

import heapq
import itertools
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from neuroaffect.acquire.recorded import Recorded
from neuroaffect.acquire.source import RawSource
from neuroaffect.session.raw import Packet
from neuroaffect.session.recording import Recording
from neuroaffect.stream import Chunk

if TYPE_CHECKING:
    from neuroaffect.acquire.outlet import RawOutlet

__all__ = ["Recorded", "replay"]

LOOKAHEAD_S = 5.0  # recorders write streams one after the other, each up to this far apart
SETTLE_S = 1.5  # a listener measures its clock offset, and only then goes live
LINGER_S = 0.5  # what was sent last is still on its way when an outlet closes
_POLL_S = 0.02


@dataclass(frozen=True, eq=False, slots=True)
class _Piece:
    """Samples that leave together, at the time of the last one."""

    stream: int
    times: np.ndarray
    values: np.ndarray

    @property
    def due(self) -> float:
        return float(self.times[-1])


def replay(
    recording: Recording | RawSource | Path | str,
    *,
    speed: float | None = 1.0,
    chunk_s: float | None = None,
    rng: np.random.Generator | None = None,
    wait_for_consumers_s: float = 0.0,
    stop: threading.Event | None = None,
    progress: Callable[[float], None] | None = None,
) -> None:
    """Offer the streams of a recording as LSL outlets and play them, until the end or `stop`.

    Samples keep their values, format, labels and units. Stamps keep their spacing, gaps
    included, and begin now; streams and markers leave in order of time, each chunk when its
    last sample is due on a schedule that does not drift.

    Parameters
    ----------
    recording : Recording, RawSource or path
        A simulator may be played too.
    speed : float or None
        1 is as it was; None as fast as possible. Stamps keep their spacing at any speed.
    chunk_s : float or None
        Longest chunk; None for chunks as recorded.
    rng : numpy Generator or None
        Cut into chunks of random length instead, 1 sample to `chunk_s` (0.25 s if None).
    wait_for_consumers_s : float
        Wait at most this long until somebody listens to every stream, and then a moment more,
        so that the listener is live when the first sample leaves.
    stop : threading.Event or None
        Set it to end the replay.
    progress : callable or None
        Told the seconds played, after each chunk.

    Notes
    -----
    Faster than real time, LSL buffers 360 s of each stream; a receiver that cannot keep up
    loses the oldest samples, as ever with LSL.
    """
    source = recording if isinstance(recording, RawSource) else Recorded(recording)
    stop = stop or threading.Event()
    outlets = _offer(source)
    try:
        _wait(outlets, wait_for_consumers_s, stop)
        pieces = _in_order_of_time(_cut(source, chunk_s, rng))
        _play(pieces, outlets, speed, stop, progress or _nothing)
        if any(outlet.has_consumers for outlet in outlets.values()):
            stop.wait(LINGER_S)
    finally:
        for outlet in outlets.values():
            outlet.close()


def _nothing(_: float) -> None:
    pass


def _offer(source: RawSource) -> "dict[int, RawOutlet]":
    from neuroaffect.acquire.outlet import RawOutlet  # LSL is needed from here on only

    return {
        raw.id: RawOutlet(raw, source_id=f"replay:{raw.source_id}:{name}")
        for raw, name in zip(source.raws, source.streams, strict=True)
    }


def _wait(outlets: "dict[int, RawOutlet]", timeout_s: float, stop: threading.Event) -> None:
    deadline = time.monotonic() + timeout_s
    while not all(outlet.has_consumers for outlet in outlets.values()):
        if time.monotonic() >= deadline or stop.wait(_POLL_S):
            return
    if timeout_s > 0:
        stop.wait(SETTLE_S)


def _cut(
    source: RawSource, chunk_s: float | None, rng: np.random.Generator | None
) -> Iterator[_Piece]:
    """Yield what was recorded in chunks of the wanted length, in order of arrival."""
    for name, packet, chunk in source.walk():
        rate_hz = source.streams[name].rate_hz
        if not rate_hz:
            yield from _pieces(packet, chunk, itertools.repeat(1))
        elif rng is not None:
            most = max(1, round((chunk_s or 0.25) * rate_hz))
            sizes = (int(rng.integers(1, most + 1)) for _ in itertools.count())
            yield from _pieces(packet, chunk, sizes)
        elif chunk_s is not None:
            size = max(1, round(chunk_s * rate_hz))
            yield from _pieces(packet, chunk, itertools.repeat(size))
        else:
            yield _Piece(packet.stream, chunk.times, packet.values)


def _pieces(packet: Packet, chunk: Chunk, sizes: Iterator[int]) -> Iterator[_Piece]:
    start = 0
    while start < len(packet):
        stop = start + next(sizes)
        yield _Piece(packet.stream, chunk.times[start:stop], packet.values[start:stop])
        start = stop


def _in_order_of_time(pieces: Iterator[_Piece]) -> Iterator[_Piece]:
    """Yield pieces by the time they are due, looking ahead as far as recorders are out of order."""
    waiting: list[tuple[float, int, _Piece]] = []
    newest = -np.inf
    for number, piece in enumerate(pieces):
        heapq.heappush(waiting, (piece.due, number, piece))
        newest = max(newest, piece.due)
        while waiting[0][0] <= newest - LOOKAHEAD_S:
            yield heapq.heappop(waiting)[2]
    while waiting:
        yield heapq.heappop(waiting)[2]


def _play(
    pieces: Iterator[_Piece],
    outlets: "dict[int, RawOutlet]",
    speed: float | None,
    stop: threading.Event,
    progress: Callable[[float], None],
) -> None:
    from neuroaffect.acquire.outlet import tuned

    local_clock = tuned().local_clock
    began = None
    for piece in pieces:
        if began is None:
            began, now = float(piece.times[0]), local_clock()
        played_s = piece.due - began
        if speed is not None:
            stop.wait(max(0.0, now + played_s / speed - local_clock()))
        if stop.is_set():
            return
        outlets[piece.stream].push(piece.values, piece.times + (now - began))
        progress(played_s)
