"""What is counted of one stream while a recording plays through."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from neuroaffect.acquire.clock import steps_after
from neuroaffect.acquire.description import Description
from neuroaffect.acquire.marks import Marks
from neuroaffect.session.raw import ClockOffset, Packet, RawStream
from neuroaffect.stream import Chunk, StreamInfo
from neuroaffect.survey.offsets import clock_of
from neuroaffect.units import VOLTAGES

__all__ = ["LEAST_S", "Tally"]

RATE_ALARM = 0.02  # a sender that is further off its nominal rate is lying or losing samples
LEAST_S = 5.0  # shorter stretches say nothing about a rate
_UNJUDGED = {"markers", "other"}


@dataclass(eq=False)
class Tally:
    """Counts of one stream, and what they say."""

    raw: RawStream
    description: Description
    samples: int = 0
    first_s: float = 0.0
    last_s: float = 0.0
    stamp: float = 0.0
    low_stamp: float = np.inf
    high_stamp: float = -np.inf
    opening: float = 0.0  # first stamp since the last gap
    end: int = 0
    steps: int = 0
    stepped_s: float = 0.0
    odd: int = 0
    low: np.ndarray | float = np.inf
    high: np.ndarray | float = -np.inf
    markers: list[tuple[float, str]] = field(default_factory=list)
    marks: Marks = field(init=False)
    moments: list[float] = field(default_factory=list)
    offsets: list[ClockOffset] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.marks = Marks(self.raw)

    @property
    def info(self) -> StreamInfo:
        return self.description.info

    @property
    def rate_hz(self) -> float:
        """Samples by their stamps, gaps left out; 0 for irregular streams and empty ones."""
        if not self.info.rate_hz or self.stepped_s <= 0:
            return 0.0
        return self.steps / self.stepped_s

    @property
    def ppm(self) -> float | None:
        """How far off its nominal rate the stream is, in millionths; None if it cannot be said."""
        nominal_hz = self.info.rate_hz
        if not nominal_hz or self.stepped_s < LEAST_S:
            return None
        return (self.rate_hz / nominal_hz - 1.0) * 1e6

    @property
    def clock(self) -> str:
        """What the stamps were taken from."""
        if not self.samples:
            return "none"
        return clock_of(
            self.low_stamp, self.high_stamp, self.offsets, regular=self.info.rate_hz > 0
        )

    def add(self, packet: Packet, chunk: Chunk) -> None:
        """Count a chunk, and the packet it was made of."""
        if not self.samples:
            self.first_s = float(chunk.times[0])
        # Raw stamps: where a clock was reset, the times jump without a sample being lost.
        if self.samples and chunk.first == self.end:
            self.stepped_s += float(packet.stamps[0]) - self.stamp
        else:
            self.opening = float(packet.stamps[0])
        self.steps += steps_after(self.opening, packet.stamps, rate_hz=self.info.rate_hz)
        self.stepped_s += float(packet.stamps[-1] - packet.stamps[0])
        self.stamp = float(packet.stamps[-1])
        self.low_stamp = min(self.low_stamp, float(np.min(packet.stamps)))
        self.high_stamp = max(self.high_stamp, float(np.max(packet.stamps)))
        self.last_s, self.end = float(chunk.times[-1]), chunk.end
        self.samples += len(chunk)
        if self.info.kind == "markers":
            marked = [(time, " ".join(words)) for time, words in self.marks.take(chunk)]
            self.markers += marked
            self.moments += (time for time, _ in marked)
        elif not self.info.rate_hz:
            self.moments += chunk.times.tolist()
        if chunk.data.dtype != object:
            finite = np.isfinite(chunk.data)
            self.odd += int(np.count_nonzero(~finite))
            self.low = np.minimum(self.low, np.where(finite, chunk.data, np.inf).min(axis=0))
            self.high = np.maximum(self.high, np.where(finite, chunk.data, -np.inf).max(axis=0))

    def defects(self, suspicions: Sequence[str]) -> Iterator[str]:
        """Yield what is wrong with the stream, a sentence each."""
        if not self.samples:
            yield "holds no sample"
            return
        yield from self._unsaid()
        nominal_hz, rate_hz = self.info.rate_hz, self.rate_hz
        if self.stepped_s >= LEAST_S and abs(rate_hz - nominal_hz) > RATE_ALARM * nominal_hz > 0:
            yield f"runs at {rate_hz:.4g} Hz, its nominal rate is {nominal_hz:g} Hz"
        if self.odd and self.info.kind != "affect":  # there, NaN says that the model abstained
            yield f"{self.odd} values are no numbers"
        flat = self._flat()
        if flat:
            yield f"never changes: {flat}"
        yield from (text for text in suspicions if not (flat and text.startswith("constant")))

    def _unsaid(self) -> Iterator[str]:
        completed, device = self.description.completed, self.info.device
        if self.info.kind not in _UNJUDGED and not any(self.raw.labels):
            nameless = f"names none of its {len(self.raw.labels)} channels"
            notes = [note for note in self.description.notes if note.startswith("labels")]
            yield "; ".join([nameless, *notes])
        if self.info.kind in VOLTAGES and not any(self.raw.units):
            source = f"taken from {device}" if "unit" in completed else "assumed"
            yield f"names no unit; microvolts are {source}"

    def _flat(self) -> str:
        """Return the channels that never change, "" if all do or nothing can be said."""
        if self.samples < 2 or not self.info.rate_hz or self.info.kind in _UNJUDGED:
            return ""
        same = zip(self.info.channels, self.low == self.high, strict=True)
        return ", ".join(label for label, is_same in same if is_same)
