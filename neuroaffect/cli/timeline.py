"""Streams over time, a line each, for people who look rather than read."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.text import Text

if TYPE_CHECKING:
    from neuroaffect.survey import StreamSurvey, Survey

__all__ = ["LEGEND", "bar", "timeline"]

WHOLE, SOME, LITTLE, NONE, MARK = "█", "▓", "░", "·", "│"
LEGEND = f"{WHOLE} data  {SOME}{LITTLE} samples lost  {NONE} nothing  {MARK} single samples"
_STYLES = {WHOLE: "green", SOME: "yellow", LITTLE: "red", NONE: "dim", MARK: "cyan"}


def timeline(found: "Survey", *, width: int) -> list[Text]:
    """Return a line per stream, all over the same stretch of time, and what the signs mean.

    Parameters
    ----------
    found : Survey
    width : int
        Columns of the terminal.
    """
    names = [stream.info.name for stream in found.streams]
    indent = min(max(map(len, names), default=0), 24)
    cells = max(10, width - indent - 14)
    lines = []
    for name, stream in zip(names, found.streams, strict=True):
        line = Text(f"{name[:indent]:<{indent}} ")
        for sign in bar(stream, total_s=found.duration_s, cells=cells):
            line.append(sign, style=_STYLES[sign])
        percent = stream.received_percent
        line.append(f" {stream.samples}" if percent is None else f" {_percent(percent)}")
        lines.append(line)
    scale = f"{'':{indent}} 0 s{f'{found.duration_s:.6g} s':>{cells - 3}}"
    cell = f"{LEGEND}  (a sign is {found.duration_s / cells:.3g} s)"
    return [*lines, Text(scale, style="dim"), Text(f"{'':{indent}} {cell}", style="dim")]


def bar(stream: "StreamSurvey", *, total_s: float, cells: int) -> str:
    """Return one sign for each of `cells` equal parts of the recording."""
    if not stream.samples or total_s <= 0:
        return NONE * cells
    cell_s = total_s / cells
    if not stream.info.rate_hz:
        marked = {min(cells - 1, max(0, int(time_s / cell_s))) for time_s in stream.moments}
        return "".join(MARK if cell in marked else NONE for cell in range(cells))
    present = _spans(stream)
    whole = [(present[0][0], present[-1][1])]
    signs = []
    for cell in range(cells):
        start_s, stop_s = cell * cell_s, (cell + 1) * cell_s
        came_s, due_s = (_within(spans, start_s, stop_s) for spans in (present, whole))
        # Half a sample is no loss: cells end between samples.
        complete = came_s >= due_s - 0.5 / stream.info.rate_hz
        signs.append(_sign(came_s / cell_s, complete=complete))
    return "".join(signs)


def _spans(stream: "StreamSurvey") -> list[tuple[float, float]]:
    """Return from when to when samples came without a hole."""
    edges = [stream.start_s]
    for time_s, length_s in stream.gaps:
        edges += [time_s, time_s + length_s]
    # A sample stands for the time up to the next.
    edges.append(stream.start_s + stream.duration_s + 1.0 / stream.info.rate_hz)
    return list(zip(edges[::2], edges[1::2], strict=True))


def _within(spans: Sequence[tuple[float, float]], start_s: float, stop_s: float) -> float:
    """Return how much of a stretch of time the spans cover."""
    return sum(max(0.0, min(stop, stop_s) - max(start, start_s)) for start, stop in spans)


def _sign(share: float, *, complete: bool) -> str:
    if share < 0.01:
        return NONE
    if complete:
        return WHOLE
    return SOME if share >= 0.5 else LITTLE


def _percent(percent: float) -> str:
    """Return a percentage that is 100 only if nothing is missing."""
    return "100 %" if percent == 100.0 else f"{min(percent, 99.99):.4g} %"
