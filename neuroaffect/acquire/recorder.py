"""Record a source, and watch over it: what arrives, what does not, how long the disk will do."""

import shutil
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from neuroaffect.acquire.flow import Flow
from neuroaffect.acquire.source import RawSource, StreamState
from neuroaffect.session.xdf_write import SessionWriter

__all__ = ["ANCHOR_EVERY_S", "Recorder", "RecordingReport", "StreamReport", "anchor"]

_TURN_S = 0.2
_LOOK_EVERY_S = 1.0
ANCHOR_EVERY_S = 60.0
_SILENT_S = 3.0
_DISK_S = 600.0
_DISK_SURE_S = 10.0  # bytes per second are not known before
_WELL = {"live", "waiting", "recovered", "recorded"}


@dataclass(frozen=True, kw_only=True)
class StreamReport:
    """How the recording of one stream is doing.

    Parameters
    ----------
    name : str
        Its unique name.
    samples, bytes : int
        In the file.
    lost : int
        Samples that never arrived.
    samples_per_s : float or None
        Of late while it runs, over the whole recording at its end; None before it is known.
    nominal_rate_hz : float
        0 for irregular streams.
    state : str
        As in :class:`~neuroaffect.acquire.StreamState`.
    alarm : str
        What is wrong with it now, in one sentence; "" if nothing is.
    """

    name: str
    samples: int
    samples_per_s: float | None
    nominal_rate_hz: float
    bytes: int
    lost: int
    state: str
    alarm: str = ""


@dataclass(frozen=True, kw_only=True)
class RecordingReport:
    """How a recording is doing.

    Parameters
    ----------
    seconds : float
        Since its beginning.
    bytes : int
        In the file.
    streams : tuple of StreamReport
    disk_s : float or None
        Until the disk is full at the present rate; None while that is not known.
    alarms : tuple of str
        What is wrong now.
    """

    seconds: float
    bytes: int
    streams: tuple[StreamReport, ...]
    disk_s: float | None = None
    alarms: tuple[str, ...] = ()


def anchor(writer: SessionWriter, *, local_clock: Callable[[], float]) -> None:
    """Write what UNIX time it is at what time of the LSL clock.

    The LSL clock starts anywhere; only such pairs, at the start, now and then and at the end of
    a recording, tell the time of day of a sample, and how the two clocks drift apart. Of a few
    readings the one that took the shortest is the best; `within_s` tells how long that was.
    """
    readings = []
    for _ in range(5):
        before, unix, after = local_clock(), time.time(), local_clock()
        readings.append((after - before, (before + after) / 2, unix))
    within_s, lsl, unix = min(readings)
    writer.event("clock-anchor", time=lsl, unix=unix, within_s=within_s)


