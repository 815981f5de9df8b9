"""Events instead of a rate: each is a hop of its own."""

import numpy as np

from neuroaffect.pipeline.framer import Hop
from neuroaffect.stream import Chunk

__all__ = ["EVENT_KINDS", "SINCE", "EventFramer"]

EVENT_KINDS = frozenset({"hr", "ibi"})  # streams of these kinds make a track without a rate
SINCE = "since_s"  # label of the column that tells how long the event before is ago


class EventFramer:
    """Make each event of an irregular stream a hop of one row: seconds since the last, values.

    A step sees no stamps, but what it means that a beat is missing lies between two of them. So
    the first column is the difference of their stamps, NaN for the first event. A stamp of an
    irregular stream is stored as it came, hence the same in every replay.

    Parameters
    ----------
    columns : ndarray of int
        Channels to use.
    """

    def __init__(self, columns: np.ndarray) -> None:
        self._columns = columns
        self._before = np.nan

    def push(self, chunk: Chunk) -> list[Hop]:
        """Return a hop for each event."""
        hops = []
        values = np.asarray(chunk.data[:, self._columns], dtype=np.float64)
        for i, time in enumerate(chunk.times.tolist()):
            data = np.concatenate([[time - self._before], values[i]])[None]
            hops.append(Hop(chunk.first + i, time, data, restarted=False, held=0))
            self._before = time
        return hops
