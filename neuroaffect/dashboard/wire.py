"""Snapshots on their way to the window's process: small, and free of the loop's objects."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from neuroaffect.affect import Prediction
from neuroaffect.dashboard.history import SIGNAL_SPAN_S, thinning
from neuroaffect.live import Scene, Snapshot
from neuroaffect.stream import Chunk, StreamInfo

__all__ = ["portable_scene", "portable_snapshot"]


def portable_scene(scene: Scene) -> Scene:
    """Return a copy to send, with plain mappings."""
    return replace(scene, streams=dict(scene.streams))


def portable_snapshot(snapshot: Snapshot, streams: Mapping[str, StreamInfo]) -> Snapshot:
    """Return a copy to send: float32, nothing older than the picture, plain mappings.

    Parameters
    ----------
    snapshot : Snapshot
    streams : mapping of str to StreamInfo
        Those of the scene; any other stream stays behind.
    """
    return replace(
        snapshot,
        signals={
            name: _recent([_thinned(chunk, streams[name]) for chunk in chunks])
            for name, chunks in snapshot.signals.items()
            if name in streams
        },
        quality={name: dict(verdicts) for name, verdicts in snapshot.quality.items()},
        flaws={name: dict(reasons) for name, reasons in snapshot.flaws.items()},
        predictions=tuple(_plain(prediction) for prediction in snapshot.predictions),
    )


def _thinned(chunk: Chunk, info: StreamInfo) -> Chunk:
    """Return every n-th sample; which ones is a matter of their index, not of the chunk."""
    step = thinning(info)
    kept = slice(-chunk.first % step, None, step)
    data = chunk.data[kept]
    if data.dtype != object:
        with np.errstate(over="ignore"):  # beyond float32 a value is infinite, and not drawn
            data = data.astype(np.float32)
    return Chunk(-(-chunk.first // step), chunk.times[kept], data)


def _recent(chunks: list[Chunk]) -> list[Chunk]:
    chunks = [chunk for chunk in chunks if len(chunk)]
    if not chunks:
        return []
    oldest_s = chunks[-1].times[-1] - 1.5 * SIGNAL_SPAN_S
    return [chunk for chunk in chunks if chunk.times[-1] >= oldest_s]


def _plain(prediction: Prediction) -> Prediction:
    # The default mappings are read-only views, which cannot cross to another process.
    return replace(
        prediction,
        sd=dict(prediction.sd),
        interval=dict(prediction.interval),
        probabilities=dict(prediction.probabilities),
    )
