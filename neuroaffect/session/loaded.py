"""A whole recording in memory: one array of stamps and one of values per stream."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from neuroaffect.session.raw import ClockOffset, Item, Packet, RawStream

__all__ = ["LoadedStream", "load_items"]


@dataclass(frozen=True, eq=False)
class LoadedStream:
    """All of one stream, as it was received.

    Parameters
    ----------
    stream : RawStream
    stamps : ndarray of float64, shape (samples,)
        Seconds on the sender's clock, as sent: no offset is added, no line is fitted.
    values : ndarray, shape (samples, channels)
        In the stream's own format and unit; objects (str) for string streams.
    offsets : ndarray of float64, shape (measurements, 2)
        Clock offsets: time on the sender's clock, and what to add to reach the recorder's.
    """

    stream: RawStream
    stamps: np.ndarray
    values: np.ndarray
    offsets: np.ndarray

    def __len__(self) -> int:
        return len(self.stamps)


def load_items(
    streams: Iterable[RawStream], items: Iterable[Item], *, samples: Mapping[int, int]
) -> dict[int, LoadedStream]:
    """Return each stream's samples as arrays, by its id.

    Parameters
    ----------
    streams : iterable of RawStream
    items : iterable of Packet or ClockOffset
        Taken one by one into arrays that are there already, so that little more than the data
        is in memory at any time.
    samples : mapping of int to int
        How many samples each stream has. What goes beyond is left out: a file that is still
        being recorded has grown meanwhile.
    """
    made = {stream.id: _empty(stream, samples[stream.id]) for stream in streams}
    done = dict.fromkeys(made, 0)
    offsets: dict[int, list[tuple[float, float]]] = {id: [] for id in made}
    for item in items:
        if isinstance(item, ClockOffset):
            offsets[item.stream].append((item.time, item.offset))
        else:
            done[item.stream] += _put(item, made[item.stream], done[item.stream])
    return {
        id: replace(
            loaded,
            stamps=loaded.stamps[: done[id]],
            values=loaded.values[: done[id]],
            offsets=np.array(offsets[id], np.float64).reshape(-1, 2),
        )
        for id, loaded in made.items()
    }


def _empty(stream: RawStream, samples: int) -> LoadedStream:
    values = np.empty((samples, len(stream.labels)), stream.dtype)
    return LoadedStream(stream, np.empty(samples), values, np.empty((0, 2)))


def _put(packet: Packet, loaded: LoadedStream, start: int) -> int:
    """Copy a packet's samples to where they belong; return how many found room."""
    room = min(len(packet), len(loaded) - start)
    loaded.stamps[start : start + room] = packet.stamps[:room]
    loaded.values[start : start + room] = packet.values[:room]
    return room
