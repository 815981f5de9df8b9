"""Play a recording over LSL: the same samples, the same spacing, now."""

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from neuroaffect.acquire.chosen import chosen
from neuroaffect.acquire.fault_scene import Switch
from neuroaffect.acquire.faults import Fault
from neuroaffect.acquire.injection import aimed, as_faults, described_by, inject
from neuroaffect.acquire.pieces import Piece, from_begin, looped, sizes
from neuroaffect.acquire.recorded import Recorded
from neuroaffect.acquire.source import RawSource
from neuroaffect.acquire.timeline import events_stream, pieces_of
from neuroaffect.errors import StreamError
from neuroaffect.session.raw import RawStream
from neuroaffect.session.recording import Recording

if TYPE_CHECKING:
    from neuroaffect.acquire.outlet import RawOutlet

__all__ = ["Recorded", "replay", "source_id_of"]

SETTLE_S = 1.5  # a listener measures its clock offset, and only then goes live
LINGER_S = 0.5  # what was sent last is still on its way when an outlet closes
_POLL_S = 0.02

Sent = Piece | Switch


def source_id_of(raw: RawStream, name: str) -> str:
    """Return the LSL source_id under which a stream is replayed, the same each time.

    Parameters
    ----------
    raw : RawStream
        As recorded.
    name : str
        Its unique name within the recording.
    """
    return f"replay:{raw.source_id}:{name}"


def replay(
    recording: Recording | RawSource | Path | str,
    *,
    streams: Iterable[str] | None = None,
    speed: float | None = 1.0,
    chunk_s: float | None = None,
    rng: np.random.Generator | None = None,
    start_s: float = 0.0,
    stop_s: float | None = None,
    loop: bool = False,
    faults: str | Iterable[Fault] = (),
    fault_rng: np.random.Generator | None = None,
    wait_for_consumers_s: float = 0.0,
    stop: threading.Event | None = None,
    on_air: Callable[[list[str]], None] | None = None,
    progress: Callable[[float], None] | None = None,
) -> None:
    """Offer the streams of a recording as LSL outlets and play them, until the end or `stop`.

    Samples keep their values, format, labels, units and the rest of their description. Stamps
    keep their spacing, gaps, jitter and backward steps included, and begin now; streams and
    markers leave in order of time, each chunk when its last sample is due on a schedule that
    does not drift. Trials of a session of ours, or of a simulated person, leave as the marker
    stream "neuroaffect-trials".

    Parameters
    ----------
    recording : Recording, RawSource or path
        A simulator may be played too.
    streams : iterable of str or None
        Kinds ("eeg") or queries ("name=Muse", "type=EEG") of the streams to play; None for all.
    speed : float or None
        1 is as it was; None as fast as possible. Stamps keep their spacing at any speed.
    chunk_s : float or None
        Longest chunk; None for chunks as recorded.
    rng : numpy Generator or None
        Cut into chunks of random length instead, 1 sample to `chunk_s` (0.25 s if None).
    start_s, stop_s : float
        Play this stretch only, in seconds from the first sample; None to the end.
    loop : bool
        Begin again at the end; stamps go on, one second after the last sample.
    faults : str or iterable of Fault
        What goes wrong, see :mod:`neuroaffect.acquire.faults`; times count from the begin of the
        replay, at its speed.
    fault_rng : numpy Generator or None
        Needed by faults that are random.
    wait_for_consumers_s : float
        Wait at most this long until somebody listens to every stream (but the trials), and then
        a moment more, so that the listener is live when the first sample leaves.
    stop : threading.Event or None
        Set it to end the replay.
    on_air : callable or None
        Told the names of the streams once their outlets can be found.
    progress : callable or None
        Told the seconds played, after each chunk.

    Raises
    ------
    SessionError
        If the recording cannot be read.
    StreamError
        If a query or fault fits no stream, or there is nothing to play.

    Notes
    -----
    Faster than real time, LSL buffers 360 s of each stream; a receiver that cannot keep up
    loses the oldest samples, as ever with LSL. A few seconds of the recording are in memory,
    however long it is.
    """
    source = recording if isinstance(recording, RawSource) else Recorded(recording)
    kept, events = _programme(source, streams)
    struck = aimed(as_faults(faults), source, over_lsl=True, has_rng=fault_rng is not None)
    aim = {id: each for id, each in struck.items() if id in kept}
    if struck and not aim:
        raise StreamError(
            f"the faults strike only streams that are not played; played are "
            f"{', '.join(kept.values())}"
        )
    raws = [raw for raw in source.raws if raw.id in kept]
    stage = _Stage(described_by(aim, raws) + ([events] if events else []), kept)
    cut = sizes(chunk_s, rng)
    end_s = np.inf if stop_s is None else stop_s

    def once() -> Iterator[Piece]:
        pieces = pieces_of(source, cut, events=events)
        played = (piece for piece in pieces if piece.stream in kept)
        return from_begin(played, start_s=start_s, stop_s=end_s)[1]

    pieces: Iterator[Sent] = looped(once) if loop else once()
    if aim:
        struck_rng = fault_rng or np.random.default_rng(0)  # without one, no fault is random
        pieces = inject(pieces, aim, source, rng=struck_rng, origin_s=0.0, unix_s=_unix_s())
    stop = stop or threading.Event()
    try:
        if on_air is not None:
            on_air(list(kept.values()))
        stage.wait([raw.id for raw in raws], wait_for_consumers_s, stop)
        stage.play(pieces, speed, stop, progress or _nothing)
    finally:
        stage.close()


