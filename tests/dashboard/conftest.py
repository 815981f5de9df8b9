"""A window in memory."""

import os
import sys
from collections.abc import Iterator

import pytest

pytest.importorskip("pyqtgraph", reason="the dashboard comes with neuroaffect[gui]")
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")


@pytest.fixture
def window(monkeypatch) -> Iterator:
    import pyqtgraph as pg

    from neuroaffect.dashboard.window import Dashboard

    pg.mkQApp()
    # Qt calls `paint` and slots; what they raise is reported here and nowhere else.
    raised: list[object] = []
    monkeypatch.setattr(sys, "excepthook", lambda *error: raised.append(error))
    commands: list[str] = []
    seconds = [0.0]  # the clock of the window shows the last one
    window = Dashboard(on_command=commands.append, clock=lambda: seconds[-1])
    window.commands, window.seconds = commands, seconds
    window.resize(1200, 700)
    yield window
    window.deleteLater()
    assert raised == []
