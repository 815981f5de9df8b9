"""Valence, arousal and dominance over the last minute, each with its uncertainty."""

from collections.abc import Sequence

import pyqtgraph as pg
from PySide6 import QtCore, QtGui

from neuroaffect.affect import DIMENSIONS, Prediction
from neuroaffect.dashboard import theme
from neuroaffect.dashboard.course_item import CourseItem
from neuroaffect.dashboard.history import AFFECT_SPAN_S, History
from neuroaffect.dashboard.predictions import (
    Silence,
    course_of,
    phrase,
    silences,
    trained_dimensions,
)
from neuroaffect.live import Scene

__all__ = ["AffectTraces", "TraceRow"]

_ENDS = {
    "valence": ("unpleasant", "pleasant"),
    "arousal": ("calm", "aroused"),
    "dominance": ("submissive", "dominant"),
}
_EDGE = 1.12  # a little beyond ±1, so that a line at the end stays visible
_LETTER_PX = 7.0  # of the reasons, on average


class AffectTraces:
    """One row per dimension; those without labels in training say so.

    Parameters
    ----------
    scene : Scene
    """

    def __init__(self, scene: Scene) -> None:
        self.widget = theme.canvas()
        self.widget.ci.layout.setContentsMargins(0, 4, 18, 0)
        trained = trained_dimensions(scene.targets)
        self.rows: dict[str, TraceRow] = {}
        for k, dimension in enumerate(DIMENSIONS):
            row = TraceRow(dimension, trained=dimension in trained, lowest=k == 2)
            self.rows[dimension] = row
            self.widget.ci.addItem(row.plot, row=k, col=0)
            known = dimension in trained or not trained
            self.widget.ci.layout.setRowStretchFactor(k, 10 if known else 6)

    def draw(self, history: History, *, now_s: float) -> None:
        """Draw the newest predictions."""
        hop_s = history.scene.hop_s
        said = [p for p in history.predictions if p.time >= now_s - AFFECT_SPAN_S - 1.0]
        quiet = silences(said, hop_s=hop_s)
        for row in self.rows.values():
            if row.trained:
                row.draw(said, quiet, hop_s=hop_s, now_s=now_s)


class TraceRow:
    """One dimension: what its ends mean, and its course.

    Parameters
    ----------
    dimension : str
    trained : bool
    lowest : bool
        Whether the time axis is written below.
    """

    def __init__(self, dimension: str, *, trained: bool, lowest: bool) -> None:
        self.dimension = dimension
        self.trained = trained
        colour = theme.COLOURS[dimension] if trained else theme.FAINT
        self.plot = theme.bare_plot(
            {
                "left": _EndsAxis(dimension, colour=colour),
                "bottom": theme.SecondsAxis(span_s=AFFECT_SPAN_S, labelled=lowest),
            }
        )
        self.plot.setXRange(-1.001 * AFFECT_SPAN_S, 0.012 * AFFECT_SPAN_S, padding=0)
        self.plot.setYRange(-_EDGE, _EDGE, padding=0)
        self.course = CourseItem(
            QtCore.QRectF(-AFFECT_SPAN_S, -_EDGE, 1.02 * AFFECT_SPAN_S, 2 * _EDGE), colour=colour
        )
        self.words = pg.TextItem(color=theme.TEXT, fill=theme.PANEL, anchor=(0.5, 0.5))
        self.words.setFont(theme.font(12))
        for item in (*_grid(), self.course, self.words):
            self.plot.addItem(item)
        self.words.hide()
        if not trained:
            self.words.setColor(theme.QUIET)
            self._say("not trained", at_s=-AFFECT_SPAN_S / 2)

    def draw(
        self,
        predictions: Sequence[Prediction],
        quiet: Sequence[Silence],
        *,
        hop_s: float,
        now_s: float,
    ) -> None:
        """Draw the course of this dimension."""
        course = course_of(predictions, self.dimension, hop_s=hop_s)
        self.course.show_course(course, quiet, now_s=now_s)
        self._name_newest(quiet, now_s)

    def _name_newest(self, quiet: Sequence[Silence], now_s: float) -> None:
        """Write the reason into the newest silence that has room for it."""
        self.words.hide()
        letters_per_s = self.plot.getViewBox().width() / AFFECT_SPAN_S / _LETTER_PX
        for silence in reversed(quiet):
            start_s = max(silence.start_s, now_s - AFFECT_SPAN_S)
            for words in (phrase(silence.reason), silence.reason.value):
                if len(words) < (silence.stop_s - start_s) * letters_per_s:
                    self._say(words, at_s=(start_s + silence.stop_s) / 2 - now_s)
                    return

    def _say(self, words: str, *, at_s: float) -> None:
        if words != self.words.toPlainText():
            self.words.setText(words)
        self.words.setPos(at_s, 0.0)
        self.words.show()


class _EndsAxis(pg.AxisItem):
    """The name of a dimension between the words for its two ends."""

    def __init__(self, dimension: str, *, colour: str) -> None:
        super().__init__("left")
        low, high = _ENDS[dimension]
        self._words = ((f"{high} +1", False), (dimension.capitalize(), True), (f"{low} −1", False))
        self._colour = colour
        self.setStyle(tickLength=0, showValues=False)
        self.setPen(pg.mkPen(theme.EDGE))
        self.setWidth(104)

    def drawPicture(self, painter: QtGui.QPainter, line: tuple, ticks: list, texts: list) -> None:
        pen, start, stop = line
        painter.setPen(pen)
        painter.drawLine(start, stop)
        right, height = self.size().width() - 8, self.size().height()
        flags = int(QtCore.Qt.AlignmentFlag.AlignRight | QtCore.Qt.AlignmentFlag.AlignVCenter)
        for k, (words, is_name) in enumerate(self._words):
            middle = height * (0.5 + (k - 1) * 0.5 / _EDGE)
            middle = min(max(middle, 7.0), height - 7.0)
            painter.setFont(theme.font(13 if is_name else 11, bold=is_name))
            painter.setPen(QtGui.QColor(self._colour if is_name else theme.QUIET))
            painter.drawText(QtCore.QRectF(0, middle - 9, right, 18), flags, words)


def _grid() -> list[pg.PlotCurveItem]:
    pen = pg.mkPen(theme.EDGE)
    times = [t for t in theme.seconds_ticks(AFFECT_SPAN_S) for _ in range(2)]
    upright = pg.PlotCurveItem(times, [-_EDGE, _EDGE] * (len(times) // 2), connect="pairs", pen=pen)
    return [upright, pg.PlotCurveItem([-AFFECT_SPAN_S, 0.0], [0.0, 0.0], pen=pen)]
