"""Many lines as one item of the scene."""

from collections.abc import Iterator

import numpy as np
import pyqtgraph as pg
from PySide6 import QtCore, QtGui

from neuroaffect.dashboard import theme
from neuroaffect.dashboard.rings import Outline

__all__ = ["Polylines"]


class Polylines(pg.GraphicsObject):
    """All channels of a stream, each in its colour; lost samples are hatched.

    Qt strokes a polyline of its own about twice as fast as the same points in one path with
    gaps, which is what :class:`pyqtgraph.PlotCurveItem` draws (``benchmarks/dashboard.py``).

    Parameters
    ----------
    bounds : QRectF
        What the lines may cover, in the coordinates of the plot.
    """

    def __init__(self, bounds: QtCore.QRectF) -> None:
        super().__init__()
        self._bounds = bounds
        self._gaps: list[QtCore.QRectF] = []
        self._lines: list[tuple[QtGui.QPen, list[QtGui.QPolygonF]]] = []

    def boundingRect(self) -> QtCore.QRectF:
        return self._bounds

    def show_lines(
        self, outline: Outline, heights: np.ndarray, *, now_s: float, colours: list[str]
    ) -> None:
        """Take the lines to draw from now on.

        Parameters
        ----------
        outline : Outline
            Times and breaks of the points.
        heights : ndarray, shape (points, channels)
        now_s : float
            Time at x = 0.
        colours : list of str
            One per channel.
        """
        x = outline.times - now_s
        top, bottom = self._bounds.top(), self._bounds.bottom()
        self._gaps = [
            QtCore.QRectF(QtCore.QPointF(a - now_s, top), QtCore.QPointF(b - now_s, bottom))
            for a, b in outline.gaps()
        ]
        columns = np.ascontiguousarray(heights.T)  # (channels, points)
        whole = np.isfinite(heights[~outline.breaks]).all(axis=0)
        self._lines = [
            (pg.mkPen(colour, width=1), list(_polygons(x, column, pieces)))
            for colour, column, ok in zip(colours, columns, whole, strict=True)
            for pieces in (outline.pieces() if ok else _finite_pieces(column),)
        ]
        self.update()

    def paint(self, painter: QtGui.QPainter, *_: object) -> None:
        painter.setRenderHint(QtGui.QPainter.RenderHint.Antialiasing)
        for gap in self._gaps:
            painter.fillRect(gap, theme.hatching(painter))
        for pen, polygons in self._lines:
            painter.setPen(pen)
            for polygon in polygons:
                painter.drawPolyline(polygon)


def _polygons(x: np.ndarray, y: np.ndarray, pieces: list[slice]) -> Iterator[QtGui.QPolygonF]:
    for piece in pieces:
        polygon = pg.functions.create_qpolygonf(piece.stop - piece.start)
        points = pg.functions.ndarray_from_qpolygonf(polygon)  # a view of Qt's memory
        points[:, 0], points[:, 1] = x[piece], y[piece]
        yield polygon


def _finite_pieces(y: np.ndarray) -> list[slice]:
    edges = np.flatnonzero(np.diff(np.isfinite(y), prepend=False, append=False))
    return [slice(a, b) for a, b in edges.reshape(-1, 2).tolist()]
