"""SEED: 15 people watched 15 film clips on three days, 62 electrodes.

Read is the folder ``Preprocessed_EEG``: ``1_20131027.mat`` (person, date), 45 such files, and
``label.mat`` with −1, 0 or 1 for each film. The authors brought the recordings to 200 Hz, filtered
them to 0-75 Hz and cut out the films.

Notes
-----
Sessions are numbered by their dates. The order of electrodes is that of ``channel-order.xlsx``. The
archive was not at hand: names, shapes and keys are those which public readers of it agree on; that
values are microvolts is stated nowhere.

References
----------
Zheng, Lu (2015), Investigating Critical Frequency Bands and Channels for EEG-Based Emotion
Recognition with Deep Neural Networks, doi:10.1109/TAMD.2015.2431497
"""

import re
from collections.abc import Collection, Iterator
from pathlib import Path

import numpy as np

from neuroaffect.affect import Target
from neuroaffect.corpora.corpus import Corpus, files_of
from neuroaffect.corpora.matfile import read_array
from neuroaffect.corpora.seed_files import film_sessions
from neuroaffect.errors import EvaluationError
from neuroaffect.session.labelled import LabelledSession

__all__ = ["SEED"]

_FILMS = 15
_NAME = re.compile(r"(\d+)_(\d{8})\.mat")


def _sessions(root: Path, subjects: Collection[str] | None) -> Iterator[LabelledSession]:
    paths = files_of(
        root,
        "[0-9]*_[0-9]*.mat",
        corpus="seed",
        subjects=subjects,
        subject_of=_subject,
        folder="Preprocessed_EEG",
    )
    visits: dict[str, list[Path]] = {}
    for path in sorted(paths, key=_place):
        visits.setdefault(_subject(path), []).append(path)
    for subject, files in visits.items():
        for number, path in enumerate(files, start=1):
            labels = path.with_name("label.mat")
            yield from film_sessions(
                path,
                corpus="seed",
                subject=subject,
                session=f"session-{number}",
                dimension="valence",
                ratings=_labels(labels) + 1.0,
                files=(labels,),
            )


def _subject(path: Path) -> str:
    return path.name.partition("_")[0]


def _place(path: Path) -> tuple[int, int]:
    found = _NAME.fullmatch(path.name)
    if found is None:
        raise EvaluationError(
            f"corpus 'seed': {path} is not named as 1_20131027.mat, person and date"
        )
    return int(found[1]), int(found[2])


def _labels(path: Path) -> np.ndarray:
    """Return −1, 0 or 1 of each film, (15,)."""
    if not path.is_file():
        raise EvaluationError(
            f"corpus 'seed' has no {path}; it lies beside the recordings in Preprocessed_EEG"
        )
    labels = np.ravel(read_array(path, "label", corpus="seed"))
    if len(labels) != _FILMS or not np.isin(labels, (-1, 0, 1)).all():
        raise EvaluationError(
            f"corpus 'seed': {path} holds {len(labels)} labels; "
            f"as published they are {_FILMS} of -1, 0 and 1"
        )
    return labels.astype(np.float64)


SEED = Corpus(
    name="seed",
    targets=(
        Target(dimension="valence", kind="ordinal", classes=("negative", "neutral", "positive")),
    ),
    note=(
        "The label is the film's, not what the person said. All three sessions show the same "
        "films: leaving a session out tests another day, and leaving a person out another head, "
        "but neither tests new films."
    ),
    citation="Zheng, Lu (2015), doi:10.1109/TAMD.2015.2431497",
    pipeline="eeg-clips",
    splits=("leave-subject-out", "leave-session-out", "leave-trials-out", "leaky"),
    folds=5,
    open=_sessions,
)
