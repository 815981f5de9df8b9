"""Pickles as Python 2 and the numpy of its day wrote them; Python 3 cannot write them any more.

Protocol 0 is what `pickle.dump(x, file)` gave then, 2 what `protocol=-1` gave. The memo is left
out but for the marks that stand after each value: nobody has to read them.
"""

import numpy as np

__all__ = ["dumps"]


def dumps(value, protocol: int) -> bytes:
    """Return a pickle of dicts, texts, numbers, lists and arrays."""
    return (b"\x80\x02" if protocol == 2 else b"") + _value(value, protocol) + b"."


def _value(value, protocol: int) -> bytes:
    match value:
        case dict():
            items = b"".join(_value(part, protocol) for item in value.items() for part in item)
            return b"}(" + items + b"u" if protocol == 2 else b"(" + items + b"d"
        case list():
            return b"(" + b"".join(_value(item, protocol) for item in value) + b"l"
        case tuple():
            return b"(" + b"".join(_value(item, protocol) for item in value) + b"t"
        case bool():
            return b"I01\n" if value else b"I00\n"
        case int():
            return b"I%d\n" % value
        case float():
            return b"F%s\n" % repr(value).encode()
        case str():
            return _text(value.encode("latin-1"), protocol)
        case np.ndarray():
            return _array(value, protocol)
    raise TypeError(type(value))


def _text(raw: bytes, protocol: int) -> bytes:
    if protocol == 0:
        return b"S" + repr(raw)[1:].encode() + b"\n"  # b'…' without the b is how Python 2 says it
    if len(raw) < 256:
        return b"U" + bytes([len(raw)]) + raw
    return b"T" + len(raw).to_bytes(4, "little") + raw


def _array(array: np.ndarray, protocol: int) -> bytes:
    element = array.dtype.str[1:]
    dtype = (
        b"cnumpy\ndtype\n(" + _text(element.encode(), protocol) + b"I0\nI1\ntR"
        b"(I3\n" + _text(array.dtype.str[:1].encode(), protocol) + b"NNNI-1\nI-1\nI0\ntb"
    )
    blank = (
        b"cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\n(I0\nt"
        + _text(b"b", protocol)
        + b"tR"
    )
    shape = _value(tuple(int(n) for n in array.shape), protocol)
    content = _text(np.ascontiguousarray(array).tobytes(), protocol)
    return blank + b"(I1\n" + shape + dtype + b"I00\n" + content + b"tb"
