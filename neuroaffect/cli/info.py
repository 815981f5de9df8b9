"""``neuroaffect info FILE``: what a recording holds."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from neuroaffect.cli.output import AsJson, answer, quiet_stdout, table

if TYPE_CHECKING:
    from neuroaffect.survey import StreamSurvey, Survey

__all__ = ["run"]

_SHOWN_EVENTS = 12


def run(
    file: Annotated[Path, typer.Argument(help="Any recording.")], as_json: AsJson = False
) -> None:
    """Say what a recording holds: streams, rates, gaps, events, defects.

    Times count from the recording's first sample.
    """
    from neuroaffect.survey import Survey

    with quiet_stdout():
        found = Survey.of(file)
    answer(_facts(found), as_json=as_json, show=lambda: _show(file, found))


def _facts(found: "Survey") -> dict[str, Any]:
    return {
        "format": found.format,
        "start_s": found.start_s,
        "streams": [_stream_facts(stream) for stream in found.streams],
        "events": [{"time_s": event.time_s, "text": event.text} for event in found.events],
        "defects": found.defects,
    }


def _stream_facts(stream: "StreamSurvey") -> dict[str, Any]:
    return {
        "name": stream.info.name,
        "kind": stream.info.kind,
        "channels": stream.info.channels,
        "unit": stream.info.unit,
        "nominal_rate_hz": stream.info.rate_hz,
        "effective_rate_hz": stream.effective_rate_hz,
        "samples": stream.samples,
        "duration_s": stream.duration_s,
        "clock": stream.clock,
        "gaps": [{"time_s": time_s, "length_s": length_s} for time_s, length_s in stream.gaps],
        "defects": stream.defects,
    }


def _show(file: Path, found: "Survey") -> None:
    rows = [
        (
            stream.info.name,
            stream.info.kind,
            len(stream.info.channels),
            stream.info.unit,
            f"{stream.info.rate_hz:g}",
            f"{stream.effective_rate_hz:.5g}",
            stream.samples,
            f"{stream.duration_s:.2f}",
            stream.clock,
            len(stream.gaps),
        )
        for stream in found.streams
    ]
    heads = "stream kind channels unit nominal_Hz effective_Hz samples seconds clock gaps".split()
    table(heads, rows, title=f"{file.name}: {found.format}")
    for event in found.events[:_SHOWN_EVENTS]:
        print(f"{event.time_s:10.3f} s  {event.text}")
    if len(found.events) > _SHOWN_EVENTS:
        print(f"and {len(found.events) - _SHOWN_EVENTS} more events")
    for problem in found.problems:
        print(f"! {problem}")
