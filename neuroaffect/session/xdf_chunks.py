"""Walk from chunk to chunk of an XDF file; where one is damaged, go on at the next boundary."""

import tempfile
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import BinaryIO

from neuroaffect.errors import SessionError
from neuroaffect.session.xdf import BOUNDARY, MAGIC, Damage, Tag

__all__ = ["Chunks", "Defects", "is_packed", "open_chunks"]

_BLOCK = 2**20  # bytes looked at together in the search for a boundary
_MOST_DEFECTS = 20
_TAGS = {tag.to_bytes(2, "little"): tag for tag in Tag}
_SIZES = {bytes([size]): size for size in (1, 4, 8)}


class Defects:
    """Sentences on what is wrong with a file; the first twenty, and how many more.

    Attributes
    ----------
    told : list of str
    """

    def __init__(self) -> None:
        self.told: list[str] = []
        self._more = 0

    def tell(self, sentence: str) -> None:
        """Add a sentence, once."""
        if sentence in self.told:
            return
        if len(self.told) < _MOST_DEFECTS:
            self.told.append(sentence)
        else:
            self._more += 1

    def sentences(self) -> tuple[str, ...]:
        """Return what was told."""
        return (*self.told, *([f"and {self._more} more defects"] if self._more else []))


class Chunks:
    """The chunks of an open file, in order, as (tag, content from the tag on).

    Damage is stepped over and told in `defects`. No length that a damaged file states is
    believed beyond the file's own size.

    Parameters
    ----------
    file : binary file, just after the magic
    size : int
        Bytes in the file.
    """

    def __init__(self, file: BinaryIO, size: int) -> None:
        self.size = size
        self.defects = Defects()
        self._file = file
        self._rejected: Damage | None = None

    def reject(self, damage: Damage) -> None:
        """Say that the chunk given last is damaged inside."""
        self._rejected = damage

    def __iter__(self) -> Iterator[tuple[Tag, bytes]]:
        place = len(MAGIC)
        while place < self.size:
            try:
                content = self._read(place)
            except Damage as damage:
                place = self._resume(place, damage)
                continue
            after = self._file.tell()
            tag = _TAGS.get(content[:2])
            if tag is None:
                kind = int.from_bytes(content[:2], "little")
                self.defects.tell(
                    f"the chunk at byte {place} is of the unknown kind {kind} and was left out"
                )
            else:
                yield tag, content
            if self._rejected is not None:
                after = self._step_over(place, after, self._rejected)
                self._rejected = None
            place = after

    def _read(self, place: int) -> bytes:
        """Return the content of the chunk that starts here, tag and all."""
        size = self._file.read(1)
        if size not in _SIZES:
            raise Damage(f"a length of {size[0] if size else 0} bytes, where XDF knows 1, 4 and 8")
        length = int.from_bytes(self._file.read(_SIZES[size]), "little")
        if length < 2:
            raise Damage("a chunk too short for its tag")
        if length > self.size - place:
            raise Damage("a chunk longer than the rest of the file")
        content = self._file.read(length)
        if len(content) < length:
            raise Damage("a chunk longer than the rest of the file")
        return content

    def _step_over(self, place: int, after: int, damage: Damage) -> int:
        """Leave out one chunk if what follows looks like another, else resume further on."""
        if not self._is_chunk(after):
            return self._resume(place, damage)
        self.defects.tell(f"the chunk at byte {place} is damaged and was left out: {damage}")
        self._file.seek(after)
        return after

    def _is_chunk(self, place: int) -> bool:
        if place == self.size:
            return True
        try:
            self._file.seek(place)
            return self._read(place)[:2] in _TAGS
        except Damage:
            return False

    def _resume(self, place: int, damage: Damage) -> int:
        """Return the place after the next boundary, or the end."""
        after = self._find_boundary(place)
        if after is None:
            self.defects.tell(
                f"the file is cut or damaged at byte {place} ({damage}); "
                f"the last {self.size - place} bytes are lost"
            )
            return self.size
        self.defects.tell(
            f"the file is damaged at byte {place} ({damage}); "
            f"{after - place} bytes up to the next boundary are lost"
        )
        self._file.seek(after)
        return after

    def _find_boundary(self, place: int) -> int | None:
        self._file.seek(place)
        block = b""
        start = place
        while True:
            # The end of the last block is looked at again: a boundary may lie across.
            kept = block[-(len(BOUNDARY) - 1) :]
            start += len(block) - len(kept)
            block = kept + self._file.read(_BLOCK)
            if len(block) == len(kept):
                return None
            found = block.find(BOUNDARY)
            if found >= 0:
                return start + found + len(BOUNDARY)


def is_packed(head: bytes) -> bool:
    """Whether a file that starts so is compressed, as .xdfz files are (gzip or zlib)."""
    return head[:2] == b"\x1f\x8b" or (
        head[:1] == b"\x78" and len(head) > 1 and int.from_bytes(head[:2], "big") % 31 == 0
    )


@contextmanager
def open_chunks(path: Path) -> Iterator[Chunks]:
    """Open an XDF file, packed or not.

    Raises
    ------
    SessionError
        If it cannot be read or is no XDF file.
    """
    try:
        with ExitStack() as stack:
            file = stack.enter_context(path.open("rb", buffering=_BLOCK))
            whole = True
            if is_packed(file.read(2)):
                unpacked = stack.enter_context(tempfile.TemporaryFile())
                whole = _unpack(file, unpacked)
                file = unpacked
            size = file.seek(0, 2)
            file.seek(0)
            magic = file.read(len(MAGIC))
            if magic != MAGIC:
                raise SessionError(f"'{path}' is no XDF file: it starts with {magic!r}, not 'XDF:'")
            chunks = Chunks(file, size)
            if not whole:
                chunks.defects.tell(
                    "the packed file is cut or damaged; what could be unpacked is read"
                )
            yield chunks
    except OSError as error:
        raise SessionError(f"cannot read '{path}': {error.strerror or error}") from None


def _unpack(file: BinaryIO, target: BinaryIO) -> bool:
    """Unpack gzip or zlib; return whether all of it was there."""
    file.seek(0)
    unpacker = zlib.decompressobj(wbits=zlib.MAX_WBITS | 32)  # either kind, found by its head
    data = b""
    while data or (data := file.read(_BLOCK)):
        if unpacker.eof:  # gzip files may be several, one after another
            unpacker = zlib.decompressobj(wbits=zlib.MAX_WBITS | 32)
        try:
            target.write(unpacker.decompress(data, _BLOCK))
        except zlib.error:
            return False
        data = unpacker.unconsumed_tail or unpacker.unused_data
    target.write(unpacker.flush())
    return unpacker.eof
