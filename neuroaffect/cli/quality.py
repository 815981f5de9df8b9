"""``neuroaffect quality``: is each electrode in contact? LSL in, quality out; or of a recording."""

import contextlib
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from neuroaffect.cli.interrupt import ended_by_ctrl_c
from neuroaffect.cli.output import answer, console, note, progress, quiet_stdout, refuse
from neuroaffect.cli.quality_view import JsonChanges, LineChanges, TableView, View, styled
from neuroaffect.cli.record import Queries, Seconds
from neuroaffect.cli.states import states_told
from neuroaffect.cli.streams import Timeout

if TYPE_CHECKING:
    from neuroaffect.acquire import LslSource, QualityOutlet, RawSource
    from neuroaffect.contact import Judge, Summary
    from neuroaffect.stream import StreamInfo

__all__ = ["run"]


def run(
    file: Annotated[
        Path | None, typer.Argument(help="Any recording; without one, live streams.")
    ] = None,
    streams: Queries = None,
    rate_hz: Annotated[
        float, typer.Option("--rate", min=0.1, max=50.0, help="Verdicts per second.")
    ] = 4.0,
    for_s: Seconds = None,
    png: Annotated[
        Path | None, typer.Option("--png", help="Of a recording: a timeline as a picture.")
    ] = None,
    timeout_s: Timeout = 5.0,
    as_json: Annotated[
        bool,
        typer.Option(
            "--json", help="Live: a line of JSON per change; of a recording: one JSON object."
        ),
    ] = False,
) -> None:
    """Tell of each channel whether it is good, poor or bad, and why; for any sensor.

    Live, the verdicts leave as two LSL streams for each stream that is judged: "<name> quality"
    (type Quality, 1 good to 0 bad) and "<name> flaws" (type Flaws, the reasons as bits), with
    its channel labels. Without --stream, every regular stream of a kind that can be judged.
    """
    if file is not None:
        _judge_file(file, streams, rate_hz, for_s, png, as_json=as_json)
        return
    if png is not None:
        refuse("--png draws the timeline of a recording; name a file to judge")
    _judge_live(streams, rate_hz, for_s, timeout_s, as_json=as_json)


def _judge_live(
    streams: list[str] | None, rate_hz: float, for_s: float | None, timeout_s: float, *,
    as_json: bool,
) -> None:  # fmt: skip
    from neuroaffect.contact import watch

    with contextlib.ExitStack() as stack:
        with quiet_stdout():
            source = stack.enter_context(_source(streams, rate_hz, timeout_s))
        judges = _judges(source, list(source.streams), rate_hz)
        outlets = {}
        for raw in source.raws:
            if (name := source.names[raw.id]) in judges:
                outlets[name] = _outlet(name, judges[name].info, raw.source_id)
                stack.callback(outlets[name].close)
        view = stack.enter_context(_view(judges, as_json=as_json))
        stack.enter_context(ended_by_ctrl_c(source.close))
        stack.enter_context(states_told(source, as_json=as_json))
        for verdict in watch(source, judges, rate_hz=rate_hz, for_s=for_s):
            outlets[verdict.stream].push(verdict.time, verdict.quality, verdict.flaws)
            view.show(verdict)


def _source(streams: list[str] | None, rate_hz: float, timeout_s: float) -> "LslSource":
    from neuroaffect.acquire import LslSource, discover, look_at
    from neuroaffect.catalog import load_devices
    from neuroaffect.contact import judgeable

    if streams:
        return LslSource(streams, timeout_s=timeout_s, hop_s=1.0 / rate_hz)
    looks = look_at(discover(timeout_s=min(timeout_s, 2.0)), devices=load_devices())
    wanted = [look.offer for look in looks if judgeable(look.description.info)]
    if not wanted:
        offered = ", ".join(f"'{look.offer.raw.name}' ({look.offer.kind})" for look in looks)
        refuse(
            "no LSL stream can be judged: none is regular and of a known kind; "
            f"LSL offers {offered or 'nothing; start the sender'}"
        )
    return LslSource(wanted, timeout_s=timeout_s, hop_s=1.0 / rate_hz)


