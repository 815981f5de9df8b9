"""Where valence and arousal have been, fading, and where they are now, with their spread."""

from dataclasses import dataclass

import numpy as np
import pyqtgraph as pg
from PySide6 import QtCore, QtGui

from neuroaffect.dashboard import theme

__all__ = ["Spot", "TrailItem"]

_FAINTEST = 0.08


@dataclass(frozen=True)
class Spot:
    """The newest point of the plane and one standard deviation along each axis."""

    valence: float
    arousal: float
    valence_sd: float
    arousal_sd: float


class TrailItem(pg.GraphicsObject):
    """A fading line, an ellipse of one standard deviation, and the newest point.

    Parameters
    ----------
    bounds : QRectF
        What may be covered, in the coordinates of the plot.
    """

    def __init__(self, bounds: QtCore.QRectF) -> None:
        super().__init__()
        self._bounds = bounds
        self._points = np.empty((0, 2))
        self._strength = np.empty(0)
        self._spot: Spot | None = None

    @property
    def spot(self) -> Spot | None:
        """The newest point, None while there is nothing to say."""
        return self._spot

    def boundingRect(self) -> QtCore.QRectF:
        return self._bounds

    def show_trail(self, points: np.ndarray, strength: np.ndarray, spot: Spot | None) -> None:
        """Take what to draw from now on.

        Parameters
        ----------
        points : ndarray, shape (points, 2)
            Valence and arousal, oldest first; NaN breaks the line.
        strength : ndarray, shape (points,)
            1 newest to 0 gone.
        spot : Spot or None
        """
        self._points, self._strength, self._spot = points, strength, spot
        self.update()

    def paint(self, painter: QtGui.QPainter, *_: object) -> None:
        painter.setRenderHint(QtGui.QPainter.RenderHint.Antialiasing)
        self._paint_trail(painter)
        if self._spot is not None:
            self._paint_spot(painter, self._spot)

    def _paint_trail(self, painter: QtGui.QPainter) -> None:
        places = [QtCore.QPointF(v, a) for v, a in self._points.tolist()]
        known = np.isfinite(self._points).all(axis=1).tolist()
        for k, strength in enumerate(self._strength.tolist()):
            shade = theme.with_alpha(theme.TEXT, max(_FAINTEST, 0.75 * strength))
            if k and known[k] and known[k - 1]:
                painter.setPen(pg.mkPen(shade, width=1.5))
                painter.drawLine(places[k - 1], places[k])
            if known[k]:
                theme.draw_dot(painter, places[k], shade, width_px=3.0 + 2.0 * strength)

    def _paint_spot(self, painter: QtGui.QPainter, spot: Spot) -> None:
        place = QtCore.QPointF(spot.valence, spot.arousal)
        colour = theme.COLOURS["spot"]
        painter.setPen(pg.mkPen(theme.with_alpha(colour, 0.8), width=1.5))
        painter.setBrush(theme.with_alpha(colour, 0.16))
        painter.save()
        painter.setClipRect(self._bounds, QtCore.Qt.ClipOperation.IntersectClip)
        painter.drawEllipse(place, spot.valence_sd, spot.arousal_sd)
        painter.restore()
        for shade, width_px in ((theme.GROUND, 17.0), (theme.TEXT, 14.0), (colour, 10.0)):
            theme.draw_dot(painter, place, QtGui.QColor(shade), width_px=width_px)
