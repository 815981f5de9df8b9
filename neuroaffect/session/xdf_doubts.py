"""What the stamps of a recording say against it, though every byte is sound.

Doubts are reasons not to trust a stream's times; notes are oddities that cost nothing.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from neuroaffect.session.raw import ClockOffset, RawStream
from neuroaffect.session.xdf_header import host_of

__all__ = ["StampTally", "stamp_doubts", "stamp_notes"]

_UNIX_FROM, _UNIX_TO = 1e9, 4e9  # 2001 to 2096; no machine has been up for thirty years
_LEAST_RESET_S = 5.0  # clocks that restart leap further


@dataclass(eq=False)
class StampTally:
    """What is counted of one stream's stamps and offsets while they go by.

    Parameters
    ----------
    stream : RawStream
    offsets : list of ClockOffset
        In order of arrival, the absurd ones too.
    """

    stream: RawStream
    offsets: list[ClockOffset] = field(default_factory=list)
    samples: int = 0
    last_s: float = 0.0
    backward: int = 0
    furthest_s: float = 0.0
    odd: int = 0

    def add(self, stamps: np.ndarray) -> None:
        """Count the stamps of a chunk."""
        if not len(stamps):
            return
        steps = np.empty(len(stamps))
        with np.errstate(invalid="ignore", over="ignore"):
            steps[0] = stamps[0] - self.last_s if self.samples else stamps[0] - stamps[0]
            np.subtract(stamps[1:], stamps[:-1], out=steps[1:])
            forward = steps.min() >= 0.0
        if not forward:  # NaN too
            self.odd += int(np.count_nonzero(~np.isfinite(stamps)))
            back = steps[steps < 0.0]
            self.backward += len(back)
            self.furthest_s = max(self.furthest_s, -float(back.min(initial=0.0)))
        self.samples += len(stamps)
        self.last_s = float(stamps[-1])

    @property
    def is_unix(self) -> bool:
        """Whether the stamps count from 1970."""
        return self.samples > 0 and _UNIX_FROM < self.last_s < _UNIX_TO

    @property
    def _was_reset(self) -> bool:
        """Whether the clock was restarted, and the offsets followed it."""
        values = [measured.offset for measured in self.offsets]
        leap_s = max((after - before for before, after in pairwise(values)), default=0.0)
        return self.furthest_s >= _LEAST_RESET_S and leap_s >= 0.5 * self.furthest_s

    def doubts(self) -> Iterator[str]:
        """Yield why the stamps cannot be trusted."""
        if self.odd:
            yield f"{self.odd} stamps are no numbers"
        if self.backward and not self._is_harmless:
            yield f"its stamps {self._backward}"

    def notes(self) -> Iterator[str]:
        """Yield what is odd about the stamps but costs nothing."""
        if self.backward and self._is_harmless:
            told = ", and its clock offsets follow" if self._was_reset else ""
            yield f"its stamps {self._backward}{told}"

    @property
    def _is_harmless(self) -> bool:
        """Whether steps backward are a clock's restart, jitter, or events told late."""
        rate_hz = self.stream.rate_hz
        return self._was_reset or rate_hz == 0 or self.furthest_s * rate_hz < 1.0

    @property
    def _backward(self) -> str:
        times = "once" if self.backward == 1 else f"{self.backward} times"
        return f"run backward {times}, by up to {self.furthest_s:.4g} s"


def stamp_doubts(tallies: Sequence[StampTally], *, is_ours: bool) -> Iterator[str]:
    """Yield why the times of some streams cannot be trusted, the stream named.

    A session of ours keeps how each clock was brought to its own; of other recordings, streams
    that cannot be brought together are named too.
    """
    for tally in tallies:
        yield from (f"{_named(tally.stream)}: {doubt}" for doubt in tally.doubts())
    if not is_ours:
        yield from _unix_among_others(tallies)
        yield from _unsynchronised(tallies)


def stamp_notes(tallies: Sequence[StampTally]) -> Iterator[str]:
    """Yield what is odd but costs nothing, the stream named."""
    for tally in tallies:
        yield from (f"{_named(tally.stream)}: {note}" for note in tally.notes())
    stamped = [tally for tally in tallies if tally.samples]
    if stamped and all(tally.is_unix for tally in stamped):
        yield "all stamps are UNIX time, not the LSL clock's"


def _unix_among_others(tallies: Iterable[StampTally]) -> Iterator[str]:
    stamped = [tally for tally in tallies if tally.samples]
    others = [tally.stream for tally in stamped if not tally.is_unix]
    if others:
        for tally in stamped:
            if tally.is_unix:
                yield (
                    f"{_named(tally.stream)}: its stamps are UNIX time, those of "
                    f"{_named(others[0])} are not; clock offsets cannot bring them together"
                )


def _unsynchronised(tallies: Iterable[StampTally]) -> Iterator[str]:
    """Yield streams of a file from several machines whose clocks were never compared."""
    stamped = [(tally, host_of(tally.stream)) for tally in tallies if tally.samples]
    hosts = {host for _, host in stamped if host}
    if len(hosts) > 1:
        for tally, host in stamped:
            if not tally.offsets:
                yield (
                    f"{_named(tally.stream)}: no clock offset was measured, and the file holds "
                    f"streams of {len(hosts)} machines; its times"
                    f"{f' from {host!r}' if host else ''} cannot be compared with the others"
                )


def _named(stream: RawStream) -> str:
    return f"stream '{stream.name}' (id {stream.id})"
