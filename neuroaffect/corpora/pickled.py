"""Pickles of arrays, read by an interpreter of our own that can build data and nothing else.

Several data sets are published as pickles, and a pickle is a program: `pickle.load` runs what it
says. Its `find_class` can be narrowed to a few names, but the machine underneath still calls what
those names give, sets attributes, asks `copyreg` for extensions and makes room for whatever size
is claimed. The language is small, so the safer reading is also the shorter one: this interpreter
knows the steps that build numbers, texts, lists, tuples, dicts and, in
:mod:`neuroaffect.corpora.pickled_arrays`, numpy arrays. A name in the file is looked up in a table
of five, never imported; nothing that the file names is ever called.

What a file can cost is bounded. Texts and arrays are no larger than their bytes in the file, long
ones are views of the file mapped into memory; steps, lines and integers have limits far above
those of any data set. Data that contain themselves stay so: nothing here walks them.

References
----------
Python Software Foundation, Lib/pickletools.py, the description of the language.
"""

import codecs
import mmap
import struct
from collections.abc import Callable
from pathlib import Path
from types import MappingProxyType

import numpy as np

from neuroaffect.corpora.pickled_arrays import (
    NAMES,
    Arguments,
    Blank,
    Name,
    Refused,
    built,
    called,
)
from neuroaffect.errors import EvaluationError

__all__ = ["read_pickle"]

_MOST_STEPS = 200_000  # DEAP's files take about fifty, WESAD's a few hundred
_SHORT = 4096  # bytes; what is longer can only be the content of an array, and stays bytes
_LONGEST_LINE = 4096  # of numbers and names
_LONGEST_INTEGER = 16  # bytes

_MARK = object()


def read_pickle(path: Path) -> object:
    """Return what a pickle holds: dicts, lists, tuples, numbers, texts and numpy arrays.

    Texts of Python 2 are read as Latin-1, in which its arrays are written too. Arrays are
    read-only; where the file has their bytes as they are, they are read when they are used.

    Raises
    ------
    EvaluationError
        If the file cannot be read, ends early, or asks for anything else.
    """
    try:
        with path.open("rb") as file:
            # Never closed by us: arrays are views of it, and hold it as long as they live.
            mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        return _Reader(mapped).read()
    except Refused as error:
        raise EvaluationError(
            f"{path} is no pickle of arrays: {error}; nothing in it was run"
        ) from None
    except (OSError, ValueError) as error:
        raise EvaluationError(f"{path} cannot be read: {error}") from None


class _Reader:
    """The stack, the memo and the place in the file."""

    def __init__(self, mapped: mmap.mmap) -> None:
        self._mapped = mapped
        self._bytes = memoryview(mapped)
        self._at = 0
        self._stack: list[object] = []
        self._memo: dict[int, object] = {}

    def read(self) -> object:
        for _ in range(_MOST_STEPS):
            code = bytes(self.take(1))
            if code == b".":
                return _whole(self.pop())
            if code not in _STEPS:
                raise Refused(f"it has the step {code!r} at byte {self._at - 1}")
            _STEPS[code](self)
        raise Refused(f"it takes more than {_MOST_STEPS} steps")

    def take(self, count: int) -> memoryview:
        if count < 0 or count > len(self._bytes) - self._at:
            raise Refused("it ends early")
        self._at += count
        return self._bytes[self._at - count : self._at]

    def number(self, format: str) -> int | float:
        return struct.unpack(format, self.take(struct.calcsize(format)))[0]

    def line(self, most: int = _LONGEST_LINE) -> memoryview:
        end = self._mapped.find(b"\n", self._at)
        if end < 0:
            raise Refused("it ends early")
        if end - self._at > most:
            raise Refused(f"it has a line of {end - self._at} bytes where a name or a number is")
        line = self.take(end - self._at)
        self._at += 1
        return line

    def push(self, value: object) -> None:
        self._stack.append(value)

    def pop(self) -> object:
        if not self._stack or self._stack[-1] is _MARK:
            raise Refused("it takes what it has not made")
        return self._stack.pop()

    def pop_to_mark(self) -> list[object]:
        items: list[object] = []
        while self._stack and self._stack[-1] is not _MARK:
            items.append(self._stack.pop())
        if not self._stack:
            raise Refused("it takes what it has not made")
        self._stack.pop()
        return items[::-1]

    def top(self) -> object:
        self.push(top := self.pop())
        return top

    def keep(self, place: int | None = None) -> None:
        self._memo[len(self._memo) if place is None else place] = self.top()

    def fetch(self, place: int) -> None:
        if place not in self._memo:
            raise Refused("it takes what it has not made")
        self.push(self._memo[place])


