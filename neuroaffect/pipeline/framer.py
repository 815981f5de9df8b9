"""Cut a stream into hops on a grid that depends on sample numbers alone."""

from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from neuroaffect.errors import PipelineError, StreamError
from neuroaffect.stream import Chunk, StreamInfo

__all__ = ["Framer", "Hop"]

_ALL = slice(None)


@dataclass(frozen=True, eq=False, slots=True)
class Hop:
    """Samples of one hop: `data` (hop, channels) float64, C-order, never shared.

    `restarted` tells that samples before this hop were lost, `held` counts the lost samples
    inside it that were bridged by holding the last one.
    """

    index: int
    time: float
    data: np.ndarray
    restarted: bool
    held: int


class Framer:
    """Re-block chunks of any size into hops; every later step then sees the same calls.

    Hop k spans samples floor(k·hop_s·rate) to floor((k+1)·hop_s·rate) since the session began,
    lost samples counted, so a hop's number tells its place in time. A gap of up to `bridge_s` is
    bridged by holding the last sample. A longer one drops the hop it broke, and the next
    whole hop on the grid is marked `restarted`.

    Raises
    ------
    PipelineError
        If a hop would hold less than one sample.
    """

    def __init__(
        self, info: StreamInfo, *, hop_s: float, bridge_s: float, columns: slice | np.ndarray = _ALL
    ) -> None:
        self.hop_s = float(hop_s)
        # Fractions of the decimal text: 0.1 s at 250 Hz is 25 samples, without rounding drift.
        self._per_hop = Fraction(str(hop_s)) * Fraction(str(info.rate_hz))
        if self._per_hop < 1:
            raise PipelineError(
                f"a hop of {hop_s:g} s holds no sample of '{info.name}' at {info.rate_hz:g} Hz; "
                f"choose hop_s of at least {1 / info.rate_hz:g}"
                if info.rate_hz > 0
                else f"stream '{info.name}' has no regular rate; a track needs one that has"
            )
        self._name = info.name
        self._bridge = bridge_s * info.rate_hz
        self._columns = columns
        self._width = len(np.arange(len(info.channels))[columns])
        self._next = -1  # sample expected next; -1 before the first
        self._restarted = False
        self._last_time = 0.0
        self._open(0)

    def push(self, chunk: Chunk) -> list[Hop]:
        """Return the hops that this chunk completes."""
        if len(chunk) == 0:
            return []
        hops = self._close_gap(chunk)
        return hops + self._take(chunk.times, chunk.data[:, self._columns], held=False)

    def _close_gap(self, chunk: Chunk) -> list[Hop]:
        lost = chunk.first - self._next
        if self._next < 0:
            self._seek(chunk.first)
        elif lost < 0:
            raise StreamError(
                f"stream '{self._name}' runs backward: sample {chunk.first} after "
                f"{self._next - 1}; sample numbers only grow"
            )
        elif lost > self._bridge:
            self._restarted = True
            self._seek(chunk.first)
        elif lost:
            times = np.linspace(self._last_time, chunk.times[0], lost + 2)[1:-1]
            return self._take(times, np.repeat(self._last[None], lost, axis=0), held=True)
        return []

    def _take(self, times: np.ndarray, data: np.ndarray, *, held: bool) -> list[Hop]:
        hops = []
        taken = max(0, self._start - self._next)  # samples before the next whole hop
        while taken < len(times):
            n = min(len(self._data) - self._filled, len(times) - taken)
            self._data[self._filled : self._filled + n] = data[taken : taken + n]
            self._filled += n
            self._held += n * held
            taken += n
            if self._filled == len(self._data):
                time = float(times[taken - 1])
                hops.append(Hop(self._index, time, self._data, self._restarted, self._held))
                self._restarted = False
                self._open(self._index + 1)
        self._next += len(times)
        self._last_time = float(times[-1])
        self._last = np.array(data[-1], dtype=np.float64)
        return hops

    def _seek(self, sample: int) -> None:
        """Go on at the first whole hop at or after this sample."""
        self._next = sample
        self._open(-int(-sample // self._per_hop))

    def _open(self, index: int) -> None:
        self._index = index
        self._start = int(index * self._per_hop)
        self._held = 0
        self._filled = 0
        self._data = np.empty((int((index + 1) * self._per_hop) - self._start, self._width))
