"""The newest prediction in figures large enough for the back row."""

from PySide6 import QtCore, QtWidgets

from neuroaffect.affect import DIMENSIONS, Prediction
from neuroaffect.dashboard import theme
from neuroaffect.dashboard.history import History
from neuroaffect.dashboard.predictions import phrase, trained_dimensions
from neuroaffect.live import Scene

__all__ = ["Readings", "reading_of"]


def reading_of(prediction: Prediction | None, dimension: str) -> tuple[str, str]:
    """Return the value and its uncertainty as they are written, the latter "" where unknown."""
    value = getattr(prediction, dimension) if prediction is not None else None
    if value is None:
        return "–", ""
    sd = prediction.sd.get(dimension)
    figure = f"{value:+.2f}".replace("-", "−")
    return figure, "" if sd is None else f"± {sd:.2f}"


class Readings(QtWidgets.QWidget):
    """One large figure per dimension.

    Parameters
    ----------
    scene : Scene
    """

    def __init__(self, scene: Scene) -> None:
        super().__init__()
        self._trained = trained_dimensions(scene.targets)
        self._figures: dict[str, QtWidgets.QLabel] = {}
        rows = QtWidgets.QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 8, 0)
        rows.setSpacing(0)
        rows.addStretch(1)
        for dimension in DIMENSIONS:
            name = QtWidgets.QLabel(dimension)
            name.setFont(theme.font(14, bold=True))
            trained = dimension in self._trained
            colour = theme.COLOURS[dimension] if trained else theme.FAINT
            name.setStyleSheet(f"color: {colour}")
            figure = QtWidgets.QLabel("–" if trained else "not trained")
            figure.setFont(theme.font(28 if trained else 14, bold=trained))
            figure.setStyleSheet(f"color: {theme.TEXT if trained else theme.FAINT}")
            figure.setTextFormat(QtCore.Qt.TextFormat.RichText)
            figure.setFixedHeight(40 if trained else 22)  # nothing moves when words come and go
            self._figures[dimension] = figure
            rows.addWidget(name)
            rows.addWidget(figure)
            rows.addSpacing(14)
        self._why = QtWidgets.QLabel()
        self._why.setFont(theme.font(14, bold=True))
        self._why.setStyleSheet(f"color: {theme.COLOURS['fair']}")
        self._why.setFixedHeight(44)
        rows.addWidget(self._why)
        rows.addStretch(1)
        self.setFixedWidth(176)
        policy = QtWidgets.QSizePolicy.Policy
        self.setSizePolicy(policy.Fixed, policy.Ignored)

    @property
    def text(self) -> str:
        """All that is written."""
        figures = [figure.text() for figure in self._figures.values()]
        return " ".join((*figures, self._why.text()))

    def draw(self, history: History, *, now_s: float) -> None:
        """Write the newest prediction."""
        newest = history.said_now(now_s)
        for dimension in self._trained:
            value, spread = reading_of(newest, dimension)
            small = f"<span style='font-size:14px; color:{theme.QUIET}'>&nbsp;{spread}</span>"
            _write(self._figures[dimension], value + small * bool(spread))
        reason = newest.abstained if newest is not None else None
        _write(self._why, phrase(reason).replace(": ", ":<br>") if reason else "")


def _write(label: QtWidgets.QLabel, text: str) -> None:
    if label.text() != text:
        label.setText(text)
