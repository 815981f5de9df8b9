"""Scrolling signals: one strip per stream, one lane per channel, all on one time axis."""

from collections import Counter
from collections.abc import Mapping

import numpy as np
import pyqtgraph as pg
from PySide6 import QtCore

from neuroaffect.dashboard import theme
from neuroaffect.dashboard.history import SIGNAL_SPAN_S, History, thinning
from neuroaffect.dashboard.lane_axes import ChannelAxis, ScaleBar, verdict_of, written_unit
from neuroaffect.dashboard.lanes import Lanes
from neuroaffect.dashboard.markers import MarkerLines
from neuroaffect.dashboard.polylines import Polylines
from neuroaffect.dashboard.reasons import Hover, Reasons, reason_of
from neuroaffect.live import Scene
from neuroaffect.stream import StreamInfo

__all__ = ["SignalsPanel", "Strip"]

_PX_PER_BIN = 2.0  # a lowest and a highest value per bin: one point per pixel
_FRAMES_PER_FIT = 8
_LEAST_LANES, _MOST_LANES = 3.0, 22.0  # share of the height that one stream may claim
_MARKER_TEXT = 0.04  # share of the uppermost strip
_SLOW_KINDS = {"eda", "temp", "hr", "resp"}  # where the value itself is worth reading
_LINES = {"good": theme.COLOURS["signal"], "unknown": theme.COLOURS["signal"],
          "fair": theme.COLOURS["fair"], "bad": theme.COLOURS["bad"]}  # fmt: skip


class SignalsPanel:
    """All strips of a scene, above each other.

    Parameters
    ----------
    scene : Scene
    """

    def __init__(self, scene: Scene) -> None:
        self.widget = theme.canvas()
        self.strips: dict[str, Strip] = {}
        drawn = [info for info in scene.streams.values() if info.kind != "markers"]
        kinds = Counter(info.kind for info in drawn)
        for row, info in enumerate(drawn):
            title = info.kind.upper() if kinds[info.kind] == 1 else _short(info.name)
            named = row == 0 and len(drawn) < len(scene.streams)
            headroom = _MARKER_TEXT * min(len(info.channels), _MOST_LANES) * named
            strip = Strip(info, title=title, lowest=row == len(drawn) - 1, headroom=headroom)
            self.strips[info.name] = strip
            self.widget.ci.addItem(strip.plot, row=row, col=0)
            share = min(max(float(len(info.channels)), _LEAST_LANES), _MOST_LANES)
            self.widget.ci.layout.setRowStretchFactor(row, round(10 * share))
        self._hover = Hover(self.widget, self.told_at)
        if not drawn:
            self.widget.ci.addLabel("no signals in this scene", color=theme.QUIET)

    def told_at(self, place: QtCore.QPointF) -> str:
        """Return what is thought of the channel at this place of the scene; "" beside them."""
        for strip in self.strips.values():
            if strip.plot.sceneBoundingRect().contains(place):
                return strip.told_at(place)
        return ""

    def draw(self, history: History, *, now_s: float) -> None:
        """Draw the newest seconds of every stream."""
        for k, (name, strip) in enumerate(self.strips.items()):
            strip.draw(history, name, now_s=now_s)
            strip.markers.draw(history, now_s=now_s, named=k == 0)


