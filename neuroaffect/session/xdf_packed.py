"""Packed XDF files (.xdfz): gzip or zlib, unpacked into a file that is gone afterwards."""

import shutil
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

from neuroaffect.errors import SessionError

__all__ = ["MOST_UNPACKED", "is_packed", "unpacked"]

MOST_UNPACKED = 100  # times the packed size: signals pack to a half, flat ones to a fiftieth
_UNPACKED_ANYWAY = 256 * 2**20  # bytes believed whatever the packed size
_IN_MEMORY = 2**20  # bytes that need no file
_BLOCK = 2**16  # bytes; what follows one of many small packed files is copied each time
_MOST_AT_ONCE = 2**20
_EITHER_KIND = zlib.MAX_WBITS | 32  # gzip or zlib, found by its head


def is_packed(head: bytes) -> bool:
    """Whether a file that starts so is compressed, as .xdfz files are (gzip or zlib)."""
    return head[:2] == b"\x1f\x8b" or (
        head[:1] == b"\x78" and len(head) > 1 and int.from_bytes(head[:2], "big") % 31 == 0
    )


@contextmanager
def unpacked(file: BinaryIO, *, name: str) -> Iterator[tuple[BinaryIO, bool]]:
    """Yield what a packed file holds as a file, and whether all of it was there.

    Raises
    ------
    SessionError
        If it grows beyond :data:`MOST_UNPACKED` times its size (and 256 MiB), or beyond half
        of the space that is free for files that are gone afterwards.
    """
    with tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY) as target:
        most = max(MOST_UNPACKED * file.seek(0, 2), _UNPACKED_ANYWAY)
        free = shutil.disk_usage(tempfile.gettempdir()).free
        file.seek(0)
        whole = True
        try:
            for data in _pieces(file):
                target.write(data)
                if target.tell() > min(most, free // 2):
                    raise SessionError(_too_large(name, most=most, free=free))
        except (zlib.error, EOFError):
            whole = False
        yield target, whole


def _pieces(file: BinaryIO) -> Iterator[bytes]:
    """Yield what is unpacked, a block at a time; several packed files may follow each other."""
    unpacker = zlib.decompressobj(wbits=_EITHER_KIND)
    data = b""
    while data or (data := file.read(_BLOCK)):
        if unpacker.eof:
            unpacker = zlib.decompressobj(wbits=_EITHER_KIND)
        yield unpacker.decompress(data, _MOST_AT_ONCE)
        data = unpacker.unconsumed_tail or unpacker.unused_data
    yield unpacker.flush()
    if not unpacker.eof:
        raise EOFError


def _too_large(name: str, *, most: int, free: int) -> str:
    if free // 2 < most:
        return (
            f"{name} unpacks to more than {free // 2**21} MiB, half of the space in "
            f"'{tempfile.gettempdir()}'; make room there or unpack it elsewhere"
        )
    return (
        f"{name} unpacks to more than {most // 2**20} MiB, {MOST_UNPACKED} times its size or "
        "more, as no recording does; unpack it with gzip if it is one"
    )
