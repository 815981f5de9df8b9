"""``neuroaffect train``: a subject-dependent model from a person's own recordings."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from neuroaffect.cli.features import PipelineName
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
    labelled,
    show_rows,
)

if TYPE_CHECKING:
    from neuroaffect.pipeline import Pipeline
    from neuroaffect.training.data.dataset import Dataset
    from neuroaffect.training.evaluate import Row

__all__ = ["run"]


def run(
    files: Annotated[list[Path], typer.Argument(metavar="SESSION...", help="Of one person.")],
    pipeline: PipelineName,
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder of the model, made anew.")],
    folds: Folds = None,
    seed: Seed = 0,
    cache: Cache = None,
    no_cache: NoCache = False,
    memory_mb: MemoryMb = None,
    workers: Workers = 1,
    fresh: Fresh = False,
    as_json: AsJson = False,
) -> None:
    """Train a model on a person's recordings, and say honestly how well it does.

    The score comes from models that never saw the recordings, or the trials, they are scored
    on; the model that is kept is then trained on everything.
    """
    import numpy as np

    from neuroaffect.catalog import load_pipeline
    from neuroaffect.training.data.cache import cache_folder, file_sha256
    from neuroaffect.training.learning.calibrate import fit_calibrated

    declared = load_pipeline(pipeline)
    with quiet_stdout():
        sessions = labelled(files, declared)
        dataset = extracted(
            sessions, declared, cache=cache, no_cache=no_cache, memory_mb=memory_mb, workers=workers
        )
        # The model's own folder is made at the end, whole; its folds wait in the cache.
        folder = (cache or cache_folder()) / "folds"
        kept = None if no_cache else kept_folds(folder, fresh=fresh)
        rows = _scores(
            dataset,
            declared,
            folds=folds,
            seed=seed,
            name=files[0].stem,
            workers=workers,
            kept=kept,
        )
        with progress() as advance:
            fitted = fit_calibrated(
                dataset,
                targets=declared.labels.targets,
                rng=np.random.default_rng(seed),
                progress=lambda done, all_: advance(f"epoch {done} of {all_}", done / all_),
            )
        fitted.save(
            out,
            sessions={path.name: file_sha256(path) for path in files},
            scores=[_short(row) for row in rows if row["model"] == declared.network.name],
        )
    answer({"model": str(out), "rows": rows}, as_json=as_json, show=lambda: show_rows(rows))
    note(f"model: {out}")


def _short(row: "Row") -> "Row":
    """Return a row without what was said of each trial: a bundle tells how well, not of whom."""
    return {key: value for key, value in row.items() if key not in {"answers", "people"}}


def _scores(
    dataset: "Dataset",
    pipeline: "Pipeline",
    *,
    folds: int | None,
    seed: int,
    name: str,
    workers: int,
    kept: Path | None,
) -> list["Row"]:
    import numpy as np

    from neuroaffect.training.evaluate import evaluate

    split, fold_count = honest_split(dataset, folds)
    with progress() as advance:
        return evaluate(
            dataset,
            targets=pipeline.labels.targets,
            models=list(dict.fromkeys([pipeline.network.name, "logistic"])),
            splits=[split],
            folds=fold_count,
            rng=np.random.default_rng(seed),
            corpus=name,
            workers=workers,
            kept=kept,
            progress=lambda done, all_: advance(
                f"honest score: fold {done} of {all_}", done / all_
            ),
        )
