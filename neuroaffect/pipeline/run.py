"""A running pipeline: chunks in, ticks out."""

from collections.abc import Collection, Iterable, Iterator, Mapping

import numpy as np

from neuroaffect.errors import PipelineError
from neuroaffect.montage import scalp
from neuroaffect.pipeline.events import EVENT_KINDS, EventFramer
from neuroaffect.pipeline.framer import Framer, Hop
from neuroaffect.pipeline.gate import Gate
from neuroaffect.pipeline.join import Follower, Join
from neuroaffect.pipeline.parts import Track
from neuroaffect.pipeline.rest import Rests
from neuroaffect.pipeline.tick import Tick
from neuroaffect.pipeline.track import Frame, TrackRun
from neuroaffect.stream import Chunk, FeatureInfo, StreamInfo

__all__ = ["Run"]


class Run:
    """A pipeline at work on one source; made by :meth:`Pipeline.start`.

    Attributes
    ----------
    tracks : dict of str to TrackRun
        The tracks that found a stream.
    features : dict of str to FeatureInfo
        "track.block" → what the block gives.
    followers : tuple of str
        Those of them that follow the lead.
    late : list of (track, tick index)
        What went on without a follower, or ("track.gate") without a motion verdict, because
        patience ran out.
    """

    def __init__(
        self,
        tracks: Mapping[str, Track],
        streams: Mapping[str, StreamInfo],
        *,
        lead: str,
        hop_s: float,
        bridge_s: float,
        late: Collection[tuple[str, int]] | None,
        rests: Collection[tuple[float, float]] = (),
    ) -> None:
        self._rests = Rests(rests)
        self._newest = -float("inf")  # stamp of the newest hop that any track has worked on
        self.tracks: dict[str, TrackRun] = {}
        self._fed_by: dict[str, list[str]] = {}
        for name, track in tracks.items():
            info = _find(name, track, streams)
            if info is None and (track.required or name == lead):
                raise PipelineError(_not_found(name, track, streams))
            if info is not None:
                self.tracks[name] = _start(
                    track, info, hop_s=track.hop_s or hop_s, bridge_s=bridge_s, rests=self._rests
                )
                self._fed_by.setdefault(info.name, []).append(name)
        self.features: dict[str, FeatureInfo] = {
            f"{name}.{block}": info
            for name, track in self.tracks.items()
            for block, info in track.features.items()
        }
        followers = {
            name: Follower(track.lag_s, track.patience_s, track.stale_s)
            for name, track in tracks.items()
            if name in self.tracks and name != lead
        }
        self.followers = tuple(followers)
        self._join = Join(lead, followers, late)
        self._gates = {
            name: Gate(f"{name}.gate", _motion_of(tracks[track.gate]), late)
            for name, track in tracks.items()
            if name in self.tracks and track.gate in self.tracks
        }
        # One list in order of decision, whoever decided.
        self.late: list[tuple[str, int]] = self._join.late
        for gate in self._gates.values():
            gate.late = self.late
        self._gated_by = {
            track.gate: [name for name in self._gates if tracks[name].gate == track.gate]
            for track in tracks.values()
            if track.gate is not None
        }

    def push(self, stream: str, chunk: Chunk) -> list[Tick]:
        """Take the next chunk of a stream, return the ticks it completes.

        A stream that no track reads is passed over.
        """
        if len(chunk) == 0:
            return []
        ticks: list[Tick] = []
        time = float(chunk.times[-1])
        for name in self._fed_by.get(stream, ()):
            hops = self.tracks[name].hops(chunk)
            if name in self._gates:
                self._gates[name].add(hops, time)
                ticks += self._pass_gate(name)
            else:
                ticks += self._hand_on(name, [self._process(name, hop) for hop in hops], time)
        return ticks

    def over(self, arrivals: Iterable[tuple[str, Chunk]]) -> Iterator[Tick]:
        """Yield every tick that a source, or any pieces in order of arrival, make.

        >>> run = pipeline.start(source.streams, late=())   # doctest: +SKIP
        >>> ticks = list(run.over(source))                  # doctest: +SKIP
        """
        for stream, chunk in arrivals:
            yield from self.push(stream, chunk)
        yield from self.finish()

    @property
    def has_begun(self) -> bool:
        """Whether any track has worked on a hop."""
        return bool(np.isfinite(self._newest))

    def rest(self, seconds: float) -> tuple[float, float]:
        """Mark the next seconds as rest, return the period, (start, stop).

        It opens behind the newest hop any track has worked on, so that a run that knows the
        period from its start decides the same for every hop.

        Raises
        ------
        PipelineError
            If no hop has come yet, or the period is empty.
        """
        if not self.has_begun:
            raise PipelineError("no hop has come yet; mark a rest once signals arrive")
        if not seconds > 0:
            raise PipelineError(f"a rest of {seconds:g} s is empty; give more than 0")
        period = self._newest, self._newest + seconds
        self._rests.add(*period)
        return period

    def finish(self) -> list[Tick]:
        """Return the ticks that still wait for a follower, once the source has ended."""
        ticks: list[Tick] = []
        for name, gate in self._gates.items():
            gate.end()
            ticks += self._pass_gate(name)
        return ticks + self._join.finish()

    def _process(self, name: str, hop: Hop, *, moving: bool = False) -> Frame:
        self._newest = max(self._newest, hop.time)
        return self.tracks[name].process(hop, moving=moving)

    def _pass_gate(self, name: str) -> list[Tick]:
        """Work on the hops of a gated track whose motion is known by now."""
        gate = self._gates[name]
        frames = [self._process(name, hop, moving=moving) for hop, moving in gate.release()]
        return self._hand_on(name, frames, gate.watermark)

    def _hand_on(self, name: str, frames: list[Frame], watermark: float) -> list[Tick]:
        """Give new frames to the join, and to the tracks that this one gates."""
        ticks = self._join.push(name, frames, watermark)
        for gated in self._gated_by.get(name, ()):
            self._gates[gated].see(frames, watermark)
            ticks += self._pass_gate(gated)
        return ticks


