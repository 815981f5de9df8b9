"""``neuroaffect features FILE --pipeline P --out F.parquet``: a recording's ticks as a table."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from neuroaffect.cli.output import AsJson, answer, quiet_stdout

if TYPE_CHECKING:
    from neuroaffect.acquire import Recorded
    from neuroaffect.pipeline import Run, Tick

__all__ = ["PipelineName", "run"]

PipelineName = Annotated[
    str, typer.Option("--pipeline", "-p", help="Name or file; see `neuroaffect pipelines`.")
]


def run(
    file: Annotated[Path, typer.Argument(help="Any recording.")],
    pipeline: PipelineName,
    out: Annotated[Path, typer.Option("--out", "-o", help="A .parquet or .csv file.")],
    as_json: AsJson = False,
) -> None:
    """Run a pipeline over a recording and write its ticks and features."""
    from neuroaffect.acquire import Recorded
    from neuroaffect.catalog import load_pipeline
    from neuroaffect.features import FeatureTable, table_format

    table_format(out)
    declared = load_pipeline(pipeline)
    with quiet_stdout():
        source = Recorded(file)
        ticking = declared.start(source.streams, late=source.late, rests=source.rests)
        table = FeatureTable(ticking.features)
        ticks = table.write(out, _ticks(source, ticking))
    facts = {
        "pipeline": declared.name,
        "fingerprint": declared.fingerprint,
        "out": str(out),
        "ticks": ticks,
        "features": len(table.columns),
    }
    answer(
        facts,
        as_json=as_json,
        show=lambda: print(f"{out}: {ticks} ticks of {len(table.columns)} features"),
    )


def _ticks(source: "Recorded", ticking: "Run") -> Iterator[list["Tick"]]:
    for name, chunk in source:
        yield ticking.push(name, chunk)
    yield ticking.finish()
