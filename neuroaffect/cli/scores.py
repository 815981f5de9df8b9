"""What ``train`` and ``evaluate`` have in common: labelled sessions in, rows of scores out."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from neuroaffect.cli.output import note, progress, table

if TYPE_CHECKING:
    from neuroaffect.pipeline import Pipeline
    from neuroaffect.session.labelled import LabelledSession
    from neuroaffect.training.data.dataset import Dataset

__all__ = [
    "Cache",
    "Folds",
    "Fresh",
    "MemoryMb",
    "NoCache",
    "Seed",
    "Workers",
    "extracted",
    "honest_split",
    "kept_folds",
    "labelled",
    "show_rows",
    "told_apart",
]

Folds = Annotated[
    int | None, typer.Option(min=2, help="For the splits that have a choice; 5, or all trials.")
]
Seed = Annotated[int, typer.Option(help="Deals trials out, and draws the intervals.")]

Cache = Annotated[
    Path | None,
    typer.Option("--cache", help="Folder of features made before; the user's cache folder."),
]
NoCache = Annotated[bool, typer.Option("--no-cache", help="Make all features anew, keep none.")]
Fresh = Annotated[bool, typer.Option("--fresh", help="Forget folds that were done before.")]
Workers = Annotated[int, typer.Option(min=1, help="Processes; the scores are the same.")]
MemoryMb = Annotated[
    int | None,
    typer.Option("--memory-mb", min=1, help="Features beyond this size stay in a file; 1024."),
]

_MOST_FOLDS = 5


def labelled(files: Sequence[Path], pipeline: "Pipeline") -> list["LabelledSession"]:
    """Return recordings of one person with the trials that their own marks tell of.

    Raises
    ------
    EvaluationError
        If two files have one name, or a recording tells of no trial.
    """
    from neuroaffect.training.data.labels import labelled_session

    told_apart(files)
    return [labelled_session(path, pipeline) for path in files]


def told_apart(files: Sequence[Path]) -> None:
    """Refuse files of one name: trials are known by their recording's name, and would be merged."""
    from neuroaffect.errors import EvaluationError

    first: dict[str, Path] = {}
    for path in files:
        other = first.setdefault(path.stem, path)
        if other is path:
            continue
        if other.resolve() == path.resolve():
            raise EvaluationError(f"'{path}' is given twice; give each recording once")
        raise EvaluationError(
            f"'{other}' and '{path}' are both called '{path.stem}', the name their trials are "
            "known by; rename one"
        )


def extracted(
    sessions: Iterable["LabelledSession"],
    pipeline: "Pipeline",
    *,
    cache: Path | None = None,
    no_cache: bool = False,
    memory_mb: int | None = None,
    workers: int = 1,
) -> "Dataset":
    """Run the sessions through the pipeline, those that the cache does not have."""
    from neuroaffect.training.data.cache import FeatureCache, cache_folder
    from neuroaffect.training.data.dataset import MOST_BYTES, extract

    with progress() as advance:
        advance("features", None)
        return extract(
            sessions,
            pipeline,
            cache=None if no_cache else FeatureCache(cache or cache_folder()),
            most_bytes=MOST_BYTES if memory_mb is None else memory_mb * 2**20,
            workers=workers,
            progress=lambda done: advance(f"features: {done}", None),
            tell=note,
        )


def kept_folds(folder: Path, *, fresh: bool) -> Path:
    """Return the folder where folds are kept, emptied if it is to start afresh."""
    import shutil

    if fresh:
        shutil.rmtree(folder, ignore_errors=True)
    return folder


def honest_split(dataset: "Dataset", folds: int | None) -> tuple[str, int]:
    """Return the strictest split one person's recordings allow, and its number of folds.

    Whole recordings are left out where there are several; else whole trials.
    """
    import numpy as np

    if len(np.unique(dataset.sessions)) > 1:
        return "leave-session-out", folds or _MOST_FOLDS
    return "leave-trials-out", folds or max(2, min(_MOST_FOLDS, len(np.unique(dataset.trials))))


def show_rows(rows: Sequence[Mapping[str, Any]]) -> None:
    """Print scores for a person, each beside its baseline and its interval."""
    heads = ["split", "model", "dimension", "people", "trials", "balanced accuracy",
             "95 % interval", "majority", "macro-F1", "p", "note"]  # fmt: skip
    table(heads, [_cells(row) for row in rows])


def _cells(row: Mapping[str, Any]) -> list[object]:
    return [
        f"{row['split']} (diagnostic)" if row["leaky"] else row["split"],
        row["model"],
        row["dimension"],
        row["subjects"],
        row["trials"],
        _two(row["balanced_accuracy"]),
        f"{_two(row['ci_low'])} to {_two(row['ci_high'])}",
        _two(row["majority"]),
        _two(row["macro_f1"]),
        _p(row["p"]),
        row.get("note", ""),
    ]


def _two(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"


def _p(value: float | None) -> str:
    if value is None:
        return "–"
    return "< 0.001" if value < 0.001 else f"{value:.3f}"
