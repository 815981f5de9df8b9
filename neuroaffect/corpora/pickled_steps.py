"""The steps that a pickle of arrays may take: what each makes of the stack and of the file.

A table from a step's letter to a function; what is not in it is refused. Left out are the steps
that call, import, extend or fetch from elsewhere, and sets, which no data set has.

References
----------
Python Software Foundation, Lib/pickletools.py
"""

import codecs
from collections.abc import Callable, Mapping
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
from neuroaffect.corpora.pickled_machine import Machine

__all__ = ["STEPS", "whole"]

_SHORT = 4096  # bytes; what is longer can only be the content of an array, and stays bytes
_LONGEST_INTEGER = 16  # bytes


def whole(value: object) -> object:
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


def _long(machine: Machine, format: str) -> int:
    count = machine.number(format)
    if not 0 <= count <= _LONGEST_INTEGER:
        raise Refused(f"it has an integer of {count} bytes")
    return int.from_bytes(machine.take(count), "little", signed=True)


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


def _quoted(machine: Machine) -> str | bytes | memoryview:
    """Return a text as Python 2 prints it, the only way that its oldest protocol has."""
    line = machine.line(most=machine.size)
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
    return tuple(map(whole, items))


def _last(machine: Machine, count: int) -> tuple:
    return _tuple([machine.pop() for _ in range(count)][::-1])


def _fill(machine: Machine, items: list[object]) -> None:
    """Append to the list that lies on top."""
    match machine.top():
        case list() as rows:
            rows.extend(map(whole, items))
        case _:
            raise Refused("it appends to what is no list")


def _set(machine: Machine, items: list[object]) -> None:
    match machine.top():
        case dict() as table:
            table.update(_pairs(items))
        case _:
            raise Refused("it sets a key of what is no dict")


def _pairs(items: list[object]) -> dict[str, object]:
    keys = items[::2]
    if len(items) % 2 or not all(isinstance(key, str) for key in keys):
        raise Refused("it has a dict whose keys are no texts")
    return dict(zip(keys, map(whole, items[1::2]), strict=True))


def _named(module: object, name: object) -> Name:
    if not isinstance(module, str) or not isinstance(name, str) or (module, name) not in NAMES:
        raise Refused(f"it asks for '{module!s:.60}.{name!s:.60}'".replace("\n", " "))
    return NAMES[(module, name)]


def _call(machine: Machine) -> None:
    arguments, name = machine.pop(), machine.pop()
    machine.push(called(name, arguments))


def _build(machine: Machine) -> None:
    state = machine.pop()
    built(machine.top(), state)


def _named_on_stack(machine: Machine) -> None:
    name, module = machine.pop(), machine.pop()
    machine.push(_named(module, name))


def _pushing(make: Callable[[Machine], object]) -> Callable[[Machine], None]:
    return lambda machine: machine.push(make(machine))


_VALUES: dict[bytes, Callable[[Machine], object]] = {
    b"N": lambda m: None,
    b"\x88": lambda m: True,
    b"\x89": lambda m: False,
    b"I": lambda m: _integer(m.line()),
    b"L": lambda m: _integer(m.line()),
    b"K": lambda m: m.number("<B"),
    b"M": lambda m: m.number("<H"),
    b"J": lambda m: m.number("<i"),
    b"\x8a": lambda m: _long(m, "<B"),
    b"\x8b": lambda m: _long(m, "<i"),
    b"F": lambda m: _float(m.line()),
    b"G": lambda m: m.number(">d"),
    b"S": _quoted,
    b"T": lambda m: _latin(m.take(m.number("<i"))),
    b"U": lambda m: _latin(m.take(m.number("<B"))),
    b"X": lambda m: _unicode(m.take(m.number("<I"))),
    b"\x8c": lambda m: _unicode(m.take(m.number("<B"))),
    b"\x8d": lambda m: _unicode(m.take(m.number("<Q"))),
    b"B": lambda m: _raw(m.take(m.number("<I"))),
    b"C": lambda m: _raw(m.take(m.number("<B"))),
    b"\x8e": lambda m: _raw(m.take(m.number("<Q"))),
    b"\x96": lambda m: _raw(m.take(m.number("<Q"))),
    b"]": lambda m: [],
    b"l": lambda m: [whole(item) for item in m.pop_to_mark()],
    b")": lambda m: (),
    b"t": lambda m: _tuple(m.pop_to_mark()),
    b"\x85": lambda m: _last(m, 1),
    b"\x86": lambda m: _last(m, 2),
    b"\x87": lambda m: _last(m, 3),
    b"}": lambda m: {},
    b"d": lambda m: _pairs(m.pop_to_mark()),
    b"2": lambda m: m.top(),
    b"c": lambda m: _named(str(m.line(), "latin-1"), str(m.line(), "latin-1")),
}
STEPS: Mapping[bytes, Callable[[Machine], object]] = MappingProxyType(
    {code: _pushing(make) for code, make in _VALUES.items()}
    | {
        b"\x80": lambda m: m.take(1),  # the protocol: all of them are read alike
        b"\x95": lambda m: m.take(8),  # a frame: where a reader may fetch ahead
        b"a": lambda m: _fill(m, [m.pop()]),
        b"e": lambda m: _fill(m, m.pop_to_mark()),
        b"s": lambda m: _set(m, [m.pop(), m.pop()][::-1]),
        b"u": lambda m: _set(m, m.pop_to_mark()),
        b"(": Machine.mark,
        b"0": Machine.discard,
        b"1": lambda m: m.pop_to_mark(),
        b"p": lambda m: m.keep(_integer(m.line())),
        b"q": lambda m: m.keep(m.number("<B")),
        b"r": lambda m: m.keep(m.number("<I")),
        b"\x94": lambda m: m.keep(),
        b"g": lambda m: m.fetch(_integer(m.line())),
        b"h": lambda m: m.fetch(m.number("<B")),
        b"j": lambda m: m.fetch(m.number("<I")),
        b"\x93": _named_on_stack,
        b"R": _call,
        b"b": _build,
    }
)
