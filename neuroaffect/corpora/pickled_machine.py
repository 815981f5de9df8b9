"""The stack, the memo and the file of a pickle, with a limit on each thing taken from them."""

import mmap
import struct

from neuroaffect.corpora.pickled_arrays import Refused

__all__ = ["Machine"]

_LONGEST_LINE = 4096  # of numbers and names

_MARK = object()


class Machine:
    """What the steps of a pickle work on."""

    def __init__(self, mapped: mmap.mmap) -> None:
        self._mapped = mapped
        self._bytes = memoryview(mapped)
        self.size = len(mapped)
        self._at = 0
        self._stack: list[object] = []
        self._memo: dict[int, object] = {}

    def take(self, count: int) -> memoryview:
        if count < 0 or count > len(self._bytes) - self._at:
            raise Refused("it ends early")
        self._at += count
        return self._bytes[self._at - count : self._at]

    def number(self, format: str) -> int | float:
        return struct.unpack(format, self.take(struct.calcsize(format)))[0]

    def line(self, most: int = _LONGEST_LINE) -> memoryview:
        end = self._mapped.find(b"\n", self._at)
        if end < 0:
            raise Refused("it ends early")
        if end - self._at > most:
            raise Refused(f"it has a line of {end - self._at} bytes where a name or a number is")
        line = self.take(end - self._at)
        self._at += 1
        return line

    def mark(self) -> None:
        self._stack.append(_MARK)

    def push(self, value: object) -> None:
        self._stack.append(value)

    def pop(self) -> object:
        if not self._stack or self._stack[-1] is _MARK:
            raise Refused("it takes what it has not made")
        return self._stack.pop()

    def discard(self) -> None:
        if self._stack and self._stack[-1] is _MARK:
            self._stack.pop()
        else:
            self.pop()

    def pop_to_mark(self) -> list[object]:
        items: list[object] = []
        while self._stack and self._stack[-1] is not _MARK:
            items.append(self._stack.pop())
        if not self._stack:
            raise Refused("it takes what it has not made")
        self._stack.pop()
        return items[::-1]

    def top(self) -> object:
        self.push(top := self.pop())
        return top

    def keep(self, place: int | None = None) -> None:
        self._memo[len(self._memo) if place is None else place] = self.top()

    def fetch(self, place: int) -> None:
        if place not in self._memo:
            raise Refused("it takes what it has not made")
        self.push(self._memo[place])
