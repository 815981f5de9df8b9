"""A course with its band of uncertainty, and the silences in it, as one item of the scene."""

from collections.abc import Sequence

import numpy as np
import pyqtgraph as pg
from PySide6 import QtCore, QtGui

from neuroaffect.dashboard import theme
from neuroaffect.dashboard.predictions import Course, Silence

__all__ = ["CourseItem"]


class CourseItem(pg.GraphicsObject):
    """Line, band of one standard deviation, newest point, hatched silences.

    Parameters
    ----------
    bounds : QRectF
        What may be covered, in the coordinates of the plot.
    colour : str
    """

    def __init__(self, bounds: QtCore.QRectF, *, colour: str) -> None:
        super().__init__()
        self._bounds = bounds
        self._colour = colour
        self._bands: list[QtGui.QPolygonF] = []
        self._lines: list[QtGui.QPolygonF] = []
        self._newest: QtCore.QPointF | None = None
        self._silences: list[QtCore.QRectF] = []

    def boundingRect(self) -> QtCore.QRectF:
        return self._bounds

    def show_course(self, course: Course, silences: Sequence[Silence], *, now_s: float) -> None:
        """Take the course and the silences to draw from now on."""
        x, y = course.times - now_s, course.values
        low, high = np.clip(y - course.sd, -1, 1), np.clip(y + course.sd, -1, 1)
        known = np.flatnonzero(np.diff(np.isfinite(y), prepend=False, append=False))
        pieces = [slice(a, b) for a, b in known.reshape(-1, 2).tolist()]
        self._lines = [_polygon(x[p], y[p]) for p in pieces]
        self._bands = [
            _polygon(np.concatenate((x[p], x[p][::-1])), np.concatenate((low[p], high[p][::-1])))
            for p in pieces
        ]
        said = len(y) > 0 and bool(np.isfinite(y[-1]))
        self._newest = QtCore.QPointF(x[-1], y[-1]) if said else None
        self._silences = [
            QtCore.QRectF(
                QtCore.QPointF(silence.start_s - now_s, self._bounds.top()),
                QtCore.QPointF(silence.stop_s - now_s, self._bounds.bottom()),
            )
            for silence in silences
        ]
        self.update()

    def paint(self, painter: QtGui.QPainter, *_: object) -> None:
        painter.setRenderHint(QtGui.QPainter.RenderHint.Antialiasing)
        painter.setPen(QtCore.Qt.PenStyle.NoPen)
        for silence in self._silences:
            painter.fillRect(silence, theme.hatching(painter))
        painter.setBrush(theme.with_alpha(self._colour, 0.22))
        for band in self._bands:
            painter.drawPolygon(band)
        painter.setPen(pg.mkPen(self._colour, width=2))
        for line in self._lines:
            painter.drawPolyline(line)
        if self._newest is not None:
            theme.draw_dot(painter, self._newest, QtGui.QColor(theme.TEXT), width_px=9)
            theme.draw_dot(painter, self._newest, QtGui.QColor(self._colour), width_px=6)


def _polygon(x: np.ndarray, y: np.ndarray) -> QtGui.QPolygonF:
    polygon = pg.functions.create_qpolygonf(len(x))
    points = pg.functions.ndarray_from_qpolygonf(polygon)
    points[:, 0], points[:, 1] = x, y
    return polygon
