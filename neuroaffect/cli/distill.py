"""``neuroaffect distill``: a small model that says what a large one says."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from neuroaffect.cli.output import AsJson, answer, note, progress, quiet_stdout, table
from neuroaffect.cli.scores import Cache, NoCache, extracted, told_apart

if TYPE_CHECKING:
    import numpy as np

    from neuroaffect.affect import Target
    from neuroaffect.models import AffectModel
    from neuroaffect.pipeline import Pipeline
    from neuroaffect.session.labelled import LabelledSession
    from neuroaffect.training.data.dataset import Dataset
    from neuroaffect.training.learning.distill import Lecture
    from neuroaffect.training.learning.fitted import Fitted

__all__ = ["run"]

# Ours: a student of a few thousand weights learns fast and bears large steps. What its teacher's
# recipe leaves out, makes, or holds out to be calibrated is not asked of it.
_RECIPE = {
    "epochs": 60,
    "batch": 64,
    "learning_rate": 5e-3,
    "schedule": "cosine",
    "select": 0,
    "drop_share": 0.0,
    "oversample": "none",
    "calibration_folds": 0,
}


def run(
    teacher: Annotated[Path, typer.Argument(metavar="TEACHER", help="A trained model's folder.")],
    files: Annotated[
        list[Path], typer.Argument(metavar="SESSION...", help="What it speaks of; rated or not.")
    ],
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder of the student, made anew.")],
    student: Annotated[str, typer.Option(help="A network that is trained step by step.")] = "tiny",
    reads: Annotated[
        str | None,
        typer.Option("--input", help="track.block; by default what the teacher reads."),
    ] = None,
    epochs: Annotated[int, typer.Option(min=1)] = _RECIPE["epochs"],
    labels: Annotated[
        bool, typer.Option("--labels", help="Learn from the ratings as well.")
    ] = False,
    whole: Annotated[
        bool, typer.Option("--float", help="Keep the weights as they are: no 8 bits.")
    ] = False,
    cache: Cache = None,
    no_cache: NoCache = False,
    as_json: AsJson = False,
) -> None:
    """Teach a small model what a trained one says, and say how much of it is left.

    Agreement is measured on stretches that the student did not learn from; the one that is kept
    learns from everything. Ratings are not needed. It says no intervals: what it is taught may
    know the ratings of any stretch.
    """
    from neuroaffect.models import AffectModel
    from neuroaffect.training.data.cache import file_sha256
    from neuroaffect.training.learning.distill import (
        common_rows,
        distill,
        lecture_of,
        thresholds_of,
    )

    with quiet_stdout():
        master = AffectModel.load(teacher)
        pipelines = master.pipeline, _pupil(master.pipeline, student, reads, epochs)
        told_apart(files)
        sessions = [_session(path, master, labels) for path in files]
        heard = [extracted(sessions, p, cache=cache, no_cache=no_cache) for p in pipelines]
        rows = common_rows(*heard)
        lecture = lecture_of(teacher, heard[0]).take(rows[0])
        dataset = heard[1].take(rows[1])
        teach = partial(
            distill,
            targets=master.targets,
            thresholds=thresholds_of(master.card),
            pipeline=pipelines[1],
            labels=labels,
        )
        found = _agreement(dataset, lecture, master.targets, teach)
        with progress() as advance:
            fitted = teach(
                dataset, lecture,
                progress=lambda done, all_: advance(f"epoch {done} of {all_}", done / all_),
            )  # fmt: skip
        fitted.save(
            out, quantise=not whole, sessions={path.name: file_sha256(path) for path in files}
        )
        sizes = _sizes(teacher, out, fitted, heard[0].features[:1], dataset.features[:1])
    facts = {"student": str(out), "agreement": found, **sizes}
    answer(facts, as_json=as_json, show=lambda: _show(facts))
    note(f"model: {out}")


def _pupil(pipeline: "Pipeline", name: str, reads: str | None, epochs: int) -> "Pipeline":
    """Return the teacher's pipeline with the student at its end."""
    from neuroaffect.models import options_of

    options_of(name)  # refuses a name that there is not
    network = pipeline.network.model_copy(
        update={
            "name": name,
            "options": {},
            "readout": "linear",
            **({"input": reads} if reads else {}),
        }
    )
    recipe = pipeline.training.model_copy(update={**_RECIPE, "epochs": epochs})
    return pipeline.model_copy(update={"network": network, "training": recipe})


def _session(path: Path, master: "AffectModel", labels: bool) -> "LabelledSession":
    """Return a recording that the teacher can hear, with its trials or in pieces."""
    from neuroaffect.acquire import Recorded
    from neuroaffect.errors import EvaluationError
    from neuroaffect.training.data.labels import labelled_session, unlabelled_session

    master.check_streams(Recorded(path).streams)
    try:
        return labelled_session(path, master.pipeline)
    except EvaluationError:
        if labels:
            raise
        return unlabelled_session(path)


def _agreement(
    dataset: "Dataset",
    lecture: "Lecture",
    targets: "Sequence[Target]",
    teach: "Callable[[Dataset, Lecture], Fitted]",
) -> list[dict[str, Any]]:
    from neuroaffect.training.learning.agreement import agreement, hear

    with progress() as advance:
        heard = hear(
            dataset, lecture, teach=teach, small=_in_eight_bits,
            progress=lambda done, all_: advance(f"agreement: part {done} of {all_}", done / all_),
        )  # fmt: skip
    return agreement(heard, targets)


def _in_eight_bits(fitted: "Fitted") -> "Callable[[np.ndarray], np.ndarray]":
    from neuroaffect.models.export import Normalised, to_onnx
    from neuroaffect.models.graph import open_session, raw_outputs
    from neuroaffect.models.quantise import quantised

    graph = quantised(to_onnx(Normalised(fitted.network, fitted.mean, fitted.sd)))
    session = open_session(graph)
    return lambda x: raw_outputs(session, x)


def _sizes(
    teacher: Path, student: Path, fitted: "Fitted", his: "np.ndarray", mine: "np.ndarray"
) -> dict[str, Any]:
    """Return how large and how fast both are."""
    from neuroaffect.models import AffectModel
    from neuroaffect.training.learning.agreement import microseconds

    return {
        "parameters": sum(p.numel() for p in fitted.network.parameters()),
        "teacher_kb": _kilobytes(teacher),
        "student_kb": _kilobytes(student),
        "teacher_us": microseconds(AffectModel.load(teacher).outputs, his),
        "student_us": microseconds(AffectModel.load(student).outputs, mine),
    }


def _kilobytes(folder: Path) -> float:
    return (folder / "network.onnx").stat().st_size / 1000


def _show(facts: dict[str, Any]) -> None:
    heads = ["dimension", "concordance with the teacher", "of 8 bits", "same class",
             "8 bits differ by at most"]  # fmt: skip
    table(heads, [_cells(row) for row in facts["agreement"]])
    table(
        ["", "KB", "µs a tick"],
        [
            ["teacher", f"{facts['teacher_kb']:.0f}", f"{facts['teacher_us']:.0f}"],
            [f"student, {facts['parameters']:,} weights", f"{facts['student_kb']:.0f}",
             f"{facts['student_us']:.0f}"],
        ],
    )  # fmt: skip


def _cells(row: dict[str, Any]) -> list[str]:
    same = "–" if row["same_class"] is None else f"{100 * row['same_class']:.0f} %"
    return [row["dimension"], f"{row['ccc_student']:.3f}", f"{row['ccc_small']:.3f}", same,
            f"{row['largest_difference']:.3f}"]  # fmt: skip
