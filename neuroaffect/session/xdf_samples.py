"""The samples chunks of one XDF stream, read: bytes to packets."""

import math
import struct
from collections.abc import Iterator

import numpy as np

from neuroaffect.session.raw import EVENTS_STREAM, Packet, RawStream
from neuroaffect.session.xdf import (
    DEDUCED,
    STAMPED,
    Damage,
    sample_dtype,
    unpack_length,
)

__all__ = ["SamplesReader"]

_FIRST = 6  # where a samples chunk's own content starts, after tag and stream id
_STAMP_BYTES = 9
_LONGEST_STEP_S = 3600.0  # within one chunk; what leaps further in a damaged one is no stamp
_LONGEST_RUN = 4096  # samples looked at together; more would make mixed layouts quadratic


class SamplesReader:
    """Reads the samples chunks of one stream, in order.

    Attributes
    ----------
    stream : RawStream
    is_events : bool
        Whether it is our own events stream.
    count : int
        Samples read or checked so far.
    """

    def __init__(self, stream: RawStream) -> None:
        self.stream = stream
        self.is_events = (
            stream.name == EVENTS_STREAM and stream.format == "string" and len(stream.labels) == 1
        )
        self.count = 0
        self._channels = len(stream.labels)
        self._last = 0.0  # the newest stamp, from which stamps left out are deduced
        self._step = 1.0 / stream.rate_hz if stream.rate_hz > 0 else 0.0
        self._layout: dict[int, np.dtype] | None = None
        if stream.format != "string":
            self._layout = {
                STAMPED: sample_dtype(stream.dtype, self._channels, stamped=True),
                DEDUCED: sample_dtype(stream.dtype, self._channels, stamped=False),
            }
            self._stamped_size = self._layout[STAMPED].itemsize

    def check(self, content: bytes) -> Packet | np.ndarray:
        """Check a chunk's layout and return its stamps; string chunks are decoded wholly.

        Raises
        ------
        Damage
            If the chunk's bytes are not the samples it speaks of.
        """
        samples, start = unpack_length(content, _FIRST)
        if self._layout is None:
            return self._counted(self._texts(content, start, samples))
        if self._is_uniform(content, start, samples):
            stamps = np.frombuffer(content, self._layout[STAMPED], offset=start)["stamp"]
        else:
            stamps = np.empty(self._checked(content, start, samples))
            self._fill(content, start, stamps)
        self._count(stamps)
        return stamps

    def packet(self, content: bytes) -> Packet:
        """Return a chunk's samples as one packet.

        Raises
        ------
        Damage
            If the chunk's bytes are not the samples it speaks of.
        """
        samples, start = unpack_length(content, _FIRST)
        if self._layout is None:
            return self._counted(self._texts(content, start, samples))
        if self._is_uniform(content, start, samples):
            taken = np.frombuffer(content, self._layout[STAMPED], offset=start)
            packet = Packet(self.stream.id, taken["stamp"].copy(), taken["values"].copy())
        else:
            stamps = np.empty(self._checked(content, start, samples))
            values = np.empty((samples, self._channels), self.stream.dtype)
            self._fill(content, start, stamps, values)
            packet = Packet(self.stream.id, stamps, values)
        return self._counted(packet)

    def starts_deduced(self, content: bytes) -> bool:
        """Whether a chunk's first sample leaves its stamp to be deduced."""
        try:
            samples, start = unpack_length(content, _FIRST)
        except Damage:
            return False
        return samples > 0 and content[start : start + 1] == bytes([DEDUCED])

    def sound(self, content: bytes, *, is_torn: bool) -> tuple[int, int, int]:
        """Return how many samples of a damaged chunk can be trusted, and from where to where.

        Parameters
        ----------
        content : bytes
        is_torn : bool
            Whether the content may hold other chunks after this one's samples; otherwise its
            end is that of its samples, and the number it states may be wrong.
        """
        try:
            stated, start = unpack_length(content, _FIRST)
        except Damage:
            return 0, _FIRST, _FIRST
        ends, last = [start], math.nan
        while ends[-1] < len(content) and not (is_torn and len(ends) > stated):
            try:
                last, end = self._whole(content, ends[-1], last)
            except (EOFError, Damage) as damage:
                if is_torn and isinstance(damage, EOFError):
                    break
                # Nothing tells where the damage starts; the sample before may have it too.
                ends = ends[: max(len(ends) - 1, 1)]
                break
            ends.append(end)
        return len(ends) - 1, start, ends[-1]

    def _whole(self, content: bytes, place: int, last: float) -> tuple[float, int]:
        """Return stamp and end of the sample that starts here, if it is one and whole."""
        if len(content) - place < _STAMP_BYTES:
            raise EOFError
        stamp, first = self._stamp(content, place, last)
        if not (math.isnan(last) or abs(stamp - last) < _LONGEST_STEP_S):
            raise Damage("a stamp that is none")
        if self._layout is not None:
            end = first + self._layout[DEDUCED].itemsize - 1
        else:
            end = first
            for _ in range(self._channels):
                length, end = unpack_length(content, end)
                end += length
        if end > len(content):
            raise EOFError
        return stamp, end

    @property
    def state(self) -> tuple[int, float]:
        """How far it has read; set it to take a chunk back."""
        return self.count, self._last

    @state.setter
    def state(self, state: tuple[int, float]) -> None:
        self.count, self._last = state

    def _count(self, stamps: np.ndarray) -> None:
        self.count += len(stamps)
        if len(stamps):
            self._last = stamps.item(-1)

    def _counted(self, packet: Packet) -> Packet:
        self._count(packet.stamps)
        return packet

    def _is_uniform(self, content: bytes, start: int, samples: int) -> bool:
        """Whether every sample brings its own stamp, and nothing else is there."""
        return (
            samples * self._stamped_size == len(content) - start
            and content[start :: self._stamped_size].count(STAMPED) == samples > 0
        )

    def _checked(self, content: bytes, start: int, samples: int) -> int:
        if samples * self._layout[DEDUCED].itemsize > len(content) - start:
            raise Damage(f"{samples} samples of stream '{self.stream.name}' do not fit into it")
        return samples

    def _fill(
        self, content: bytes, start: int, stamps: np.ndarray, values: np.ndarray | None = None
    ) -> None:
        """Decode samples of mixed layout into the arrays."""
        done, last = 0, self._last
        for place, run, stamped in self._runs(content, start, len(stamps)):
            taken = np.frombuffer(content, self._layout[stamped], count=run, offset=place)
            if values is not None:
                values[done : done + run] = taken["values"]
            if stamped == STAMPED:
                stamps[done : done + run] = taken["stamp"]
            else:
                self._deduce(last, stamps[done : done + run])
            done += run
            last = float(stamps[done - 1])

    def _deduce(self, last: float, stamps: np.ndarray) -> None:
        # Added up one by one, as every XDF reader does, so that the last bit agrees.
        stamps.fill(self._step)
        with np.errstate(invalid="ignore", over="ignore"):  # stamps in damaged files
            stamps[0] += last
            np.add.accumulate(stamps, out=stamps)

    def _runs(self, content: bytes, start: int, samples: int) -> Iterator[tuple[int, int, int]]:
        """Yield (place, samples, stamp bytes) of neighbouring samples that are laid out alike."""
        place, left = start, samples
        while left:
            stamped = content[place] if place < len(content) else None
            if stamped not in self._layout:
                raise Damage(f"no sample of stream '{self.stream.name}' where one should start")
            size = self._layout[stamped].itemsize
            most = min(left, _LONGEST_RUN, (len(content) - place) // size)
            if not most:
                raise Damage(f"it ends within a sample of stream '{self.stream.name}'")
            alike = content[place : place + most * size : size]
            run = most - len(alike.lstrip(alike[:1]))
            yield place, run, stamped
            place += run * size
            left -= run
        if place != len(content):
            raise Damage(f"{len(content) - place} bytes too many for {samples} samples")

    def _texts(self, content: bytes, place: int, samples: int) -> Packet:
        if samples * (1 + 2 * self._channels) > len(content) - place:
            raise Damage(f"{samples} samples of stream '{self.stream.name}' do not fit into it")
        stamps = np.empty(samples)
        values = np.empty((samples, self._channels), object)
        last = self._last
        for k in range(samples):
            last, place = self._stamp(content, place, last)
            stamps[k] = last
            for c in range(self._channels):
                length, first = unpack_length(content, place)
                place = first + length
                if place > len(content):
                    raise Damage(f"it ends within a text of stream '{self.stream.name}'")
                values[k, c] = content[first:place].decode("utf-8", "replace")
        if place != len(content):
            raise Damage(f"{len(content) - place} bytes too many for {samples} samples")
        return Packet(self.stream.id, stamps, values)

    def _stamp(self, content: bytes, place: int, last: float) -> tuple[float, int]:
        """Return the stamp of the sample that starts here, and where its values start."""
        if content[place : place + 1] == bytes([DEDUCED]):
            return last + self._step, place + 1
        if content[place : place + 1] != bytes([STAMPED]) or place + 9 > len(content):
            raise Damage(f"no sample of stream '{self.stream.name}' where one should start")
        return struct.unpack_from("<d", content, place + 1)[0], place + 9
