"""Scenes and snapshots for the tests of the dashboard."""

import numpy as np

from neuroaffect.affect import Prediction, Target
from neuroaffect.live import Health, Scene, Snapshot
from neuroaffect.stream import Chunk, StreamInfo


def scene_of(*streams: StreamInfo, dimensions: tuple[str, ...] = ("valence", "arousal")) -> Scene:
    return Scene(
        title="test",
        streams={info.name: info for info in streams},
        targets=tuple(Target(dimension=dimension) for dimension in dimensions),
        hop_s=0.5,
    )


def eeg(channels: int = 4, *, rate_hz: float = 128.0, name: str = "cap") -> StreamInfo:
    labels = tuple(f"E{k}" for k in range(channels))
    return StreamInfo(name=name, kind="eeg", rate_hz=rate_hz, channels=labels, unit="uV")


def chunk_of(data: np.ndarray, *, first: int = 0, rate_hz: float = 128.0) -> Chunk:
    return Chunk(first, (first + np.arange(len(data))) / rate_hz, data)


def snapshot_of(**changes: object) -> Snapshot:
    fields = {
        "signals": {}, "quality": {}, "predictions": (), "health": (),
        "recording": None, "recorded_bytes": 0,
    }  # fmt: skip
    return Snapshot(**(fields | changes))


def said(time: float = 1.0, **values: float) -> Prediction:
    return Prediction(time=time, **values, sd=dict.fromkeys(values, 0.2))


def health_of(stream: str = "cap", **changes: float) -> Health:
    return Health(**({"stream": stream, "received": 990, "lost": 10, "age_s": 0.02,
                      "rate_hz": 127.9} | changes))  # fmt: skip