def _whole(value: object) -> object:
    """Return what may be a part of data: blanks filled, and no bare names."""
    if isinstance(value, Blank):
        value = value.whole
        if value is None:
            raise Refused("it has an array without content")
    if isinstance(value, Name | np.dtype | Arguments):
        raise Refused("it has a name where data are")
    return value


def _integer(text: memoryview) -> int | bool:
    """Return the number of a line; Python 2 writes True and False as 01 and 00."""
    digits = bytes(text).removesuffix(b"L")
    if digits in {b"00", b"01"}:
        return digits == b"01"
    if len(digits) > 3 * _LONGEST_INTEGER or not digits.removeprefix(b"-").isdigit():
        raise Refused(f"it has {digits[:20]!r} where a number is")
    return int(digits)


def _long(reader: _Reader, format: str) -> int:
    count = reader.number(format)
    if not 0 <= count <= _LONGEST_INTEGER:
        raise Refused(f"it has an integer of {count} bytes")
    return int.from_bytes(reader.take(count), "little", signed=True)


def _float(text: memoryview) -> float:
    try:
        return float(bytes(text))
    except ValueError:
        raise Refused(f"it has {bytes(text)[:20]!r} where a number is") from None


def _raw(content: memoryview | bytes) -> bytes | memoryview:
    return bytes(content) if len(content) <= _SHORT else content


def _latin(content: memoryview | bytes) -> str | bytes | memoryview:
    """Return a text of Python 2: letters if it is short, else the bytes of an array."""
    return str(content, "latin-1") if len(content) <= _SHORT else content


def _quoted(reader: _Reader) -> str | bytes | memoryview:
    """Return a text as Python 2 prints it, the only way that its oldest protocol has."""
    line = reader.line(most=len(reader._bytes))
    if len(line) < 2 or line[0] != line[-1] or line[0] not in b"'\"":
        raise Refused("it has a text without quotes")
    try:
        return _latin(codecs.escape_decode(line[1:-1])[0])
    except (ValueError, DeprecationWarning):
        raise Refused("it has a text with an escape that there is not") from None


def _unicode(content: memoryview) -> str:
    if len(content) > _SHORT:
        raise Refused(f"it has a text of {len(content)} bytes")
    try:
        return str(content, "utf-8")
    except UnicodeDecodeError:
        raise Refused("it has a text that is no UTF-8") from None


def _tuple(items: list[object]) -> tuple:
    items = [item.whole if isinstance(item, Blank) else item for item in items]
    if any(isinstance(item, Name | np.dtype) for item in items):
        return Arguments(items)
    return tuple(map(_whole, items))


def _last(reader: _Reader, count: int) -> tuple:
    return _tuple([reader.pop() for _ in range(count)][::-1])


def _fill(reader: _Reader, items: list[object]) -> None:
    """Append to the list, or set in the dict, that lies on top."""
    match reader.top():
        case list() as rows:
            rows.extend(map(_whole, items))
        case _:
            raise Refused("it appends to what is no list")


def _set(reader: _Reader, items: list[object]) -> None:
    match reader.top():
        case dict() as table:
            table.update(_pairs(items))
        case _:
            raise Refused("it sets a key of what is no dict")


def _pairs(items: list[object]) -> dict[str, object]:
    keys = items[::2]
    if len(items) % 2 or not all(isinstance(key, str) for key in keys):
        raise Refused("it has a dict whose keys are no texts")
    return dict(zip(keys, map(_whole, items[1::2]), strict=True))


