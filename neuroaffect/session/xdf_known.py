"""What a repair must know of a whole XDF file before it writes the first byte."""

from dataclasses import dataclass, field, replace
from xml.etree import ElementTree

from neuroaffect.errors import SessionError
from neuroaffect.session.raw import ClockOffset, RawStream
from neuroaffect.session.xdf import Damage, Tag, pack_chunk
from neuroaffect.session.xdf_chunks import XdfSource, open_chunks
from neuroaffect.session.xdf_header import parse_xml, write_header
from neuroaffect.session.xdf_offsets import absurd_offsets
from neuroaffect.session.xdf_samples import SamplesReader
from neuroaffect.session.xdf_streams import Streams

__all__ = ["Known"]

_FILE_HEADER = b'<?xml version="1.0"?><info><version>1.0</version></info>'


@dataclass
class _Headers(Streams):
    """Keeps the bytes of the headers beside what they say."""

    file_header: bytes = pack_chunk(Tag.FILE_HEADER, _FILE_HEADER)
    raw: dict[int, bytes] = field(default_factory=dict)
    has_file_header: bool = False

    def learn(self, tag: Tag, content: bytes) -> None:
        super().learn(tag, content)
        if tag is Tag.STREAM_HEADER:
            id = int.from_bytes(content[2:6], "little")
            self.raw.setdefault(id, self.chunks.head + content)
        elif tag is Tag.FILE_HEADER and not self.has_file_header and _is_xml(content[2:]):
            self.file_header = self.chunks.head + content
            self.has_file_header = True


@dataclass(frozen=True)
class Known:
    """What is known after two walks through the file.

    Parameters
    ----------
    file_header : bytes
        Its chunk, as it was or made.
    headers : dict of int to bytes
        The chunk of each stream's header, as it was or written anew.
    streams : dict of int to RawStream
    footers : dict of int to (int or None)
        The number of samples each footer speaks of.
    absurd : set of (int, int)
        Clock offsets that are no measurements: stream's id, and its how-manieth.
    """

    file_header: bytes
    headers: dict[int, bytes]
    streams: dict[int, RawStream]
    footers: dict[int, int | None]
    absurd: set[tuple[int, int]]

    @classmethod
    def of(cls, source: XdfSource) -> "Known":
        with open_chunks(source) as chunks:
            met = _Headers(chunks)
            for _ in met.walk(SamplesReader.check):
                pass
        if not met.readers:
            why = f" ({chunks.defects.told[0]})" if chunks.defects.told else ""
            raise SessionError(f"nothing of the recording can be saved: it holds no stream{why}")
        # Again, for what was written before its stream's header.
        offsets: dict[int, list[ClockOffset]] = {}
        with open_chunks(source) as chunks:
            readers = {id: SamplesReader(reader.stream) for id, reader in met.readers.items()}
            met = _Headers(
                chunks, readers, file_header=met.file_header, raw=met.raw,
                has_file_header=met.has_file_header,
            )  # fmt: skip
            for _, said in met.walk(SamplesReader.check):
                if isinstance(said, ClockOffset):
                    offsets.setdefault(said.stream, []).append(said)
        streams = {id: reader.stream for id, reader in met.readers.items()}
        is_ours = any(reader.is_events for reader in met.readers.values())
        absurd = {
            (id, place)
            for id, measured in offsets.items()
            for place in absurd_offsets(measured)
            if not is_ours
        }
        headers = {id: _readable(met.raw[id], stream) for id, stream in streams.items()}
        return cls(met.file_header, headers, streams, met.footers, absurd)


def _readable(chunk: bytes, stream: RawStream) -> bytes:
    """Return a header's chunk as it was, or written anew where pyxdf could not read it."""
    if _is_plain(stream.header, stream):
        return chunk
    if not stream.name:
        stream = replace(stream, name=f"stream {stream.id}", header="")
    text = write_header(stream, redact=False)
    if not _is_plain(text, stream):
        text = write_header(replace(stream, header=""), redact=False)
    return pack_chunk(Tag.STREAM_HEADER, text.encode("utf-8", "replace"), stream=stream.id)


def _is_plain(text: str, stream: RawStream) -> bool:
    """Whether a reader that takes everything literally finds what we found."""
    try:
        info = ElementTree.fromstring(text)
        return (
            info.tag == "info"
            and bool(info.findtext("name"))
            and int(info.findtext("channel_count") or "") == len(stream.labels)
            and float(info.findtext("nominal_srate") or "") == stream.rate_hz
            and info.findtext("channel_format") == stream.format
        )
    except (ElementTree.ParseError, ValueError):
        return False


def _is_xml(data: bytes) -> bool:
    try:
        parse_xml(data.decode("utf-8", "replace"))
        ElementTree.fromstring(data)
    except (Damage, ElementTree.ParseError, ValueError, LookupError):  # also unknown encodings
        return False
    return True
