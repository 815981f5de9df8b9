"""SEED-IV: 15 people, three sessions of 24 film clips each, 62 electrodes.

Read is the folder ``eeg_raw_data``: one folder per session, ``1``, ``2`` and ``3``, with a file
``1_20160518.mat`` (person, date) per person. The authors brought the recordings to 200 Hz and cut
out the films. Labels are printed in the data set's ReadMe.txt, not stored: neutral 0, sad 1,
fear 2, happy 3, in an order of their own in each session.

Notes
-----
The archive was not at hand: names, shapes, keys and labels are those which public readers of it
agree on; that values are microvolts is stated nowhere.

References
----------
Zheng, Liu, Lu, Lu, Cichocki (2019), EmotionMeter: A Multimodal Framework for Recognizing Human
Emotions, doi:10.1109/TCYB.2018.2797176
"""

from collections.abc import Collection, Iterator
from pathlib import Path

from neuroaffect.affect import Target
from neuroaffect.corpora.corpus import Corpus, files_of
from neuroaffect.corpora.seed_files import film_sessions
from neuroaffect.errors import EvaluationError
from neuroaffect.session.labelled import LabelledSession

__all__ = ["LABELS", "SEED_IV"]

LABELS = {
    "1": (1, 2, 3, 0, 2, 0, 0, 1, 0, 1, 2, 1, 1, 1, 2, 3, 2, 2, 3, 3, 0, 3, 0, 3),
    "2": (2, 1, 3, 0, 0, 2, 0, 2, 3, 3, 2, 3, 2, 0, 1, 1, 2, 1, 0, 3, 0, 1, 3, 1),
    "3": (1, 2, 2, 1, 3, 3, 3, 1, 1, 2, 1, 0, 2, 3, 3, 0, 2, 3, 0, 0, 2, 0, 1, 0),
}


def _sessions(root: Path, subjects: Collection[str] | None) -> Iterator[LabelledSession]:
    paths = files_of(
        root,
        "[123]/[0-9]*_[0-9]*.mat",
        corpus="seed-iv",
        subjects=subjects,
        subject_of=_subject,
        folder="eeg_raw_data",
    )
    for path in sorted(paths, key=_place):
        session = path.parent.name
        yield from film_sessions(
            path,
            corpus="seed-iv",
            subject=_subject(path),
            session=f"session-{session}",
            dimension="emotion",
            ratings=LABELS[session],
        )


def _subject(path: Path) -> str:
    return path.name.partition("_")[0]


def _place(path: Path) -> tuple[int, str]:
    if not _subject(path).isdigit():
        raise EvaluationError(
            f"corpus 'seed-iv': {path} is not named as 1_20160518.mat, person and date"
        )
    return int(_subject(path)), path.parent.name


SEED_IV = Corpus(
    name="seed-iv",
    targets=(
        Target(dimension="emotion", kind="nominal", classes=("neutral", "sad", "fear", "happy")),
    ),
    note=(
        "The label is the film's, not what the person said. Each session shows other films, so "
        "leaving a session out tests another day and new films; people left out saw the same "
        "films as those in training."
    ),
    citation="Zheng et al. (2019), doi:10.1109/TCYB.2018.2797176",
    pipeline="eeg-clips",
    splits=("leave-session-out", "leave-subject-out", "leave-trials-out", "leaky"),
    folds=6,
    open=_sessions,
)