def _named(module: object, name: object) -> Name:
    if not isinstance(module, str) or not isinstance(name, str) or (module, name) not in NAMES:
        raise Refused(f"it asks for '{module!s:.60}.{name!s:.60}'".replace("\n", " "))
    return NAMES[(module, name)]


def _call(reader: _Reader) -> None:
    arguments, name = reader.pop(), reader.pop()
    reader.push(called(name, arguments))


def _build(reader: _Reader) -> None:
    state = reader.pop()
    built(reader.top(), state)


def _named_on_stack(reader: _Reader) -> None:
    name, module = reader.pop(), reader.pop()
    reader.push(_named(module, name))


def _discard(reader: _Reader) -> None:
    if reader._stack and reader._stack[-1] is _MARK:
        reader._stack.pop()
    else:
        reader.pop()


def _pushing(make: Callable[[_Reader], object]) -> Callable[[_Reader], None]:
    return lambda reader: reader.push(make(reader))


_VALUES: dict[bytes, Callable[[_Reader], object]] = {
    b"N": lambda r: None,
    b"\x88": lambda r: True,
    b"\x89": lambda r: False,
    b"I": lambda r: _integer(r.line()),
    b"L": lambda r: _integer(r.line()),
    b"K": lambda r: r.number("<B"),
    b"M": lambda r: r.number("<H"),
    b"J": lambda r: r.number("<i"),
    b"\x8a": lambda r: _long(r, "<B"),
    b"\x8b": lambda r: _long(r, "<i"),
    b"F": lambda r: _float(r.line()),
    b"G": lambda r: r.number(">d"),
    b"S": _quoted,
    b"T": lambda r: _latin(r.take(r.number("<i"))),
    b"U": lambda r: _latin(r.take(r.number("<B"))),
    b"X": lambda r: _unicode(r.take(r.number("<I"))),
    b"\x8c": lambda r: _unicode(r.take(r.number("<B"))),
    b"\x8d": lambda r: _unicode(r.take(r.number("<Q"))),
    b"B": lambda r: _raw(r.take(r.number("<I"))),
    b"C": lambda r: _raw(r.take(r.number("<B"))),
    b"\x8e": lambda r: _raw(r.take(r.number("<Q"))),
    b"\x96": lambda r: _raw(r.take(r.number("<Q"))),
    b"(": lambda r: _MARK,
    b"]": lambda r: [],
    b"l": lambda r: [_whole(item) for item in r.pop_to_mark()],
    b")": lambda r: (),
    b"t": lambda r: _tuple(r.pop_to_mark()),
    b"\x85": lambda r: _last(r, 1),
    b"\x86": lambda r: _last(r, 2),
    b"\x87": lambda r: _last(r, 3),
    b"}": lambda r: {},
    b"d": lambda r: _pairs(r.pop_to_mark()),
    b"2": lambda r: r.top(),
    b"c": lambda r: _named(str(r.line(), "latin-1"), str(r.line(), "latin-1")),
}
_STEPS = MappingProxyType(
    {code: _pushing(make) for code, make in _VALUES.items()}
    | {
        b"\x80": lambda r: r.take(1),  # the protocol: all of them are read alike
        b"\x95": lambda r: r.take(8),  # a frame: where a reader may fetch ahead
        b"a": lambda r: _fill(r, [r.pop()]),
        b"e": lambda r: _fill(r, r.pop_to_mark()),
        b"s": lambda r: _set(r, [r.pop(), r.pop()][::-1]),
        b"u": lambda r: _set(r, r.pop_to_mark()),
        b"0": _discard,
        b"1": lambda r: r.pop_to_mark(),
        b"p": lambda r: r.keep(_integer(r.line())),
        b"q": lambda r: r.keep(r.number("<B")),
        b"r": lambda r: r.keep(r.number("<I")),
        b"\x94": lambda r: r.keep(),
        b"g": lambda r: r.fetch(_integer(r.line())),
        b"h": lambda r: r.fetch(r.number("<B")),
        b"j": lambda r: r.fetch(r.number("<I")),
        b"\x93": _named_on_stack,
        b"R": _call,
        b"b": _build,
    }
)
