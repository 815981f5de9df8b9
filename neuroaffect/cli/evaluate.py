"""``neuroaffect evaluate``: honest scores of models on recordings or on a public data set."""

import shlex
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from neuroaffect.cli.output import AsJson, answer, note, progress, quiet_stdout
from neuroaffect.cli.scores import Folds, Seed, extracted, honest_split, labelled, show_rows

if TYPE_CHECKING:
    from neuroaffect.affect import Target
    from neuroaffect.pipeline import Pipeline
    from neuroaffect.session.labelled import LabelledSession

__all__ = ["run"]

_TAKE_PART = ("neuroaffect", "numpy", "scipy", "torch", "scikit-learn")


def run(
    files: Annotated[
        list[Path] | None, typer.Argument(metavar="[SESSION]...", help="Of one person.")
    ] = None,
    corpus: Annotated[str | None, typer.Option(help="A public data set: dasps, eegmat.")] = None,
    root: Annotated[Path | None, typer.Option(help="The folder it was unpacked to.")] = None,
    subjects: Annotated[
        list[str] | None, typer.Option("--subject", help="Only this person; repeatable.")
    ] = None,
    pipeline: Annotated[
        str | None, typer.Option("--pipeline", "-p", help="Name or file; a corpus brings its own.")
    ] = None,
    models: Annotated[
        list[str] | None,
        typer.Option(
            "--model",
            help="Repeatable; all networks for a corpus, else the pipeline's and logistic.",
        ),
    ] = None,
    splits: Annotated[
        list[str] | None, typer.Option("--split", help="Repeatable; the honest ones first.")
    ] = None,
    folds: Folds = None,
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder for the report.")] = Path(
        "report"
    ),
    workers: Annotated[int, typer.Option(min=1, help="Processes.")] = 1,
    seed: Seed = 0,
    as_json: AsJson = False,
) -> None:
    """Score models on whole trials left out, beside baseline, interval and p."""
    import numpy as np

    from neuroaffect.training.evaluate import evaluate

    with quiet_stdout():
        material = _material(files or [], corpus, root, subjects, pipeline)
        dataset = extracted(material.sessions, material.pipeline)
        split, fold_count = honest_split(dataset, folds or material.folds)
        with progress() as advance:
            rows = evaluate(
                dataset,
                targets=material.targets,
                models=models or material.models,
                splits=splits or material.splits or [split, "leaky"],
                folds=fold_count,
                rng=np.random.default_rng(seed),
                corpus=material.name,
                workers=workers,
                progress=lambda done, all_: advance(f"fold {done} of {all_}", done / all_),
            )
        note(f"report: {_report(out, rows, material)}")
    answer({"rows": rows}, as_json=as_json, show=lambda: show_rows(rows))
    if material.note:
        note(material.note)


@dataclass(frozen=True, kw_only=True)
class _Material:
    """What is evaluated on."""

    name: str
    sessions: Iterable["LabelledSession"]
    pipeline: "Pipeline"
    targets: Sequence["Target"]
    models: Sequence[str]
    splits: Sequence[str] = ()
    folds: int | None = None
    note: str = ""
    citation: str = ""


def _material(
    files: list[Path],
    corpus: str | None,
    root: Path | None,
    subjects: list[str] | None,
    pipeline: str | None,
) -> _Material:
    if bool(files) == bool(corpus):
        raise typer.BadParameter("give recordings, or --corpus NAME --root FOLDER")
    if corpus is not None:
        if root is None:
            raise typer.BadParameter("--corpus needs --root, the folder it was unpacked to")
        return _of_corpus(corpus, root, subjects, pipeline)
    if pipeline is None:
        raise typer.BadParameter("recordings need --pipeline")
    from neuroaffect.catalog import load_pipeline

    declared = load_pipeline(pipeline)
    return _Material(
        name=files[0].stem if len(files) == 1 else f"{files[0].stem} and {len(files) - 1} more",
        sessions=labelled(files, declared),
        pipeline=declared,
        targets=declared.labels.targets,
        models=list(dict.fromkeys([declared.network.name, "logistic"])),
    )


def _of_corpus(
    name: str, root: Path, subjects: list[str] | None, pipeline: str | None
) -> _Material:
    from neuroaffect.catalog import load_pipeline
    from neuroaffect.corpora import corpus_of
    from neuroaffect.models import NETWORKS

    corpus = corpus_of(name)
    return _Material(
        name=corpus.name,
        sessions=corpus.sessions(root, subjects=subjects),
        pipeline=load_pipeline(pipeline or corpus.pipeline),
        targets=corpus.targets,
        models=list(NETWORKS),
        splits=corpus.splits,
        folds=corpus.folds,
        note=corpus.note,
        citation=corpus.citation,
    )


def _report(out: Path, rows: list[dict], material: _Material) -> Path:
    from neuroaffect.training.report import write_report

    return write_report(
        out,
        rows,
        command=shlex.join(["neuroaffect", *sys.argv[1:]]),
        title=f"{material.name}: {material.pipeline.title or material.pipeline.name}",
        note=material.note,
        citation=material.citation,
        versions={name: found for name in _TAKE_PART if (found := _version(name))},
    )


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""
