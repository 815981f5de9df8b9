"""Why a channel is poor or bad: in words at its lane, and for every channel under the mouse."""

from collections.abc import Callable, Sequence

import pyqtgraph as pg
from PySide6 import QtCore, QtGui, QtWidgets

from neuroaffect.blocks import Flaw
from neuroaffect.dashboard import theme
from neuroaffect.dashboard.history import SIGNAL_SPAN_S

__all__ = ["Hover", "Reasons", "reason_of"]

_TEXT_PX = 11
_LEAST_LANE_PX = 13.0  # in lower lanes words would cover the neighbours
_WORDS = {"fair": "poor", "unknown": "not judged"}


def reason_of(channel: str, verdict: str, flaws: int) -> str:
    """Return a channel, its verdict and why, for people.

    >>> reason_of("Fz", "fair", 32), reason_of("Cz", "good", 0)
    ('Fz: poor (line noise)', 'Cz: good')
    """
    why = Flaw(flaws).words
    return f"{channel}: {_WORDS.get(verdict, verdict)}" + (f" ({why})" if why else "")


class Reasons:
    """What is wrong with bad channels, written at the old end of their lanes.

    Parameters
    ----------
    plot : PlotItem
        Its lanes are one unit high, the first channel on top.
    channels : int
    """

    def __init__(self, plot: pg.PlotItem, channels: int) -> None:
        self._plot = plot
        self._texts: dict[int, pg.TextItem] = {}
        self._channels = channels

    @property
    def written(self) -> dict[int, str]:
        """The words that are to be seen, by channel."""
        return {k: text.toPlainText() for k, text in self._texts.items() if text.isVisible()}

    def show(self, verdicts: Sequence[str], flaws: Sequence[int], *, lane_px: float) -> None:
        """Write the newest reasons."""
        for k in range(self._channels):
            wanted = verdicts[k] == "bad" and lane_px >= _LEAST_LANE_PX
            words = Flaw(flaws[k]).words if wanted else ""
            if words and k not in self._texts:
                self._texts[k] = self._text(k)
            if k in self._texts:
                text = self._texts[k]
                if words and words != text.toPlainText():
                    text.setText(words)
                text.setVisible(bool(words))

    def _text(self, channel: int) -> pg.TextItem:
        text = pg.TextItem(
            color=theme.COLOURS["bad"], anchor=(0, 0.5), fill=theme.with_alpha(theme.PANEL, 0.8)
        )
        text.setFont(theme.font(_TEXT_PX, bold=True))
        text.setPos(-SIGNAL_SPAN_S, self._channels - 1 - channel)
        text.setZValue(10)  # above the lines
        self._plot.addItem(text)
        return text


class Hover(QtCore.QObject):
    """Show a text where the mouse rests on a canvas.

    Parameters
    ----------
    canvas : GraphicsLayoutWidget
    told_at : callable
        Returns the text for a place of the scene, "" for none.
    """

    def __init__(
        self, canvas: pg.GraphicsLayoutWidget, told_at: Callable[[QtCore.QPointF], str]
    ) -> None:
        super().__init__(canvas)
        self._canvas = canvas
        self._told_at = told_at
        canvas.viewport().installEventFilter(self)

    def eventFilter(self, watched: QtCore.QObject, event: QtCore.QEvent) -> bool:
        if event.type() != QtCore.QEvent.Type.ToolTip or not isinstance(event, QtGui.QHelpEvent):
            return False
        text = self._told_at(self._canvas.mapToScene(event.pos()))
        QtWidgets.QToolTip.showText(event.globalPos(), text, self._canvas)
        return True
