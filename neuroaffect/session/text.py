"""Text files of numbers: plain, gzipped or inside an archive, read row by row in blocks."""

import gzip
import io
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np

from neuroaffect.errors import SessionError

__all__ = ["GZIP", "Layout", "Spoilt", "Text", "open_text"]

GZIP = b"\x1f\x8b"

_BLOCK = 2**18  # bytes read at once; also the longest line there may be
_HEAD = 2**16
_BROKEN = (EOFError, zlib.error, gzip.BadGzipFile, zipfile.BadZipFile)
# What an archive says of members that it cannot open: encrypted, or packed in a foreign way.
_CLOSED = (NotImplementedError, RuntimeError, zipfile.BadZipFile)


@dataclass(frozen=True, kw_only=True)
class Layout:
    """Where the numbers are.

    Parameters
    ----------
    skip : int
        Lines before the first row.
    columns : tuple of int
        Cells to read of each row, from 0.
    delimiter : str
    decimal : {".", ","}
        A decimal comma needs another delimiter, or rows of one cell.
    """

    skip: int
    columns: tuple[int, ...]
    delimiter: str = ","
    decimal: str = "."


@dataclass(eq=False)
class Spoilt:
    """What could not be read of a file: rows that are no numbers, a torn end."""

    rows: int = 0
    is_torn: bool = False

    def sentences(self, name: str) -> list[str]:
        """Return what to say of it."""
        told = []
        if self.rows:
            told.append(f"{name}: {self.rows} rows that are not numbers throughout, left out")
        if self.is_torn:
            told.append(f"{name} ends within its packed data; read as far as it goes")
        return told


@dataclass(frozen=True, eq=False)
class Text:
    """A text file that can be opened as often as it is wanted.

    Parameters
    ----------
    name : str
        What messages call it.
    opened : callable
        Opens it at its beginning, unpacked.
    """

    name: str
    opened: Callable[[], BinaryIO]

    def head(self) -> str:
        """Return its first characters, at most 64 thousand; "" for what is no text.

        Raises
        ------
        SessionError
            If it cannot be opened.
        """
        with self._open() as file:
            head = b"".join(self._pieces(file, Spoilt(), most=_HEAD))
        if b"\x00" in head:
            return ""
        return head.decode("utf-8-sig", "replace")

    def lines(self, count: int) -> list[str]:
        """Return the first lines, stripped; fewer if there are not so many."""
        return [line.strip() for line in self.head().splitlines()[:count]]

    def rows(self, layout: Layout, spoilt: Spoilt) -> Iterator[np.ndarray]:
        """Yield the rows as float64 (rows, columns), a few thousand at a time; empty cells are NaN.

        Parameters
        ----------
        layout : Layout
        spoilt : Spoilt
            Counts what could not be read.

        Raises
        ------
        SessionError
            If the file cannot be opened, or is no text.
        """
        with self._open() as file:
            for _ in range(layout.skip):
                file.readline(_BLOCK)
            rest = b""
            for piece in self._pieces(file, spoilt):
                rest += piece
                end = rest.rfind(b"\n") + 1
                if not end and len(rest) > _BLOCK:
                    raise SessionError(f"'{self.name}' has a line of more than {_BLOCK} bytes")
                yield from _parsed(rest[:end], layout, spoilt)
                rest = rest[end:]
            yield from _parsed(rest, layout, spoilt)

    def _open(self) -> BinaryIO:
        try:
            return self.opened()
        except _CLOSED as error:
            raise SessionError(f"cannot unpack '{self.name}': {error}") from None
        except OSError as error:
            raise SessionError(f"cannot read '{self.name}': {error.strerror or error}") from None

    def _pieces(self, file: BinaryIO, spoilt: Spoilt, *, most: int = 0) -> Iterator[bytes]:
        try:
            if most:
                yield file.read(most)
                return
            while piece := file.read(_BLOCK):
                yield piece
        except _BROKEN:
            spoilt.is_torn = True
        except OSError as error:
            raise SessionError(f"cannot read '{self.name}': {error.strerror or error}") from None


def open_text(path: Path) -> Text:
    """Return a file as text, unpacked if it is gzipped.

    Raises
    ------
    SessionError
        If it cannot be read.
    """

    def opened() -> BinaryIO:
        file = path.open("rb")
        is_packed = file.read(2) == GZIP
        file.seek(0)
        if not is_packed:
            return file
        # Closing what unpacks does not close a file that was handed to it.
        file.close()
        return gzip.open(path)

    return Text(path.name, opened)


def _parsed(block: bytes, layout: Layout, spoilt: Spoilt) -> Iterator[np.ndarray]:
    """Yield the rows of whole lines, as one array or none."""
    if not block.strip():
        return
    delimiter = layout.delimiter
    if len(delimiter) > 1:
        block, delimiter = block.replace(delimiter.encode(), b";"), ";"
    if layout.decimal == ",":
        block = block.replace(b",", b".")
    try:
        rows = _quick(block, layout.columns, delimiter)
    except (ValueError, OverflowError):
        rows = _tolerant(block, layout.columns, delimiter, spoilt)
    if len(rows):
        yield rows


def _quick(block: bytes, columns: tuple[int, ...], delimiter: str) -> np.ndarray:
    empty = delimiter.encode() * 2
    while empty in block:
        block = block.replace(empty, empty[:1] + b"nan" + empty[1:])
    return np.loadtxt(
        io.BytesIO(block), delimiter=delimiter, usecols=columns, ndmin=2, comments=None
    )


def _tolerant(block: bytes, columns: tuple[int, ...], delimiter: str, spoilt: Spoilt) -> np.ndarray:
    rows = []
    for line in block.splitlines():
        if not line.strip():
            continue
        cells = line.split(delimiter.encode())
        try:
            rows.append([float(cells[k]) if cells[k].strip() else np.nan for k in columns])
        except (ValueError, IndexError):
            spoilt.rows += 1
    return np.array(rows, np.float64).reshape(len(rows), len(columns))
