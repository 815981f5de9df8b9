"""DEAP: forty music videos of a minute each, 32 electrodes and eight signals of the body.

32 people watched and rated each video for valence, arousal, dominance and liking on a continuous
scale from 1 to 9. Three editions are published, and the first of them that lies below the root is
read: ``data_preprocessed_python/sNN.dat``, ``data_preprocessed_matlab/sNN.mat`` (both 128 Hz, cut
into clips) and ``data_original/sNN.bdf`` (512 Hz, whole recordings), the last with
``participant_ratings.csv`` beside it.

In all of them the electrodes come in the order of the preprocessed files, and a trial is called
by its video, so that the same trial has the same name in each.

References
----------
Koelstra, Mühl, Soleymani, Lee, Yazdani, Ebrahimi, Pun, Nijholt, Patras (2012), DEAP: A Database
for Emotion Analysis using Physiological Signals, doi:10.1109/T-AFFC.2011.15;
https://www.eecs.qmul.ac.uk/mmv/datasets/deap/readme.html
"""

from collections.abc import Collection, Iterator
from pathlib import Path

from neuroaffect.affect import SAM9, Target
from neuroaffect.corpora.corpus import Corpus, corpus_files
from neuroaffect.corpora.deap_original import original_session
from neuroaffect.corpora.deap_preprocessed import clip_sessions
from neuroaffect.errors import EvaluationError
from neuroaffect.session.labelled import LabelledSession

__all__ = ["DEAP"]

_EDITIONS = (".dat", ".mat", ".bdf")


def _sessions(root: Path, subjects: Collection[str] | None) -> Iterator[LabelledSession]:
    for path in _files(root, subjects):
        if path.suffix == ".bdf":
            yield original_session(path, root)
        else:
            yield from clip_sessions(path)


def _files(root: Path, subjects: Collection[str] | None) -> list[Path]:
    for suffix in _EDITIONS:
        pattern = f"s[0-3][0-9]{suffix}"
        if root.is_dir() and next(root.rglob(pattern), None) is not None:
            return corpus_files(root, pattern, corpus="deap", subjects=subjects, letters=3)
    raise EvaluationError(
        f"corpus 'deap' has none of s01.dat, s01.mat and s01.bdf below '{root}'; "
        "give the folder it was unpacked to"
    )


DEAP = Corpus(
    name="deap",
    targets=tuple(
        Target(dimension=dimension, scale=SAM9, threshold=5.0)
        for dimension in ("valence", "arousal", "dominance")
    ),
    note=(
        "One rating per video of a minute; high is above 5, as most papers have it, so that the "
        "classes of a person may be uneven. Held-out videos give 55 to 62 % on valence in careful "
        "reproductions; a score far above means windows of one video on both sides of a split."
    ),
    citation="Koelstra et al. (2012), doi:10.1109/T-AFFC.2011.15",
    pipeline="deap",
    splits=("leave-trials-out", "leave-subject-out", "leaky"),
    folds=5,
    open=_sessions,
)
