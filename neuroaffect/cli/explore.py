"""``neuroaffect explore``: which features differ between high and low, with honest p values."""

import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from neuroaffect.cli.material import (
    CorpusName,
    Files,
    PipelineOf,
    Root,
    Subjects,
    material_of,
    versions_of,
)
from neuroaffect.cli.output import AsJson, answer, console, note, progress, quiet_stdout, table
from neuroaffect.cli.scores import Cache, MemoryMb, NoCache, extracted

if TYPE_CHECKING:
    from neuroaffect.explore import Exploration, Finding

__all__ = ["run"]

_TAKE_PART = ("neuroaffect", "numpy", "scipy", "matplotlib")
_BEST = 8


def run(
    files: Files = None,
    corpus: CorpusName = None,
    root: Root = None,
    subjects: Subjects = None,
    pipeline: PipelineOf = None,
    permutations: Annotated[
        int, typer.Option(min=99, help="Shuffles of the labels; p cannot go below one over them.")
    ] = 2000,
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder for the report.")] = Path(
        "explored"
    ),
    seed: Annotated[int, typer.Option(help="Shuffles the labels.")] = 0,
    cache: Cache = None,
    no_cache: NoCache = False,
    memory_mb: MemoryMb = None,
    as_json: AsJson = False,
) -> None:
    """Show which features separate high from low: signed R² maps, heads, permutation p."""
    import numpy as np

    from neuroaffect.explore import explore, write_report
    from neuroaffect.explore.report import facts_of

    with quiet_stdout():
        material = material_of(files or [], corpus, root, subjects, pipeline)
        dataset = extracted(
            material.sessions,
            material.pipeline,
            cache=cache,
            no_cache=no_cache,
            memory_mb=memory_mb,
        )
        with progress() as advance:
            found = explore(
                dataset,
                targets=material.targets,
                rng=np.random.default_rng(seed),
                draws=permutations,
                progress=advance,
            )
            advance("pictures")
            report = write_report(
                out,
                found,
                title=f"{material.name}: what separates",
                command=shlex.join(["neuroaffect", *sys.argv[1:]]),
                note=material.note,
                citation=material.citation,
                versions=versions_of(*_TAKE_PART),
            )
        note(f"report: {report}")
    answer({**facts_of(found), "report": str(report)}, as_json=as_json, show=lambda: _show(found))
    for sentence in filter(None, [*found.notes, material.note]):
        note(sentence)


def _show(found: "Exploration") -> None:
    for finding in found.findings:
        _show_one(finding)


def _show_one(finding: "Finding") -> None:
    heads = ["channel", "feature", "signed R²", "p over the map", "p here", "z"]
    rows = [
        [
            finding.cells[cell].channel,
            finding.cells[cell].feature,
            f"{finding.signed_r2[cell]:+.3f}",
            f"{finding.family_p[cell]:.2g}",
            f"{finding.p[cell]:.2g}",
            f"{finding.z[cell]:+.2f}",
        ]
        for cell in finding.best_first[:_BEST]
    ]
    table(heads, rows, title=finding.title)
    console().print(finding.verdict, end="\n\n", highlight=False)
