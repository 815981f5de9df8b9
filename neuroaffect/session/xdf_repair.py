"""Write what can be saved of a damaged XDF file into a new one.

Chunks that are whole are copied byte for byte, headers as they were. Of a samples chunk that is
cut or hit inside, the samples before the damage are kept. Footers are made anew, and boundaries
are put where bytes were left out. What pyxdf stumbles over is not handed on: a broken file
header is replaced, and a stream header that only a tolerant reader takes is written anew.
"""

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from neuroaffect.errors import SessionError
from neuroaffect.session.xdf import (
    BOUNDARY,
    MAGIC,
    Damage,
    Tag,
    pack_chunk,
    pack_length,
)
from neuroaffect.session.xdf_chunks import Chunks, XdfSource, open_chunks
from neuroaffect.session.xdf_events import parse_event
from neuroaffect.session.xdf_known import Known
from neuroaffect.session.xdf_saved import SavedStream, StreamSaver
from neuroaffect.session.xdf_streams import Streams

__all__ = ["Saved", "repair_chunks", "repair_xdf"]

_BOUNDARY_CHUNK = pack_chunk(Tag.BOUNDARY, BOUNDARY)


@dataclass(frozen=True, kw_only=True)
class Saved:
    """What a repair did.

    Parameters
    ----------
    streams : tuple of SavedStream
        In order of appearance, our own events stream among them.
    defects : tuple of str
        What was wrong with the file, and so left out.
    """

    streams: tuple[SavedStream, ...]
    defects: tuple[str, ...]


def repair_xdf(path: Path | str, out: Path | str) -> Saved:
    """Write what can be saved of an XDF file, packed or not, into a new XDF file.

    Parameters
    ----------
    path : Path or str
        Is only read.
    out : Path or str
        A new file, not packed.

    Raises
    ------
    SessionError
        If the file cannot be read or holds no stream, or if `out` is there already or cannot
        be written; then nothing is left behind.
    """
    path, out = Path(path), Path(out)
    if out.suffix.lower() != ".xdf":
        raise SessionError(f"'{out}' is no name for a plain XDF file; let it end in .xdf")
    known = Known.of(path)
    try:
        target = out.open("xb")
    except FileExistsError:
        raise SessionError(f"'{out}' is already there; name a new file") from None
    except (OSError, ValueError) as error:
        raise _unwritable(out, error) from None
    is_done = False
    try:
        with target:
            saved = _repaired(path, known, _Target(target, out))
        is_done = True
    except OSError as error:
        raise _unwritable(out, error) from None
    finally:
        if not is_done:
            with suppress(OSError):
                out.unlink()
    return saved


def repair_chunks(source: XdfSource, target: BinaryIO) -> Saved:
    """Write what can be saved of an XDF file into an open one; see :func:`repair_xdf`."""
    return _repaired(source, Known.of(source), _Target(target, Path("the target")))


def _unwritable(out: Path, error: OSError | ValueError) -> SessionError:
    return SessionError(f"cannot write to '{out}': {getattr(error, 'strerror', None) or error}")


@dataclass
class _Target:
    """Where the repaired file goes; its own errors are not those of the file that is read."""

    file: BinaryIO
    path: Path

    def put(self, data: bytes) -> None:
        try:
            self.file.write(data)
        except OSError as error:
            raise _unwritable(self.path, error) from None


def _repaired(source: XdfSource, known: Known, target: _Target) -> Saved:
    torn: list[bytes] = []
    with open_chunks(source, torn=torn.append) as chunks:
        repair = _Repair(chunks, known, target)
        repair.begin()
        for tag, content in chunks:
            repair.rescue(torn)
            repair.copy(tag, content)
        repair.rescue(torn)
        return repair.end()


