"""A public data set: what it labels, what that is worth, and how to get at its sessions."""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from neuroaffect.affect import Target
from neuroaffect.errors import EvaluationError
from neuroaffect.session.labelled import LabelledSession

__all__ = ["Corpus", "chosen", "corpus_files", "files_of"]


@dataclass(frozen=True, kw_only=True)
class Corpus:
    """A data set that somebody has on disk; nothing is ever downloaded.

    Parameters
    ----------
    name : str
        As in ``evaluate --corpus NAME``.
    targets : tuple of Target
        What its labels allow to learn; empty where that is the pipeline's to say.
    note : str
        What a score on it means and what it does not; printed beside every score.
    citation : str
    pipeline : str
        Name of the pipeline file made for it.
    splits : tuple of str
        Ways of splitting that make sense on it, the honest ones first.
    folds : int
        For the splits that have a choice.
    open : callable
        (root, subjects) → its sessions; use :meth:`sessions`.
    targets_of : callable, optional
        root → what the labels of this copy allow to learn, where copies differ; use
        :meth:`targets_at`.
    """

    name: str
    targets: tuple[Target, ...]
    note: str
    citation: str
    pipeline: str
    splits: tuple[str, ...]
    folds: int
    open: Callable[[Path, Collection[str] | None], Iterator[LabelledSession]]
    targets_of: Callable[[Path], tuple[Target, ...]] | None = None

    def targets_at(self, root: Path | str) -> tuple[Target, ...]:
        """Return what the labels of the copy in this folder allow to learn.

        Raises
        ------
        EvaluationError
            If that depends on files which are missing or wrong.
        """
        return self.targets if self.targets_of is None else self.targets_of(Path(root))

    def sessions(
        self, root: Path | str, *, subjects: Collection[str] | None = None
    ) -> Iterator[LabelledSession]:
        """Yield the data set's sessions, one person after the other.

        Parameters
        ----------
        root : Path or str
            The folder it was unpacked to; files are found below it.
        subjects : collection of str, optional
            Only these people.

        Raises
        ------
        EvaluationError
            If files are missing, laid out otherwise than published, or none is labelled.
        """
        session = None
        for session in self.open(Path(root), subjects):
            yield session
        if session is None:
            raise EvaluationError(f"corpus '{self.name}' has no labelled session below '{root}'")


def corpus_files(
    root: Path,
    pattern: str,
    *,
    corpus: str,
    subjects: Collection[str] | None,
    letters: int,
    folder: str = "",
) -> list[Path]:
    """Return a data set's files below a folder, sorted, at least one.

    Parameters
    ----------
    root : Path
    pattern : str
        Shell pattern of the file names.
    corpus : str
        Name of the data set, for the error.
    subjects : collection of str or None
        Only files whose name begins with one of these.
    letters : int
        How many letters of a file's name are the subject.
    folder : str
        Only files in a folder of this name, where others have files named alike.

    Raises
    ------
    EvaluationError
        If there is no such file, or none of a subject asked for.
    """
    return files_of(
        root,
        pattern,
        corpus=corpus,
        subjects=subjects,
        subject_of=lambda path: path.name[:letters],
        folder=folder,
    )


def files_of(
    root: Path,
    pattern: str,
    *,
    corpus: str,
    subjects: Collection[str] | None,
    subject_of: Callable[[Path], str],
    folder: str = "",
) -> list[Path]:
    """Return a data set's files below a folder, sorted, where `subject_of` tells whose each is.

    With `folder`, only those in folders of this name; the root may be that folder itself.

    Raises
    ------
    EvaluationError
        If there is no such file, or none of a subject asked for.
    """
    if folder and root.name != folder:
        pattern = f"{folder}/{pattern}"
    found = sorted(root.rglob(pattern)) if root.is_dir() else []
    if not found:
        raise EvaluationError(
            f"corpus '{corpus}' has no file {pattern} below '{root}'; "
            "give the folder it was unpacked to"
        )
    return chosen(found, root, corpus=corpus, subjects=subjects, subject_of=subject_of)


def chosen(
    found: list[Path],
    root: Path,
    *,
    corpus: str,
    subjects: Collection[str] | None,
    subject_of: Callable[[Path], str],
) -> list[Path]:
    """Return those of a data set's files that are of the subjects asked for; None is all of them.

    Raises
    ------
    EvaluationError
        If there is none of a subject asked for.
    """
    people = {subject_of(path) for path in found}
    if unknown := sorted(set(subjects or ()) - people):
        raise EvaluationError(
            f"corpus '{corpus}' has no subject '{unknown[0]}' below '{root}'; "
            f"it has {', '.join(sorted(people))}"
        )
    return [path for path in found if subjects is None or subject_of(path) in subjects]
