"""The XDF 1.0 container: chunks, their lengths and tags, the layout of samples.

A file is the magic "XDF:" and then chunks: how many bytes the length takes (1, 4 or 8), the
length, the tag in two bytes, the content. The length counts tag and content; all is
little-endian.

References
----------
XDF 1.0, https://github.com/sccn/xdf/wiki/Specifications
"""

import struct
from enum import IntEnum

import numpy as np

__all__ = [
    "BOUNDARY",
    "MAGIC",
    "Damage",
    "Tag",
    "one_line",
    "pack_chunk",
    "pack_length",
    "sample_dtype",
    "unpack_length",
]

MAGIC = b"XDF:"
BOUNDARY = bytes.fromhex("43a546dccbf5410fb30ed5467383cbe4")

STAMPED = 8  # the byte before a sample that brings its own stamp
DEDUCED = 0  # the byte before a sample whose stamp is the previous one plus 1/rate

_LONGEST_SENTENCE = 300  # names in a damaged file may be megabytes long
_LENGTHS = {1: "<B", 4: "<I", 8: "<Q"}


class Tag(IntEnum):
    """Kinds of chunks; all but the first and the boundary start with a stream's id."""

    FILE_HEADER = 1
    STREAM_HEADER = 2
    SAMPLES = 3
    CLOCK_OFFSET = 4
    BOUNDARY = 5
    STREAM_FOOTER = 6


class Damage(ValueError):
    """Bytes that are no XDF; caught by the reader and told as a defect."""


def one_line(sentence: str) -> str:
    """Return a sentence that quotes a file on one line, and cut where it is too long."""
    line = " ".join(sentence[: 4 * _LONGEST_SENTENCE].split())
    return line if len(line) <= _LONGEST_SENTENCE else f"{line[:_LONGEST_SENTENCE]} …"


def pack_length(value: int) -> bytes:
    """Return a length in its shortest form.

    >>> pack_length(3).hex(), pack_length(1000).hex()
    ('0103', '04e8030000')
    """
    size = 1 if value < 2**8 else 4 if value < 2**32 else 8
    return bytes([size]) + struct.pack(_LENGTHS[size], value)


def unpack_length(data: bytes, start: int = 0) -> tuple[int, int]:
    """Return the length that starts here, and where it ends.

    Raises
    ------
    Damage
        If there is no length here.
    """
    if start >= len(data):
        raise Damage("it ends before a length")
    size = data[start]
    if size == 1 and start + 1 < len(data):  # nearly all of them
        return data[start + 1], start + 2
    if size not in _LENGTHS:
        raise Damage(f"a length of {size} bytes, where XDF knows 1, 4 and 8")
    end = start + 1 + size
    if end > len(data):
        raise Damage("it ends within a length")
    return int.from_bytes(data[start + 1 : end], "little"), end


def pack_chunk(tag: Tag, content: bytes, *, stream: int | None = None) -> bytes:
    """Return a whole chunk; chunks about one stream need its id."""
    head = struct.pack("<H", tag) if stream is None else struct.pack("<HI", tag, stream)
    return pack_length(len(head) + len(content)) + head + content


def sample_dtype(values: np.dtype, channels: int, *, stamped: bool) -> np.dtype:
    """Return the layout of one numeric sample on disk, with or without its own stamp."""
    fields: list[tuple] = [("bytes", "u1"), ("values", values, (channels,))]
    if stamped:
        fields.insert(1, ("stamp", "<f8"))
    return np.dtype(fields)
