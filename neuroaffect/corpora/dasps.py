"""DASPS: anxiety elicited by recited and imagined situations, 14 electrodes of an Emotiv EPOC.

Each participant lived through six situations; each was recited by a therapist for 15 s, then
imagined for 15 s, then rated once on the self-assessment manikin. The authors filtered the clips
to 4-45 Hz, cleaned and cut them.

References
----------
Baghdadi, Aribi, Fourati, Halouani, Siarry, Alimi (2019), DASPS: A Database for Anxious States
based on a Psychological Stimulation, arXiv:1901.02942
"""

from collections.abc import Collection, Iterator
from functools import partial
from pathlib import Path

import numpy as np

from neuroaffect.acquire import Arrays
from neuroaffect.affect import SAM9, Target
from neuroaffect.corpora.corpus import Corpus, corpus_files
from neuroaffect.errors import EvaluationError
from neuroaffect.session.labelled import LabelledSession, Trial
from neuroaffect.stream import StreamInfo

__all__ = ["CHANNELS", "DASPS"]

CHANNELS = (
    "AF3", "F7", "F3", "FC5", "T7", "P7", "O1", "O2", "P8", "T8", "FC6", "F4", "F8", "AF4",
)  # fmt: skip
_RATE_HZ = 128.0
_CLIPS = 12
_SAMPLES = 1920


def _sessions(root: Path, subjects: Collection[str] | None) -> Iterator[LabelledSession]:
    paths = corpus_files(root, "S[0-9][0-9].mat", corpus="dasps", subjects=subjects, letters=3)
    for path in paths:
        _, ratings = _read(path)
        for clip in range(_CLIPS):
            valence, arousal = (float(v) for v in ratings[:, clip])
            trial = Trial(
                # Recited and imagined share one rating, and so are one trial.
                id=f"situation-{clip // 2 + 1}",
                start=0.0,
                stop=_SAMPLES / _RATE_HZ,
                ratings={"valence": valence, "arousal": arousal},
            )
            yield LabelledSession(
                subject=path.stem,
                session=f"clip-{clip + 1:02d}",
                open=partial(_clip, path, clip),
                trials=(trial,),
                whole_trials=True,
                files=(path,),
            )


def _clip(path: Path, clip: int) -> Arrays:
    data, _ = _read(path)
    info = StreamInfo(name="EPOC", kind="eeg", rate_hz=_RATE_HZ, channels=CHANNELS, unit="uV")
    return Arrays({"EPOC": (info, data[clip].astype(np.float64))})


def _read(path: Path) -> tuple[np.ndarray, np.ndarray]:
    """Return the clips (12, 1920, 14) in µV and the ratings (2, 12), valence first."""
    import h5py

    try:
        with h5py.File(path, "r") as file:
            data, ratings = (np.asarray(file[name]) for name in ("data", "labels"))
    except (OSError, KeyError) as error:
        raise EvaluationError(
            f"{path} is not a MATLAB v7.3 file with 'data' and 'labels': {error}"
        ) from None
    if data.shape != (_CLIPS, _SAMPLES, len(CHANNELS)) or ratings.shape != (2, _CLIPS):
        raise EvaluationError(
            f"{path} holds data {data.shape} and labels {ratings.shape}; as published they are "
            f"({_CLIPS}, {_SAMPLES}, {len(CHANNELS)}) and (2, {_CLIPS})"
        )
    if not ((ratings >= SAM9.low) & (ratings <= SAM9.high)).all():
        raise EvaluationError(f"{path} holds ratings outside the nine-point scale from 1 to 9")
    return data, ratings


DASPS = Corpus(
    name="dasps",
    targets=tuple(
        Target(dimension=dimension, scale=SAM9, threshold="median")
        for dimension in ("valence", "arousal")
    ),
    note=(
        "Six ratings per person; high is above the median of the person's training ratings. "
        "Plain baselines find no signal here: a score near .8 means that windows of one trial "
        "were on both sides of a split."
    ),
    citation="Baghdadi et al. (2019), arXiv:1901.02942",
    pipeline="dasps",
    splits=("leave-trials-out", "leaky"),
    folds=3,
    open=_sessions,
)
