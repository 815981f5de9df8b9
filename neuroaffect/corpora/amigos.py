"""AMIGOS: short and long films, alone and in groups, 14 electrodes of an EPOC, ECG and skin.

The preprocessed edition, ``Data_Preprocessed_PNN.mat`` per person (40): cells ``joined_data`` with
20 films, samples by 17 channels at 128 Hz (14 electrodes, ECG of the right and of the left arm,
skin), ``labels_selfassessment`` with 12 numbers each, of which the first three are arousal,
valence and dominance from 1 to 9, and ``VideoIDs``. The first 5 s of a film come before it. The
authors referenced the EEG to its average and kept 4-45 Hz.

Notes
-----
Known of the files, and what is done: P08, P24 and P28 saw no long film, and P32 rated none, so
cells are empty; other readers skip P09, P12, P21 to P24 and P33 whole for invalid signals. Here a
film without samples, without ratings or with NaN in its EEG is left out; NaN in the other signals
stays.

Films 1 to 16 are the short ones, one sitting, 17 to 20 the long ones, another. When each was shown
is not in the files: two thousand seconds from one to the next stand for it (ours). Scales of ECG
and skin could not be looked up: they have no unit, and skin is of the kind "other", so that nothing
takes it for conductance. Annotations of outsiders (``labels_ext_annotation``) are not read.

References
----------
Miranda-Correa, Abadi, Sebe, Patras (2021), AMIGOS: A Dataset for Affect, Personality and Mood
Research on Individuals and Groups, doi:10.1109/TAFFC.2018.2884461;
https://www.eecs.qmul.ac.uk/mmv/datasets/amigos/readme.html
"""

from collections.abc import Collection, Iterator
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np

from neuroaffect.acquire import Arrays
from neuroaffect.affect import SAM9, Target
from neuroaffect.corpora.corpus import Corpus, files_of
from neuroaffect.corpora.latest import latest
from neuroaffect.corpora.matcells import cells
from neuroaffect.corpora.matfile import read_array
from neuroaffect.errors import EvaluationError
from neuroaffect.session.labelled import LabelledSession, Trial
from neuroaffect.stream import StreamInfo

__all__ = ["AMIGOS", "CHANNELS"]

CHANNELS = (
    "AF3", "F7", "F3", "FC5", "T7", "P7", "O1", "O2", "P8", "T8", "FC6", "F4", "F8", "AF4",
)  # fmt: skip
_LABELS = ("arousal", "valence", "dominance")
_RATE_HZ = 128.0
_BASELINE_S = 5.0
_APART_S = 2000.0  # more than the longest film
_SHORT_FILMS = 16
_ALL = 17  # channels
_STREAMS = (
    (slice(0, 14), StreamInfo(name="eeg", kind="eeg", rate_hz=128.0, channels=CHANNELS, unit="uV")),
    (slice(14, 16), StreamInfo(name="ecg", kind="ecg", rate_hz=128.0, channels=("right", "left"))),
    (slice(16, 17), StreamInfo(name="gsr", kind="other", rate_hz=128.0, channels=("GSR",))),
)


class _Film(NamedTuple):
    samples: np.ndarray  # (samples, 17)
    ratings: dict[str, float]


def _sessions(root: Path, subjects: Collection[str] | None) -> Iterator[LabelledSession]:
    paths = files_of(
        root,
        "Data_Preprocessed_P[0-9][0-9].mat",
        corpus="amigos",
        subjects=subjects,
        subject_of=_subject,
    )
    for path in paths:
        for number, film in _read(path).items():
            start = number * _APART_S
            trial = Trial(
                id=f"film-{number + 1:02d}",
                start=start + _BASELINE_S,
                stop=start + len(film.samples) / _RATE_HZ,
                ratings=film.ratings,
            )
            yield LabelledSession(
                subject=_subject(path),
                session="short films" if number < _SHORT_FILMS else "long films",
                open=partial(_play, path, number),
                trials=(trial,),
                rests=((start, start + _BASELINE_S),),
                files=(path,),
            )


def _subject(path: Path) -> str:
    return path.stem.rpartition("_")[2]


def _play(path: Path, number: int) -> Arrays:
    samples = _read(path)[number].samples
    return Arrays(
        {info.name: (info, samples[:, columns]) for columns, info in _STREAMS},
        start_s=number * _APART_S,
    )


# One person's file serves twenty films, one after the other.
@latest
def _read(path: Path) -> dict[int, _Film]:
    """Return the films that have samples and ratings, by their place in the file."""
    signals, labels = (
        cells(read_array(path, key, corpus="amigos"), path, "films")
        for key in ("joined_data", "labels_selfassessment")
    )
    if len(signals) != len(labels):
        raise EvaluationError(
            f"{path} holds {len(signals)} films and {len(labels)} ratings; as published it is 20 "
            "and 20"
        )
    films = {}
    for number, (samples, numbers) in enumerate(zip(signals, labels, strict=True)):
        ratings = _ratings(path, np.ravel(numbers))
        if samples.size and ratings:
            _check(path, samples)
            if np.isfinite(samples[:, : len(CHANNELS)]).all():
                films[number] = _Film(samples, ratings)
    return films


def _ratings(path: Path, numbers: np.ndarray) -> dict[str, float]:
    """Return the ratings of a film, {} where there are none."""
    if not numbers.size or numbers.dtype.kind not in "iuf":
        return {}
    if numbers.size < len(_LABELS):
        raise EvaluationError(
            f"{path} holds {numbers.size} numbers for a film; as published they are 12, arousal, "
            "valence and dominance first"
        )
    values = numbers[: len(_LABELS)].astype(np.float64)
    if not np.isfinite(values).all():
        return {}
    if not ((values >= SAM9.low) & (values <= SAM9.high)).all():
        raise EvaluationError(f"{path} holds ratings outside the scale from 1 to 9")
    return dict(zip(_LABELS, map(float, values), strict=True))


def _check(path: Path, samples: np.ndarray) -> None:
    if samples.ndim != 2 or samples.shape[1] != _ALL or samples.dtype.kind not in "iuf":
        raise EvaluationError(
            f"{path} holds a film of shape {samples.shape}; as published it is samples by {_ALL} "
            "channels"
        )
    if len(samples) <= _BASELINE_S * _RATE_HZ:
        raise EvaluationError(
            f"{path} holds a film of {len(samples) / _RATE_HZ:.1f} s, of which {_BASELINE_S:g} s "
            "come before it"
        )


AMIGOS = Corpus(
    name="amigos",
    targets=tuple(
        Target(dimension=dimension, scale=SAM9, threshold="median")
        for dimension in ("valence", "arousal", "dominance")
    ),
    note=(
        "One rating per film; high is above the median of the person's training ratings. Long "
        "films were seen alone by some and in groups by others. Models that have not met the "
        "person score 55 to 66 % in careful reproductions, with thresholds of their own."
    ),
    citation="Miranda-Correa et al. (2021), doi:10.1109/TAFFC.2018.2884461",
    pipeline="amigos",
    splits=("leave-trials-out", "leave-subject-out", "leaky"),
    folds=4,
    open=_sessions,
)
