"""Markers of the scene as vertical lines."""

import numpy as np
import pyqtgraph as pg

from neuroaffect.dashboard import theme
from neuroaffect.dashboard.history import SIGNAL_SPAN_S, History

__all__ = ["MarkerLines"]

_NAMED = 6  # newest markers with their text; more would cover each other


class MarkerLines:
    """Vertical lines in one plot, the newest with their text.

    Parameters
    ----------
    plot : PlotItem
        x is in seconds before now.
    top : float
        Upper end of the plot.
    """

    def __init__(self, plot: pg.PlotItem, *, top: float) -> None:
        self._top = top
        self._lines = pg.PlotCurveItem(
            connect="pairs", pen=pg.mkPen(theme.with_alpha(theme.COLOURS["marker"], 0.7))
        )
        plot.addItem(self._lines)
        self._texts = [
            pg.TextItem(color=theme.COLOURS["marker"], fill=theme.PANEL) for _ in range(_NAMED)
        ]
        for text in self._texts:
            text.setFont(theme.font(11))
            text.hide()
            plot.addItem(text)

    def draw(self, history: History, *, now_s: float, named: bool) -> None:
        """Draw the markers of the newest seconds; `named` writes their texts too."""
        seen = [(t - now_s, text) for t, text in history.markers if t >= now_s - SIGNAL_SPAN_S]
        if not seen and self._lines.xData is not None and not len(self._lines.xData):
            return
        x = np.repeat([place for place, _ in seen], 2)
        self._lines.setData(x, np.tile([-1.0, self._top], len(seen)))
        newest = seen[-_NAMED:] if named else []
        for item, (place, text) in zip(self._texts, newest, strict=False):
            item.setText(text[:24])
            item.setPos(place, self._top)
            item.show()
        for item in self._texts[len(newest) :]:
            item.hide()
