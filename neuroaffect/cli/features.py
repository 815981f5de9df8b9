"""``neuroaffect features FILE --pipeline P --out F.parquet``: a recording's ticks as a table."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from neuroaffect.cli.output import AsJson, answer, quiet_stdout
from neuroaffect.errors import PipelineError

if TYPE_CHECKING:
    from neuroaffect.acquire import Recorded

__all__ = ["PipelineName", "Rest", "rests_of", "run"]

PipelineName = Annotated[
    str, typer.Option("--pipeline", "-p", help="Name or file; see `neuroaffect pipelines`.")
]
Rest = Annotated[
    list[str] | None,
    typer.Option(
        "--rest",
        metavar="FROM-TO",
        help="Seconds of the recording that are rest, 0-60 say, for baselines and calibrations.",
    ),
]


def run(
    file: Annotated[Path, typer.Argument(help="Any recording.")],
    pipeline: PipelineName,
    out: Annotated[Path, typer.Option("--out", "-o", help="A .parquet or .csv file.")],
    rest: Rest = None,
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
        rests = (*source.rests, *rests_of(source, rest or []))
        ticking = declared.start(source.streams, late=source.late, rests=rests)
        table = FeatureTable(ticking.features, followers=ticking.followers)
        ticks = table.write(out, ticking.over(source))
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


def rests_of(source: "Recorded", spans: Sequence[str]) -> list[tuple[float, float]]:
    """Return rests given in seconds from the recording's first sample, on its clock."""
    pairs = [_span(text) for text in spans]
    first_s = next((float(chunk.times[0]) for _, chunk in source), 0.0) if pairs else 0.0
    return [(first_s + start_s, first_s + stop_s) for start_s, stop_s in pairs]


def _span(text: str) -> tuple[float, float]:
    start, _, stop = text.partition("-")
    try:
        span = float(start), float(stop)
    except ValueError:
        raise PipelineError(f"--rest {text} is no span; write FROM-TO in seconds, 0-60") from None
    if not 0 <= span[0] < span[1]:
        raise PipelineError(f"--rest {text} is empty; the first number must be below the second")
    return span
