"""Colours, type and axes: one look for every panel.

References
----------
Okabe, Ito (2008), https://jfly.uni-koeln.de/color/: eight colours told apart by everyone
"""

import importlib.util
from pathlib import Path

import pyqtgraph as pg
from PySide6 import QtCore, QtGui, QtWidgets

__all__ = [
    "COLOURS",
    "STYLE_SHEET",
    "SecondsAxis",
    "bare_plot",
    "canvas",
    "draw_dot",
    "font",
    "hatching",
    "load_fonts",
    "seconds_ticks",
    "show_seconds",
    "with_alpha",
]

GROUND = "#0d1117"
PANEL = "#131a22"
EDGE = "#26303b"
TEXT = "#e6edf3"
QUIET = "#93a1b0"
FAINT = "#6f7f8e"

COLOURS = {
    "valence": "#56B4E9",
    "arousal": "#E69F00",
    "dominance": "#CC79A7",
    "signal": "#9fb6cc",
    "good": "#009E73",
    "fair": "#F0E442",
    "bad": "#D55E00",
    "unknown": FAINT,
    "marker": "#F0E442",
    "spot": "#56B4E9",
}

_FAMILIES = ["Inter", "Segoe UI", "SF Pro Text", "Helvetica Neue", "Noto Sans", "DejaVu Sans"]

STYLE_SHEET = f"""
QMainWindow, QWidget#page {{ background: {GROUND}; }}
QLabel {{ color: {TEXT}; background: transparent; }}
QLabel[role="quiet"] {{ color: {QUIET}; }}
QFrame[role="panel"] {{
    background: {PANEL}; border: 1px solid {EDGE}; border-radius: 6px;
}}
QLabel[role="pill"] {{
    border: 1px solid {EDGE}; border-radius: 10px; padding: 2px 10px; color: {QUIET};
}}
QToolTip {{
    color: {TEXT}; background: {PANEL}; border: 1px solid {EDGE}; padding: 4px 8px;
}}
QPushButton {{
    color: {TEXT}; background: {PANEL}; border: 1px solid {EDGE}; border-radius: 6px;
    padding: 6px 16px;
}}
QPushButton:hover {{ border-color: {QUIET}; }}
QPushButton:focus {{ border-color: {COLOURS["valence"]}; }}
QPushButton:disabled {{ color: {FAINT}; }}
"""


def load_fonts() -> None:
    """Make sure that there is a typeface: a bare machine without a display often has none.

    Matplotlib, which comes with mne, ships DejaVu Sans; its files are read, nothing is imported.
    """
    if QtGui.QFontMetrics(font(12)).inFont("a"):  # else every letter would be a box
        return
    found = importlib.util.find_spec("matplotlib")
    if found is None or found.origin is None:
        return
    folder = Path(found.origin).parent / "mpl-data" / "fonts" / "ttf"
    for name in ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf"):
        QtGui.QFontDatabase.addApplicationFont(str(folder / name))


def font(size_px: int, *, bold: bool = False) -> QtGui.QFont:
    """Return the dashboard's typeface at this height."""
    face = QtGui.QFont()
    face.setFamilies(_FAMILIES)
    face.setPixelSize(size_px)
    face.setWeight(QtGui.QFont.Weight.DemiBold if bold else QtGui.QFont.Weight.Normal)
    return face


def with_alpha(colour: str, alpha: float) -> QtGui.QColor:
    """Return the colour, see-through: 0 invisible, 1 solid."""
    shade = QtGui.QColor(colour)
    shade.setAlphaF(alpha)
    return shade


def draw_dot(
    painter: QtGui.QPainter, place: QtCore.QPointF, shade: QtGui.QColor, *, width_px: float
) -> None:
    """Paint a disc that is round on the screen, whatever the scales of the plot."""
    world = painter.worldTransform()
    painter.setPen(QtCore.Qt.PenStyle.NoPen)
    painter.setBrush(shade)
    painter.drawEllipse(place, width_px / 2 / abs(world.m11()), width_px / 2 / abs(world.m22()))


def hatching(painter: QtGui.QPainter) -> QtGui.QBrush:
    """Return what fills a place where nothing is known: lost samples, no prediction."""
    brush = QtGui.QBrush(with_alpha(FAINT, 0.6), QtCore.Qt.BrushStyle.BDiagPattern)
    # Hatched in pixels: in the plot's own coordinates the pattern would be stretched.
    brush.setTransform(painter.worldTransform().inverted()[0])
    return brush


class SecondsAxis(pg.AxisItem):
    """A time axis that counts back from now: "−8 s … −2 s, now".

    Parameters
    ----------
    span_s : float
    labelled : bool
        Whether the seconds are written.
    """

    def __init__(self, *, span_s: float, labelled: bool) -> None:
        super().__init__("bottom")
        self.setStyle(showValues=labelled, tickLength=0, tickTextOffset=4, hideOverlappingLabels=30)
        self.setPen(pg.mkPen(EDGE))
        self.setTextPen(pg.mkPen(QUIET))
        self.setTickFont(font(12))
        self.setHeight(22 if labelled else 1)
        self._span_s = span_s

    def tickValues(self, low: float, high: float, size: float) -> list:
        return [(self._span_s / 4, seconds_ticks(self._span_s))]

    def tickStrings(self, values: list, scale: float, spacing: float) -> list[str]:
        return ["now" if value == 0 else f"−{-value:g} s" for value in values]


def seconds_ticks(span_s: float) -> list[float]:
    """Return the places of four steps back from now."""
    return [-span_s * k / 4 for k in range(4, -1, -1)]


def show_seconds(plot: pg.PlotItem, *, span_s: float) -> None:
    """Let the plot run from `span_s` ago to now, a hair wider so that no end is cut off."""
    plot.setXRange(-1.001 * span_s, 0.001 * span_s, padding=0)


def bare_plot(axes: dict[str, pg.AxisItem]) -> pg.PlotItem:
    """Return a plot that only shows: no menu, no mouse, no automatic range."""
    plot = pg.PlotItem(axisItems=axes, enableMenu=False)
    plot.hideButtons()
    plot.setMouseEnabled(x=False, y=False)
    plot.disableAutoRange()
    plot.setClipToView(False)
    return plot


def canvas() -> pg.GraphicsLayoutWidget:
    """Return an empty canvas in the panel's colour."""
    widget = pg.GraphicsLayoutWidget()
    widget.setBackground(PANEL)
    widget.setFrameShape(QtWidgets.QFrame.Shape.NoFrame)
    widget.setFocusPolicy(QtCore.Qt.FocusPolicy.NoFocus)
    widget.ci.layout.setContentsMargins(6, 6, 6, 4)
    widget.ci.layout.setSpacing(4)
    return widget