def _programme(
    source: RawSource, streams: Iterable[str] | None
) -> tuple[dict[int, str], RawStream | None]:
    """Return id → unique name of all that plays, and the stream of trials if it is among them."""
    wanted = None if streams is None else list(streams)
    if wanted is None:
        kept = {raw.id: source.names[raw.id] for raw in source.raws}
    else:
        kept = chosen(source, wanted)
    if not kept:
        raise StreamError("there is no stream to play")
    events = events_stream(source) if wanted is None or "markers" in wanted else None
    if events is not None:
        kept[events.id] = events.name
    return kept, events


def _unix_s() -> float:
    from neuroaffect.acquire.outlet import tuned

    return time.time() - tuned().local_clock()


def _nothing(_: float) -> None:
    pass


class _Stage:
    """The outlets of a replay, some of which may go and come back."""

    def __init__(self, raws: Iterable[RawStream], names: Mapping[int, str]) -> None:
        self._names = names
        self._outlets: dict[int, RawOutlet] = {}
        for raw in raws:
            self._open(raw.id, raw)

    def wait(self, streams: Iterable[int], timeout_s: float, stop: threading.Event) -> None:
        """Wait until somebody listens to each of these streams, and then until they are live."""
        deadline = time.monotonic() + timeout_s
        awaited = [self._outlets[id] for id in streams]
        while not all(outlet.has_consumers for outlet in awaited):
            if time.monotonic() >= deadline or stop.wait(_POLL_S):
                return
        if timeout_s > 0:
            stop.wait(SETTLE_S)

    def play(
        self,
        pieces: Iterator[Sent],
        speed: float | None,
        stop: threading.Event,
        progress: Callable[[float], None],
    ) -> None:
        from neuroaffect.acquire.outlet import tuned

        local_clock = tuned().local_clock
        began: float | None = None
        for piece in pieces:
            if began is None:  # what was read to get here is not played time
                began = local_clock()
            if speed is not None:
                stop.wait(max(0.0, began + piece.due / speed - local_clock()))
            if stop.is_set():
                return
            if isinstance(piece, Switch):
                self._switch(piece)
            elif piece.stream in self._outlets:
                self._outlets[piece.stream].push(piece.values, piece.stamps + began)
            progress(piece.due)
        if any(outlet.has_consumers for outlet in self._outlets.values()):
            stop.wait(LINGER_S)

    def close(self) -> None:
        for outlet in self._outlets.values():
            outlet.close()

    def _switch(self, switch: Switch) -> None:
        if switch.raw is not None:
            self._open(switch.stream, switch.raw)
        elif switch.stream in self._outlets:
            self._outlets.pop(switch.stream).close()

    def _open(self, id: int, raw: RawStream) -> None:
        from neuroaffect.acquire.outlet import RawOutlet  # LSL is needed from here on only

        # A second outlet of a stream has an id of its own, and everything else alike.
        self._outlets[id] = RawOutlet(raw, source_id=source_id_of(raw, self._names[raw.id]))
