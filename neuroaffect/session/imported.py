"""What every importer gives: streams, and their packets in time order."""

import heapq
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from neuroaffect.session.raw import Event, Packet, RawStream

__all__ = ["Imported", "in_time_order", "marker_packet", "marker_stream", "packets"]

Timed = tuple[float, Packet]  # time of the last sample, and the packet


@dataclass(frozen=True, kw_only=True, eq=False)
class Imported:
    """An opened file of a format other than XDF.

    Parameters
    ----------
    format : str
    streams : tuple of RawStream
    defects, notes : tuple of str
        What is wrong with the file, and what is odd or left out; a sentence each.
    items : callable
        Returns the packets afresh, in time order.
    events : tuple of Event
        The gaps that the file itself tells, and what happened outside the recording.
    told : frozenset of int
        Streams whose losses are counted by the device: `events` has each of their gaps.
    is_timed : bool
        Whether stamps come from a clock; else samples were only counted, from 0 s on.
    """

    format: str
    streams: tuple[RawStream, ...]
    defects: tuple[str, ...]
    items: Callable[[], Iterator[Packet]]
    notes: tuple[str, ...] = ()
    events: tuple[Event, ...] = ()
    told: frozenset[int] = frozenset()
    is_timed: bool = True


def in_time_order(sources: Iterable[Iterator[Timed]]) -> Iterator[Packet]:
    """Merge packets by the time at which each was complete."""
    for _, packet in heapq.merge(*sources, key=lambda timed: timed[0]):
        yield packet


def packets(
    stream: RawStream, stamps: np.ndarray, values: np.ndarray, *, starts: Iterable[int] = ()
) -> Iterator[Timed]:
    """Cut samples into packets of at most a second, and where `starts` say that one begins."""
    length = max(1, round(stream.rate_hz)) if stream.rate_hz else 1
    edges = sorted({*range(0, len(stamps), length), *starts, len(stamps)})
    for start, stop in pairwise(edges):
        cut = slice(start, stop)
        packet = Packet(stream.id, stamps[cut].copy(), np.ascontiguousarray(values[cut]))
        yield float(packet.stamps[-1]), packet


def marker_stream(id: int, *, name: str = "Markers") -> RawStream:
    """Return a stream of text markers."""
    return RawStream(
        id=id, name=name, type="Markers", rate_hz=0.0, format="string",
        labels=("marker",), units=("",), types=("",),
    )  # fmt: skip


def marker_packet(stream: RawStream, time: float, text: str) -> Packet:
    """Return one marker."""
    return Packet(stream.id, np.array([time], np.float64), np.array([[text]], object))