def _judges(source: "RawSource", names: list[str], rate_hz: float) -> dict[str, "Judge"]:
    """Return a judge for each regular stream of these; say which are passed over."""
    from neuroaffect.contact import Judge

    judges = {}
    for name in names:
        info = source.streams[name]
        if info.rate_hz:
            judges[name] = Judge(info, rate_hz=rate_hz)
        else:
            note(f"stream '{name}' is irregular and not judged")
    if not judges:
        refuse("there is no regular stream to judge")
    return judges


def _outlet(name: str, info: "StreamInfo", source_id: str) -> "QualityOutlet":
    from neuroaffect.acquire import QualityOutlet

    return QualityOutlet(name, info.channels, source_id=f"neuroaffect:{source_id or name}")


def _view(judges: Mapping[str, "Judge"], *, as_json: bool) -> View:
    if as_json:
        return JsonChanges()
    if sys.stdout.isatty():
        return TableView({name: judge.info for name, judge in judges.items()})
    return LineChanges()


def _judge_file(
    file: Path, streams: list[str] | None, rate_hz: float, for_s: float | None, png: Path | None,
    *, as_json: bool,
) -> None:  # fmt: skip
    from neuroaffect.acquire import Recorded
    from neuroaffect.acquire.chosen import chosen
    from neuroaffect.contact import judgeable

    source = Recorded(file)
    if streams:
        names = list(chosen(source, streams).values())
    else:
        names = [name for name, info in source.streams.items() if judgeable(info)]
    summaries = _summaries(source, _judges(source, names, rate_hz), for_s)
    if not summaries:
        refuse(f"{file}: no stream is longer than {1 / rate_hz:g} s; nothing can be judged")
    if png is not None:
        from neuroaffect.contact.picture import plot_quality

        plot_quality(summaries, png, title=f"Signal quality: {file.name}")
        note(f"picture: {png}")
    facts = {"file": str(file), "streams": [_facts(*item) for item in summaries.items()]}
    answer(facts, as_json=as_json, show=lambda: _show(summaries))


def _summaries(
    source: "RawSource", judges: Mapping[str, "Judge"], for_s: float | None
) -> dict[str, "Summary"]:
    """Return the verdicts on each stream that has any, of its first `for_s` seconds."""
    from neuroaffect.contact import Summary

    summaries = {name: Summary(judge.info.channels) for name, judge in judges.items()}
    with progress() as advance:
        for name, chunk in source:
            if name not in judges:
                continue
            for verdict in judges[name].push(chunk):
                began = summaries[name].times[:1] or [verdict.time]
                if for_s is None or verdict.time - began[0] <= for_s:
                    summaries[name].add(verdict)
            advance(f"{name}: {len(summaries[name].times)} verdicts")
    return {name: summary for name, summary in summaries.items() if summary.times}


def _facts(name: str, summary: "Summary") -> dict[str, Any]:
    return {
        "name": name,
        "verdicts": len(summary.times),
        "channels": [
            {
                "channel": share.channel, "good": share.good, "poor": share.poor,
                "bad": share.bad, "flaws": share.flaws,
            }
            for share in summary.shares()
        ],
    }  # fmt: skip


def _show(summaries: Mapping[str, "Summary"]) -> None:
    from rich.table import Table

    for name, summary in summaries.items():
        drawn = Table(title=name, box=None, title_justify="left", pad_edge=False)
        for head, justify in (("channel", "left"), ("", "left"), ("good", "right"),
                              ("poor", "right"), ("bad", "right"), ("why", "left")):  # fmt: skip
            drawn.add_column(head, justify=justify)
        for share in summary.shares():
            why = ", ".join(f"{word} {_percent(part)}" for word, part in share.flaws.items())
            parts = {"good": share.good, "poor": share.poor, "bad": share.bad}
            mostly = styled(max(parts, key=parts.__getitem__))
            drawn.add_row(share.channel, mostly, *map(_percent, parts.values()), why)
        console().print(drawn)


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %" if 0 < share < 0.995 else f"{100 * share:.0f} %"
