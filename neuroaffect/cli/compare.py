"""``neuroaffect compare``: whether one run is better than the other, or had luckier trials."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from neuroaffect.cli.output import AsJson, answer, note, quiet_stdout, table
from neuroaffect.cli.scores import Seed

__all__ = ["run"]


def run(
    first: Annotated[Path, typer.Argument(metavar="RUN", help="Folder of a report.")],
    second: Annotated[
        Path | None,
        typer.Argument(metavar="[RUN]", help="Another; without it, the models of the first."),
    ] = None,
    out: Annotated[Path, typer.Option("--out", "-o", help="The picture.")] = Path("compared.png"),
    seed: Seed = 0,
    as_json: AsJson = False,
) -> None:
    """Compare two evaluations trial by trial: paired differences, intervals, corrected p.

    Models are paired by name where both runs have them, else each with each, on the same data
    set, split and dimension.
    """
    import numpy as np

    from neuroaffect.training.reporting.pictures import plot_differences
    from neuroaffect.training.reporting.report import read_report
    from neuroaffect.training.scoring.compare import compare_rows

    with quiet_stdout():
        runs = [read_report(folder) for folder in (first, second) if folder is not None]
        found = compare_rows(*(told["rows"] for told in runs), rng=np.random.default_rng(seed))
        names = [folder.name for folder in (first, second) if folder is not None]
        plot_differences(found, out, title=" against ".join(names))
        note(f"picture: {out}")
    answer({"comparisons": found}, as_json=as_json, show=lambda: _show(found))


def _show(found: Sequence[Mapping[str, Any]]) -> None:
    heads = ["split", "dimension", "first", "second", "first less second", "95 % interval", "of",
             "p", "p of all", "units", "trials", "test", "note"]  # fmt: skip
    table(heads, [_cells(one) for one in found])


def _cells(one: Mapping[str, Any]) -> list[object]:
    return [
        f"{one['split']} (leaky: no score)" if one["leaky"] else one["split"],
        one["dimension"],
        one["first"],
        one["second"],
        f"{one['difference']:+.3f}",
        f"{one['ci_low']:+.3f} to {one['ci_high']:+.3f}",
        one["of"],
        f"{one['p']:.3f}",
        f"{one['p_holm']:.3f}",
        one["units"],
        one["trials"],
        one["test"],
        one["note"],
    ]
