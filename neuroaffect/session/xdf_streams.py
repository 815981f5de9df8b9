"""The streams met in one walk through an XDF file: headers, footers, and who a chunk is about."""

import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np

from neuroaffect.session.raw import ClockOffset
from neuroaffect.session.xdf import Damage, Tag
from neuroaffect.session.xdf_chunks import Chunks
from neuroaffect.session.xdf_header import footer_count, parse_header, parse_xml
from neuroaffect.session.xdf_samples import SamplesReader

__all__ = ["Streams"]

T = TypeVar("T")

_FEW_CHANNELS = 4096  # believed whatever the size of the file; more must be in proportion to it
_BYTES_PER_CHANNEL = 16
_OFFSET_BYTES = 22


@dataclass
class Streams:
    """What a walk through a file knows of its streams so far.

    Parameters
    ----------
    chunks : Chunks
        Whose defects are told.
    readers : dict of int to SamplesReader
        By id, as their headers were met.
    footers : dict of int to (int or None)
        The number of samples that a stream's footer speaks of.
    notes : list of str
        What is odd about the headers but costs nothing.
    """

    chunks: Chunks
    readers: dict[int, SamplesReader] = field(default_factory=dict)
    footers: dict[int, int | None] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    _met: dict[int, int] = field(default_factory=dict)  # damage before a stream's newest samples

    def walk(
        self, samples: Callable[[SamplesReader, bytes], T]
    ) -> Iterator[tuple[SamplesReader, T | ClockOffset]]:
        """Yield what each chunk about a stream says; `samples` reads the samples chunks."""
        for tag, content in self.chunks:
            try:
                if tag is Tag.SAMPLES:
                    reader = self.reader(content)
                    self.note_damage(reader, content)
                    said = samples(reader, content)
                elif tag is Tag.CLOCK_OFFSET:
                    reader = self.reader(content)
                    said = self.offset(content)
                else:
                    self.learn(tag, content)
                    continue
            except Damage as damage:
                self.chunks.reject(damage)
            else:
                yield reader, said

    def reader(self, content: bytes) -> SamplesReader:
        """Return the reader of the stream a chunk is about.

        Raises
        ------
        Damage
            If no header describes it.
        """
        id = int.from_bytes(content[2:6], "little")
        reader = self.readers.get(id)
        if reader is None or len(content) < 6:
            raise Damage(f"it belongs to stream {id}, which no header describes")
        return reader

    def note_damage(self, reader: SamplesReader, content: bytes) -> None:
        """Tell of a samples chunk whose stamps count on from before damage to the file."""
        if self._met.get(reader.stream.id, 0) != self.chunks.resumed:
            self._met[reader.stream.id] = self.chunks.resumed
            if reader.starts_deduced(content):
                self.chunks.defects.tell(
                    f"stream {reader.stream.id} ('{reader.stream.name}') goes on without a stamp "
                    "after damage; until its next stamp its times are early by what was lost"
                )

    def offset(self, content: bytes) -> ClockOffset:
        """Return what a clock offset chunk says.

        Raises
        ------
        Damage
            If it is too short or too long, or says no numbers.
        """
        if len(content) != _OFFSET_BYTES:
            raise Damage(f"a clock offset of {len(content) - 6} bytes, where XDF has 16")
        time, offset = struct.unpack_from("<dd", content, 6)
        if not (np.isfinite(time) and np.isfinite(offset)):
            raise Damage("a clock offset that is no number")
        return ClockOffset(self.reader(content).stream.id, time, offset)

    def learn(self, tag: Tag, content: bytes) -> None:
        """Take in a header or footer.

        Raises
        ------
        Damage
            If it cannot be understood, or contradicts an earlier one.
        """
        if tag is Tag.STREAM_HEADER:
            self._add(int.from_bytes(content[2:6], "little"), content)
        elif tag is Tag.STREAM_FOOTER:
            id = self.reader(content).stream.id
            self.footers[id] = footer_count(content[6:].decode("utf-8", "replace"))
        elif tag is Tag.FILE_HEADER:
            parse_xml(content[2:].decode("utf-8", "replace"))

    def _add(self, id: int, content: bytes) -> None:
        text = content[6:].decode("utf-8", "replace")
        if id in self.readers:
            if self.readers[id].stream.header != text:
                raise Damage(f"a second, different header for stream {id}")
            return
        declared = sum(len(reader.stream.labels) for reader in self.readers.values())
        most = max(_FEW_CHANNELS, self.chunks.size // _BYTES_PER_CHANNEL) - declared
        stream, defects, notes = parse_header(text, id=id, most_channels=most)
        self.notes += notes
        for defect in defects:
            self.chunks.defects.tell(defect)
        self.readers[id] = SamplesReader(stream)

    def tell_unclosed(self) -> None:
        """Tell of the streams whose footer has not come."""
        names = [f"'{r.stream.name}'" for id, r in self.readers.items() if id not in self.footers]
        if names:
            self.chunks.defects.tell(
                f"the recording was not closed: no footer for {', '.join(names)}"
            )
