"""DREAMER: eighteen film clips, 14 electrodes of an Emotiv EPOC and an ECG.

``DREAMER.mat`` is one structure: ``Data`` has a cell per person (23), and in it EEG (128 Hz, 14
electrodes) and ECG (256 Hz, two leads), each with the cells ``baseline`` (a neutral clip before
each film, 61 s) and ``stimuli`` (the film, 65 to 393 s), samples by channels; ``ScoreValence``,
``ScoreArousal`` and ``ScoreDominance`` are ratings of 1 to 5 per film.

Notes
-----
A film is rated once, after its end, so the trial is its last 60 s, as in the authors' paper and
most since. Baseline and film are one recording with a gap between, whose length is not published:
one second stands for it, and filters start anew behind it, as they do after any loss. The baseline
is marked as rest. The films of a person are one sitting; when each was shown is not published
either, and a thousand seconds from one to the next stand for it (ours).

The EEG is raw, with the offset of about 4200 µV that the headset sends. The unit of the ECG could
not be looked up, so it has none here. All people are in one file, which is read once for all of
them (about 2 GB in memory by its shapes); each is let go with its last session.

References
----------
Katsigiannis, Ramzan (2018), DREAMER: A Database for Emotion Recognition Through EEG and ECG Signals
From Wireless Low-cost Off-the-Shelf Devices, doi:10.1109/JBHI.2017.2688239
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from neuroaffect.acquire.arrays import Arrays, Piece
from neuroaffect.affect import RatingScale, Target
from neuroaffect.corpora.corpus import Corpus, files_of
from neuroaffect.corpora.matcells import cells, field
from neuroaffect.corpora.matfile import read_array
from neuroaffect.errors import EvaluationError
from neuroaffect.session.labelled import LabelledSession, Trial
from neuroaffect.stream import StreamInfo

__all__ = ["CHANNELS", "DREAMER"]

CHANNELS = (
    "AF3", "F7", "F3", "FC5", "T7", "P7", "O1", "O2", "P8", "T8", "FC6", "F4", "F8", "AF4",
)  # fmt: skip
_SCORES = {"valence": "ScoreValence", "arousal": "ScoreArousal", "dominance": "ScoreDominance"}
_SCALE = RatingScale(1.0, 5.0)
_LAST_S = 60.0
_GAP_S = 1.0
_APART_S = 1000.0  # more than a baseline and the longest film
_STREAMS = {
    "EEG": StreamInfo(name="eeg", kind="eeg", rate_hz=128.0, channels=CHANNELS, unit="uV"),
    "ECG": StreamInfo(name="ecg", kind="ecg", rate_hz=256.0, channels=("ECG1", "ECG2")),
}


@dataclass(frozen=True, eq=False, kw_only=True)
class _Film:
    """Baseline and film of each stream, in samples by channels, and when they begin."""

    start_s: float
    baseline: dict[str, np.ndarray]
    stimulus: dict[str, np.ndarray]

    @property
    def baseline_s(self) -> float:
        return max(len(self.baseline[key]) / info.rate_hz for key, info in _STREAMS.items())

    @property
    def film_start_s(self) -> float:
        return self.start_s + self.baseline_s + _GAP_S

    @property
    def film_stop_s(self) -> float:
        """Where the shorter of the two ends."""
        lasts = min(len(self.stimulus[key]) / info.rate_hz for key, info in _STREAMS.items())
        return self.film_start_s + lasts

    def play(self) -> Arrays:
        return Arrays(
            {
                info.name: (
                    info,
                    [
                        Piece(self.start_s, self.baseline[key]),
                        Piece(self.film_start_s, self.stimulus[key]),
                    ],
                )
                for key, info in _STREAMS.items()
            }
        )


def _sessions(root: Path, subjects: Collection[str] | None) -> Iterator[LabelledSession]:
    (path, *_) = files_of(
        root, "DREAMER.mat", corpus="dreamer", subjects=None, subject_of=lambda path: path.stem
    )
    whole = field(read_array(path, "DREAMER", corpus="dreamer"), "Data", path)
    people = cells(whole, path, "people")
    known = [f"P{number:02d}" for number in range(1, len(people) + 1)]
    if unknown := sorted(set(subjects or ()) - set(known)):
        raise EvaluationError(
            f"corpus 'dreamer' has no subject '{unknown[0]}' in '{path}'; it has {', '.join(known)}"
        )
    del whole
    for name in known:
        person = people.pop(0)
        if subjects is None or name in subjects:
            yield from _films(path, name, person)


def _films(path: Path, subject: str, person: np.ndarray) -> Iterator[LabelledSession]:
    found = {key: field(person, key, path) for key in _STREAMS}
    parts = {
        part: {key: cells(field(found[key], part, path), path, "films") for key in _STREAMS}
        for part in ("baseline", "stimuli")
    }
    scores = {d: np.ravel(field(person, name, path)) for d, name in _SCORES.items()}
    counts = {len(films) for part in parts.values() for films in part.values()}
    counts |= {len(values) for values in scores.values()}
    if len(counts) != 1 or not all(values.dtype.kind in "iuf" for values in scores.values()):
        raise EvaluationError(
            f"{path} has films without a baseline or a rating for {subject}; as published it is "
            "18 of each"
        )
    for number in range(counts.pop()):
        film = _Film(
            start_s=number * _APART_S,
            baseline={k: _checked(path, f, number, k) for k, f in parts["baseline"].items()},
            stimulus={k: _checked(path, f, number, k) for k, f in parts["stimuli"].items()},
        )
        ratings = {dimension: float(values[number]) for dimension, values in scores.items()}
        yield _session(path, subject, number, film, ratings)


def _session(
    path: Path, subject: str, number: int, film: _Film, ratings: dict[str, float]
) -> LabelledSession:
    if not all(_SCALE.low <= rating <= _SCALE.high for rating in ratings.values()):
        raise EvaluationError(f"{path} holds ratings outside the scale from 1 to 5")
    trial = Trial(
        id=f"film-{number + 1:02d}",
        start=max(film.film_start_s, film.film_stop_s - _LAST_S),
        stop=film.film_stop_s,
        ratings=ratings,
    )
    return LabelledSession(
        subject=subject,
        session="visit",
        open=partial(_Film.play, film),
        trials=(trial,),
        rests=((film.start_s, film.start_s + film.baseline_s),),
        files=(path,),
    )


def _checked(path: Path, films: list[np.ndarray], number: int, key: str) -> np.ndarray:
    info, samples = _STREAMS[key], films[number]
    if (
        samples.ndim != 2
        or samples.dtype.kind not in "iuf"
        or samples.shape[1] != len(info.channels)
        or len(samples) < info.rate_hz
    ):
        raise EvaluationError(
            f"{path} holds {key} of shape {samples.shape} for a film; as published it is samples "
            f"by {len(info.channels)}"
        )
    return samples


DREAMER = Corpus(
    name="dreamer",
    targets=tuple(
        Target(dimension=dimension, scale=_SCALE, threshold=3.0)
        for dimension in ("valence", "arousal", "dominance")
    ),
    note=(
        "One rating of 1 to 5 per film, high is above 3; its last 60 s are used. Models that know "
        "no film of a person score 48 to 60 % in careful reproductions. Papers near 99 % have "
        "windows of one film on both sides of a split."
    ),
    citation="Katsigiannis, Ramzan (2018), doi:10.1109/JBHI.2017.2688239",
    pipeline="dreamer",
    splits=("leave-trials-out", "leave-subject-out", "leaky"),
    folds=6,
    open=_sessions,
)
