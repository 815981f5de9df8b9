"""Whether a MATLAB file is built as its format says, before scipy reads it.

scipy's reader looks element types up in tables without asking whether they are in them: a damaged
file can end the process (seen on one in some thousand files with changed bytes). So the tags of a
file are walked first, with every length held against what is there. What passes holds numbers,
texts, cells and structures; objects, functions and sparse arrays are in no data set.

References
----------
The MathWorks, MAT-File Format, version 5 (level 5 MAT-files)
"""

import math
import mmap
import struct
import zlib
from functools import lru_cache
from pathlib import Path

__all__ = ["check_matlab"]

_HEADER = 128
_MATRIX, _COMPRESSED = 14, 15
_MOST_BYTES = 2**32  # of one variable; its own length has no more bits
_DEEPEST, _MOST_AXES, _LONGEST_NAME = 32, 32, 64

_BYTES = {1: 1, 2: 1, 3: 2, 4: 2, 5: 4, 6: 4, 7: 4, 9: 8, 12: 8, 13: 8}  # type → one number
_LETTERS = {1, 2, 4, 16, 17, 18}
_CELL, _STRUCT, _CHAR, _NUMBERS = 1, 2, 4, range(6, 16)
_IS_COMPLEX = 0x08


def check_matlab(path: Path) -> None:
    """Check a file, once until it changes.

    Raises
    ------
    ValueError
        If it is damaged, of another version, or holds what no data set does.
    OSError
        If it cannot be read.
    """
    state = path.stat()
    _check(path, state.st_mtime_ns, state.st_size)


@lru_cache(maxsize=256)
def _check(path: Path, _mtime_ns: int, size: int) -> None:
    if size <= _HEADER:
        raise ValueError(f"it has {size} bytes")
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
        order = {b"IM": "<", b"MI": ">"}.get(mapped[126:128])
        if order is None or mapped[:4] == b"\x89HDF":
            raise ValueError("its header is not one of version 5")
        if mapped[124:126] not in {b"\x00\x01", b"\x01\x00"}:
            raise ValueError("its header is one of version 7.3")
        place = _HEADER
        while place < size:
            kind, count = struct.unpack(f"{order}II", _take(mapped, place, 8))
            # The only place where bytes are copied: one variable at a time.
            content = bytes(_take(mapped, place + 8, count))
            if kind == _COMPRESSED:
                _variable(_unpacked(content), order)
            elif kind == _MATRIX:
                _Walk(memoryview(content), order).matrix(0)
            else:
                raise ValueError(f"it has an element of type {kind} among its variables")
            place += 8 + count


def _unpacked(content: bytes) -> memoryview:
    unpacking = zlib.decompressobj()
    whole = unpacking.decompress(content, _MOST_BYTES)
    if not unpacking.eof:
        raise ValueError("a variable is longer than its format can say, or ends early")
    return memoryview(whole)


def _variable(whole: memoryview, order: str) -> None:
    kind, count = struct.unpack(f"{order}II", _take(whole, 0, 8))
    if kind != _MATRIX:
        raise ValueError(f"it has an element of type {kind} among its variables")
    _Walk(memoryview(_take(whole, 8, count)), order).matrix(0)


def _take(data: bytes | mmap.mmap | memoryview, place: int, count: int) -> bytes | memoryview:
    if count < 0 or place + count > len(data):
        raise ValueError("it ends early")
    return data[place : place + count]


class _Walk:
    """Goes through the elements of one array, and of the arrays inside it."""

    def __init__(self, data: memoryview, order: str) -> None:
        self._data, self._order, self._at = data, order, 0

    def element(self) -> tuple[int, memoryview]:
        """Return type and content of the next element."""
        kind, count = self._unpack("II", _take(self._data, self._at, 8))
        if kind >> 16:  # up to four bytes lie in the tag itself
            kind, count = kind & 0xFFFF, kind >> 16
            if count > 4:
                raise ValueError(f"a short element claims {count} bytes")
            content = self._data[self._at + 4 : self._at + 4 + count]
            self._at += 8
        else:
            content = memoryview(_take(self._data, self._at + 8, count))
            # Filled up to eight bytes, but for the last one of some writers.
            self._at = min(self._at + 8 + count + -count % 8, len(self._data))
        return kind, content

    def matrix(self, depth: int) -> None:
        """Walk what is inside an array: its flags, shape and name, then by its class."""
        if not len(self._data):
            return  # an empty cell may be written as nothing at all
        if depth > _DEEPEST:
            raise ValueError("its cells lie too deep in each other")
        flags = self._numbers({6}, "I", 2)[0]
        shape = self._numbers({5}, "i", None)
        if not 2 <= len(shape) <= _MOST_AXES or min(shape) < 0:
            raise ValueError(f"it has an array of shape {shape[:6]}")
        self._typed({1, 2, 16})
        kind, count = flags & 0xFF, math.prod(shape)
        if kind in _NUMBERS:
            for _ in range(2 if flags >> 8 & _IS_COMPLEX else 1):
                self._values(count)
        elif kind == _CHAR:
            self._typed(_LETTERS)
        elif kind == _CELL:
            self._inside(count, depth)
        elif kind == _STRUCT:
            self._inside(count * self._fields(), depth)
        else:
            raise ValueError(f"it has an array of class {kind}, which is no numbers and no cells")

    def _values(self, count: int) -> None:
        kind, content = self.element()
        if kind not in _BYTES or len(content) != count * _BYTES[kind]:
            raise ValueError(
                f"it has {len(content)} bytes of type {kind} for an array of {count} numbers"
            )

    def _fields(self) -> int:
        """Return how many fields a structure has."""
        (length,) = self._numbers({5}, "i", 1)
        names = self._typed({1, 2, 16})
        if not 1 <= length <= _LONGEST_NAME or len(names) % length:
            raise ValueError(f"it has names of fields of {length} letters")
        return len(names) // length

    def _inside(self, count: int, depth: int) -> None:
        if count * 8 > len(self._data):
            raise ValueError(f"it claims {count} cells in {len(self._data)} bytes")
        for _ in range(count):
            _Walk(self._typed({_MATRIX}), self._order).matrix(depth + 1)

    def _typed(self, kinds: set[int]) -> memoryview:
        kind, content = self.element()
        if kind not in kinds:
            raise ValueError(f"it has an element of type {kind} in the place of another")
        return content

    def _numbers(self, kinds: set[int], letter: str, count: int | None) -> tuple[int, ...]:
        content = self._typed(kinds)
        if len(content) % 4 or (count is not None and len(content) != 4 * count):
            raise ValueError(f"it has {len(content)} bytes in the place of whole numbers")
        return self._unpack(letter * (len(content) // 4), content)

    def _unpack(self, format: str, content: bytes | memoryview) -> tuple[int, ...]:
        return struct.unpack(f"{self._order}{format}", content)
