"""``neuroaffect replay FILE``: a recording as LSL streams again, whole or broken on purpose."""

import dataclasses
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from neuroaffect.cli.interrupt import ended_by_ctrl_c
from neuroaffect.cli.output import AsJson, answer, note, progress, quiet_stdout, table

if TYPE_CHECKING:
    from neuroaffect.acquire.rehearsal import Rehearsal

__all__ = ["parse_speed", "run"]

CHUNK_S = 0.03125  # as headsets send; recorders write half a second at once


def parse_speed(text: str) -> float | None:
    """Return the factor, or None for "max"."""
    if text == "max":
        return None
    try:
        speed = float(text)
    except ValueError:
        speed = 0.0
    if not 0 < speed < float("inf"):
        raise typer.BadParameter(f"'{text}' is no speed; give a factor above 0, or max")
    return speed


def _list_faults(text: str) -> str:
    if text != "help":
        return text
    from neuroaffect.acquire.faults import EXAMPLES, FAULTS

    where = {"lsl": "LSL only", "offline": "--speed max only", "anywhere": ""}
    when = {"window": "@START+LENGTH", "start": "@START", "never": ""}
    rows = [
        (
            name,
            EXAMPLES.get(kind.takes, "").rpartition(" as ")[2],
            when[kind.when],
            where[kind.where],
            kind.says,
        )
        for name, kind in FAULTS.items()
    ]
    table(("fault", "value", "when", "", "what happens"), rows)
    print('[STREAM:]FAULT[=VALUE][@START[+LENGTH]], several with commas: "eeg:dropout=3s@60s"')
    raise typer.Exit


def run(
    file: Annotated[Path, typer.Argument(help="Any recording.")],
    speed: Annotated[
        str,
        typer.Option(
            help="1 is the original timing; `max` plays the file through without LSL, as fast as "
            "it goes, and says what came out."
        ),
    ] = "1",
    stream: Annotated[
        list[str] | None,
        typer.Option(help="A kind (eeg) or name=…, type=…, source_id=…; may be repeated."),
    ] = None,
    start: Annotated[float, typer.Option("--from", min=0.0, help="Second to begin at.")] = 0.0,
    stop: Annotated[float | None, typer.Option("--to", help="Second to end at.")] = None,
    loop: Annotated[bool, typer.Option("--loop", help="Begin again at the end.")] = False,
    wait: Annotated[
        float, typer.Option(min=0.0, help="Seconds to wait for listeners to all streams.")
    ] = 0.0,
    faults: Annotated[
        str,
        typer.Option(
            callback=_list_faults, is_eager=True,
            help="What goes wrong on purpose: dropout=3s@60s,eeg:rail=Fp1@90s; `help` lists all.",
        ),
    ] = "",
    seed: Annotated[int, typer.Option(min=0, help="Of faults that are random.")] = 0,
    as_json: AsJson = False,
) -> None:  # fmt: skip
    """Play a recording as LSL streams, with the timing it was recorded with."""
    factor = parse_speed(speed)
    if stop is not None and not start < stop:
        raise typer.BadParameter(f"--from {start:g} --to {stop:g} holds nothing")
    if factor is not None and as_json:
        raise typer.BadParameter("--json is for --speed max, which has something to tell")
    if factor is not None:
        settings = {
            "speed": factor, "start_s": start, "stop_s": stop, "loop": loop,
            "wait_for_consumers_s": wait, "chunk_s": CHUNK_S,
        }  # fmt: skip
        _play(file, stream, faults, seed, settings)
    elif start or stop is not None or loop or wait:
        raise typer.BadParameter(
            "--speed max plays the whole file through, without LSL; "
            "--from, --to, --loop and --wait are for a replay over LSL"
        )
    else:
        _rehearse(file, stream, faults, seed, as_json=as_json)


def _play(
    file: Path, streams: list[str] | None, faults: str, seed: int, settings: dict[str, Any]
) -> None:
    """Play over LSL until the end or Ctrl-C."""
    import numpy as np

    from neuroaffect.acquire.replay import replay

    enough = threading.Event()
    with quiet_stdout(), ended_by_ctrl_c(enough.set):
        with progress() as advance:
            replay(
                file, streams=streams or None, faults=faults, stop=enough, **settings,
                fault_rng=np.random.default_rng(seed),
                on_air=lambda names: note(f"replaying {', '.join(names)}; Ctrl-C stops"),
                progress=lambda played_s: advance(f"{file.name}: {played_s:.0f} s"),
            )  # fmt: skip


def _rehearse(
    file: Path, queries: list[str] | None, faults: str, seed: int, *, as_json: bool
) -> None:
    """Play through without LSL, and say what came out."""
    import numpy as np

    from neuroaffect.acquire import Faulty, Recorded
    from neuroaffect.acquire.chosen import chosen
    from neuroaffect.acquire.rehearsal import rehearse

    with quiet_stdout(), progress() as advance:
        source = Recorded(file)
        if queries:
            source = Recorded(source.recording, streams=chosen(source, queries).values())
        if faults:
            source = Faulty(source, faults, rng=np.random.default_rng(seed))
        found = rehearse(source, progress=lambda s: advance(f"{file.name}: {s:.0f} s"))
    facts = {
        "streams": [dataclasses.asdict(each) for each in found.streams],
        "length_s": found.length_s,
        "took_s": found.took_s,
        "times_real_time": found.times_real_time,
    }
    answer(facts, as_json=as_json, show=lambda: _show(found))


def _show(found: "Rehearsal") -> None:
    rows = [
        (each.name, each.kind, each.samples, each.gaps, each.lost, f"{each.length_s:.1f} s")
        for each in found.streams
    ]
    table(("stream", "kind", "samples", "gaps", "lost", "length"), rows)
    print(
        f"{found.length_s:.1f} s played in {found.took_s:.2f} s: "
        f"{found.times_real_time:.0f} times real time"
    )
