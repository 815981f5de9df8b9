"""Read an XDF file in file order, chunk by chunk, past any damage."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from neuroaffect.errors import SessionError
from neuroaffect.session.raw import ClockOffset, Event, Item, Packet, RawStream
from neuroaffect.session.xdf import one_line
from neuroaffect.session.xdf_chunks import Chunks, XdfSource, name_of, open_chunks
from neuroaffect.session.xdf_doubts import StampTally, stamp_doubts, stamp_notes
from neuroaffect.session.xdf_events import events_of
from neuroaffect.session.xdf_offsets import absurd_offsets
from neuroaffect.session.xdf_samples import SamplesReader
from neuroaffect.session.xdf_streams import Streams

__all__ = ["XdfContents", "read_xdf", "scan_xdf"]

OffsetPlace = tuple[int, int]  # id of the stream, and how many offsets of it come before


@dataclass(frozen=True, kw_only=True)
class XdfContents:
    """What a scan finds.

    Parameters
    ----------
    streams : tuple of RawStream
        In order of appearance; our own events stream is not among them.
    samples : tuple of int
        How many samples each of the streams has.
    events : tuple of Event
        Of our own events stream.
    defects : tuple of str
        Damage to the file.
    doubts : tuple of str
        Why the times of a stream cannot be trusted.
    notes : tuple of str
        What is odd but costs nothing.
    absurd : frozenset of (int, int)
        Clock offsets that are no measurements: stream's id, and its how-manieth.
    first_offsets : tuple of ClockOffset
        The first of each stream that was measured.
    is_ours : bool
    """

    streams: tuple[RawStream, ...]
    samples: tuple[int, ...]
    events: tuple[Event, ...]
    defects: tuple[str, ...]
    doubts: tuple[str, ...]
    notes: tuple[str, ...]
    absurd: frozenset[OffsetPlace]
    first_offsets: tuple[ClockOffset, ...]
    is_ours: bool


def scan_xdf(source: XdfSource) -> XdfContents:
    """Walk through a whole file, check each chunk, and return what is in it.

    Of numeric samples only the stamps are decoded.

    Raises
    ------
    SessionError
        If the file cannot be read, is no XDF, or holds no stream that can be read.
    """
    with open_chunks(source) as chunks:
        scan = _Scan(chunks)
        for reader, said in scan.streams.walk(SamplesReader.check):
            scan.take(reader, said)
    if not scan.streams.readers:
        why = f" ({chunks.defects.told[0]})" if chunks.defects.told else ""
        raise SessionError(f"{name_of(source)} holds no stream{why}; record it again or repair it")
    return scan.contents()


def read_xdf(source: XdfSource, *, absurd: frozenset[OffsetPlace] = frozenset()) -> Iterator[Item]:
    """Yield packets and clock offsets in file order; our own events stream is left out.

    Parameters
    ----------
    source : Path, bytes or binary file
    absurd : frozenset of (int, int)
        Clock offsets to leave out, as a scan found them.

    Raises
    ------
    SessionError
        If the file cannot be read any more.
    """
    met: dict[int, int] = {}
    with open_chunks(source) as chunks:
        for reader, said in Streams(chunks).walk(SamplesReader.packet):
            if isinstance(said, ClockOffset):
                place = (said.stream, met.get(said.stream, 0))
                met[said.stream] = place[1] + 1
                if place in absurd:
                    continue
            if not reader.is_events:
                yield said


@dataclass
class _Scan:
    """What a scan has found so far."""

    chunks: Chunks
    events: list[Event] = field(default_factory=list)
    tallies: dict[int, StampTally] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.streams = Streams(self.chunks)

    def take(self, reader: SamplesReader, said: object) -> None:
        id = reader.stream.id
        if id not in self.tallies:
            self.tallies[id] = StampTally(reader.stream)
        if isinstance(said, ClockOffset):
            self.tallies[id].offsets.append(said)
        elif isinstance(said, Packet):
            self.tallies[id].add(said.stamps)
            if reader.is_events:
                self.events += events_of(said, self.chunks.defects.tell)
        else:
            self.tallies[id].add(said)

    def contents(self) -> XdfContents:
        readers = list(self.streams.readers.values())
        streams = [reader for reader in readers if not reader.is_events]
        is_ours = len(streams) < len(readers)
        tallies = [
            self.tallies.get(reader.stream.id, StampTally(reader.stream)) for reader in streams
        ]
        # Ours holds only offsets that were measured, and a replay must meet what the run met.
        absurd = frozenset() if is_ours else frozenset(self._absurd(tallies))
        notes = [*self.streams.notes, *self._tell_footers(), *stamp_notes(tallies)]
        return XdfContents(
            streams=tuple(reader.stream for reader in streams),
            samples=tuple(reader.count for reader in streams),
            events=tuple(self.events),
            defects=self.chunks.defects.sentences(),
            doubts=tuple(map(one_line, stamp_doubts(tallies, is_ours=is_ours))),
            notes=tuple(map(one_line, notes)),
            absurd=absurd,
            first_offsets=tuple(_first_offsets(tallies, absurd)),
            is_ours=is_ours,
        )

    def _absurd(self, tallies: list[StampTally]) -> Iterator[OffsetPlace]:
        for tally in tallies:
            id, found = tally.stream.id, absurd_offsets(tally.offsets)
            if found:
                first = tally.offsets[min(found)]
                self.chunks.defects.tell(
                    f"{len(found)} of {len(tally.offsets)} clock offsets of stream {id} "
                    f"('{tally.stream.name}') were never measured, the first says "
                    f"{first.offset:g} s at {first.time:g} s; they are left out"
                )
            yield from ((id, place) for place in sorted(found))

    def _tell_footers(self) -> Iterator[str]:
        """Tell of footers that are missing or count samples that are not there; yield notes."""
        for reader in self.streams.readers.values():
            id, name = reader.stream.id, reader.stream.name
            said = self.streams.footers.get(id)
            if said is None or said == reader.count:
                continue
            sentence = (
                f"the footer of stream {id} ('{name}') says {said} samples, "
                f"there are {reader.count}"
            )
            if said == reader.count - 1:
                yield f"{sentence}; LabRecorder counts so"
            else:
                self.chunks.defects.tell(sentence)
        self.streams.tell_unclosed()


def _first_offsets(
    tallies: list[StampTally], absurd: frozenset[OffsetPlace]
) -> Iterator[ClockOffset]:
    for tally in tallies:
        for place, measured in enumerate(tally.offsets):
            if (tally.stream.id, place) not in absurd:
                yield measured
                break
