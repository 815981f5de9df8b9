"""``neuroaffect info FILE``: what a recording holds."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from neuroaffect.cli.output import AsJson, answer, console, quiet_stdout, table
from neuroaffect.cli.timeline import timeline

if TYPE_CHECKING:
    from neuroaffect.survey import ClockOffsets, StreamSurvey, Survey

__all__ = ["run"]

_SHOWN_EVENTS = 12
_SHOWN_GAPS = 6
_LONGEST = 160  # characters of an event


def run(
    file: Annotated[Path, typer.Argument(help="Any recording.")], as_json: AsJson = False
) -> None:
    """Say what a recording holds: streams, rates, clocks, gaps, events, defects.

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
        "duration_s": found.duration_s,
        "streams": [_stream_facts(stream) for stream in found.streams],
        "events": [{"time_s": event.time_s, "text": event.text} for event in found.events],
        "defects": found.defects,
        "doubts": found.doubts,
        "notes": found.notes,
    }


def _stream_facts(stream: "StreamSurvey") -> dict[str, Any]:
    info, description = stream.info, stream.description
    return {
        "name": info.name,
        "kind": info.kind,
        "channels": info.channels,
        "unit": info.unit,
        "device": info.device,
        "completed": description.completed,
        "left_out": description.left_out,
        "nominal_rate_hz": info.rate_hz,
        "effective_rate_hz": stream.effective_rate_hz,
        "ppm": stream.ppm,
        "samples": stream.samples,
        "lost": stream.lost,
        "received_percent": stream.received_percent,
        "start_s": stream.start_s,
        "duration_s": stream.duration_s,
        "clock": stream.clock,
        "clock_offsets": _offset_facts(stream.offsets),
        "gaps": [{"time_s": time_s, "length_s": length_s} for time_s, length_s in stream.gaps],
        "suspicions": stream.suspicions,
        "defects": stream.defects,
    }


def _offset_facts(offsets: "ClockOffsets | None") -> dict[str, Any] | None:
    if offsets is None:
        return None
    return {
        "count": offsets.count,
        "low_s": offsets.low_s,
        "high_s": offsets.high_s,
        "drift_ppm": offsets.drift_ppm,
    }


def _show(file: Path, found: "Survey") -> None:
    heads = "stream kind channels unit nominal_Hz effective_Hz off samples seconds clock gaps"
    table(
        heads.split(),
        [_row(stream) for stream in found.streams],
        title=f"{file.name}: {found.format}",
    )
    screen = console()
    print()
    for line in timeline(found, width=min(screen.width, 100)):
        screen.print(line, soft_wrap=True, highlight=False)
    print()
    for stream in found.streams:
        for line in _remarks(stream):
            print(f"{stream.info.name}: {line}")
    _show_events(found)
    for problem in (*found.problems, *found.doubts):
        print(f"! {problem}")
    for note in found.notes:
        print(f"note: {note}")


def _row(stream: "StreamSurvey") -> tuple[object, ...]:
    info = stream.info
    return (
        info.name,
        info.kind,
        len(info.channels),
        info.unit,
        f"{info.rate_hz:g}" if info.rate_hz else "irregular",
        f"{stream.effective_rate_hz:.6g}" if stream.effective_rate_hz else "",
        _off(stream.ppm),
        stream.samples,
        f"{stream.duration_s:.2f}",
        stream.clock,
        len(stream.gaps),
    )


def _off(ppm: float | None) -> str:
    """Return how far off a rate is: millionths where they are few, else percent."""
    if ppm is None:
        return ""
    return f"{ppm:+.0f} ppm" if abs(ppm) < 1000 else f"{ppm / 1e4:+.2f} %"


def _remarks(stream: "StreamSurvey") -> list[str]:
    info, remarks = stream.info, []
    nameless = tuple(f"ch{i + 1}" for i in range(len(info.channels)))
    if len(info.channels) > 1 and info.channels != nameless:
        remarks.append(" ".join(info.channels))
    remarks += stream.description.notes
    if stream.offsets is not None:
        remarks.append(_told_offsets(stream.offsets))
    longest = sorted(stream.gaps, key=lambda gap: -gap[1])[:_SHOWN_GAPS]
    if longest:
        told = ", ".join(f"{length_s:.3g} s at {time_s:.3f} s" for time_s, length_s in longest)
        which = "the longest " if len(stream.gaps) > len(longest) else ""
        places = "1 gap" if len(stream.gaps) == 1 else f"{len(stream.gaps)} gaps"
        remarks.append(f"{stream.lost} samples lost in {places}: {which}{told}")
    return remarks


def _told_offsets(offsets: "ClockOffsets") -> str:
    if offsets.count == 1:
        return f"1 clock offset, {offsets.low_s:.6g} s"
    drift = "" if offsets.drift_ppm is None else f", drifting {offsets.drift_ppm:+.2g} ppm"
    return f"{offsets.count} clock offsets, {offsets.low_s:.6g} to {offsets.high_s:.6g} s{drift}"


def _show_events(found: "Survey") -> None:
    for event in found.events[:_SHOWN_EVENTS]:
        text = " ".join(event.text.split())
        print(f"{event.time_s:10.3f} s  {text[:_LONGEST]}{'…' * (len(text) > _LONGEST)}")
    if len(found.events) > _SHOWN_EVENTS:
        print(f"and {len(found.events) - _SHOWN_EVENTS} more events")
