"""From raw packets to chunks: labels, units, times and lost samples, settled once at the door."""

from collections import Counter
from collections.abc import Iterable, Iterator

import numpy as np

from neuroaffect.acquire.clock import StreamClock
from neuroaffect.acquire.counter import CounterGaps
from neuroaffect.acquire.dejitter import Dejitter, known
from neuroaffect.acquire.describe import describe, numbered
from neuroaffect.acquire.description import Description
from neuroaffect.acquire.gaps import Gap, GapFinder
from neuroaffect.acquire.pace import PaceFinder
from neuroaffect.acquire.plausible import Plausibility
from neuroaffect.session.raw import ClockOffset, Packet, RawStream
from neuroaffect.stream import Chunk, StreamInfo

__all__ = ["Intake", "stream_names"]

_NEVER_REGULAR = {"markers", "hr", "ibi", "affect"}  # without a rate: each sample is an event


def stream_names(raws: Iterable[RawStream]) -> dict[int, str]:
    """Return a unique name for each stream id: its name, with type and number where names collide.

    >>> stream_names([muse_eeg, muse_ppg])
    {1: 'Muse EEG', 2: 'Muse PPG'}
    """
    raws = list(raws)
    plain = Counter(raw.name for raw in raws)
    typed = {
        raw.id: raw.name if plain[raw.name] == 1 else f"{raw.name} {raw.type}".strip()
        for raw in raws
    }
    return dict(zip(typed, numbered(typed.values()), strict=True))


class Intake:
    """The one way a stream enters: live, replayed or recorded, packets become chunks here.

    Parameters
    ----------
    raw : RawStream
        The stream as its sender describes it.
    name : str
        Its unique name, see :func:`stream_names`.
    told : bool
        Gaps come from :meth:`tell_gap` only: a session keeps the verdict of its live run, and
        replay never guesses again.
    description : Description or None
        What the stream is; None to go by its sender's word, no device file looked into.

    Attributes
    ----------
    description : Description
    gaps : list of Gap
        Verdicts so far.
    suspicions : list of str
        What is hard to believe of the stream so far, a sentence each.
    received, lost : int
        Samples so far.

    Notes
    -----
    Causal: a chunk depends on what has arrived by then and on nothing else. Packets, clock
    offsets and told gaps decide every bit of it.

    A regular stream's times lie on the line of its :class:`Dejitter`, those of others are its
    stamps. A stream of nominal rate 0 that turns out to have one is treated as regular from then
    on: gaps and :attr:`effective_hz` are told, while `info`, which was fixed at the start and on
    which pipelines were built, keeps its rate of 0.
    """

    def __init__(
        self,
        raw: RawStream,
        *,
        name: str,
        told: bool = False,
        description: Description | None = None,
    ) -> None:
        self.raw = raw
        self.description = description or describe(raw, name=name)
        factors = np.array(self.description.factors)
        self._factors = None if np.all(factors == 1.0) else factors
        columns = list(self.description.columns)
        self._columns = None if columns == list(range(len(raw.labels))) else columns
        self.suspicions = list(self.description.suspicions)
        self._plausibility = Plausibility(self.info, plausible=self.description.plausible)
        self.gaps: list[Gap] = []
        self.received = 0
        self.lost = 0
        self._told = told
        self._told_lost = 0
        self._is_new_connection = False
        self._clock = StreamClock()
        self._pace = None if self.info.kind in _NEVER_REGULAR else PaceFinder()
        self._line: Dejitter | None = None
        if self.info.rate_hz:
            self._begin_line(self.info.rate_hz)

    def _begin_line(self, rate_hz: float) -> None:
        self._pace = None
        self._line = Dejitter(rate_hz)
        self._finder = GapFinder(self._line)
        if self.description.counter is not None:
            self._finder = CounterGaps(self.description.counter, self._finder, self._line)
        self._clock.smooth = True

    @property
    def info(self) -> StreamInfo:
        """Canonical kind, labels and unit."""
        return self.description.info

    @property
    def offset(self) -> ClockOffset | None:
        """The clock offset in force, None if none was measured."""
        return self._clock.offset

    @property
    def newest(self) -> float | None:
        """Time of the newest sample, None before the first."""
        return self._clock.newest

    @property
    def effective_hz(self) -> float:
        """Rate at which samples come, by their stamps; 0 for irregular streams."""
        return self._line.rate_hz if self._line else 0.0

    @property
    def rate_ppm(self) -> float | None:
        """How much faster than its nominal rate the stream is, in parts per million.

        By the clock that stamps it; None without a nominal rate.
        """
        if not self.info.rate_hz:
            return None
        return (self.effective_hz / self.info.rate_hz - 1.0) * 1e6

    def set_offset(self, measured: ClockOffset) -> None:
        """Use this clock offset from the next packet on, if it can be believed."""
        self._clock.set_offset(measured)

    def tell_gap(self, lost: int) -> None:
        """Count samples as lost before the next packet."""
        self._told_lost += lost

    def begin_connection(self) -> None:
        """Take what is missing before the next packet for lost, however little it is."""
        self._is_new_connection = True

    def split(self, packet: Packet) -> Iterator[Packet]:
        """Cut a packet where samples may be missing inside it; take each piece before the next."""
        if self._told or self._line is None or len(packet) < 2:
            yield packet
            return
        with np.errstate(invalid="ignore", over="ignore"):  # a sender may stamp anything: inf, inf
            steps = np.diff(packet.stamps)
        start = 0
        while start < len(packet):
            stop = self._finder.cut(steps, packet.values, start)
            if stop - start == len(packet):
                yield packet
            else:
                piece = slice(start, stop)
                yield Packet(packet.stream, packet.stamps[piece], packet.values[piece])
            start = stop

    def take(self, packet: Packet) -> Chunk:
        """Return the chunk of the next packet, which holds at least one sample."""
        line = self._line
        stamps = known(packet.stamps, newest=line.newest_s if line else None)
        lost = self._lost_before(stamps, packet.values)
        if lost:
            self._note_gap(lost)
        sent = stamps if line is None else line.take(stamps, lost=lost)
        chunk = Chunk(
            first=self.received + self.lost,
            times=self._clock.times(sent),
            data=self._canonical(packet.values),
        )
        self.received += len(packet)
        if self._pace is not None and (rate_hz := self._pace.take(stamps, lost=lost)):
            self._begin_line(rate_hz)
        self.suspicions += self._plausibility.take(chunk)
        return chunk

    def end(self) -> None:
        """Judge what there was, now that nothing more will come."""
        self.suspicions += self._plausibility.end()

    def _lost_before(self, stamps: np.ndarray, values: np.ndarray) -> int:
        if self._told:
            lost, self._told_lost = self._told_lost, 0
            return lost
        if self._line is None:
            return 0
        is_new, self._is_new_connection = self._is_new_connection, False
        if is_new:
            return self._finder.missing_over_break(stamps, values)
        return self._finder.missing(stamps, values)

    def _note_gap(self, lost: int) -> None:
        before, rate_hz = self._clock.newest, self.effective_hz
        length_s = lost / rate_hz if rate_hz else 0.0
        self.gaps.append(Gap(self.received, lost, 0.0 if before is None else before, length_s))
        self.lost += lost

    def _canonical(self, values: np.ndarray) -> np.ndarray:
        if values.dtype == object:
            return values
        if self._columns is not None:
            values = values[:, self._columns]
        data = np.array(values, dtype=np.float64, order="C")
        if self._factors is not None:
            data *= self._factors
        return data
