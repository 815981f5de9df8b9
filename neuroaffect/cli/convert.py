"""``neuroaffect convert FILE OUT.xdf``: any recording as XDF."""

from pathlib import Path
from typing import Annotated

import typer

from neuroaffect.cli.output import AsJson, answer, progress, quiet_stdout, table

__all__ = ["run"]

_SAY_EVERY = 2**20  # bytes


def run(
    file: Annotated[Path, typer.Argument(help="Any recording: a file, an E4 folder or archive.")],
    out: Annotated[Path, typer.Argument(help="A new .xdf file.")],
    as_json: AsJson = False,
) -> None:
    """Write a recording as XDF, with its stamps as they are and its defects told.

    Nothing is resampled, filled or shifted. What had to be left out is said.
    """
    from neuroaffect.session import convert

    with quiet_stdout(), progress() as show:
        told = 0

        def advance(size: int) -> None:
            nonlocal told
            if size >= told + _SAY_EVERY:
                told = size
                show(f"{out.name}: {size / 2**20:.0f} MB", None)

        show(f"reading {file.name}", None)
        done = convert(file, out, advance=advance)
    streams = [{"name": name, "samples": count} for name, count in done.samples]
    facts = {
        "file": str(done.path), "format": done.format, "bytes": done.bytes_written,
        "streams": streams, "defects": done.defects, "notes": done.notes,
    }  # fmt: skip

    def say() -> None:
        rows = [list(stream.values()) for stream in streams]
        print(f"{done.path}: {done.bytes_written} bytes, from {done.format}")
        table(["stream", "samples"], rows)
        for defect in done.defects:
            print(f"! {defect}")
        for note in done.notes:
            print(f"note: {note}")

    answer(facts, as_json=as_json, show=say)
