"""Markers as words, whatever they are sent as: strings, numbers, a line that is sampled."""

from collections.abc import Iterator

from neuroaffect.session.raw import RawStream
from neuroaffect.stream import Chunk

__all__ = ["Marks"]


class Marks:
    """Read the markers of one stream, chunk by chunk.

    Strings are taken as they are, numbers as they are written by hand: 7, not 7.0. A trigger line,
    numbers that come at a rate, marks where it changes to something else than zero.

    Parameters
    ----------
    raw : RawStream
        The stream as its sender describes it.
    """

    def __init__(self, raw: RawStream) -> None:
        self._is_line = raw.rate_hz > 0 and raw.format != "string"
        self._before: list[object] = []

    def take(self, chunk: Chunk) -> Iterator[tuple[float, tuple[str, ...]]]:
        """Yield (time, a word per channel) of each marker."""
        for time, row in zip(chunk.times.tolist(), chunk.data.tolist(), strict=True):
            before, self._before = self._before, row
            if not self._is_line or (row != before and any(row)):
                yield time, tuple(_word(value) for value in row)


def _word(value: object) -> str:
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else f"{value:g}"
    return str(value)
