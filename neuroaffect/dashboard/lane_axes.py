"""What stands left and right of the lanes: channel names with their verdict, and the scale."""

import pyqtgraph as pg
from PySide6 import QtCore, QtGui

from neuroaffect.blocks.contact.grading import word_of
from neuroaffect.dashboard import theme
from neuroaffect.dashboard.lanes import Lanes, round_number

__all__ = ["ChannelAxis", "ScaleBar", "verdict_of", "written_unit", "written_value"]

_LABEL_PX = 12
_SMALL_LABEL_PX = 10
_BAR_PX = 44
_SIGNS = {"good": "●", "fair": "▲", "bad": "✕", "unknown": "○"}
_VERDICTS = {"good": "good", "poor": "fair", "bad": "bad"}
_UNITS = {"uV": "µV", "uS": "µS", "degC": "°C"}
_LARGER = {"µV": "mV", "µS": "mS"}


def verdict_of(quality: float | None) -> str:
    """Return the name of the colour for a quality from 1 (good) to 0 (bad)."""
    if quality is None or not 0.0 <= quality <= 1.0:
        return "unknown"
    return _VERDICTS[word_of(quality)]


def written_unit(unit: str) -> str:
    """Return the unit as it is written for people: "uV" → "µV"."""
    return _UNITS.get(unit, unit)


def written_value(value: float, unit: str) -> str:
    """Return a value with its unit, in the larger unit where the number is.

    >>> written_value(50.0, "µV"), written_value(2000.0, "µV"), written_value(100.0, "")
    ('50 µV', '2 mV', '100')
    """
    if value >= 1000 and unit in _LARGER:
        value, unit = value / 1000, _LARGER[unit]
    return f"{value:g} {unit}".strip()


class ChannelAxis(pg.AxisItem):
    """Names at the lanes, each with the sign and colour of its verdict.

    Where lanes are too low for all names, bad channels keep theirs and the rest thins out.

    Parameters
    ----------
    channels : tuple of str
    title : str
        Written along the axis.
    """

    def __init__(self, channels: tuple[str, ...], *, title: str) -> None:
        super().__init__("left")
        self._channels = channels
        self._verdicts = ["unknown"] * len(channels)
        self.setStyle(tickLength=0, autoExpandTextSpace=False, hideOverlappingLabels=False)
        self.enableAutoSIPrefix(False)
        self.setPen(pg.mkPen(None))
        self.setWidth(92)
        self.setLabel(title, color=theme.QUIET)
        self.label.setFont(theme.font(12, bold=True))

    @property
    def verdicts(self) -> list[str]:
        """Newest verdict of each channel: good, fair, bad or unknown."""
        return self._verdicts

    def judge(self, verdicts: list[str]) -> None:
        """Take the newest verdicts."""
        if verdicts != self._verdicts:
            self._verdicts = verdicts
            self.picture = None
            self.update()

    def tickValues(self, low: float, high: float, size: float) -> list:
        count = len(self._channels)
        lane_px = size / max(count, 1)
        apart = max(1, round(_LABEL_PX / max(lane_px, 1e-3) + 0.49))
        wanted = sorted(range(count), key=lambda k: (self._verdicts[k] != "bad", k % apart, k))
        shown: list[int] = []
        for k in wanted:
            if all(abs(k - other) >= apart for other in shown):
                shown.append(k)
        return [(1.0, [float(count - 1 - k) for k in shown])]

    def tickStrings(self, values: list, scale: float, spacing: float) -> list[str]:
        # Numbers, for pyqtgraph leaves out texts that are wider than the axis.
        return [str(self._at(value)) for value in values]

    def drawPicture(self, painter: QtGui.QPainter, line: tuple, ticks: list, texts: list) -> None:
        lane_px = self.size().height() / max(len(self._channels), 1)
        small = lane_px < 1.2 * _LABEL_PX
        painter.setFont(theme.font(_SMALL_LABEL_PX if small else _LABEL_PX))
        for place, _, text in texts:
            label, verdict = self._channels[int(text)], self._verdicts[int(text)]
            middle = place.center().y()
            right = self.size().width() - 6
            row = QtCore.QRectF(0, middle - 9, right, 18)
            flags = QtCore.Qt.AlignmentFlag.AlignRight | QtCore.Qt.AlignmentFlag.AlignVCenter
            painter.setPen(pg.mkPen(theme.COLOURS[verdict]))
            painter.drawText(row, int(flags), _SIGNS[verdict])
            painter.setPen(pg.mkPen(theme.COLOURS["bad"] if verdict == "bad" else theme.TEXT))
            name = painter.fontMetrics().elidedText(label, QtCore.Qt.TextElideMode.ElideMiddle, 58)
            painter.drawText(row.adjusted(0, 0, -16, 0), int(flags), name)

    def _at(self, height: float) -> int:
        return len(self._channels) - 1 - round(height)


class ScaleBar(pg.AxisItem):
    """A bar at the right: so high is so many units."""

    def __init__(self, unit: str) -> None:
        super().__init__("right")
        self._unit = written_unit(unit)
        self._height_px = 0.0
        self._text = ""
        self._value = ""
        self.setStyle(tickLength=0, showValues=False)
        self.setPen(pg.mkPen(None))
        self.setWidth(74)

    def show_scale(self, lanes: Lanes, *, lane_px: float) -> None:
        """Choose a round number of units that is about as high as the bar should be."""
        if lane_px <= 0 or not lanes.fitted:
            return
        per_px = lanes.span / lane_px
        value = round_number(min(_BAR_PX, 0.9 * self.size().height()) * per_px)
        text = written_value(value, self._unit)
        if (text, value / per_px) != (self._text, self._height_px):
            self._text, self._height_px = text, value / per_px
            self.update()

    def show_value(self, value: float) -> None:
        """Write the newest value above the bar; for slow signals it says more than the line."""
        text = f"{value:.2f} {self._unit}" if abs(value) < 100 else f"{value:.0f} {self._unit}"
        if text != self._value:
            self._value = text
            self.update()

    def paint(self, painter: QtGui.QPainter, *_: object) -> None:
        middle = self.size().height() / 2
        top, bottom = middle - self._height_px / 2, middle + self._height_px / 2
        if not self._text:
            return
        painter.setPen(pg.mkPen(theme.QUIET, width=2))
        painter.drawLine(QtCore.QPointF(10, top), QtCore.QPointF(10, bottom))
        painter.setFont(theme.font(12))
        painter.setPen(pg.mkPen(theme.QUIET))
        row = QtCore.QRectF(17, middle - 10, self.size().width() - 17, 20)
        painter.drawText(row, int(QtCore.Qt.AlignmentFlag.AlignVCenter), self._text)
        if self._value:
            painter.setPen(pg.mkPen(theme.TEXT))
            painter.setFont(theme.font(13, bold=True))
            painter.drawText(QtCore.QPointF(17, middle - 14), self._value)