class Recorder:
    """Write a live source to a session until it is told to stop, and report once a second.

    Parameters
    ----------
    source : RawSource
    writer : SessionWriter
        Closing it is its owner's business.
    local_clock : callable or None
        The clock that events are stamped with; None for the source's own. Without one there are
        neither anchors nor events.
    free_bytes : callable
        Returns how much room the disk of a path has.
    """

    def __init__(
        self,
        source: RawSource,
        writer: SessionWriter,
        *,
        local_clock: Callable[[], float] | None = None,
        free_bytes: Callable[[Path], int] | None = None,
    ) -> None:
        self._source = source
        self._writer = writer
        self._local_clock = local_clock or source.local_clock
        self._free_bytes = free_bytes or _free_bytes
        self._flows: dict[str, Flow] = {}
        self._since: dict[str, float] = {}  # when each stream was first there to be recorded
        self._told: set[str] = set()  # streams whose wrong rate is in the session already
        self._began = time.monotonic()
        self._ended: float | None = None

    def run(
        self,
        *,
        for_s: float | None = None,
        show: Callable[[RecordingReport], None] = lambda report: None,
    ) -> RecordingReport:
        """Record until the time is over, the source is closed or nothing more can come.

        Parameters
        ----------
        for_s : float or None
        show : callable
            Given a report once a second.

        Returns
        -------
        RecordingReport
            Of the whole recording.

        Raises
        ------
        SessionError
            At once if the disk is full; what is written stays readable.
        """
        began = self._began = time.monotonic()
        until = began + for_s if for_s is not None else float("inf")
        look_at, anchor_at = began + _LOOK_EVERY_S, began + ANCHOR_EVERY_S
        self._source.record(self._writer)
        try:
            self._anchor()
            while not self._source.ended and (now := time.monotonic()) < until:
                self._take(self._source.get(min(_TURN_S, until - now)))
                if now >= anchor_at:
                    anchor_at += ANCHOR_EVERY_S
                    self._anchor()
                if now >= look_at:
                    look_at = now + _LOOK_EVERY_S
                    self._tell_rates()
                    show(self.report())
            self._anchor()
        finally:
            self._source.stop_recording()
            self._ended = time.monotonic()
        return self.report()

    def report(self) -> RecordingReport:
        """Return how it is going."""
        now = self._ended or time.monotonic()
        states = self._source.states()
        ids = {name: id for id, name in self._source.names.items()}
        streams = tuple(self._stream(name, ids[name], state, now) for name, state in states.items())
        disk_s = self._disk_s(now)
        alarms = [stream.alarm for stream in streams if stream.alarm]
        if disk_s is not None and disk_s < _DISK_S:
            alarms.append(f"the disk will be full in {_span(disk_s)}; make room or stop")
        return RecordingReport(
            seconds=now - self._began, bytes=self._writer.bytes_written,
            streams=streams, disk_s=disk_s, alarms=tuple(alarms),
        )  # fmt: skip

    def _stream(self, name: str, id: int, state: StreamState, now: float) -> StreamReport:
        flow = self._flow(name)
        return StreamReport(
            name=name,
            samples=self._writer.samples.get(id, 0),
            samples_per_s=flow.mean_hz if self._ended else flow.recent_hz(now),
            nominal_rate_hz=flow.nominal_hz,
            bytes=self._writer.bytes_by_stream.get(id, 0),
            lost=state.lost,
            state=state.state,
            alarm=self._alarm(name, flow, state, now),
        )

    def _alarm(self, name: str, flow: Flow, state: StreamState, now: float) -> str:
        since = self._since.setdefault(name, now if self._ended is None else self._began)
        if state.state not in _WELL:
            why = f": {state.says}" if state.says else ""
            return f"stream '{name}' is {state.state}{_for(state.age_s)}{why}"
        if not flow.total and flow.nominal_hz and now - since > _SILENT_S:
            return f"stream '{name}' has sent nothing{_for(now - since)}"
        off = flow.off()
        if off is None:
            return ""
        return (
            f"stream '{name}' delivers {flow.measured_hz():.4g} samples/s, {100 * off:+.1f} % "
            f"from the {flow.nominal_hz:g} it says"
        )

    def _tell_rates(self) -> None:
        """Write each rate that turns out wrong to the session, once."""
        if self._local_clock is None:
            return
        wrong = {name: flow for name, flow in self._flows.items() if flow.off() is not None}
        for name in wrong.keys() - self._told:
            self._told.add(name)
            self._writer.event(
                "rate", time=self._local_clock(), stream=name,
                nominal_hz=wrong[name].nominal_hz, measured_hz=wrong[name].measured_hz(),
            )  # fmt: skip

    def _disk_s(self, now: float) -> float | None:
        elapsed_s = now - self._began
        if elapsed_s < _DISK_SURE_S or not self._writer.bytes_written:
            return None
        with suppress(OSError):  # a disk that cannot say it
            return self._free_bytes(self._writer.path) * elapsed_s / self._writer.bytes_written
        return None

    def _take(self, arrived: tuple[str, object] | None) -> None:
        if arrived is not None:
            name, chunk = arrived
            self._flow(name).take(time.monotonic(), len(chunk))

    def _flow(self, name: str) -> Flow:
        if name not in self._flows:
            self._flows[name] = Flow(self._source.streams[name].rate_hz)
        return self._flows[name]

    def _anchor(self) -> None:
        if self._local_clock is not None:
            anchor(self._writer, local_clock=self._local_clock)


def _free_bytes(path: Path) -> int:
    return shutil.disk_usage(path.parent).free


def _for(seconds: float | None) -> str:
    return "" if seconds is None else f" for {seconds:.0f} s"


def _span(seconds: float) -> str:
    return f"{seconds / 60:.0f} min" if seconds >= 120 else f"{seconds:.0f} s"
