"""A survey of a recording and of each of its streams."""

from dataclasses import dataclass
from pathlib import Path

from neuroaffect.acquire.description import Description
from neuroaffect.acquire.gaps import Gap
from neuroaffect.acquire.recorded import Recorded
from neuroaffect.acquire.source import Item
from neuroaffect.session.raw import ClockOffset, Event
from neuroaffect.session.recording import Recording
from neuroaffect.stream import StreamInfo
from neuroaffect.survey.offsets import ClockOffsets, offsets_of
from neuroaffect.survey.tally import Tally

__all__ = ["StreamSurvey", "Survey", "Timed"]

_OF_STREAMS = {"stream", "gap"}  # events that the streams themselves are shown with


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
    description : Description
        How it is understood: what was completed from a device file, what was left out.
    effective_rate_hz : float
        Samples by their times, gaps left out; 0 for irregular streams and empty ones.
    ppm : float or None
        How far that is off the nominal rate, in millionths; None if it cannot be said.
    samples, lost : int
        How many arrived, and how many did not.
    start_s, duration_s : float
        Its first sample, in seconds since the recording's; from there to its last.
    clock : {"lsl", "unix", "other", "file", "none"}
        What the stamps were taken from; "file" where samples are only counted, "none" where
        there are no stamps.
    offsets : ClockOffsets or None
        What was measured between the sender's clock and the recording machine's.
    gaps : tuple of (time_s, length_s)
        Seconds since the recording's first sample at which samples were lost, and for how long.
    moments : tuple of float
        Seconds since the recording's first sample of each sample of an irregular stream.
    suspicions : tuple of str
        What is hard to believe, a sentence each; they are among the defects too.
    defects : tuple of str
        A sentence each.
    """

    description: Description
    effective_rate_hz: float
    ppm: float | None
    samples: int
    lost: int
    start_s: float
    duration_s: float
    clock: str
    offsets: ClockOffsets | None
    gaps: tuple[tuple[float, float], ...]
    moments: tuple[float, ...]
    suspicions: tuple[str, ...]
    defects: tuple[str, ...]

    @property
    def info(self) -> StreamInfo:
        """What the stream is."""
        return self.description.info

    @property
    def received_percent(self) -> float | None:
        """How many of the samples that were sent arrived; None for irregular streams."""
        sent = self.samples + self.lost
        return 100.0 * self.samples / sent if sent and self.info.rate_hz else None


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
    doubts : tuple of str
        Why the times of a stream cannot be trusted, though every byte is sound.
    notes : tuple of str
        What is odd about the file but costs nothing.
    """

    format: str
    start_s: float
    streams: tuple[StreamSurvey, ...]
    events: tuple[Timed, ...]
    defects: tuple[str, ...]
    doubts: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @classmethod
    def of(cls, recording: Recording | Path | str) -> "Survey":
        """Read a recording once and say what it holds.

        Raises
        ------
        SessionError
            If it is no recording, or cannot be read.
        """
        source = _Listening(recording)
        recording = source.recording
        tallies = _tallies(source)
        start_s = min((t.first_s for t in tallies.values() if t.samples), default=0.0)
        markers = (marker for tally in tallies.values() for marker in tally.markers)
        told = (
            (event.time, _text(event))
            for event in recording.events
            if event.kind not in _OF_STREAMS
        )
        return cls(
            format=recording.format,
            start_s=start_s,
            streams=tuple(_survey(source, name, tallies[name], start_s) for name in tallies),
            events=tuple(Timed(time - start_s, text) for time, text in sorted([*markers, *told])),
            defects=recording.defects,
            doubts=recording.doubts,
            notes=recording.notes,
        )

    @property
    def duration_s(self) -> float:
        """From the recording's first sample to its last."""
        return max((stream.start_s + stream.duration_s for stream in self.streams), default=0.0)

    @property
    def problems(self) -> tuple[str, ...]:
        """Defects of the file and of its streams, the stream named."""
        return self.defects + tuple(
            f"stream '{stream.info.name}': {defect}"
            for stream in self.streams
            for defect in stream.defects
        )


class _Listening(Recorded):
    """A recording that remembers the clock offsets it meets, each once."""

    def _begin(self) -> None:
        self.measured: dict[int, dict[ClockOffset, None]] = {raw.id: {} for raw in self.raws}
        super()._begin()

    def _admit(self, item: Item) -> None:
        if isinstance(item, ClockOffset):
            self.measured[item.stream][item] = None
        super()._admit(item)


def _tallies(source: _Listening) -> dict[str, Tally]:
    """Play the recording through once, and count."""
    described = source.descriptions
    tallies = {
        source.names[raw.id]: Tally(raw, described[source.names[raw.id]]) for raw in source.raws
    }
    for name, packet, chunk in source.walk():
        tallies[name].add(packet, chunk)
    for raw in source.raws:
        tallies[source.names[raw.id]].offsets = list(source.measured[raw.id])
    return tallies


def _survey(source: _Listening, name: str, tally: Tally, start_s: float) -> StreamSurvey:
    gaps: tuple[Gap, ...] = source.gaps[name]
    suspicions = source.suspicions[name]
    return StreamSurvey(
        description=tally.description,
        effective_rate_hz=tally.rate_hz or source.states()[name].effective_hz,
        ppm=tally.ppm if source.recording.is_timed else None,
        samples=tally.samples,
        lost=sum(gap.lost for gap in gaps),
        start_s=tally.first_s - start_s if tally.samples else 0.0,
        duration_s=tally.last_s - tally.first_s,
        clock=_clock(source.recording, name, tally),
        offsets=offsets_of(tally.offsets),
        gaps=tuple((gap.time - start_s, gap.length_s) for gap in gaps),
        moments=tuple(time - start_s for time in tally.moments),
        suspicions=suspicions,
        defects=tuple(tally.defects(suspicions)),
    )


def _clock(recording: Recording, name: str, tally: Tally) -> str:
    """Return the class that the live run told, else what stamps and offsets say."""
    if not recording.is_timed:
        return "file"
    told = [
        str(event.detail.get("clock", ""))
        for event in recording.events
        if event.kind == "clock" and event.detail.get("stream") == name
    ]
    return told[-1] if told else tally.clock


def _text(event: Event) -> str:
    detail = " ".join(f"{key}={value}" for key, value in event.detail.items())
    return f"{event.kind} {detail}".strip()
