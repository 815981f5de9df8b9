"""What `neuroaffect quality` shows: a table drawn anew, lines on change, or lines of JSON."""

import sys
import threading
from collections.abc import Mapping
from typing import TYPE_CHECKING, Protocol, Self

from rich.columns import Columns
from rich.console import Console, Group
from rich.live import Live
from rich.text import Text

from neuroaffect.cli.states import print_line
from neuroaffect.stream import StreamInfo

if TYPE_CHECKING:
    from neuroaffect.contact import Verdict

__all__ = ["JsonChanges", "LineChanges", "TableView", "View", "drawn", "styled"]

# Told apart by sign and word too: colour alone is lost on some readers and some terminals.
_STYLES = {"good": ("●", "green"), "poor": ("▲", "yellow"), "bad": ("✕", "bold red")}
_GRACE_S = 1.0


class View(Protocol):
    """Where verdicts go that a person or a program reads."""

    def __enter__(self) -> Self: ...

    def __exit__(self, *reason: object) -> None: ...

    def show(self, verdict: "Verdict") -> None:
        """Take the next verdict."""


class _Changes:
    """What all have in common that speak only when a channel's word or reason changes."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], tuple[str, str]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *reason: object) -> None:
        pass

    def show(self, verdict: "Verdict") -> None:
        """Say what is new."""
        for k, (channel, words) in enumerate(zip(verdict.channels, verdict.words, strict=True)):
            if self._known.get((verdict.stream, channel)) != words:
                self._known[verdict.stream, channel] = words
                self.say(verdict, k, *words)

    def say(self, verdict: "Verdict", channel: int, word: str, reasons: str) -> None:
        """Say it of one channel."""
        raise NotImplementedError


class JsonChanges(_Changes):
    """Print a line of JSON for each channel whose word or reason changes."""

    def say(self, verdict: "Verdict", channel: int, word: str, reasons: str) -> None:
        """Print one line."""
        print_line({
            "time": verdict.time, "stream": verdict.stream, "channel": verdict.channels[channel],
            "quality": round(float(verdict.quality[channel]), 3), "verdict": word,
            "flaws": reasons.split(", ") if reasons else [],
        })  # fmt: skip


class LineChanges(_Changes):
    """Print a line of text for each channel whose word or reason changes."""

    def say(self, verdict: "Verdict", channel: int, word: str, reasons: str) -> None:
        """Print one line."""
        why = f" ({reasons})" if reasons else ""
        print(
            f"{verdict.time:.2f}  {verdict.stream}  {verdict.channels[channel]}: {word}{why}",
            flush=True,
        )


class TableView:
    """Draw the newest verdict on every stream on a terminal, from a thread of its own.

    A terminal that is held (Ctrl-S, a window being dragged) blocks whoever prints to it; the
    verdicts must go on leaving.

    Parameters
    ----------
    streams : mapping of str to StreamInfo
    """

    def __init__(
        self, streams: Mapping[str, StreamInfo], *, console: Console | None = None
    ) -> None:
        self._streams = streams
        self._console = console or Console(file=sys.stdout)
        self._live = Live(console=self._console, auto_refresh=False, transient=True)
        self._newest: dict[str, Verdict] = {}
        self._wake = threading.Event()
        self._over = False
        self._thread = threading.Thread(target=self._keep_drawing, name="view", daemon=True)

    def __enter__(self) -> Self:
        self._live.start()
        self._thread.start()
        return self

    def __exit__(self, *reason: object) -> None:
        self._over = True
        self._wake.set()
        self._thread.join(_GRACE_S)
        if not self._thread.is_alive():
            self._live.stop()

    def show(self, verdict: "Verdict") -> None:
        """Have this verdict shown as soon as the screen takes it; returns at once."""
        self._newest = {**self._newest, verdict.stream: verdict}
        self._wake.set()

    def _keep_drawing(self) -> None:
        while not self._over:
            self._wake.wait()
            self._wake.clear()
            self._live.update(drawn(self._newest, self._streams), refresh=True)


def drawn(verdicts: Mapping[str, "Verdict"], streams: Mapping[str, StreamInfo]) -> Group:
    """Return the newest verdicts as they are shown."""
    from neuroaffect.contact.judge import unworn

    parts: list[object] = []
    for name, info in streams.items():
        heading = f"{name} · {info.kind}, {len(info.channels)} ch, {info.rate_hz:g} Hz"
        parts.append(Text(heading, style="bold"))
        if name not in verdicts:
            parts.append(Text("  nothing has come yet", style="dim"))
            continue
        verdict = verdicts[name]
        width = max(map(len, info.channels))
        cells = [
            _cell(label.ljust(width), quality, *words)
            for label, quality, words in zip(
                verdict.channels, verdict.quality.tolist(), verdict.words, strict=True
            )
        ]
        parts.append(Columns(cells, padding=(0, 3), column_first=True, equal=True))
        if unworn(verdict, info):
            parts.append(Text(f"  no channel of '{name}' is good: is it worn?", style="bold red"))
    parts.append(Text("Ctrl-C ends it", style="dim"))
    return Group(*parts)


def styled(word: str) -> Text:
    """Return a word of quality with its sign, in its colour."""
    sign, style = _STYLES[word]
    return Text(f"{sign} {word}", style=style)


def _cell(label: str, quality: float, word: str, reasons: str) -> Text:
    sign, style = _STYLES[word]
    text = Text("  ")
    text.append(f"{sign} {label} {quality:4.2f}", style=style)
    if reasons:
        text.append(f" {reasons}")
    return text