class _Repair:
    """Copies chunk by chunk, and counts."""

    def __init__(self, chunks: Chunks, known: Known, target: _Target) -> None:
        self._chunks = chunks
        self._known = known
        self._put = target.put
        self._met: dict[int, int] = {}  # clock offsets by stream
        self._resumed = 0
        self._savers = {
            id: StreamSaver(stream, self._stated(id)) for id, stream in known.streams.items()
        }
        readers = {id: saver.reader for id, saver in self._savers.items()}
        self._streams = Streams(chunks, readers)

    def _stated(self, id: int) -> int | None:
        """Return what a footer says of its stream, unless no file of this size could hold it."""
        stated = self._known.footers.get(id)
        return stated if stated is not None and stated <= self._chunks.size else None

    def begin(self) -> None:
        self._put(MAGIC + self._known.file_header)

    def copy(self, tag: Tag, content: bytes) -> None:
        """Write a chunk that is whole; reject one that is not, and keep what is sound of it."""
        if self._chunks.resumed != self._resumed:
            self._note_loss()
        try:
            if tag is Tag.SAMPLES:
                self._samples(self._chunks.head, content)
            elif tag is Tag.CLOCK_OFFSET:
                self._offset(content)
            elif tag is Tag.STREAM_HEADER:
                self._header(content)
            elif tag is Tag.STREAM_FOOTER:
                self._streams.learn(tag, content)
            elif tag is Tag.BOUNDARY and content[2:] == BOUNDARY:
                self._put(self._chunks.head + content)
        except Damage as damage:
            if tag is Tag.SAMPLES:
                self._rescue(content, is_torn=False)
            self._chunks.reject(damage)

    def rescue(self, torn: list[bytes]) -> None:
        """Keep what is sound of chunks that reached beyond the end."""
        while torn:
            content = torn.pop(0)
            if content[:2] == Tag.SAMPLES.to_bytes(2, "little"):
                self._rescue(content, is_torn=True)

    def end(self) -> Saved:
        """Write the footers; say what was saved."""
        self._streams.tell_unclosed()
        is_cut = self._chunks.is_cut
        for id, saver in self._savers.items():
            self._open(id)
            footer = saver.footer().encode("utf-8")
            self._put(pack_chunk(Tag.STREAM_FOOTER, footer, stream=id))
        self._put(_BOUNDARY_CHUNK)
        is_whole = self._chunks.resumed == 0
        return Saved(
            streams=tuple(
                saver.saved(is_whole=is_whole, is_cut=is_cut) for saver in self._savers.values()
            ),
            defects=self._chunks.defects.sentences(),
        )

    def _samples(self, head: bytes, content: bytes) -> None:
        reader = self._streams.reader(content)
        self._streams.note_damage(reader, content)
        # Decoded before it is written: a chunk that is no whole samples must not be copied.
        before = reader.state
        packet = reader.packet(content)
        if reader.is_events and any(parse_event(line) is None for line in packet.values[:, 0]):
            reader.state = before
            raise Damage("an event that is no line of JSON with a key 'event'")
        self._open(reader.stream.id)
        self._put(head + content)
        self._savers[reader.stream.id].add(packet)

    def _rescue(self, content: bytes, *, is_torn: bool) -> None:
        """Write the sound samples of a damaged chunk as one of its own."""
        with suppress(Damage):
            reader = self._streams.reader(content)
            samples, start, end = reader.sound(content, is_torn=is_torn)
            if samples:
                piece = content[:6] + pack_length(samples) + content[start:end]
                self._samples(pack_length(len(piece)), piece)

    def _header(self, content: bytes) -> None:
        id = int.from_bytes(content[2:6], "little")
        if id not in self._savers:
            raise Damage(f"a header of stream {id} that damage hid until all was known")
        self._streams.learn(Tag.STREAM_HEADER, content)
        self._open(id)

    def _offset(self, content: bytes) -> None:
        measured = self._streams.offset(content)
        place = (measured.stream, self._met.get(measured.stream, 0))
        self._met[measured.stream] = place[1] + 1
        if place in self._known.absurd:
            self._chunks.defects.tell(
                f"a clock offset of stream {measured.stream} was never measured: it says "
                f"{measured.offset:g} s at {measured.time:g} s"
            )
            return
        self._open(measured.stream)
        self._put(self._chunks.head + content)
        self._savers[measured.stream].offsets.append(measured)

    def _open(self, id: int) -> None:
        """Write a stream's header, unless it is there."""
        if not self._savers[id].is_open:
            self._savers[id].is_open = True
            self._put(self._known.headers[id])

    def _note_loss(self) -> None:
        self._resumed = self._chunks.resumed
        for saver in self._savers.values():
            saver.is_broken = True
        self._put(_BOUNDARY_CHUNK)
