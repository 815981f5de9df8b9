"""Walk from chunk to chunk of an XDF file; where one is damaged, go on at the next boundary.

Whatever the bytes, a walk ends: each step goes forward, and at most twice the file is read. It
holds one chunk at a time. What is made of a chunk (numbers, texts, XML, events) takes at most
:data:`MOST_MEMORY` times the file's bytes beside :data:`LEAST_MEMORY`, the headers included.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from neuroaffect.errors import SessionError
from neuroaffect.session.xdf import BOUNDARY, MAGIC, Damage, Tag, one_line
from neuroaffect.session.xdf_packed import is_packed, unpacked

__all__ = [
    "LEAST_MEMORY",
    "MOST_MEMORY",
    "Chunks",
    "Defects",
    "XdfSource",
    "name_of",
    "open_chunks",
]

MOST_MEMORY = 64  # bytes per byte of the (unpacked) file; a text of two letters takes 20 per byte
LEAST_MEMORY = 8 * 2**20  # bytes, for what does not grow with the file

XdfSource = Path | bytes | BinaryIO

_BLOCK = 2**20  # bytes looked at together in the search for a boundary
_FIRST_BLOCK = 2**12  # the search begins small: files with many boundaries would be read for ever
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
        """Add a sentence, once, on one line."""
        sentence = one_line(sentence)
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
    torn : callable
        Given what follows the length of a chunk that reaches beyond the end of the file.

    Attributes
    ----------
    size : int
    defects : Defects
    head : bytes
        The length before the content given last, as it is written.
    resumed : int
        How often the walk left bytes out so far.
    is_cut : bool
        Whether it left out the end of the file.
    """

    def __init__(
        self, file: BinaryIO, size: int, *, torn: Callable[[bytes], None] | None = None
    ) -> None:
        self.size = size
        self.defects = Defects()
        self.head = b""
        self.resumed = 0
        self.is_cut = False
        self._file = file
        self._torn = torn
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
                self._give_torn(place)
                place = self._resume(place, damage)
                continue
            after = place + len(self.head) + len(content)
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
        length = self._length(place)
        if length < 2:
            raise Damage("a chunk too short for its tag")
        left = self.size - place - len(self.head)
        if length > left:
            raise Damage("a chunk longer than the rest of the file")
        content = self._file.read(length)
        if len(content) < length:
            raise Damage("a chunk longer than the rest of the file")
        return content

    def _length(self, place: int) -> int:
        """Read the length that starts here, and keep its bytes."""
        size = self._file.read(1)
        if size not in _SIZES:
            raise Damage(f"a length of {size[0] if size else 0} bytes, where XDF knows 1, 4 and 8")
        length = self._file.read(_SIZES[size])
        self.head = size + length
        return int.from_bytes(length, "little")

    def _step_over(self, place: int, after: int, damage: Damage) -> int:
        """Leave out one chunk if what follows looks like another, else resume further on."""
        if not self._is_chunk(after):
            return self._resume(place, damage)
        self.resumed += 1
        self.defects.tell(f"the chunk at byte {place} is damaged and was left out: {damage}")
        self._file.seek(after)
        return after

    def _is_chunk(self, place: int) -> bool:
        if place == self.size:
            return True
        try:
            self._file.seek(place)
            length = self._length(place)
        except Damage:
            return False
        return 2 <= length <= self.size - self._file.tell() and self._file.read(2) in _TAGS

    def _resume(self, place: int, damage: Damage) -> int:
        """Return the place after the next boundary, or the end."""
        self.resumed += 1
        self._file.seek(place)
        if self._file.read(len(MAGIC)) == MAGIC:
            self.defects.tell(
                f"a second XDF file starts at byte {place}; only the first one is read"
            )
            return self.size
        after = self._find_boundary(place)
        if after is None:
            self.is_cut = True
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

    def _give_torn(self, place: int) -> None:
        """Give what follows the length that starts here; its end may be anywhere."""
        if self._torn is None:
            return
        self._file.seek(place)
        try:
            length = self._length(place)
        except Damage:
            return
        self._torn(self._file.read(min(length, self.size - self._file.tell())))

    def _find_boundary(self, place: int) -> int | None:
        self._file.seek(place)
        block = b""
        start, size = place, _FIRST_BLOCK
        while True:
            # The end of the last block is looked at again: a boundary may lie across.
            kept = block[-(len(BOUNDARY) - 1) :]
            start += len(block) - len(kept)
            block = kept + self._file.read(size)
            if len(block) == len(kept):
                return None
            found = block.find(BOUNDARY)
            if found >= 0:
                return start + found + len(BOUNDARY)
            size = min(2 * size, _BLOCK)


def name_of(source: XdfSource) -> str:
    """Return what sentences call a file."""
    return f"'{source}'" if isinstance(source, Path) else "the recording"


@contextmanager
def open_chunks(
    source: XdfSource, *, torn: Callable[[bytes], None] | None = None
) -> Iterator[Chunks]:
    """Open an XDF file, packed or not.

    Parameters
    ----------
    source : Path, bytes or binary file
        A file is read from its start, and left open.
    torn : callable
        See :class:`Chunks`.

    Raises
    ------
    SessionError
        If it cannot be read, is no XDF file, or unpacks to more than is believed.
    """
    name = name_of(source)
    try:
        with ExitStack() as stack:
            if isinstance(source, Path):
                file = stack.enter_context(source.open("rb", buffering=_BLOCK))
            else:
                file = BytesIO(source) if isinstance(source, bytes) else source
            file.seek(0)
            whole = True
            if is_packed(file.read(2)):
                file, whole = stack.enter_context(unpacked(file, name=name))
            yield _started(file, name, whole=whole, torn=torn)
    except OSError as error:
        raise SessionError(f"cannot read {name}: {error.strerror or error}") from None


def _started(
    file: BinaryIO, name: str, *, whole: bool, torn: Callable[[bytes], None] | None
) -> Chunks:
    size = file.seek(0, 2)
    file.seek(0)
    magic = file.read(len(MAGIC))
    if magic != MAGIC:
        raise SessionError(f"{name} is no XDF file: it starts with {magic!r}, not 'XDF:'")
    chunks = Chunks(file, size, torn=torn)
    if not whole:
        chunks.is_cut = True
        chunks.resumed = 1
        chunks.defects.tell("the packed file is cut or damaged; what could be unpacked is read")
    return chunks
