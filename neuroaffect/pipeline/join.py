"""Join tracks into ticks: the same ticks in whatever order the pieces arrive."""

from collections import deque
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from neuroaffect.pipeline.tick import Tick
from neuroaffect.pipeline.track import Frame

__all__ = ["Follower", "Join"]


@dataclass(eq=False)
class Follower:
    """A track that gives each tick its newest value at or before the tick's time minus a lag.

    Parameters
    ----------
    lag_s : float
        How far behind the lead this track is read.
    patience_s : float
        How long, on the lead's stamps, a live tick waits for this track's watermark.
    stale_s : float
        A value older than this is no value.
    """

    lag_s: float
    patience_s: float
    stale_s: float
    watermark: float = -float("inf")
    frames: deque[Frame] = field(default_factory=deque)

    def passed(self, time: float) -> bool:
        """Tell whether nothing can still arrive for a tick at this time."""
        return self.watermark > time - self.lag_s

    def at(self, time: float) -> Frame | None:
        """Return the newest frame for a tick at this time; ticks come in order of time."""
        wanted = time - self.lag_s
        while len(self.frames) > 1 and self.frames[1].time <= wanted:
            self.frames.popleft()
        if not self.frames or not wanted - self.stale_s <= self.frames[0].time <= wanted:
            return None
        return self.frames[0]


class Join:
    """Turn frames of the lead and of the followers into ticks.

    A tick waits until every follower's watermark has passed its time. Live, it goes out without
    a follower that is later than its patience, and `late` tells which, so that the session can
    record it. Given those decisions again, a replay waits for everything else and decides the
    same.

    Parameters
    ----------
    lead : str
    followers : mapping of str to Follower
    decisions : collection of (track, tick index), or None
        Ticks known to have gone out without that track; None to decide live.
    """

    def __init__(
        self,
        lead: str,
        followers: Mapping[str, Follower],
        decisions: Collection[tuple[str, int]] | None,
    ) -> None:
        self._lead = lead
        self._followers = followers
        self._decisions = None if decisions is None else frozenset(decisions)
        self._waiting: deque[Frame] = deque()
        self._lead_time = -float("inf")
        self._ended = False
        self.late: list[tuple[str, int]] = []

    def push(self, track: str, frames: list[Frame], watermark: float) -> list[Tick]:
        """Take new frames of one track, and the newest stamp seen on its stream."""
        if track == self._lead:
            self._waiting.extend(frames)
            self._lead_time = watermark
        else:
            follower = self._followers[track]
            follower.frames.extend(frames)
            follower.watermark = watermark
        return self._release()

    def finish(self) -> list[Tick]:
        """Release what still waits: the source has ended, nothing more will arrive."""
        self._ended = True
        return self._release()

    def _release(self) -> list[Tick]:
        ticks = []
        while self._waiting and self._ready(self._waiting[0]):
            ticks.append(self._tick(self._waiting.popleft()))
        return ticks

    def _ready(self, frame: Frame) -> bool:
        return self._ended or all(
            follower.passed(frame.time) or self._given_up(name, frame)
            for name, follower in self._followers.items()
        )

    def _given_up(self, name: str, frame: Frame) -> bool:
        if self._decisions is not None:
            return (name, frame.index) in self._decisions
        return self._lead_time >= frame.time + self._followers[name].patience_s

    def _tick(self, lead: Frame) -> Tick:
        frames = {self._lead: lead}
        missing = []
        for name, follower in self._followers.items():
            late = self._is_late(name, follower, lead)
            frame = None if late else follower.at(lead.time)
            if frame is None:
                missing.append(name)
            else:
                frames[name] = frame
            if late:
                self.late.append((name, lead.index))
        return Tick(
            index=lead.index,
            time=lead.time,
            tracks={name: frame.features for name, frame in frames.items()},
            settled=all(frame.settled for frame in frames.values()),
            quality={name: frame.quality for name, frame in frames.items()},
            flaws={name: frame.flaws for name, frame in frames.items()},
            age_s={name: lead.time - frame.time for name, frame in frames.items()},
            gap=any(frame.gap for frame in frames.values()),
            missing=tuple(missing),
        )

    def _is_late(self, name: str, follower: Follower, lead: Frame) -> bool:
        if self._decisions is not None:
            return (name, lead.index) in self._decisions
        return not self._ended and not follower.passed(lead.time)
