"""The window in a process of its own: closed, frozen or killed, it never touches the loop."""

import atexit
import contextlib
import multiprocessing
import signal
import threading
import time
from collections.abc import Callable
from multiprocessing.connection import Connection

from neuroaffect.dashboard.picture import has_display, require_qt
from neuroaffect.dashboard.wire import portable_scene, portable_snapshot
from neuroaffect.errors import NeuroaffectError
from neuroaffect.live import Scene, Snapshot

__all__ = ["DashboardHandle", "open_dashboard"]

_GRACE_S = 1.5  # a window that has not closed by itself until then is killed
_GONE = (EOFError, OSError)  # what a connection raises once the other end is dead or closed


def open_dashboard(
    scene: Scene,
    take: Callable[[], Snapshot],
    *,
    on_command: Callable[[str], None],
    rate_hz: float = 25.0,
) -> "DashboardHandle":
    """Open the window in a new process and keep it fed from a thread.

    Parameters
    ----------
    scene : Scene
    take : callable
        Returns what is new; called `rate_hz` times a second from the feeding thread.
    on_command : callable
        Called from the same thread with "record", "stop-recording" or "close".
    rate_hz : float
        How often the window is fed and drawn.

    Raises
    ------
    NeuroaffectError
        If there is no display, or pyqtgraph or PySide6 is not installed.

    Notes
    -----
    A new interpreter is spawned, which imports the main module of the program once more; a
    script therefore opens the dashboard under ``if __name__ == "__main__":``.
    """
    require_qt()
    if not has_display():
        raise NeuroaffectError(
            "there is no display for the dashboard (DISPLAY and WAYLAND_DISPLAY are not set); "
            "run headless, or set one of them"
        )
    ours, theirs = multiprocessing.Pipe(duplex=True)
    child = multiprocessing.get_context("spawn").Process(
        target=_show,
        args=(theirs, portable_scene(scene), rate_hz),
        name="neuroaffect-dashboard",
        daemon=True,
    )
    child.start()
    theirs.close()  # else the death of the child would not be seen at this end
    return DashboardHandle(child, _Feed(ours, scene, take, on_command, rate_hz))


class DashboardHandle:
    """An open dashboard, as the loop's process sees it."""

    def __init__(self, child: multiprocessing.Process, feed: "_Feed") -> None:
        self._child = child
        self._feed = feed
        # A stopped child would make the interpreter wait for ever at its end.
        atexit.register(self.close)
        feed.start()

    @property
    def alive(self) -> bool:
        """Whether the window's process runs."""
        return self._child.is_alive()

    @property
    def pid(self) -> int | None:
        """Process id of the window."""
        return self._child.pid

    def wait(self, *, timeout_s: float | None = None) -> bool:
        """Wait until the user closes the window; return whether it is closed."""
        self._child.join(timeout_s)
        return not self._child.is_alive()

    def close(self) -> None:
        """Close the window; returns within two seconds, whatever state it is in."""
        atexit.unregister(self.close)
        self._feed.stop()
        self._child.join(_GRACE_S)
        if self._child.is_alive():
            self._child.kill()  # ends a frozen process too, and frees a feed that is blocked
            self._child.join()
        if self._feed is not threading.current_thread():
            self._feed.join(_GRACE_S)


class _Feed(threading.Thread):
    """Sends snapshots, hands commands on. A full pipe blocks this thread and nothing else."""

    def __init__(
        self,
        connection: Connection,
        scene: Scene,
        take: Callable[[], Snapshot],
        on_command: Callable[[str], None],
        rate_hz: float,
    ) -> None:
        super().__init__(name="neuroaffect-dashboard-feed", daemon=True)
        self._connection = connection
        self._streams = dict(scene.streams)
        self._take = take
        self._on_command = on_command
        self._period_s = 1.0 / rate_hz
        self._stopping = threading.Event()

    def stop(self) -> None:
        """Send nothing more; the window closes when the connection does."""
        self._stopping.set()

    def run(self) -> None:
        with self._connection:
            ended = False
            while not self._stopping.is_set():
                due_s = time.monotonic() + self._period_s
                if not ended:
                    snapshot = self._take()
                    ended = snapshot.ended
                    if not self._send(portable_snapshot(snapshot, self._streams)):
                        return
                if not self._hand_on_commands(until_s=due_s):
                    return

    def _send(self, snapshot: Snapshot) -> bool:
        with contextlib.suppress(*_GONE):
            self._connection.send(snapshot)
            return True
        return False

    def _hand_on_commands(self, *, until_s: float) -> bool:
        """Wait for the next frame, handing on what comes; False when the window is gone."""
        while (left_s := until_s - time.monotonic()) > 0:
            try:
                command = self._connection.recv() if self._connection.poll(left_s) else None
            except _GONE:
                return False
            if command is not None:
                self._on_command(command)
        return True


def _show(connection: Connection, scene: Scene, rate_hz: float) -> None:
    """Run the window: the whole life of the child process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is meant for the loop, which tells us
    import pyqtgraph as pg
    from PySide6.QtCore import QTimer

    from neuroaffect.dashboard.window import Dashboard

    app = pg.mkQApp("neuroaffect")
    inbox = _Inbox(connection)
    window = Dashboard(on_command=inbox.reply, rate_hz=rate_hz)
    signal.signal(signal.SIGTERM, lambda number, frame: window.close())
    window.show_scene(scene)

    def empty_inbox() -> None:
        for snapshot in inbox.take():
            window.update_with(snapshot)
        if inbox.closed:
            app.quit()

    timer = QTimer(window, interval=round(1000 / rate_hz))
    timer.timeout.connect(empty_inbox)
    timer.start()
    window.show()
    app.exec()


class _Inbox:
    """Receives on a thread, so that the window never waits for the pipe."""

    def __init__(self, connection: Connection) -> None:
        self.closed = False
        self._connection = connection
        self._lock = threading.Lock()
        self._snapshots: list[Snapshot] = []
        threading.Thread(target=self._receive, daemon=True).start()

    def take(self) -> list[Snapshot]:
        """Return what came since the last call."""
        with self._lock:
            taken, self._snapshots = self._snapshots, []
        return taken

    def reply(self, command: str) -> None:
        """Send a command to the loop, if it still listens."""
        with contextlib.suppress(*_GONE):
            self._connection.send(command)

    def _receive(self) -> None:
        with contextlib.suppress(*_GONE):
            while True:
                snapshot = self._connection.recv()
                with self._lock:
                    self._snapshots.append(snapshot)
        self.closed = True
