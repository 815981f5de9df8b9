"""The window: signals left, affect right, the state of everything around them."""

import time
from collections.abc import Callable
from pathlib import Path

from PySide6 import QtCore, QtGui, QtWidgets

from neuroaffect.dashboard import theme
from neuroaffect.dashboard.affect_plane import TRAIL_S, AffectPlane
from neuroaffect.dashboard.affect_traces import AffectTraces
from neuroaffect.dashboard.class_bars import ClassBars
from neuroaffect.dashboard.header import Header
from neuroaffect.dashboard.health import HealthPanel
from neuroaffect.dashboard.history import History
from neuroaffect.dashboard.predictions import class_targets, trained_dimensions
from neuroaffect.dashboard.readings import Readings
from neuroaffect.dashboard.signals import SignalsPanel
from neuroaffect.live import Scene, Snapshot

__all__ = ["Dashboard"]

_FRAMES_PER_TEXT = 5  # figures that change at 25 Hz cannot be read, and cost a layout each
_FRAMES_PER_AFFECT = 3  # a minute on 400 pixels moves by a pixel in 0.15 s


_SIGNS = " &nbsp; ".join(
    f"<span style='color:{theme.COLOURS[word]}'>{sign}</span>&nbsp;{meaning}"
    for word, sign, meaning in (
        ("good", "●", "good"),
        ("fair", "▲", "poor"),
        ("bad", "✕", "bad"),
        ("unknown", "○", "not judged"),
    )
)


class Dashboard(QtWidgets.QMainWindow):
    """Shows copies of a loop's state; owns nothing and drives nothing.

    What arrives is remembered at once and drawn by a timer, so that neither waits for the
    other. A QApplication must exist.

    Parameters
    ----------
    on_command : callable, optional
        Called with "record", "stop-recording" or "close" when the user wants so.
    rate_hz : float
        How often the newest state is drawn while the window is visible.
    clock : callable
        Seconds that pass; the picture moves with it between two snapshots.
    """

    def __init__(
        self,
        *,
        on_command: Callable[[str], None] = lambda command: None,
        rate_hz: float = 25.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__()
        theme.load_fonts()
        self.setStyleSheet(theme.STYLE_SHEET)
        self.setFont(theme.font(13))
        self.setWindowTitle("neuroaffect")
        self._on_command = on_command
        self._clock = clock
        self._heard_s = clock()
        self._frame = 0
        self.history: History | None = None
        self._timer = QtCore.QTimer(self, interval=round(1000 / rate_hz))
        self._timer.timeout.connect(self.draw)
        self.resize(1600, 900)

    def show_scene(self, scene: Scene) -> None:
        """Build the panels for a scene; whatever was shown before is forgotten."""
        self.setWindowTitle(f"{scene.title} · neuroaffect")
        self.history = History(scene)
        self._heard_s = self._clock()
        self.header = Header(scene, on_command=self._on_command)
        self.signals = SignalsPanel(scene)
        self.plane, self.traces = AffectPlane(scene), AffectTraces(scene)
        self.readings, self.bars = Readings(scene), None
        column = QtWidgets.QVBoxLayout()
        column.setSpacing(8)
        if class_targets(scene.targets):
            self.bars = ClassBars(scene)
            column.addWidget(_panel("Classes", "probability", self.bars), 9)
        if trained_dimensions(scene.targets) or self.bars is None:
            remark = f"trail {TRAIL_S:g} s · ellipse ± 1 sd"
            column.addWidget(_panel("Affect now", remark, self.plane.widget, self.readings), 12)
        share = 10 if trained_dimensions(scene.targets) else 6
        column.addWidget(_panel("Affect", "last 60 s · band ± 1 sd", self.traces.widget), share)
        self.health = HealthPanel(scene)
        self.setCentralWidget(self._page(column))
        self._frame = 0

    def update_with(self, snapshot: Snapshot) -> None:
        """Remember what is new; the next frame shows it."""
        if self.history is not None:
            self.history.add(snapshot)
            self._heard_s = self._clock()

    def draw(self) -> None:
        """Draw the newest state now: one frame."""
        if self.history is None:
            return
        since_s = 0.0 if self.history.ended else self._clock() - self._heard_s
        now_s = self.history.edge_s + since_s
        self.signals.draw(self.history, now_s=now_s)
        if self._frame % _FRAMES_PER_AFFECT == 0:
            for panel in (self.plane, self.readings, self.traces, self.bars):
                if panel is not None:
                    panel.draw(self.history, now_s=now_s)
        if self._frame % _FRAMES_PER_TEXT == 0:
            self.health.draw(self.history, since_s=since_s)
            self.header.draw(self.history, now_s=now_s, since_s=since_s)
        self._frame += 1

    def draw_all(self) -> None:
        """Draw the newest state now, with all that is not drawn at every frame."""
        self._frame = 0
        self.draw()

    def save_png(self, path: Path | str) -> None:
        """Draw everything anew and write the window as a picture of its own size."""
        for _ in range(2):  # the texts of the first round decide on the widths of the second
            self.draw_all()
            image = self.grab().toImage()
        if not image.save(str(path), "PNG"):
            raise OSError(
                f"the picture could not be written to {path}; choose a folder that exists"
            )

    def showEvent(self, event: QtGui.QShowEvent) -> None:
        self._timer.start()
        super().showEvent(event)

    def hideEvent(self, event: QtGui.QHideEvent) -> None:
        self._timer.stop()
        super().hideEvent(event)

    def closeEvent(self, event: QtGui.QCloseEvent) -> None:
        self._on_command("close")
        super().closeEvent(event)

    def _page(self, affect: QtWidgets.QLayout) -> QtWidgets.QWidget:
        page = QtWidgets.QWidget(objectName="page")
        page.setMinimumSize(640, 400)  # said once, else it changes with every text
        body = QtWidgets.QHBoxLayout()
        body.setSpacing(8)
        body.addWidget(_panel("Signals", _SIGNS, self.signals.widget), 62)
        body.addLayout(affect, 38)
        rows = QtWidgets.QVBoxLayout(page)
        rows.setContentsMargins(12, 10, 12, 12)
        rows.setSpacing(8)
        rows.addWidget(self.header)
        rows.addLayout(body, 1)
        rows.addWidget(self.health)
        return page


def _panel(title: str, remark: str, *contents: QtWidgets.QWidget) -> QtWidgets.QFrame:
    frame = QtWidgets.QFrame()
    frame.setProperty("role", "panel")
    policy = QtWidgets.QSizePolicy.Policy
    frame.setSizePolicy(policy.Ignored, policy.Ignored)  # only the stretch factors share the room
    heading = QtWidgets.QHBoxLayout()
    for text, size_px, bold, role in ((title, 14, True, ""), (remark, 12, False, "quiet")):
        label = QtWidgets.QLabel(text)
        label.setFont(theme.font(size_px, bold=bold))
        label.setProperty("role", role)
        heading.addWidget(label)
        if bold:
            heading.addStretch(1)
    rows = QtWidgets.QVBoxLayout(frame)
    rows.setContentsMargins(12, 8, 12, 8)
    rows.setSpacing(4)
    rows.addLayout(heading)
    row = QtWidgets.QHBoxLayout()
    for content in contents:
        row.addWidget(content)
    rows.addLayout(row, 1)
    return frame
