"""Read an XDF file in file order, chunk by chunk, past any damage."""

import json
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import numpy as np

from neuroaffect.errors import SessionError
from neuroaffect.session.raw import ClockOffset, Event, Item, Packet, RawStream
from neuroaffect.session.xdf import Damage, Tag
from neuroaffect.session.xdf_chunks import Chunks, open_chunks
from neuroaffect.session.xdf_header import footer_count, parse_header
from neuroaffect.session.xdf_samples import SamplesReader

__all__ = ["XdfContents", "read_xdf", "scan_xdf"]

T = TypeVar("T")

_FEW_CHANNELS = 4096  # believed whatever the size of the file; more must be in proportion to it


@dataclass(frozen=True, kw_only=True)
class XdfContents:
    """What a scan finds: streams, our own events, defects."""

    streams: tuple[RawStream, ...]
    events: tuple[Event, ...]
    defects: tuple[str, ...]
    is_ours: bool


def scan_xdf(path: Path) -> XdfContents:
    """Walk through a whole file, check each chunk, and return what is in it.

    Numeric samples are checked and counted, not decoded.

    Raises
    ------
    SessionError
        If the file cannot be read, is no XDF, or holds no stream that can be read.
    """
    events: list[Event] = []
    with open_chunks(path) as chunks:
        streams = _Streams(chunks)
        for reader, content in streams.walk(SamplesReader.check):
            if reader.is_events and isinstance(content, Packet):
                events += _events(content, chunks.defects.tell)
        streams.tell_missing()
    if not streams.readers:
        why = f" ({chunks.defects.told[0]})" if chunks.defects.told else ""
        raise SessionError(f"'{path}' holds no stream{why}; record it again or repair it")
    found = streams.readers.values()
    return XdfContents(
        streams=tuple(reader.stream for reader in found if not reader.is_events),
        events=tuple(events),
        defects=chunks.defects.sentences(),
        is_ours=any(reader.is_events for reader in found),
    )


def read_xdf(path: Path) -> Iterator[Item]:
    """Yield packets and clock offsets in file order; our own events stream is left out.

    Raises
    ------
    SessionError
        If the file cannot be read any more.
    """
    with open_chunks(path) as chunks:
        for reader, content in _Streams(chunks).walk(SamplesReader.packet):
            if content is not None and not reader.is_events:
                yield content


@dataclass
class _Streams:
    """The streams met so far in one walk through a file."""

    chunks: Chunks
    readers: dict[int, SamplesReader] = field(default_factory=dict)
    footers: dict[int, int | None] = field(default_factory=dict)

    def walk(
        self, samples: Callable[[SamplesReader, bytes], T]
    ) -> Iterator[tuple[SamplesReader, T | ClockOffset]]:
        """Yield what each chunk about a stream says; `samples` reads the samples chunks."""
        for tag, content in self.chunks:
            try:
                if tag is Tag.SAMPLES:
                    reader = self._reader(content)
                    said = samples(reader, content)
                elif tag is Tag.CLOCK_OFFSET:
                    reader = self._reader(content)
                    said = _offset(reader.stream.id, content)
                else:
                    self._learn(tag, content)
                    continue
            except Damage as damage:
                self.chunks.reject(damage)
            else:
                yield reader, said

    def _reader(self, content: bytes) -> SamplesReader:
        id = int.from_bytes(content[2:6], "little")
        reader = self.readers.get(id)
        if reader is None or len(content) < 6:
            raise Damage(f"it belongs to stream {id}, which no header describes")
        return reader

    def _learn(self, tag: Tag, content: bytes) -> None:
        """Take in a stream's header or footer."""
        if tag is Tag.STREAM_HEADER:
            self._add(int.from_bytes(content[2:6], "little"), content)
        elif tag is Tag.STREAM_FOOTER:
            id = self._reader(content).stream.id
            self.footers[id] = footer_count(content[6:].decode("utf-8", "replace"))

    def _add(self, id: int, content: bytes) -> None:
        text = content[6:].decode("utf-8", "replace")
        if id in self.readers:
            if self.readers[id].stream.header != text:
                raise Damage(f"a second, different header for stream {id}")
            return
        most = max(_FEW_CHANNELS, self.chunks.size // 16)
        stream, defects = parse_header(text, id=id, most_channels=most)
        for defect in defects:
            self.chunks.defects.tell(defect)
        self.readers[id] = SamplesReader(stream)

    def tell_missing(self) -> None:
        """Tell of footers that are missing, or count other samples than there are."""
        unclosed = []
        for id, reader in self.readers.items():
            name = reader.stream.name
            said = self.footers.get(id)
            if id not in self.footers:
                unclosed.append(f"'{name}'")
            elif said is not None and said != reader.count:
                self.chunks.defects.tell(
                    f"the footer of stream {id} ('{name}') says {said} samples, "
                    f"there are {reader.count}"
                )
        if unclosed:
            self.chunks.defects.tell(
                f"the recording was not closed: no footer for {', '.join(unclosed)}"
            )


def _offset(id: int, content: bytes) -> ClockOffset:
    if len(content) != 22:
        raise Damage(f"a clock offset of {len(content) - 6} bytes, where XDF has 16")
    time, offset = struct.unpack_from("<dd", content, 6)
    if not (np.isfinite(time) and np.isfinite(offset)):
        raise Damage("a clock offset that is no number")
    return ClockOffset(id, time, offset)


def _events(packet: Packet, tell: Callable[[str], None]) -> Iterator[Event]:
    for time, line in zip(packet.stamps.tolist(), packet.values[:, 0], strict=True):
        try:
            detail = json.loads(line)
            kind = detail.pop("event")
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            tell(f"an event at {time:.3f} s is no line of JSON with a key 'event'")
        else:
            yield Event(time, str(kind), detail)
