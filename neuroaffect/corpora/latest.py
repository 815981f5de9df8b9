"""What a file gave when it was last read: for data sets that keep many sessions in one file."""

from collections.abc import Callable
from functools import lru_cache, wraps
from pathlib import Path
from typing import TypeVar

from neuroaffect.errors import EvaluationError

__all__ = ["latest"]

T = TypeVar("T")


def latest(read: Callable[[Path], T]) -> Callable[[Path], T]:
    """Keep what a reader gave for the last file it was asked for, until that file changes.

    Sessions are opened one after the other, so one file is enough, and memory holds no more.
    """

    @lru_cache(maxsize=1)
    def kept(path: Path, _: tuple[int, int]) -> T:
        return read(path)

    @wraps(read)
    def reading(path: Path) -> T:
        try:
            state = path.stat()
        except OSError as error:
            raise EvaluationError(f"{path} cannot be read: {error.strerror or error}") from None
        return kept(path, (state.st_mtime_ns, state.st_size))

    return reading
