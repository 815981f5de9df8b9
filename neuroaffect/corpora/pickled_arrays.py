"""How numpy writes arrays into pickles, and the only names that a pickle may speak.

An array is a name (`_reconstruct`), a blank made by it, and a state that fills the blank: shape,
element type, order, content. Here the blank is ours, and the state is checked before anything is
made of it: elements are plain numbers, the content is exactly as long as the shape says.

References
----------
https://numpy.org/doc/stable/reference/generated/numpy.ndarray.__reduce__.html
"""

import math
from enum import Enum, auto

import numpy as np

__all__ = ["NAMES", "Arguments", "Blank", "Name", "Refused", "built", "called"]

_MOST_AXES = 32
_LONGEST_AXIS = 2**40  # an axis beside one of length 0 costs nothing, but numpy multiplies it
_ELEMENTS = frozenset(
    {"b1", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8"}
)  # objects, texts and structures are none of ours
_ORDERS = frozenset({"<", ">", "|", "="})


class Refused(Exception):
    """Says what in a pickle is not data."""


class Name(Enum):
    """What the names in a pickle stand for. They are words: nothing is behind them."""

    RECONSTRUCT = auto()
    NDARRAY = auto()
    DTYPE = auto()
    SCALAR = auto()
    FROMBUFFER = auto()


NAMES = {("numpy", "ndarray"): Name.NDARRAY, ("numpy", "dtype"): Name.DTYPE}
for _core in ("numpy.core", "numpy._core"):  # before and since numpy 2
    NAMES[(f"{_core}.multiarray", "_reconstruct")] = Name.RECONSTRUCT
    NAMES[(f"{_core}.multiarray", "scalar")] = Name.SCALAR
    NAMES[(f"{_core}.numeric", "_frombuffer")] = Name.FROMBUFFER


class Arguments(tuple):
    """A tuple with a name or an element type in it: good for a step, never a part of data."""


class Blank:
    """An array or an element type whose state may still come."""

    def __init__(self, whole: np.ndarray | np.dtype | None = None) -> None:
        self.whole = whole


def called(name: object, arguments: object) -> object:
    """Return what a name gives for its arguments, made by us.

    Raises
    ------
    Refused
        If these are not the arguments that numpy writes.
    """
    match name, arguments:
        case Name.RECONSTRUCT, (Name.NDARRAY, (0,), "b" | b"b"):
            return Blank()
        case Name.DTYPE, (str(element), *_) if element.lstrip("<>|=") in _ELEMENTS:
            return Blank(np.dtype(element))
        case Name.DTYPE, (element, *_):
            raise Refused(f"it holds elements {element!r:.40}, which are no plain numbers")
        case Name.SCALAR, (np.dtype() as dtype, content):
            return _array(content, dtype, (), fortran=False).item()
        case Name.FROMBUFFER, (content, np.dtype() as dtype, tuple(shape), "C" | "F" as order):
            return Blank(_array(content, dtype, shape, fortran=order == "F"))
    raise Refused(f"it asks for {_said(name)} in a way that numpy does not")


def built(blank: object, state: object) -> None:
    """Fill a blank.

    Raises
    ------
    Refused
        If it is none, or the state is not one of a plain array.
    """
    match blank, state:
        case Blank(whole=np.dtype() as dtype), (3 | 4, str(order), None, None, None, -1, -1, 0, *_):
            if order not in _ORDERS or any(rest is not None for rest in state[8:]):
                raise Refused("it has elements with a structure")
            blank.whole = dtype.newbyteorder(order)
            return
        case Blank(whole=None), (1, tuple(shape), np.dtype() as dtype, bool() | 0 | 1, content):
            blank.whole = _array(content, dtype, shape, fortran=bool(state[3]))
            return
    raise Refused("it gives a state to what is no plain array")


def _array(content: object, dtype: np.dtype, shape: tuple, *, fortran: bool) -> np.ndarray:
    if len(shape) > _MOST_AXES or not all(
        type(n) is int and 0 <= n <= _LONGEST_AXIS for n in shape
    ):
        raise Refused(f"it has an array of shape {str(shape)[:60]}")
    content = _bytes(content)
    count = math.prod(shape)
    if count * dtype.itemsize != len(content):
        raise Refused(
            f"it has {len(content)} bytes for an array of shape {str(shape)[:60]}, "
            f"which takes {count * dtype.itemsize}"
        )
    flat = np.frombuffer(content, dtype) if count else np.empty(0, dtype)
    return flat.reshape(shape, order="F" if fortran else "C")


def _bytes(content: object) -> bytes | memoryview:
    if isinstance(content, bytes | memoryview):
        return content
    if isinstance(content, str):
        try:
            return content.encode("latin-1")
        except UnicodeEncodeError:
            raise Refused("it has an array of letters that are no bytes") from None
    raise Refused("it has an array of objects")


def _said(name: object) -> str:
    words = next((".".join(words) for words, known in NAMES.items() if known is name), "something")
    return f"'{words}'"
