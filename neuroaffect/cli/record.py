"""``neuroaffect record OUT.xdf``: write live streams to disk as they arrive."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from neuroaffect.cli.interrupt import ended_by_ctrl_c
from neuroaffect.cli.output import AsJson, answer, note, quiet_stdout, table
from neuroaffect.cli.recording_view import HEADS, RecordingView, row, size
from neuroaffect.cli.streams import Timeout
from neuroaffect.cli.understood import Understood
from neuroaffect.errors import StreamError

if TYPE_CHECKING:
    from neuroaffect.acquire import LslSource, RecordingReport
    from neuroaffect.session import SessionWriter

__all__ = ["Queries", "Seconds", "run"]

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
    keep_names: Annotated[
        bool,
        typer.Option("--keep-names", help="Leave host names, user names and addresses in."),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Record live streams, raw and crash-safe; without --stream all there are.

    Streams that appear later or come back are taken in. Ctrl-C ends the recording and closes
    the file; a crash costs two seconds at most.
    """
    from neuroaffect.session import SessionWriter

    with quiet_stdout(), SessionWriter(out, redact=not keep_names) as writer:
        # The file first: a path that cannot be written is said before anything else.
        with _source(streams, timeout_s, writer) as source:
            report = _record(source, writer, for_s)
    facts = _facts(out, report)
    answer(facts, as_json=as_json, show=lambda: _show(facts, report))


def _source(streams: list[str] | None, timeout_s: float, writer: "SessionWriter") -> "LslSource":
    """Return the source; if there is none, leave no file behind."""
    from neuroaffect.acquire import LslSource

    try:
        return LslSource(streams or None, timeout_s=timeout_s, join_late=True)
    except StreamError:
        writer.discard()
        raise


def _record(source: "LslSource", writer: "SessionWriter", for_s: float | None) -> "RecordingReport":
    from neuroaffect.acquire import Recorder

    understood = Understood(source)
    understood.tell()
    with RecordingView() as view, ended_by_ctrl_c(source.close):
        report = Recorder(source, writer).run(for_s=for_s, show=view.show)
    understood.tell()
    return report


def _facts(out: Path, report: "RecordingReport") -> dict[str, Any]:
    return {
        "file": str(out),
        "seconds": report.seconds,
        "bytes": out.stat().st_size,
        "streams": [asdict(stream) for stream in report.streams],
        "alarms": report.alarms,
    }


def _show(facts: dict[str, Any], report: "RecordingReport") -> None:
    title = f"{facts['file']}: {report.seconds:.1f} s, {size(facts['bytes'])}"
    table(HEADS, [row(stream) for stream in report.streams], title=title)
    for alarm in report.alarms:
        note(alarm)
