"""``neuroaffect check FILE`` and ``neuroaffect check parity FILE --pipeline P``."""

import dataclasses
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from neuroaffect.cli.output import AsJson, answer, quiet_stdout, refuse, table
from neuroaffect.errors import NeuroaffectError

if TYPE_CHECKING:
    from neuroaffect.session import SavedStream

__all__ = ["run"]


def run(
    words: Annotated[
        list[str],
        typer.Argument(
            metavar="[parity] FILE", help="A recording, device file, pipeline file or bundle."
        ),
    ],
    pipeline: Annotated[
        str | None, typer.Option("--pipeline", "-p", help="For parity: name or file.")
    ] = None,
    repair: Annotated[
        Path | None,
        typer.Option(metavar="OUT.xdf", help="Write what can be saved of a damaged XDF file."),
    ] = None,
    seed: Annotated[int, typer.Option(help="For parity: decides the random pieces.")] = 0,
    as_json: AsJson = False,
) -> None:
    """Tell whether a file is what it should be.

    What is odd but costs nothing is noted, and the file is ok. `--repair OUT.xdf` copies what is
    whole, leaves out what is damaged, closes the file properly, and says what was saved and lost;
    FILE itself is never touched.

    `check parity` runs a pipeline over a recording cut in several ways and counts the bits that
    differ.
    """
    match words:
        case ["parity", _] if repair is not None:
            raise typer.BadParameter("--repair belongs to `check FILE`")
        case ["parity", file]:
            if pipeline is None:
                raise typer.BadParameter("check parity needs --pipeline")
            _parity(file, pipeline, seed=seed, as_json=as_json)
        case [file]:
            if pipeline is not None:
                raise typer.BadParameter("--pipeline belongs to `check parity FILE`")
            if repair is not None:
                _repair(Path(file), repair, as_json=as_json)
            else:
                _check(Path(file), as_json=as_json)
        case _:
            raise typer.BadParameter("give one FILE, or `parity FILE`")


def _check(path: Path, *, as_json: bool) -> None:
    with quiet_stdout():
        problems, notes = _findings(path)
    facts = {"ok": not problems, "problems": problems, "notes": notes}

    def show() -> None:
        for line in problems or ["ok"]:
            print(line)
        for line in notes:
            print(f"note: {line}")

    answer(facts, as_json=as_json, show=show)
    if problems:
        more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
        refuse(f"{path} is not ok: {problems[0]}{more}")


def _findings(path: Path) -> tuple[list[str], list[str]]:
    """Return problems and notes; a file that cannot be read at all is one problem."""
    try:
        if path.is_dir() and not _is_export(path):
            _load_bundle(path)
        elif path.suffix == ".toml":
            _load_declared(path)
        else:
            return _judge_recording(path)
    except NeuroaffectError as error:
        return [str(error)], []
    return [], []


def _is_export(folder: Path) -> bool:
    """Whether a folder is a recording rather than a bundle."""
    from neuroaffect.session.e4 import is_e4_folder

    return is_e4_folder(folder)


def _judge_recording(path: Path) -> tuple[list[str], list[str]]:
    from neuroaffect.session import open_recording
    from neuroaffect.survey import Survey

    recording = open_recording(path)
    problems = [*Survey.of(recording).problems, *recording.doubts]
    return problems, list(recording.notes)


def _repair(path: Path, out: Path, *, as_json: bool) -> None:
    from neuroaffect.session import repair_xdf

    saved = repair_xdf(path, out)
    facts = {
        "ok": not saved.defects,
        "problems": saved.defects,
        "notes": [],
        "repaired": str(out),
        "streams": [dataclasses.asdict(stream) for stream in saved.streams],
    }

    def show() -> None:
        for line in saved.defects or ["nothing was damaged"]:
            print(line)
        heads = ["stream", "id", "samples saved", "seconds", "samples lost", "seconds lost"]
        table(heads, [_saved_row(stream) for stream in saved.streams], title=str(out))

    answer(facts, as_json=as_json, show=show)


def _saved_row(stream: "SavedStream") -> tuple[object, ...]:
    lost = "unknown" if stream.lost_samples is None else stream.lost_samples
    lost_s = "unknown" if stream.lost_s is None else f"{stream.lost_s:.2f}"
    return stream.name, stream.id, stream.samples, f"{stream.duration_s:.2f}", lost, lost_s


def _load_bundle(path: Path) -> None:
    from neuroaffect.models import AffectModel

    AffectModel.load(path)


def _load_declared(path: Path) -> None:
    """Load a device or a pipeline file; only devices have streams, only pipelines tracks."""
    from neuroaffect.catalog import load_device, load_pipeline

    try:
        keys = set(tomllib.loads(path.read_text(encoding="utf-8")))
    except (tomllib.TOMLDecodeError, OSError, UnicodeDecodeError):
        keys = set()  # the loader says what is wrong
    if path.parent.name == "devices" or "streams" in keys:
        load_device(str(path))
    else:
        load_pipeline(str(path))


def _parity(file: str, name: str, *, seed: int, as_json: bool) -> None:
    import numpy as np

    from neuroaffect.acquire import Recorded
    from neuroaffect.catalog import load_pipeline
    from neuroaffect.parity import check_parity

    with quiet_stdout():
        source = Recorded(file)
        found = check_parity(
            source,
            load_pipeline(name),
            rng=np.random.default_rng(seed),
            late=source.late,
            rests=source.rests,
        )
    facts = dataclasses.asdict(found)
    said = (
        f"{found.pipeline}: {found.ticks} ticks of {found.features} features, "
        f"{found.differing_bits} bits differ"
    )
    answer(facts, as_json=as_json, show=lambda: print(said))
    if not found.ok:
        refuse(f"{file}: {found.differing_bits} bits depend on how the samples arrive")
