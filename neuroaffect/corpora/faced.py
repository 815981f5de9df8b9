"""FACED: 123 people watched 28 film clips of nine emotions, 30 electrodes and two mastoids.

Read is the folder ``Processed_data``: ``sub000.pkl`` to ``sub122.pkl``, one array (28, 32, 7500)
each, the last 30 s of every clip at 250 Hz, in the order of the clips' numbers. The authors
filtered them to 0.05-47 Hz, took ocular components out and referenced them to the average. What
people rated lies in ``Data/sub000/After_remarks.mat``; where it is below the same root, valence and
arousal are learned as well.

Notes
-----
The pickles are read without running them. The archive was not at hand: names, shapes, electrodes
and the twelve rated items are those which the authors' code and public readers of it agree on. The
authors' pipeline brings all to microvolts, and mne keeps volts: whichever a file holds shows in its
size, since no EEG stays below 0.01 µV and none reaches 10 mV (ours). The clips of a person lie a
minute apart on the session's clock (ours).

References
----------
Chen et al. (2023), A Large Finer-grained Affective Computing EEG Dataset,
Scientific Data 10:740, doi:10.1038/s41597-023-02650-w
"""

from collections.abc import Collection, Iterator, Mapping
from functools import partial
from pathlib import Path

import numpy as np

from neuroaffect.acquire import Arrays
from neuroaffect.affect import RatingScale, Target
from neuroaffect.corpora.corpus import Corpus, corpus_files
from neuroaffect.corpora.matfile import read_array
from neuroaffect.corpora.pickled import read_pickle
from neuroaffect.errors import EvaluationError
from neuroaffect.session.labelled import LabelledSession, Trial
from neuroaffect.stream import StreamInfo

__all__ = ["CHANNELS", "EMOTIONS", "FACED"]

CHANNELS = tuple(
    "Fp1 Fp2 Fz F3 F4 F7 F8 FC1 FC2 FC5 FC6 Cz C3 C4 T7 T8 CP1 CP2 CP5 CP6 Pz P3 P4 P7 P8 "
    "PO3 PO4 Oz O1 O2".split()
)  # the two after them are the mastoids, which carry none of the labels' places
EMOTIONS = (
    "anger", "disgust", "fear", "sadness", "neutral", "amusement", "inspiration", "joy",
    "tenderness",
)  # fmt: skip
_CLIPS_OF = (3, 3, 3, 3, 4, 3, 3, 3, 3)
_EMOTION_OF = np.repeat(np.arange(len(EMOTIONS)), _CLIPS_OF)
_SHAPE = (28, 32, 7500)
_RATE_HZ = 250.0
_LENGTH_S = _SHAPE[2] / _RATE_HZ
_APART_S = 60.0
_LARGEST_VOLTS = 0.01
_SCALE = RatingScale(0.0, 7.0)
_ITEMS = {"arousal": 8, "valence": 9}  # of the twelve rated after each clip
_EMOTION = Target(dimension="emotion", kind="nominal", classes=EMOTIONS)
_RATED = tuple(
    Target(dimension=name, scale=_SCALE, threshold="median") for name in ("valence", "arousal")
)


def _sessions(root: Path, subjects: Collection[str] | None) -> Iterator[LabelledSession]:
    paths = corpus_files(
        root, "sub[0-9][0-9][0-9].pkl", corpus="faced", subjects=subjects, letters=6,
        folder="Processed_data",
    )  # fmt: skip
    for path in paths:
        _array(path)
        remarks = _remarks(root, path.stem)
        rated = {} if remarks is None else _ratings(remarks)
        for clip, emotion in enumerate(_EMOTION_OF):
            trial = Trial(
                id=f"clip-{clip + 1:02d}",
                start=clip * _APART_S,
                stop=clip * _APART_S + _LENGTH_S,
                ratings={"emotion": float(emotion), **rated.get(clip + 1, {})},
            )
            yield LabelledSession(
                subject=path.stem,
                session="films",
                open=partial(_clip, path, clip),
                trials=(trial,),
                whole_trials=True,
                files=(path,) if remarks is None else (path, remarks),
            )


def _clip(path: Path, clip: int) -> Arrays:
    data = _array(path)
    largest = float(np.abs(data[0, :, ::10]).max())
    factor = 1e6 if largest < _LARGEST_VOLTS else 1.0
    info = StreamInfo(name="EEG", kind="eeg", rate_hz=_RATE_HZ, channels=CHANNELS, unit="uV")
    eeg = data[clip, : len(CHANNELS)].T.astype(np.float64) * factor
    return Arrays({"EEG": (info, eeg)}, start_s=clip * _APART_S)


def _array(path: Path) -> np.ndarray:
    """Return the clips of one person; samples are read from the file when they are used."""
    data = read_pickle(path)
    if not isinstance(data, np.ndarray) or data.dtype.kind != "f" or data.shape != _SHAPE:
        held = f"{data.dtype} {data.shape}" if isinstance(data, np.ndarray) else type(data).__name__
        raise EvaluationError(
            f"corpus 'faced': {path} holds {held}; as published it is an array of floats {_SHAPE}, "
            "clips, electrodes and samples"
        )
    return data


def _remarks(root: Path, subject: str) -> Path | None:
    return next(iter(sorted(root.rglob(f"{subject}/After_remarks.mat"))), None)


def _ratings(path: Path) -> Mapping[int, Mapping[str, float]]:
    """Return number of the clip → what was rated after it."""
    remarks = np.ravel(read_array(path, "After_remark", corpus="faced"))
    ratings = {}
    try:
        for remark in remarks:
            scores, clip = np.ravel(remark["score"]), int(np.ravel(remark["vid"])[0])
            ratings[clip] = {name: float(scores[item]) for name, item in _ITEMS.items()}
        numbers = [value for rated in ratings.values() for value in rated.values()]
    except (LookupError, TypeError, ValueError) as error:
        raise EvaluationError(
            f"corpus 'faced': {path} has no scores and video numbers in 'After_remark': {error}"
        ) from None
    if not all(_SCALE.low <= value <= _SCALE.high for value in numbers):
        raise EvaluationError(f"corpus 'faced': {path} holds ratings outside the scale from 0 to 7")
    return ratings


def _targets(root: Path) -> tuple[Target, ...]:
    is_rated = next(root.rglob("sub[0-9][0-9][0-9]/After_remarks.mat"), None) is not None
    return (_EMOTION, *_RATED) if is_rated else (_EMOTION,)


FACED = Corpus(
    name="faced",
    targets=(_EMOTION, *_RATED),
    targets_of=_targets,
    note=(
        "The emotion is the one the clip was chosen for; valence and arousal, where they are "
        "known, are what the person rated, high above the median of the training ratings. People "
        "left out saw the same 28 clips as those in training."
    ),
    citation="Chen et al. (2023), doi:10.1038/s41597-023-02650-w",
    pipeline="eeg-clips",
    splits=("leave-subject-out", "leave-trials-out", "leaky"),
    folds=3,
    open=_sessions,
)
