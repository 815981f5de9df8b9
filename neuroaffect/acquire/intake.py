"""From raw packets to chunks: labels, units, times and lost samples, settled once at the door."""

from collections import Counter
from collections.abc import Iterable
from itertools import pairwise

import numpy as np

from neuroaffect.acquire.clock import StreamClock
from neuroaffect.acquire.describe import Description, describe, numbered
from neuroaffect.acquire.gaps import Gap, GapFinder
from neuroaffect.acquire.plausible import Plausibility
from neuroaffect.session.raw import ClockOffset, Packet, RawStream
from neuroaffect.stream import Chunk, StreamInfo

__all__ = ["Intake", "stream_names"]


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
    Causal: a chunk depends on what has arrived by then and on nothing else.
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
        self._clock = StreamClock()
        self._finder = GapFinder(self.info.rate_hz) if self.info.rate_hz else None
        self._told = told
        self._told_lost = 0

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
        return self._finder.rate_hz if self._finder else 0.0

    def set_offset(self, measured: ClockOffset) -> None:
        """Use this clock offset from the next packet on, if it can be believed."""
        self._clock.set_offset(measured)

    def tell_gap(self, lost: int) -> None:
        """Count samples as lost before the next packet."""
        self._told_lost += lost

    def split(self, packet: Packet) -> list[Packet]:
        """Cut a packet where samples are missing inside it; take the pieces one by one."""
        if self._told or self._finder is None or len(packet) < 2:
            return [packet]
        edges = [0, *self._finder.cuts(packet.stamps), len(packet)]
        if len(edges) == 2:
            return [packet]
        return [
            Packet(packet.stream, packet.stamps[start:stop], packet.values[start:stop])
            for start, stop in pairwise(edges)
        ]

    def take(self, packet: Packet) -> Chunk:
        """Return the chunk of the next packet, which holds at least one sample."""
        lost = self._finder.take(packet.stamps) if self._finder else 0
        if self._told:
            lost, self._told_lost = self._told_lost, 0
        if lost:
            before = self._clock.newest
            self.gaps.append(Gap(self.received, lost, 0.0 if before is None else before))
            self.lost += lost
        chunk = Chunk(
            first=self.received + self.lost,
            times=self._clock.times(packet.stamps),
            data=self._canonical(packet.values),
        )
        self.received += len(packet)
        self.suspicions += self._plausibility.take(chunk)
        return chunk

    def end(self) -> None:
        """Judge what there was, now that nothing more will come."""
        self.suspicions += self._plausibility.end()

    def _canonical(self, values: np.ndarray) -> np.ndarray:
        if values.dtype == object:
            return values
        if self._columns is not None:
            values = values[:, self._columns]
        data = np.array(values, dtype=np.float64, order="C")
        if self._factors is not None:
            data *= self._factors
        return data
