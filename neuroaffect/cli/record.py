"""``neuroaffect record OUT.xdf``: write live streams to disk as they arrive."""

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from neuroaffect.cli.interrupt import ended_by_ctrl_c
from neuroaffect.cli.output import AsJson, answer, note, quiet_stdout, table
from neuroaffect.cli.streams import Timeout

if TYPE_CHECKING:
    from neuroaffect.acquire import LslSource
    from neuroaffect.session import SessionWriter

__all__ = ["Queries", "Seconds", "run"]

_SAY_EVERY_S = 5.0

Seconds = Annotated[
    float | None, typer.Option("--for", min=0.0, help="Seconds; without it, until Ctrl-C.")
]
Queries = Annotated[
    list[str] | None,
    typer.Option("--stream", help="A kind (eeg), or name=…, type=…, source_id=…; repeatable."),
]


def run(
    out: Annotated[Path, typer.Argument(help="A new .xdf file.")],
    for_s: Seconds = None,
    streams: Queries = None,
    timeout_s: Timeout = 5.0,
    as_json: AsJson = False,
) -> None:
    """Record live streams, raw and crash-safe; without --stream all there are."""
    from neuroaffect.acquire import LslSource
    from neuroaffect.session import SessionWriter

    with (
        quiet_stdout(),
        LslSource(streams or None, timeout_s=timeout_s) as source,
        SessionWriter(out) as writer,
    ):
        source.record(writer)
        seconds = _keep_on(source, writer, for_s)
        source.stop_recording()
        states = source.states()
    told = [
        {"name": name, "samples": state.received, "lost": state.lost, "state": state.state}
        for name, state in states.items()
    ]
    facts = {
        "file": str(out), "seconds": seconds, "bytes": out.stat().st_size, "streams": told,
    }  # fmt: skip
    rows = [list(stream.values()) for stream in told]
    title = f"{out}: {seconds:.1f} s, {facts['bytes']} bytes"
    heads = ["stream", "samples", "lost", "state"]
    answer(facts, as_json=as_json, show=lambda: table(heads, rows, title=title))


def _keep_on(source: "LslSource", writer: "SessionWriter", for_s: float | None) -> float:
    """Record until the time is over or Ctrl-C; return how long that was."""
    began = time.monotonic()
    until = began + for_s if for_s is not None else float("inf")
    say_at = began + _SAY_EVERY_S
    with ended_by_ctrl_c(source.close):
        while not source.ended and (now := time.monotonic()) < until:
            source.get(min(0.2, until - now))
            if now >= say_at:
                say_at += _SAY_EVERY_S
                note(f"{now - began:.0f} s, {writer.bytes_written} bytes{_silent(source)}")
    return time.monotonic() - began


def _silent(source: "LslSource") -> str:
    silent = [name for name, state in source.states().items() if state.state != "live"]
    return f"; not live: {', '.join(silent)}" if silent else ""
