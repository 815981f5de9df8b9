"""Features larger than memory: rows of a file, read when they are asked for."""

import atexit
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np

__all__ = ["Gathered", "Mapped", "blocks"]

_BLOCK_BYTES = 4 * 2**20


class Mapped:
    """Some rows of an array in a .npy file, in some order; nothing is read before it is asked for.

    It has the shape, length and indexing of an array. A function of numpy that is given one
    reads all of it; :func:`blocks` reads it piece by piece.

    Parameters
    ----------
    path : Path
        Of the file. A copy in another process opens it anew: its pages are shared.
    rows : ndarray of int, optional
        Row numbers; by default all.
    """

    def __init__(self, path: Path, rows: np.ndarray | None = None) -> None:
        self._path = path
        self._all = np.load(path, mmap_mode="r", allow_pickle=False)
        self._rows = rows

    def __len__(self) -> int:
        return len(self._all) if self._rows is None else len(self._rows)

    @property
    def shape(self) -> tuple[int, ...]:
        """Of these rows."""
        return len(self), *self._all.shape[1:]

    @property
    def ndim(self) -> int:
        """Number of axes."""
        return self._all.ndim

    @property
    def dtype(self) -> np.dtype:
        """Of the numbers."""
        return self._all.dtype

    @property
    def nbytes(self) -> int:
        """Size of these rows, were they read."""
        return self.dtype.itemsize * int(np.prod(self.shape))

    def __getitem__(self, rows: object) -> np.ndarray:
        """Return these rows, read."""
        chosen = rows if self._rows is None else self._rows[rows]
        found = self._all[chosen].view(np.ndarray)
        return found.copy() if isinstance(chosen, slice) else found  # else it is a copy already

    def __array__(self, dtype: object = None, copy: bool | None = None) -> np.ndarray:
        return np.asarray(self[:], dtype=dtype)

    def take(self, rows: np.ndarray) -> "Mapped":
        """Return these rows (numbers or a mask) of these, unread."""
        return Mapped(
            self._path, (np.arange(len(self)) if self._rows is None else self._rows)[rows]
        )

    def __reduce__(self) -> tuple:
        return Mapped, (self._path, self._rows)


def blocks(features: "np.ndarray | Mapped") -> Iterator[tuple[slice, np.ndarray]]:
    """Yield consecutive rows, (slice, array), four megabytes each.

    Where they are cut does not depend on where they lie, so a sum over them is the same, bit for
    bit, of an array in memory and of a mapped one.
    """
    row_bytes = features.dtype.itemsize * int(np.prod(features.shape[1:]))
    step = max(1, _BLOCK_BYTES // max(1, row_bytes))
    for start in range(0, len(features), step):
        piece = slice(start, min(start + step, len(features)))
        yield piece, features[piece]


class Gathered:
    """Arrays put one after the other; beyond a size they are in a file and not in memory.

    Parameters
    ----------
    most_bytes : int
        What may stay in memory.
    """

    def __init__(self, *, most_bytes: int) -> None:
        self._most_bytes = most_bytes
        self._parts: list[np.ndarray] = []
        self._bytes = 0
        self._shape: tuple[int, ...] = ()
        self._file = None

    def add(self, part: np.ndarray) -> None:
        """Append rows, (n, ...)."""
        self._shape = (len(part) + (self._shape[0] if self._shape else 0), *part.shape[1:])
        self._parts.append(np.ascontiguousarray(part, dtype=np.float64))
        self._bytes += part.nbytes
        if self._bytes > self._most_bytes:
            self._spill()

    def whole(self) -> "np.ndarray | Mapped":
        """Return all rows."""
        if self._file is None:
            return np.concatenate(self._parts)
        self._spill()
        path = Path(self._file.name)
        self._file.close()
        _write_header(path, self._shape)
        return Mapped(path)

    def _spill(self) -> None:
        if self._file is None:
            folder = Path(tempfile.mkdtemp(prefix="neuroaffect-rows-"))
            atexit.register(shutil.rmtree, folder, ignore_errors=True)
            self._file = (folder / "features.npy").open("wb")
            self._file.write(bytes(_HEADER_BYTES))  # how many rows there are is known at the end
        for part in self._parts:
            part.tofile(self._file)
        self._parts.clear()


_HEADER_BYTES = 192  # room for any shape


def _write_header(path: Path, shape: tuple[int, ...]) -> None:
    """Write the .npy header of float64 rows, padded to its room."""
    text = repr({"descr": "<f8", "fortran_order": False, "shape": shape}).encode("latin1")
    length = _HEADER_BYTES - 10
    header = b"\x93NUMPY\x01\x00" + length.to_bytes(2, "little") + text.ljust(length - 1) + b"\n"
    with path.open("r+b") as file:
        file.write(header)
