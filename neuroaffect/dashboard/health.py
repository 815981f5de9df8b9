"""Age, losses and rate of every stream, always in sight."""

import html
import math

from PySide6 import QtCore, QtGui, QtWidgets

from neuroaffect.dashboard import theme
from neuroaffect.dashboard.history import History
from neuroaffect.live import Health, Scene
from neuroaffect.stream import StreamInfo

__all__ = ["HealthPanel", "StreamCard", "written_age", "written_bytes"]

_LEAST_COLUMNS, _MOST_COLUMNS, _LEAST_CARD_PX = 3, 6, 300
_LATE_S, _SILENT_S = 1.0, 3.0
_LATE_SAMPLES = 5  # a 1 Hz stream is not late after one second
_TOLD = {"stale": "bad", "lost": "bad", "refused": "bad", "recovered": "fair"}  # in so many words
_CLOCKS = {"lsl": " · LSL clock", "unix": " · UNIX clock", "other": " · foreign clock"}
_RATE_TOLERANCE = 0.02  # share of the nominal rate that may be missing before it is marked


class HealthPanel(QtWidgets.QWidget):
    """A card per stream.

    Parameters
    ----------
    scene : Scene
    """

    def __init__(self, scene: Scene) -> None:
        super().__init__()
        self._grid = QtWidgets.QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(8)
        self.cards = {name: StreamCard(info) for name, info in scene.streams.items()}
        self._lay_out(columns=_MOST_COLUMNS)

    def resizeEvent(self, event: QtGui.QResizeEvent) -> None:
        self._lay_out(columns=max(1, event.size().width() // _LEAST_CARD_PX))
        super().resizeEvent(event)

    def draw(self, history: History, *, since_s: float) -> None:
        """Write the newest figures; `since_s` is the time since the loop last told them."""
        for name, card in self.cards.items():
            card.write(history.health.get(name), since_s=since_s, ended=history.ended)

    def _lay_out(self, *, columns: int) -> None:
        columns = min(columns, _MOST_COLUMNS, max(1, len(self.cards)))
        for k, card in enumerate(self.cards.values()):
            self._grid.addWidget(card, k // columns, k % columns)
        for k in range(_MOST_COLUMNS):
            self._grid.setColumnStretch(k, int(k < max(columns, _LEAST_COLUMNS)))


class StreamCard(QtWidgets.QFrame):
    """One stream: a dot, its name, and three figures.

    Parameters
    ----------
    info : StreamInfo
    """

    def __init__(self, info: StreamInfo) -> None:
        super().__init__()
        self._info = info
        self._written: tuple[str, ...] = ()
        self.setProperty("role", "panel")
        policy = QtWidgets.QSizePolicy.Policy
        self.setSizePolicy(policy.Ignored, policy.Fixed)  # cards of one width, whatever they say
        self._name, self._kind = _label(13, bold=True), _label(12)
        self._age, self._lost, self._rate = _label(12), _label(12), _label(12)
        self._kind.setProperty("role", "quiet")
        lines = QtWidgets.QVBoxLayout(self)
        lines.setContentsMargins(12, 6, 12, 6)
        lines.setSpacing(2)
        lines.addLayout(_spread(self._name, self._kind))
        lines.addLayout(_spread(self._age, self._lost, self._rate))

    @property
    def verdict(self) -> str:
        """Newest verdict: good, fair (late), bad (silent) or unknown."""
        return self._written[-1] if self._written else "unknown"

    @property
    def text(self) -> str:
        """All figures, as written."""
        return " ".join((self._age.text(), self._lost.text(), self._rate.text()))

    def write(self, health: Health | None, *, since_s: float, ended: bool) -> None:
        """Write a stream's newest figures."""
        age_s = health.age_s + since_s if health else math.inf
        state = self._state(health, age_s) if health and not ended else "unknown"
        told = "" if health is None or ended or health.state == "recorded" else health.state
        words = (
            f"{told} · {written_age(age_s)}" if told else f"age {written_age(age_s)}",
            _written_losses(health),
            self._written_rate(health),
            self._written_kind(health),
            state,
        )
        if words == self._written:
            return
        self._written = words
        name = self.fontMetrics().elidedText(
            self._info.name, QtCore.Qt.TextElideMode.ElideRight, 190
        )
        self._name.setText(
            f"<span style='color:{theme.COLOURS[state]}'>●</span>&nbsp; {html.escape(name)}"
        )
        self._age.setText(_coloured(words[0], None if state in {"good", "unknown"} else state))
        self._lost.setText(_coloured(words[1], "fair" if health and health.lost else None))
        self._rate.setText(_coloured(words[2], "fair" if self._is_slow(health) else None))
        self._kind.setText(words[3])

    def _written_kind(self, health: Health | None) -> str:
        count = len(self._info.channels)
        clock = _CLOCKS.get(health.clock, "") if health else ""
        return f"{self._info.kind} · {count} channel{'' if count == 1 else 's'}{clock}"

    def _state(self, health: Health, age_s: float) -> str:
        if health.state in _TOLD:
            return _TOLD[health.state]
        if self._info.rate_hz <= 0:
            return "unknown"
        slack_s = _LATE_SAMPLES / self._info.rate_hz
        if age_s <= _LATE_S + slack_s:
            return "good"
        # An age that is not a number belongs to a stream that never sent a sample.
        return "fair" if age_s <= _SILENT_S + slack_s else "bad"

    def _is_slow(self, health: Health | None) -> bool:
        if health is None or self._info.rate_hz <= 0 or not math.isfinite(health.rate_hz):
            return False
        return abs(health.rate_hz / self._info.rate_hz - 1) > _RATE_TOLERANCE

    def _written_rate(self, health: Health | None) -> str:
        if self._info.rate_hz <= 0:
            return "irregular"
        known = health is not None and math.isfinite(health.rate_hz) and health.rate_hz > 0
        measured = f"{health.rate_hz:.1f}" if known else "–"
        return f"{measured} / {self._info.rate_hz:g} Hz"


def written_age(age_s: float) -> str:
    """Return an age for people.

    >>> written_age(0.0123), written_age(4.31), written_age(95.0), written_age(math.inf)
    ('12 ms', '4.3 s', '1 min 35 s', '–')
    """
    if not math.isfinite(age_s):
        return "–"
    age_s = max(0.0, age_s)
    if age_s < 0.9995:
        return f"{1000 * age_s:.0f} ms"
    if age_s < 60.0:
        return f"{age_s:.1f} s"
    return f"{int(age_s) // 60} min {int(age_s) % 60} s"


def written_bytes(count: int) -> str:
    """Return a size for people.

    >>> written_bytes(999), written_bytes(12_300_000)
    ('999 B', '12.3 MB')
    """
    size, unit = float(count), "B"
    for larger in ("kB", "MB", "GB"):
        if size < 1000:
            break
        size, unit = size / 1000, larger
    return f"{size:.0f} {unit}" if unit == "B" else f"{size:.1f} {unit}"


def _written_losses(health: Health | None) -> str:
    if health is None:
        return "lost –"
    if not health.lost:
        return "lost 0"
    share = 100 * health.lost / max(1, health.lost + health.received)
    return f"lost {health.lost} ({share:.1f} %)" if share >= 0.05 else f"lost {health.lost}"


def _coloured(text: str, verdict: str | None) -> str:
    colour = theme.COLOURS[verdict] if verdict else theme.TEXT
    return f"<span style='color:{colour}'>{text}</span>"


def _label(size_px: int, *, bold: bool = False) -> QtWidgets.QLabel:
    label = QtWidgets.QLabel()
    label.setFont(theme.font(size_px, bold=bold))
    return label


def _spread(*labels: QtWidgets.QLabel) -> QtWidgets.QHBoxLayout:
    row = QtWidgets.QHBoxLayout()
    for label in labels:
        if row.count():
            row.addStretch(1)
        row.addWidget(label)
    return row
