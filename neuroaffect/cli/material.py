"""What ``evaluate`` and ``explore`` work on: recordings of one person, or a public data set."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from neuroaffect.cli.output import note
from neuroaffect.cli.scores import labelled
from neuroaffect.corpora import NAMES

if TYPE_CHECKING:
    from neuroaffect.affect import Target
    from neuroaffect.pipeline import Pipeline
    from neuroaffect.session.labelled import LabelledSession

__all__ = ["CorpusName", "Files", "Material", "PipelineOf", "Root", "Subjects", "material_of",
           "networks_for", "versions_of"]  # fmt: skip

Files = Annotated[list[Path] | None, typer.Argument(metavar="[SESSION]...", help="Of one person.")]
CorpusName = Annotated[str | None, typer.Option(help=f"A public data set: {', '.join(NAMES)}.")]
Root = Annotated[Path | None, typer.Option(help="The folder it was unpacked to.")]
Subjects = Annotated[
    list[str] | None, typer.Option("--subject", help="Only this person; repeatable.")
]
PipelineOf = Annotated[
    str | None, typer.Option("--pipeline", "-p", help="Name or file; a corpus brings its own.")
]


@dataclass(frozen=True, kw_only=True)
class Material:
    """What is worked on, and what it asks for."""

    name: str
    sessions: Iterable["LabelledSession"]
    pipeline: "Pipeline"
    targets: Sequence["Target"]
    models: Sequence[str]
    splits: Sequence[str] = ()
    folds: int | None = None
    note: str = ""
    citation: str = ""


def material_of(
    files: list[Path],
    corpus: str | None,
    root: Path | None,
    subjects: list[str] | None,
    pipeline: str | None,
) -> Material:
    """Return the recordings given, or the corpus named; either, not both."""
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
    return Material(
        name=files[0].stem if len(files) == 1 else f"{files[0].stem} and {len(files) - 1} more",
        sessions=labelled(files, declared),
        pipeline=declared,
        targets=declared.labels.targets,
        models=list(dict.fromkeys([declared.network.name, "logistic"])),
    )


def _of_corpus(name: str, root: Path, subjects: list[str] | None, pipeline: str | None) -> Material:
    from neuroaffect.catalog import load_pipeline
    from neuroaffect.corpora import corpus_of

    corpus = corpus_of(name)
    declared = load_pipeline(pipeline or corpus.pipeline)
    targets = corpus.targets_at(root) or declared.labels.targets
    if pipeline is not None and set(declared.labels.targets) - set(targets):
        note(
            f"corpus '{name}' is learned by its own targets ({_told(targets)}), not by those of "
            f"pipeline '{declared.name}' ({_told(declared.labels.targets)})"
        )
    return Material(
        name=corpus.name,
        sessions=corpus.sessions(root, subjects=subjects),
        pipeline=declared,
        targets=targets,
        models=networks_for(declared),
        splits=corpus.splits,
        folds=corpus.folds,
        note=corpus.note,
        citation=corpus.citation,
    )


def _told(targets: Sequence["Target"]) -> str:
    return ", ".join(
        " ".join(str(word) for word in (target.kind, target.dimension, target.threshold) if word)
        for target in targets
    )


def networks_for(pipeline: "Pipeline") -> list[str]:
    """Return the networks that can work on what the pipeline's own network reads."""
    from neuroaffect.models import NETWORKS

    reads, places = NETWORKS[pipeline.network.name].reads, pipeline.network.places
    electrodes = len(places) == 1 and pipeline.tracks[places[0].partition(".")[0]].kind == "eeg"
    return [
        name
        for name, options in NETWORKS.items()
        if options.reads == reads and (electrodes or not options.needs_electrodes)
    ]


def versions_of(*names: str) -> dict[str, str]:
    """Return the versions of those that are installed."""
    from neuroaffect.training.data.cache import version_of

    return {name: found for name in names if (found := version_of(name))}
