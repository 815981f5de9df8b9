"""Tell a track of which of its hops the wearer moved."""

from collections import deque
from collections.abc import Collection

from neuroaffect.pipeline.framer import Hop
from neuroaffect.pipeline.join import Follower
from neuroaffect.pipeline.track import Frame

__all__ = ["Gate"]


class Gate:
    """Hold a track's hops until the motion track has spoken of their time.

    The verdict on a hop is that of the newest motion frame at or before its end, so it does not
    depend on which of the two streams arrived first. Live, a hop goes on without a verdict, as
    still, when the motion track is later than its patience; `late` tells, as for the join.

    Parameters
    ----------
    name : str
        What `late` calls this gate: the gated track and ".gate".
    motion : Follower
        The motion track, read without a lag.
    decisions : collection of (name, hop index), or None
        Hops known to have gone on without a verdict; None to decide live.
    """

    def __init__(
        self, name: str, motion: Follower, decisions: Collection[tuple[str, int]] | None
    ) -> None:
        self._name = name
        self._motion = motion
        self._decisions = None if decisions is None else frozenset(decisions)
        self._waiting: deque[Hop] = deque()
        self._time = self._released = -float("inf")
        self._ended = False
        self.late: list[tuple[str, int]] = []

    @property
    def watermark(self) -> float:
        """Time up to which every hop of the gated track has gone on."""
        return self._released if self._waiting else self._time

    def add(self, hops: list[Hop], time: float) -> None:
        """Take the gated track's new hops, and the newest stamp of its stream."""
        self._waiting.extend(hops)
        self._time = time

    def see(self, frames: list[Frame], watermark: float) -> None:
        """Take the motion track's new frames, and the newest stamp of its stream."""
        self._motion.frames.extend(frames)
        self._motion.watermark = watermark

    def end(self) -> None:
        """Nothing more will arrive: what waits goes on with what is known."""
        self._ended = True

    def release(self) -> list[tuple[Hop, bool]]:
        """Return the hops that may go on, and whether the wearer moved in each."""
        released = []
        while self._waiting and self._ready(self._waiting[0]):
            hop = self._waiting.popleft()
            self._released = hop.time
            released.append((hop, self._moving(hop)))
        return released

    def _ready(self, hop: Hop) -> bool:
        if self._ended or self._motion.passed(hop.time):
            return True
        if self._decisions is not None:
            return (self._name, hop.index) in self._decisions
        return self._time >= hop.time + self._motion.patience_s

    def _moving(self, hop: Hop) -> bool:
        if self._is_late(hop):
            self.late.append((self._name, hop.index))
            return False
        frame = self._motion.at(hop.time)
        return frame is not None and frame.moving

    def _is_late(self, hop: Hop) -> bool:
        if self._decisions is not None:
            return (self._name, hop.index) in self._decisions
        return not self._ended and not self._motion.passed(hop.time)
