"""Targets that are no affect dimension (gestures, conditions): one bar per class."""

from PySide6 import QtCore, QtGui, QtWidgets

from neuroaffect.affect import Prediction, Target
from neuroaffect.dashboard import theme
from neuroaffect.dashboard.history import History
from neuroaffect.dashboard.predictions import class_targets, phrase
from neuroaffect.live import Scene

__all__ = ["ClassBars"]

_NAME_PX, _NUMBER_PX = 130, 52
_MOST_ROW_PX = 46


class ClassBars(QtWidgets.QWidget):
    """Class probabilities of the newest prediction.

    Parameters
    ----------
    scene : Scene
    """

    def __init__(self, scene: Scene) -> None:
        super().__init__()
        self._targets = class_targets(scene.targets)
        self._newest: Prediction | None = None
        self.setMinimumHeight(26 * sum(1 + len(target.classes) for target in self._targets))

    @property
    def words(self) -> str:
        """What stands in place of the bars, "" while there are some."""
        if self._newest is None:
            return "no prediction"
        return phrase(self._newest.abstained) if self._newest.abstained else ""

    def draw(self, history: History, *, now_s: float) -> None:
        """Draw the newest prediction."""
        newest = history.said_now(now_s)
        if newest is not self._newest:
            self._newest = newest
            self.update()

    def paintEvent(self, event: QtGui.QPaintEvent) -> None:
        painter = QtGui.QPainter(self)
        painter.setRenderHint(QtGui.QPainter.RenderHint.Antialiasing)
        rows = sum(1 + len(target.classes) for target in self._targets)
        row_px = min(_MOST_ROW_PX, self.height() / max(rows, 1))
        top = 0.0
        for target in self._targets:
            place = QtCore.QRectF(0, top, self.width(), row_px)
            self._write(painter, place, target.dimension, colour=theme.TEXT, bold=True)
            if self.words:
                right = place.adjusted(_NAME_PX, 0, 0, 0)
                self._write(painter, right, self.words, colour=theme.TEXT)
            for k, name in enumerate(target.classes):
                self._paint_bar(painter, place.translated(0, (k + 1) * row_px), target, k, name)
            top += (1 + len(target.classes)) * row_px
        painter.end()

    def _paint_bar(
        self, painter: QtGui.QPainter, place: QtCore.QRectF, target: Target, k: int, name: str
    ) -> None:
        self._write(painter, place.adjusted(0, 0, _NAME_PX - place.width(), 0), name)
        track = place.adjusted(_NAME_PX, 7, -_NUMBER_PX, -7)
        painter.setPen(QtCore.Qt.PenStyle.NoPen)
        painter.setBrush(QtGui.QColor(theme.EDGE))
        painter.drawRoundedRect(track, 3, 3)
        shares = self._newest.probabilities.get(target.dimension, ()) if self._newest else ()
        if self.words or k >= len(shares):
            return
        likeliest = shares[k] == max(shares)
        painter.setBrush(QtGui.QColor(theme.COLOURS["valence"] if likeliest else theme.FAINT))
        painter.drawRoundedRect(track.adjusted(0, 0, -(1 - shares[k]) * track.width(), 0), 3, 3)
        number = place.adjusted(place.width() - _NUMBER_PX + 10, 0, 0, 0)
        self._write(painter, number, f"{shares[k]:.2f}", colour=theme.TEXT if likeliest else None)

    def _write(
        self,
        painter: QtGui.QPainter,
        place: QtCore.QRectF,
        text: str,
        *,
        colour: str | None = None,
        bold: bool = False,
    ) -> None:
        painter.setFont(theme.font(13, bold=bold))
        painter.setPen(QtGui.QColor(colour or theme.QUIET))
        painter.drawText(place, int(QtCore.Qt.AlignmentFlag.AlignVCenter), text)
