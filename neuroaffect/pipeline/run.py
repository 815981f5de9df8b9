"""A running pipeline: chunks in, ticks out."""

from collections.abc import Collection, Mapping

import numpy as np

from neuroaffect.errors import PipelineError
from neuroaffect.montage import scalp
from neuroaffect.pipeline.framer import Framer
from neuroaffect.pipeline.join import Follower, Join
from neuroaffect.pipeline.parts import Track
from neuroaffect.pipeline.tick import Tick
from neuroaffect.pipeline.track import TrackRun
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
    late : list of (track, tick index)
        Ticks that went out without a follower because patience ran out.
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
    ) -> None:
        self.tracks: dict[str, TrackRun] = {}
        self._fed_by: dict[str, list[str]] = {}
        for name, track in tracks.items():
            info = _find(name, track, streams)
            if info is None and (track.required or name == lead):
                raise PipelineError(_not_found(name, track, streams))
            if info is not None:
                self.tracks[name] = _start(
                    track, info, hop_s=track.hop_s or hop_s, bridge_s=bridge_s
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
        self._join = Join(lead, followers, late)

    @property
    def late(self) -> list[tuple[str, int]]:
        """Ticks that went out without a follower because patience ran out."""
        return self._join.late

    def push(self, stream: str, chunk: Chunk) -> list[Tick]:
        """Take the next chunk of a stream, return the ticks it completes.

        A stream that no track reads is passed over.
        """
        if len(chunk) == 0:
            return []
        ticks: list[Tick] = []
        for name in self._fed_by.get(stream, ()):
            frames = self.tracks[name].push(chunk)
            ticks += self._join.push(name, frames, float(chunk.times[-1]))
        return ticks

    def finish(self) -> list[Tick]:
        """Return the ticks that still wait for a follower, once the source has ended."""
        return self._join.finish()


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
    return f"track '{name}' needs a regular stream {track.wanted}; the source offers {offered}"


def _start(track: Track, info: StreamInfo, *, hop_s: float, bridge_s: float) -> TrackRun:
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
    framer = Framer(info, hop_s=hop_s, bridge_s=bridge_s, columns=columns)
    return TrackRun(picked, framer, track.named_blocks())
