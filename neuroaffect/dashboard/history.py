"""What the window remembers: the newest seconds of everything, and the newest state."""

import math
from collections import deque
from collections.abc import Mapping

from neuroaffect.affect import Prediction
from neuroaffect.dashboard.rings import Ring
from neuroaffect.live import Health, Scene, Snapshot
from neuroaffect.stream import StreamInfo

__all__ = ["AFFECT_SPAN_S", "SIGNAL_SPAN_S", "History", "thinning"]

SIGNAL_SPAN_S = 8.0
AFFECT_SPAN_S = 60.0

_FASTEST_HZ = 2048.0  # far beyond what a screen can show; faster streams are sent thinned
_IRREGULAR_ROWS = 4096  # beats, ratings: far more than come in a picture's time
_MOST_ROWS = 1 << 18
_MARKERS = 64
_FRESH_S, _FRESH_HOPS = 3.0, 4.0  # the longer of the two; an older prediction says nothing of now


class History:
    """A memory of bounded size, fed by snapshots, read by the panels.

    Parameters
    ----------
    scene : Scene

    Attributes
    ----------
    rings : dict of str to Ring
        Of each stream that has numbers; marker streams are in `markers`.
    markers : deque of (float, str)
        Time and text.
    predictions : deque of Prediction
    quality : dict of str to mapping of str to float
    flaws : dict of str to mapping of str to int
    health : dict of str to Health
    recording : str or None
    recorded_bytes : int
    ended : bool
    """

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.rings = {
            name: Ring(len(info.channels), capacity=_rows(info))
            for name, info in scene.streams.items()
            if info.kind != "markers"
        }
        self.markers: deque[tuple[float, str]] = deque(maxlen=_MARKERS)
        self.predictions: deque[Prediction] = deque()
        self.quality: dict[str, Mapping[str, float]] = {}
        self.flaws: dict[str, Mapping[str, int]] = {}
        self.health: dict[str, Health] = {}
        self.recording: str | None = None
        self.recorded_bytes = 0
        self.ended = False

    def add(self, snapshot: Snapshot) -> None:
        """Take what is new; streams that the scene does not name are passed over."""
        for name, chunks in snapshot.signals.items():
            for chunk in chunks:
                if name in self.rings:
                    self.rings[name].append(chunk)
                elif name in self.scene.streams:
                    texts = (str(row[0]) for row in chunk.data if len(row))
                    self.markers.extend(zip(chunk.times.tolist(), texts, strict=False))
        self.predictions.extend(snapshot.predictions)
        self._forget_old_predictions()
        self.quality.update(snapshot.quality)
        self.flaws.update(snapshot.flaws)
        self.health.update({health.stream: health for health in snapshot.health})
        self.recording = snapshot.recording
        self.recorded_bytes = snapshot.recorded_bytes
        self.ended = snapshot.ended

    @property
    def edge_s(self) -> float:
        """The loop's present on the LSL clock: the newest sample, plus how old it is."""
        present = [
            ring.newest_s + self._age_s(name)
            for name, ring in self.rings.items()
            if ring.newest_s is not None
        ]
        if self.predictions:
            present.append(self.predictions[-1].time)
        return max(present, default=0.0)

    def said_now(self, now_s: float) -> Prediction | None:
        """Return the newest prediction, None if it is too old to stand for now."""
        if not self.predictions:
            return None
        fresh_s = max(_FRESH_S, _FRESH_HOPS * self.scene.hop_s)
        newest = self.predictions[-1]
        return newest if now_s - newest.time <= fresh_s else None

    def _age_s(self, stream: str) -> float:
        health = self.health.get(stream)
        known = health is not None and math.isfinite(health.age_s)
        return max(0.0, health.age_s) if known else 0.0

    def _forget_old_predictions(self) -> None:
        kept = self.predictions
        while len(kept) > 1 and kept[0].time < kept[-1].time - AFFECT_SPAN_S - 5.0:
            kept.popleft()


def thinning(info: StreamInfo) -> int:
    """Return n, where every n-th sample of the stream is sent to the window."""
    return max(1, math.ceil(info.rate_hz / _FASTEST_HZ))


def _rows(info: StreamInfo) -> int:
    if info.rate_hz <= 0:
        return _IRREGULAR_ROWS
    # A quarter more than the picture holds: real rates differ from nominal ones.
    return min(_MOST_ROWS, 64 + math.ceil(1.25 * SIGNAL_SPAN_S * info.rate_hz))
