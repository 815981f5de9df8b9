"""``neuroaffect evaluate``: honest scores of models on recordings or on a public data set."""

import shlex
import sys
from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from neuroaffect.cli.material import (
    CorpusName,
    Files,
    Material,
    PipelineOf,
    Root,
    Subjects,
    material_of,
    versions_of,
)
from neuroaffect.cli.output import AsJson, answer, note, progress, quiet_stdout
from neuroaffect.cli.scores import (
    Cache,
    Folds,
    Fresh,
    MemoryMb,
    NoCache,
    Seed,
    Workers,
    extracted,
    honest_split,
    kept_folds,
    show_rows,
)

if TYPE_CHECKING:
    from neuroaffect.session.labelled import LabelledSession
    from neuroaffect.training.data.dataset import Dataset

__all__ = ["run"]

_TAKE_PART = ("neuroaffect", "numpy", "scipy", "torch", "scikit-learn")


class Scale(StrEnum):
    """What features are scaled by."""

    TRAINING = "training"
    PERSON = "person"
    SESSION = "session"


def run(
    files: Files = None,
    corpus: CorpusName = None,
    root: Root = None,
    subjects: Subjects = None,
    pipeline: PipelineOf = None,
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
    choose: Annotated[
        bool, typer.Option("--choose", help="Also the best model, chosen inside each fold.")
    ] = False,
    calibrate: Annotated[
        bool,
        typer.Option("--calibrate", help="Also how honest error bars are; takes 6 times as long."),
    ] = False,
    normalise: Annotated[
        Scale, typer.Option(help="person, session: each on its own scale, without labels.")
    ] = Scale.TRAINING,
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder for the report.")] = Path(
        "report"
    ),
    workers: Workers = 1,
    cluster: Annotated[
        str, typer.Option(help="Run the folds on a Dask cluster: tcp://host:8786.")
    ] = "",
    fresh: Fresh = False,
    seed: Seed = 0,
    cache: Cache = None,
    no_cache: NoCache = False,
    memory_mb: MemoryMb = None,
    mlflow: Annotated[
        str, typer.Option(help="Keep the scores as MLflow runs too: http://host:5000, file:folder.")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Score models on whole trials left out, beside baseline, interval and p.

    Folds that are done are kept in the report's folder: what was cut off goes on where it
    stopped.
    """
    import numpy as np

    from neuroaffect.training.evaluate import evaluate

    with quiet_stdout():
        _require_names(models or (), splits or ())
        tracking = _tracking(mlflow)
        material, used = material_of(files or [], corpus, root, subjects, pipeline), []
        dataset = extracted(
            _noting(material.sessions, used),
            material.pipeline,
            cache=cache,
            no_cache=no_cache,
            memory_mb=memory_mb,
            workers=workers,
        )
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
                choose=choose,
                calibrate=calibrate,
                normalise=normalise.value,
                workers=workers,
                cluster=cluster,
                kept=kept_folds(out / "folds", fresh=fresh),
                progress=lambda done, all_: advance(f"fold {done} of {all_}", done / all_),
            )
            advance("report")
            data = {"seed": seed, **_data(dataset, used, cache)}
            note(f"report: {_report(out, rows, material, dataset, data)}")
        if tracking is not None:
            tracking.log(rows, report=out, title=material.name, params=_params(material, data))
    answer({"rows": rows}, as_json=as_json, show=lambda: show_rows(rows))
    if material.note:
        note(material.note)


def _require_names(models: Iterable[str], splits: Iterable[str]) -> None:
    """Refuse a network or a split that there is not, before features are made for minutes."""
    from neuroaffect.models import options_of
    from neuroaffect.training.splits import scheme_of

    for model in models:
        options_of(model)
    for split in splits:
        scheme_of(split)


def _tracking(uri: str):
    if not uri:
        return None
    from neuroaffect.training.jobs.tracking import Tracking

    return Tracking(uri)


def _noting(sessions: Iterable["LabelledSession"], used: list[Path]) -> Iterator["LabelledSession"]:
    """Yield the sessions; note the files they are made of."""
    for session in sessions:
        used += session.files
        yield session


def _data(dataset: "Dataset", used: list[Path], cache: Path | None) -> dict[str, object]:
    """Return by which digests one knows what was scored."""
    from neuroaffect.training.data.cache import FeatureCache, cache_folder
    from neuroaffect.training.jobs.kept import dataset_sha256

    known = FeatureCache(cache or cache_folder())
    return {
        "rows": len(dataset),
        "rows_sha256": dataset_sha256(dataset),
        "fingerprint": dataset.pipeline.fingerprint,
        "files": {path.name: known.sha256(path) for path in dict.fromkeys(used)},
    }


def _params(material: Material, data: Mapping[str, object]) -> dict[str, object]:
    return {
        "corpus": material.name,
        "pipeline": material.pipeline.name,
        **{key: data[key] for key in ("seed", "rows", "rows_sha256", "fingerprint")},
        **{f"recipe_{key}": value for key, value in material.pipeline.training},
    }


def _report(
    out: Path, rows: list[dict], material: Material, dataset: "Dataset", data: Mapping[str, object]
) -> Path:
    from neuroaffect.training.reporting.pictures import topographies
    from neuroaffect.training.reporting.report import write_report

    return write_report(
        out,
        rows,
        command=shlex.join(["neuroaffect", *sys.argv[1:]]),
        title=f"{material.name}: {material.pipeline.title or material.pipeline.name}",
        note=material.note,
        citation=material.citation,
        versions=versions_of(*_TAKE_PART),
        data=data,
        targets=material.targets,
        maps=list(topographies(dataset, material.targets)),
    )
