"""What a running recording shows: a table on a terminal, else a line now and then."""

import sys
import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING, Self

from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from neuroaffect.cli.output import note

if TYPE_CHECKING:
    from neuroaffect.acquire import RecordingReport, StreamReport

__all__ = ["HEADS", "RecordingView", "row"]

HEADS = ("stream", "samples", "samples/s", "nominal", "lost", "bytes", "state")
_LINE_EVERY_S = 5.0
_GRACE_S = 1.0


def row(stream: "StreamReport") -> list[str]:
    """Return a stream's line of the table."""
    return [
        stream.name,
        str(stream.samples),
        "" if stream.samples_per_s is None else f"{stream.samples_per_s:.5g}",
        f"{stream.nominal_rate_hz:g}" if stream.nominal_rate_hz else "–",
        str(stream.lost),
        size(stream.bytes),
        stream.state,
    ]


def size(count: int) -> str:
    """Return a number of bytes for a person."""
    for unit in ("B", "kB", "MB"):
        if count < 1000:
            return f"{count:.3g} {unit}" if unit != "B" else f"{count} B"
        count /= 1000
    return f"{count:.4g} GB"


class RecordingView:
    """Show reports on standard error while a recording runs, from a thread of its own.

    On a terminal a table that is drawn anew; elsewhere one line every five seconds, and one for
    each alarm as it comes up and as it is over. A terminal that is held (Ctrl-S, a window being
    dragged) blocks whoever prints to it: the recording must not be that one.
    """

    def __init__(self, *, console: Console | None = None) -> None:
        self._console = console or Console(file=sys.stderr)
        self._live = Live(console=self._console, auto_refresh=False, transient=True)
        self._line_at = _LINE_EVERY_S
        self._alarms: dict[str, str] = {}
        self._newest: RecordingReport | None = None
        self._wake = threading.Event()
        self._over = False
        self._thread = threading.Thread(target=self._keep_drawing, name="view", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *reason: object) -> None:
        self._over = True
        self._wake.set()
        self._thread.join(_GRACE_S)  # a terminal that is still held keeps its table

    def show(self, report: "RecordingReport") -> None:
        """Have this report shown, now or as soon as the screen takes it; returns at once."""
        self._newest = report
        self._wake.set()

    def draw(self, report: "RecordingReport") -> None:
        """Show how it is going."""
        if self._console.is_terminal:
            self._live.start()  # only the first time; later calls do nothing
            self._live.update(_drawn(report), refresh=True)
            return
        self._tell(report)
        if report.seconds >= self._line_at:
            self._line_at += _LINE_EVERY_S
            note(_line(report))

    def _keep_drawing(self) -> None:
        while not self._over:
            self._wake.wait()
            self._wake.clear()
            report, self._newest = self._newest, None
            if report is not None:
                self.draw(report)
        self._live.stop()

    def _tell(self, report: "RecordingReport") -> None:
        """Say what has gone wrong, and what is well again, since the last report."""
        now = {stream.name: stream.alarm for stream in report.streams if stream.alarm}
        if report.alarms and report.alarms[-1] not in now.values():
            now["the disk"] = report.alarms[-1]
        for name in now.keys() - self._alarms.keys():
            note(now[name])
        for name in self._alarms.keys() - now.keys():
            note(f"{name} is well again")
        self._alarms = now


def _line(report: "RecordingReport") -> str:
    streams = ", ".join(
        f"{stream.name} {stream.samples} ({_hz(stream.samples_per_s)}, {size(stream.bytes)})"
        for stream in report.streams
    )
    return f"{report.seconds:.0f} s, {size(report.bytes)}: {streams}"


def _hz(samples_per_s: float | None) -> str:
    return "–" if samples_per_s is None else f"{samples_per_s:.4g}/s"


def _drawn(report: "RecordingReport") -> Group:
    head = f"{report.seconds:.0f} s, {size(report.bytes)}{_room(report.disk_s)}; Ctrl-C ends it"
    return Group(Text(head), _table(report.streams), *map(_alarm, report.alarms))


def _table(streams: Sequence["StreamReport"]) -> Table:
    drawn = Table(box=None, pad_edge=False)
    for head in HEADS:
        drawn.add_column(head, justify="left" if head in {"stream", "state"} else "right")
    for stream in streams:
        drawn.add_row(*row(stream), style="bold red" if stream.alarm else None)
    return drawn


def _alarm(text: str) -> Text:
    return Text(text, style="bold red")


def _room(disk_s: float | None) -> str:
    return "" if disk_s is None else f", room for {min(disk_s / 3600, 9999):.0f} h"
