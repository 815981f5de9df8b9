"""The bar on top: what runs, whether it lives, and the recording."""

import html
from collections.abc import Callable
from pathlib import PurePath

from PySide6 import QtWidgets

from neuroaffect.dashboard import theme
from neuroaffect.dashboard.health import written_age, written_bytes
from neuroaffect.dashboard.history import History
from neuroaffect.live import Scene

__all__ = ["Header"]

_QUIET_LOOP_S = 1.5  # longer than any hop: the loop tells its state 25 times a second


class Header(QtWidgets.QWidget):
    """Title, state of the loop, age of the newest prediction, record button.

    Parameters
    ----------
    scene : Scene
    on_command : callable
        Called with "record" or "stop-recording" when the button is pressed.
    """

    def __init__(self, scene: Scene, *, on_command: Callable[[str], None]) -> None:
        super().__init__()
        self._on_command = on_command
        self._recording: str | None = None
        title = QtWidgets.QLabel(
            f"<span style='color:{theme.QUIET}; font-weight:400'>neuroaffect</span>"
            f"&nbsp;&nbsp;{html.escape(scene.title)}"
        )
        title.setMinimumWidth(1)  # in a narrow window the title gives way first
        title.setFont(theme.font(19, bold=True))
        self.state = QtWidgets.QLabel()
        self.prediction_age = QtWidgets.QLabel()
        self.file = QtWidgets.QLabel()
        for label in (self.state, self.prediction_age, self.file):
            label.setFont(theme.font(13))
        self.state.setProperty("role", "pill")
        self.prediction_age.setProperty("role", "quiet")
        self.record_button = QtWidgets.QPushButton()
        self.record_button.setFont(theme.font(14, bold=True))
        self.record_button.setMinimumWidth(150)
        self.record_button.clicked.connect(self._press)
        row = QtWidgets.QHBoxLayout(self)
        row.setContentsMargins(4, 0, 0, 0)
        row.setSpacing(16)
        for widget in (title, self.state, self.prediction_age):
            row.addWidget(widget)
        row.addStretch(1)
        for widget in (self.file, self.record_button):
            row.addWidget(widget)

    def draw(self, history: History, *, now_s: float, since_s: float) -> None:
        """Write the newest state."""
        self._write_state(history.ended, since_s)
        self._write_prediction_age(history, now_s)
        self._recording = history.recording
        self.record_button.setEnabled(not history.ended)
        if self._recording is None:
            _write(self.record_button, "Record")
            _write(self.file, _span("not recording", theme.QUIET))
            return
        _write(self.record_button, "Stop recording")
        name = PurePath(self._recording).name
        dot = _span("●", theme.COLOURS["bad"])
        _write(
            self.file, f"{dot}&nbsp; {html.escape(name)} · {written_bytes(history.recorded_bytes)}"
        )

    def _write_state(self, ended: bool, since_s: float) -> None:
        if ended:
            _write(self.state, "ended")
        elif since_s > _QUIET_LOOP_S:
            text = f"no news from the loop for {written_age(since_s)}"
            _write(self.state, _span(text, theme.COLOURS["fair"]))
        else:
            _write(self.state, f"{_span('●', theme.COLOURS['good'])}&nbsp; live")

    def _write_prediction_age(self, history: History, now_s: float) -> None:
        if not history.scene.targets:
            _write(self.prediction_age, "no model")
        elif not history.predictions:
            _write(self.prediction_age, "no prediction yet")
        else:
            age = written_age(now_s - history.predictions[-1].time)
            colour = theme.QUIET if history.said_now(now_s) else theme.COLOURS["fair"]
            _write(self.prediction_age, _span(f"newest prediction {age} old", colour))

    def _press(self) -> None:
        self._on_command("record" if self._recording is None else "stop-recording")


def _span(text: str, colour: str) -> str:
    return f"<span style='color:{colour}'>{text}</span>"


def _write(widget: QtWidgets.QLabel | QtWidgets.QPushButton, text: str) -> None:
    if widget.text() != text:
        widget.setText(text)
