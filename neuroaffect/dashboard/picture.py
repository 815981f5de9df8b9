"""The dashboard as a picture, with or without a display."""

import os
import sys
from collections.abc import Iterable
from pathlib import Path

from neuroaffect.errors import NeuroaffectError
from neuroaffect.live import Scene, Snapshot

__all__ = ["has_display", "render", "require_qt"]


def has_display() -> bool:
    """Return whether Qt can open a window here, as far as the environment tells."""
    if os.environ.get("QT_QPA_PLATFORM") or not sys.platform.startswith("linux"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def require_qt() -> None:
    """Raise one sentence if the window's libraries are not installed.

    Raises
    ------
    NeuroaffectError
    """
    from importlib.util import find_spec

    missing = [name for name in ("pyqtgraph", "PySide6") if find_spec(name) is None]
    if missing:
        raise NeuroaffectError(
            f"the dashboard needs {' and '.join(missing)}; install neuroaffect[gui]"
        )


def render(
    scene: Scene,
    snapshots: Iterable[Snapshot],
    path: Path | str,
    *,
    size: tuple[int, int] = (1600, 900),
) -> None:
    """Write a PNG of the window as it looks after these snapshots.

    Nothing appears on a screen; where there is none, Qt is told to draw in memory.

    Parameters
    ----------
    scene : Scene
    snapshots : iterable of Snapshot
        In order.
    path : Path
    size : (int, int)
        Width and height in pixels.

    Raises
    ------
    NeuroaffectError
        If pyqtgraph or PySide6 is not installed.
    OSError
        If the file cannot be written.
    """
    require_qt()
    _start_qt()
    from PySide6.QtCore import QCoreApplication, QEvent

    from neuroaffect.dashboard.window import Dashboard

    window = Dashboard(clock=lambda: 0.0)  # no time passes between the last snapshot and the shot
    window.resize(*size)
    window.show_scene(scene)
    for snapshot in snapshots:
        window.update_with(snapshot)
    window.save_png(path)
    window.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def _start_qt() -> None:
    import pyqtgraph as pg

    if has_display():
        pg.mkQApp("neuroaffect")
        return
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    pg.mkQApp("neuroaffect")
    del os.environ["QT_QPA_PLATFORM"]  # Qt has read it; windows of other processes are not meant