def _find(name: str, track: Track, streams: Mapping[str, StreamInfo]) -> StreamInfo | None:
    """Return the one stream this track reads, None if there is none.

    Raises
    ------
    PipelineError
        If several streams fit.
    """
    fitting = track.fitting(streams)
    if len(fitting) > 1:
        raise PipelineError(
            f"track '{name}': {len(fitting)} streams are of kind '{track.kind}' "
            f'({", ".join(info.name for info in fitting)}); name one with stream = "…"'
        )
    return fitting[0] if fitting else None


def _not_found(name: str, track: Track, streams: Mapping[str, StreamInfo]) -> str:
    offered = ", ".join(f"{info.name} ({info.kind})" for info in streams.values()) or "nothing"
    regular = "" if track.kind in EVENT_KINDS else "regular "
    return f"track '{name}' needs a {regular}stream {track.wanted}; the source offers {offered}"


def _motion_of(track: Track) -> Follower:
    return Follower(lag_s=0.0, patience_s=track.patience_s, stale_s=track.stale_s)


def _start(
    track: Track, info: StreamInfo, *, hop_s: float, bridge_s: float, rests: Rests
) -> TrackRun:
    if track.channels == "all":
        wanted = info.channels
    elif track.channels == "scalp":
        wanted = scalp(info.channels)
        if not wanted:
            raise PipelineError(
                f"stream '{info.name}' names no scalp electrode ({', '.join(info.channels[:8])}); "
                'set channels = "all" or list them'
            )
    else:
        wanted = tuple(track.channels)
    picked = info.pick(wanted)
    columns = np.array([info.channels.index(label) for label in wanted])
    framer = (
        Framer(info, hop_s=hop_s, bridge_s=bridge_s, columns=columns)
        if info.rate_hz > 0
        else EventFramer(columns)
    )
    return TrackRun(picked, framer, track.named_blocks(), rests)
