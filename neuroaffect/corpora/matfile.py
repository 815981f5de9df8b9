"""MATLAB files of version 5 to 7.2: what arrays they hold, and one of them at a time."""

import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from neuroaffect.corpora.matcheck import check_matlab
from neuroaffect.errors import EvaluationError

__all__ = ["list_arrays", "read_array"]

# scipy's reader lets through whatever its parser runs into.
_FOREIGN = (
    ArithmeticError, AttributeError, EOFError, LookupError, MemoryError, NameError, OSError,
    RuntimeError, TypeError, ValueError, struct.error, zlib.error,
)  # fmt: skip


def list_arrays(path: Path, *, corpus: str) -> dict[str, tuple[int, ...]]:
    """Return name → shape of each array; nothing but headers is read.

    Raises
    ------
    EvaluationError
        If the file cannot be read.
    """
    from scipy.io import whosmat

    with _translated(path, corpus):
        check_matlab(path)
        return {name: shape for name, shape, _ in whosmat(path)}


def read_array(path: Path, key: str, *, corpus: str) -> np.ndarray:
    """Return one array, the others unread.

    Raises
    ------
    EvaluationError
        If the file cannot be read or has no such array.
    """
    from scipy.io import loadmat

    with _translated(path, corpus):
        check_matlab(path)
        found = loadmat(path, variable_names=[key])
    if key not in found:
        raise EvaluationError(f"corpus '{corpus}': {path} has no array '{key}'")
    return found[key]


@contextmanager
def _translated(path: Path, corpus: str) -> Iterator[None]:
    from scipy.io.matlab import MatReadError

    try:
        yield
    except (*_FOREIGN, MatReadError) as error:
        reason = " ".join(str(error).split()) or type(error).__name__
        raise EvaluationError(
            f"corpus '{corpus}': {path} is no whole MATLAB file of version 5 to 7.2 "
            f"({reason[:120]})"
        ) from None
