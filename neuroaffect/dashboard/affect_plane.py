"""The plane of valence and arousal: where the newest prediction lies, and how it came there.

References
----------
Russell (1980), doi:10.1037/h0077714
"""

import numpy as np
import pyqtgraph as pg
from PySide6 import QtCore

from neuroaffect.affect import Prediction
from neuroaffect.dashboard import theme
from neuroaffect.dashboard.history import History
from neuroaffect.dashboard.predictions import course_of, phrase, trained_dimensions
from neuroaffect.dashboard.trail_item import Spot, TrailItem
from neuroaffect.live import Scene

__all__ = ["TRAIL_S", "AffectPlane"]

TRAIL_S = 20.0

_EDGE = 1.08
_PLANE = ("valence", "arousal")
_ENDS = {"valence": "unpleasant ↔ pleasant", "arousal": "calm ↔ aroused"}
_ROOM_FOR_WORDS_PX = 230
_QUADRANTS = {"tense": (-1, 1), "excited": (1, 1), "gloomy": (-1, -1), "calm": (1, -1)}


class AffectPlane:
    """Valence to the right, arousal upward, quadrants named for orientation.

    Where only one of the two is trained, the point stays on that one's axis.

    Parameters
    ----------
    scene : Scene
    """

    def __init__(self, scene: Scene) -> None:
        trained = trained_dimensions(scene.targets)
        self._missing = [dimension for dimension in _PLANE if dimension not in trained]
        self._short_names: bool | None = None
        self.widget = theme.canvas()
        axes = {
            "left": _axis("left", "arousal", trained="arousal" in trained),
            "bottom": _axis("bottom", "valence", trained="valence" in trained),
        }
        self.plot = theme.bare_plot(axes)
        self.plot.setXRange(-_EDGE, _EDGE, padding=0)
        self.plot.setYRange(-_EDGE, _EDGE, padding=0)
        self.plot.getViewBox().setAspectLocked(True)
        self.widget.ci.addItem(self.plot)
        self.trail = TrailItem(QtCore.QRectF(-_EDGE, -_EDGE, 2 * _EDGE, 2 * _EDGE))
        self.badge = pg.TextItem(
            color=theme.TEXT, anchor=(0.5, 0.5), fill=theme.GROUND, border=theme.COLOURS["fair"]
        )
        self.badge.setFont(theme.font(15, bold=True))
        names = [] if self._missing else _quadrant_names()  # a quadrant takes two dimensions
        for item in (*_cross(), *names, self.trail, self.badge):
            self.plot.addItem(item)
        self._write_badge("")

    def draw(self, history: History, *, now_s: float) -> None:
        """Draw the newest predictions."""
        if len(self._missing) == len(_PLANE):
            self._write_badge("valence and arousal: not trained")
            return
        self._name_axes(short=self.plot.getViewBox().width() < _ROOM_FOR_WORDS_PX)
        recent = [p for p in history.predictions if p.time >= now_s - TRAIL_S]
        newest = history.said_now(now_s)
        courses = [course_of(recent, name, hop_s=history.scene.hop_s) for name in _PLANE]
        points = np.stack(
            [
                np.zeros_like(course.values) if name in self._missing else course.values
                for name, course in zip(_PLANE, courses, strict=True)
            ],
            axis=1,
        )  # (points, 2)
        strength = np.clip(1 - (now_s - courses[0].times) / TRAIL_S, 0.0, 1.0)
        self.trail.show_trail(points, strength, self._spot(newest, points))
        self._write_badge(self._words(history, newest, now_s))

    def _name_axes(self, *, short: bool) -> None:
        if short == self._short_names:
            return
        self._short_names = short
        for side, dimension in (("left", "arousal"), ("bottom", "valence")):
            if dimension not in self._missing:
                name = dimension if short else f"{dimension}: {_ENDS[dimension]}"
                axis = self.plot.getAxis(side)
                axis.setLabel(name, color=theme.COLOURS[dimension])
                axis.resizeEvent()  # puts the label back into the middle

    def _spot(self, newest: Prediction | None, points: np.ndarray) -> Spot | None:
        if newest is None or newest.abstained is not None:
            return None
        # With hops longer than the trail there are no points.
        if not len(points) or not np.isfinite(points[-1]).all():
            return None
        return Spot(*points[-1].tolist(), *(newest.sd.get(name, 0.0) for name in _PLANE))

    def _words(self, history: History, newest: Prediction | None, now_s: float) -> str:
        if newest is not None:
            return phrase(newest.abstained) if newest.abstained is not None else ""
        if not history.predictions:
            return "no prediction yet"
        return f"no prediction for {now_s - history.predictions[-1].time:.0f} s"

    def _write_badge(self, words: str) -> None:
        if words and words != self.badge.toPlainText():
            self.badge.setText(words)
        self.badge.setVisible(bool(words))


def _axis(side: str, dimension: str, *, trained: bool) -> pg.AxisItem:
    axis = pg.AxisItem(side)
    axis.setStyle(tickLength=0, tickTextOffset=5)
    axis.setPen(pg.mkPen(theme.EDGE))
    axis.setTextPen(pg.mkPen(theme.QUIET))
    axis.setTickFont(theme.font(12))
    axis.setTicks([[(-1.0, "−1"), (0.0, "0"), (1.0, "+1")] if trained else []])
    axis.setLabel(f"{dimension}: not trained", color=theme.FAINT)
    axis.label.setFont(theme.font(13, bold=True))
    return axis


def _cross() -> list[pg.PlotCurveItem]:
    lines = [([-_EDGE, _EDGE], [0.0, 0.0]), ([0.0, 0.0], [-_EDGE, _EDGE])]
    square = ([-1, 1, 1, -1, -1], [-1, -1, 1, 1, -1])
    return [pg.PlotCurveItem(x, y, pen=pg.mkPen(theme.EDGE)) for x, y in (*lines, square)]


def _quadrant_names() -> list[pg.TextItem]:
    items = []
    for name, (right, up) in _QUADRANTS.items():
        item = pg.TextItem(name, color=theme.FAINT, anchor=((right + 1) / 2, (1 - up) / 2))
        item.setFont(theme.font(14))
        item.setPos(0.97 * right, 0.98 * up)
        items.append(item)
    return items