class Strip:
    """One stream: names left, lines, scale right.

    Parameters
    ----------
    info : StreamInfo
    title : str
    lowest : bool
        Whether the time axis is written below.
    headroom : float
        Lanes above the first one, for the texts of markers.
    """

    def __init__(self, info: StreamInfo, *, title: str, lowest: bool, headroom: float) -> None:
        self._info = info
        count = len(info.channels)
        unit = written_unit(info.unit)
        self.names = ChannelAxis(info.channels, title=f"{title} · {unit}" if unit else title)
        self.scale = ScaleBar(info.unit)
        self.plot = theme.bare_plot(
            {
                "left": self.names,
                "right": self.scale,
                "bottom": theme.SecondsAxis(span_s=SIGNAL_SPAN_S, labelled=lowest),
            }
        )
        self.plot.showAxis("right")
        theme.show_seconds(self.plot, span_s=SIGNAL_SPAN_S)
        top = count - 0.25 + headroom
        self.plot.setYRange(-0.75, top, padding=0)
        self.lanes = Lanes(count)
        self.lines = Polylines(QtCore.QRectF(-SIGNAL_SPAN_S, -0.75, SIGNAL_SPAN_S, top + 0.75))
        self.markers = MarkerLines(self.plot, top=top)
        self.reasons = Reasons(self.plot, count)
        self.told = [""] * count
        self.note = pg.TextItem(color=theme.QUIET, anchor=(0.5, 0.5))
        self.note.setFont(theme.font(13))
        self.note.setPos(-SIGNAL_SPAN_S / 2, (count - 1) / 2)
        self._add_grid(top)
        self.plot.addItem(self.lines)
        self.plot.addItem(self.note)
        self._lanes_high = top + 0.75
        self._frame = 0

    def draw(self, history: History, name: str, *, now_s: float) -> None:
        """Draw the newest seconds of the stream `name`."""
        ring = history.rings[name]
        outline = ring.outline(now_s - SIGNAL_SPAN_S, rows_per_bin=self._rows_per_bin())
        verdicts = self._verdicts(history.quality.get(name, {}))
        trusted = np.array([word != "bad" for word in verdicts])
        if self._frame % _FRAMES_PER_FIT == 0:
            self.lanes.fit(outline, trusted=trusted)
        self._frame += 1
        heights = self.lanes.place(outline.values, trusted=trusted)
        colours = [_LINES[word] for word in verdicts]
        self.lines.show_lines(outline, heights, now_s=now_s, colours=colours)
        self.names.judge(verdicts)
        lane_px = self.plot.getViewBox().height() / self._lanes_high
        flaws = history.flaws.get(name, {})
        self.told = [
            reason_of(channel, word, flaws.get(channel, 0))
            for channel, word in zip(self._info.channels, verdicts, strict=True)
        ]
        self.reasons.show(verdicts, [flaws.get(c, 0) for c in self._info.channels], lane_px=lane_px)
        self.scale.show_scale(self.lanes, lane_px=lane_px)
        self._write_note(ring.newest_s, now_s)
        self._write_value(ring.values)

    def told_at(self, place: QtCore.QPointF) -> str:
        """Return what is thought of the channel at this place of the scene; "" beside them."""
        height = self.plot.getViewBox().mapSceneToView(place).y()
        lane = len(self.told) - 1 - round(height)
        return self.told[lane] if 0 <= lane < len(self.told) else ""

    def _rows_per_bin(self) -> int:
        width_px = max(1.0, self.plot.getViewBox().width())
        rate_hz = self._info.rate_hz / thinning(self._info)
        rows = int(rate_hz * SIGNAL_SPAN_S / width_px * _PX_PER_BIN)
        return rows if rows > 2 else 1  # two rows make two points: nothing would be saved

    def _verdicts(self, quality: Mapping[str, float]) -> list[str]:
        return [verdict_of(quality.get(channel)) for channel in self._info.channels]

    def _write_note(self, newest_s: float | None, now_s: float) -> None:
        if newest_s is None:
            text = "no samples yet"
        elif now_s - newest_s > SIGNAL_SPAN_S:
            text = f"no samples for {now_s - newest_s:.0f} s"
        else:
            text = ""
        if text != self.note.toPlainText():
            self.note.setText(text)

    def _write_value(self, values: np.ndarray) -> None:
        if self._info.kind in _SLOW_KINDS and len(values) and np.isfinite(values[-1, 0]):
            self.scale.show_value(float(values[-1, 0]))

    def _add_grid(self, top: float) -> None:
        x = np.repeat(theme.seconds_ticks(SIGNAL_SPAN_S), 2)
        y = np.tile([-0.75, top], len(x) // 2)
        self.plot.addItem(pg.PlotCurveItem(x, y, connect="pairs", pen=pg.mkPen(theme.EDGE)))


def _short(name: str) -> str:
    return name if len(name) <= 12 else f"{name[:11]}…"
