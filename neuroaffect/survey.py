"""What a recording holds, measured: rates, gaps, events, and what is wrong with it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from neuroaffect.acquire.gaps import Gap
from neuroaffect.acquire.recorded import Recorded
from neuroaffect.session.raw import Event, Packet, RawStream
from neuroaffect.stream import Chunk, StreamInfo

__all__ = ["StreamSurvey", "Survey", "Timed"]

_RATE_ALARM = 0.02  # a sender that is further off its nominal rate is lying or losing samples
_LEAST_S = 5.0  # shorter stretches say nothing about a rate
_UNIX_FROM, _UNIX_TO = 1e9, 4e9  # 2001 to 2096; no machine has been up for thirty years
_UNJUDGED = {"markers", "other"}
_VOLTAGES = {"eeg", "ecg", "emg", "eog"}


@dataclass(frozen=True)
class Timed:
    """Something at a time: seconds since the recording's first sample, and what it says."""

    time_s: float
    text: str


@dataclass(frozen=True, kw_only=True)
class StreamSurvey:
    """One stream of a recording.

    Parameters
    ----------
    info : StreamInfo
    effective_rate_hz : float
        Samples by their times, gaps left out; 0 for irregular streams and empty ones.
    samples : int
    duration_s : float
        From the first to the last sample.
    clock : {"lsl", "unix", "file", "none"}
        What the stamps were taken from; "file" where samples are only counted.
    gaps : tuple of (time_s, length_s)
        Seconds since the recording's first sample at which samples were lost, and for how long.
    defects : tuple of str
        A sentence each.
    """

    info: StreamInfo
    effective_rate_hz: float
    samples: int
    duration_s: float
    clock: str
    gaps: tuple[tuple[float, float], ...]
    defects: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Survey:
    """A whole recording.

    Parameters
    ----------
    format : str
    start_s : float
        Time of the first sample on the recording's clock; all other times count from it.
    streams : tuple of StreamSurvey
    events : tuple of Timed
        Markers of any stream, and what our own sessions say of themselves, in order of time.
    defects : tuple of str
        What is wrong with the file itself.
    """

    format: str
    start_s: float
    streams: tuple[StreamSurvey, ...]
    events: tuple[Timed, ...]
    defects: tuple[str, ...]

    @classmethod
    def of(cls, path: Path | str) -> "Survey":
        """Read a recording once and say what it holds.

        Raises
        ------
        SessionError
            If it is no recording, or cannot be read.
        """
        source = Recorded(path)
        recording = source.recording
        tallies = _tallies(source)
        start_s = min((t.first_s for t in tallies.values() if t.samples), default=0.0)
        markers = (marker for tally in tallies.values() for marker in tally.markers)
        events = [*markers, *((event.time, _text(event)) for event in recording.events)]
        return cls(
            format=recording.format,
            start_s=start_s,
            streams=tuple(
                tally.survey(source.gaps[name], start_s, is_timed=recording.is_timed)
                for name, tally in tallies.items()
            ),
            events=tuple(Timed(time - start_s, text) for time, text in sorted(events)),
            defects=recording.defects,
        )

    @property
    def problems(self) -> tuple[str, ...]:
        """Defects of the file and of its streams, the stream named."""
        return self.defects + tuple(
            f"stream '{stream.info.name}': {defect}"
            for stream in self.streams
            for defect in stream.defects
        )


def _tallies(source: Recorded) -> dict[str, "_Tally"]:
    """Play the recording through once, and count."""
    tallies = {
        name: _Tally(raw, info)
        for raw, (name, info) in zip(source.raws, source.streams.items(), strict=True)
    }
    for name, packet, chunk in source.walk():
        tallies[name].add(packet, chunk)
    return tallies


def _text(event: Event) -> str:
    detail = " ".join(f"{key}={value}" for key, value in event.detail.items())
    return f"{event.kind} {detail}".strip()


@dataclass(eq=False)
class _Tally:
    """What is counted of one stream while it goes by."""

    raw: RawStream
    info: StreamInfo
    samples: int = 0
    first_s: float = 0.0
    last_s: float = 0.0
    stamp: float = 0.0
    end: int = 0
    steps: int = 0
    stepped_s: float = 0.0
    odd: int = 0
    low: np.ndarray | float = np.inf
    high: np.ndarray | float = -np.inf
    markers: list[tuple[float, str]] = field(default_factory=list)

    def add(self, packet: Packet, chunk: Chunk) -> None:
        if not self.samples:
            self.first_s = float(chunk.times[0])
        elif chunk.first == self.end:
            self.steps += 1
            self.stepped_s += float(packet.stamps[0]) - self.stamp
        self.steps += len(chunk) - 1
        # Raw stamps: where a clock was reset, the times jump without a sample being lost.
        self.stepped_s += float(packet.stamps[-1] - packet.stamps[0])
        self.stamp = float(packet.stamps[-1])
        self.last_s, self.end = float(chunk.times[-1]), chunk.end
        self.samples += len(chunk)
        if self.info.kind == "markers":
            self.markers += _marked(chunk)
        elif chunk.data.dtype != object:
            finite = np.isfinite(chunk.data)
            self.odd += int(np.count_nonzero(~finite))
            self.low = np.minimum(self.low, np.where(finite, chunk.data, np.inf).min(axis=0))
            self.high = np.maximum(self.high, np.where(finite, chunk.data, -np.inf).max(axis=0))

    def survey(self, gaps: tuple[Gap, ...], start_s: float, *, is_timed: bool) -> StreamSurvey:
        return StreamSurvey(
            info=self.info,
            effective_rate_hz=self._rate_hz(),
            samples=self.samples,
            duration_s=self.last_s - self.first_s,
            clock=self._clock() if is_timed else "file",
            gaps=tuple((gap.time - start_s, gap.length_s) for gap in gaps),
            defects=tuple(self._defects()),
        )

    def _rate_hz(self) -> float:
        if not self.info.rate_hz or self.stepped_s <= 0:
            return 0.0
        return self.steps / self.stepped_s

    def _clock(self) -> str:
        if not self.samples:
            return "none"
        return "unix" if _UNIX_FROM < self.stamp < _UNIX_TO else "lsl"

    def _defects(self) -> Iterator[str]:
        if not self.samples:
            yield "holds no sample"
            return
        if self.info.kind not in _UNJUDGED and not any(self.raw.labels):
            yield f"names none of its {len(self.raw.labels)} channels"
        if self.info.kind in _VOLTAGES and not any(self.raw.units):
            yield "names no unit; microvolts are assumed"
        nominal_hz, rate_hz = self.info.rate_hz, self._rate_hz()
        if self.stepped_s >= _LEAST_S and abs(rate_hz - nominal_hz) > _RATE_ALARM * nominal_hz > 0:
            yield f"runs at {rate_hz:.4g} Hz, its nominal rate is {nominal_hz:g} Hz"
        if self.odd and self.info.kind != "affect":  # there, NaN says that the model abstained
            yield f"{self.odd} values are no numbers"
        if self.samples > 1 and self.info.rate_hz and self.info.kind not in _UNJUDGED:
            flat = [
                label
                for label, same in zip(self.info.channels, self.low == self.high, strict=True)
                if same
            ]
            if flat:
                yield f"never changes: {', '.join(flat)}"


def _marked(chunk: Chunk) -> Iterator[tuple[float, str]]:
    for time, row in zip(chunk.times.tolist(), chunk.data.tolist(), strict=True):
        words = [f"{value:g}" if isinstance(value, float) else str(value) for value in row]
        yield time, " ".join(words)
