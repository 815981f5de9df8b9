"""CASE: films rated with a joystick while they run, eight signals of the body, no EEG.

Thirty people moved a joystick over the plane of valence and arousal (0.5 to 9.5 each, 20 times a
second) during eight films of one to three minutes, two each to amuse, bore, relax and scare, in
an order of their own, with two minutes of blue screen between. The interpolated edition is read:
``data/interpolated/annotations/sub_N.csv`` (jstime, valence, arousal, video) and
``data/interpolated/physiological/sub_N.csv`` (daqtime, ecg, bvp, gsr, rsp, skt, emg_zygo,
emg_coru, emg_trap, video; 1000 Hz), times in ms on one clock.

Notes
-----
A trial is a film, 1 to 8; its ratings are courses, and beside them their means over the film, as
models without a sense of time need one number (ours). The joystick lags what is felt by the time
it takes to feel and to move; nothing is shifted here. What is shown between the films (blue
screens, the first and the last clip) is marked as rest; their numbers could not be looked up, so
every number outside 1 to 8 counts as that.

The first seconds of a film are often still the resting place of the joystick: the mean holds them.

References
----------
Sharma, Castellini, van den Broek, Albu-Schaeffer, Schwenker (2019), A dataset of continuous affect
annotations and physiological signals for emotion analysis, doi:10.1038/s41597-019-0209-0
"""

from collections.abc import Collection, Iterator
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np

from neuroaffect.acquire import Arrays
from neuroaffect.affect import RatingScale, Target
from neuroaffect.corpora.columns import read_columns
from neuroaffect.corpora.corpus import Corpus, files_of
from neuroaffect.errors import EvaluationError
from neuroaffect.session.labelled import Course, LabelledSession, Trial
from neuroaffect.stream import StreamInfo

__all__ = ["CASE", "FILMS"]

FILMS = range(1, 9)
_SCALE = RatingScale(0.5, 9.5)
_RATE_HZ = 1000.0
_LEAST_REST_S = 1.0


class _Signal(NamedTuple):
    kind: str
    channels: tuple[str, ...]
    unit: str
    factor: float = 1.0


_SIGNALS = (
    _Signal("ecg", ("ecg",), "uV", 1e3),
    _Signal("ppg", ("bvp",), "%"),
    _Signal("eda", ("gsr",), "uS"),
    _Signal("resp", ("rsp",), "%"),
    _Signal("temp", ("skt",), "degC"),
    _Signal("emg", ("emg_zygo", "emg_coru", "emg_trap"), "uV"),
)


def _sessions(root: Path, subjects: Collection[str] | None) -> Iterator[LabelledSession]:
    paths = files_of(
        root,
        "interpolated/annotations/sub_[0-9]*.csv",
        corpus="case",
        subjects=subjects,
        subject_of=lambda path: path.stem,
    )
    for path in sorted(paths, key=lambda path: (len(path.stem), path.stem)):
        signals = path.parent.with_name("physiological") / path.name
        if not signals.is_file():
            raise EvaluationError(f"corpus 'case' has annotations but no signals '{signals}'")
        rows = _annotations(path)
        yield LabelledSession(
            subject=path.stem,
            session="visit",
            open=partial(_play, signals),
            trials=_trials(path, *rows),
            rests=_rests(*rows),
            files=(path, signals),
        )


def _annotations(path: Path) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return times in seconds, (n,), valence and arousal, (n, 2), and the film shown, (n,)."""
    rows = read_columns(path, ("jstime", "valence", "arousal", "video"), corpus="case")
    times, values, films = rows[:, 0] / 1e3, rows[:, 1:3], rows[:, 3]
    if not (np.diff(times) > 0).all():
        raise EvaluationError(f"{path} has times that do not rise")
    rated = values[np.isin(films, FILMS)]
    if not ((rated >= _SCALE.low) & (rated <= _SCALE.high)).all():
        raise EvaluationError(
            f"{path} holds ratings outside the scale from 0.5 to 9.5; the raw edition has them in "
            "steps of the joystick, the interpolated one is read here"
        )
    return times, values, films


def _stretches(times: np.ndarray, films: np.ndarray) -> Iterator[tuple[int, int, float, float]]:
    """Yield (first, stop) rows and (start, end) seconds of each stretch of one film."""
    borders = np.flatnonzero(np.diff(films) != 0) + 1
    for first, stop in zip([0, *borders], [*borders, len(films)], strict=True):
        # A value holds until the next, the last one until the end of its recording.
        yield int(first), int(stop), float(times[first]), float(times[min(stop, len(times) - 1)])


def _trials(
    path: Path, times: np.ndarray, values: np.ndarray, films: np.ndarray
) -> tuple[Trial, ...]:
    trials = []
    for first, stop, start, end in _stretches(times, films):
        if films[first] in FILMS and end > start:
            columns = dict(zip(("valence", "arousal"), values[first:stop].T, strict=True))
            trial = Trial(
                id=f"film-{int(films[first])}",
                start=start,
                stop=end,
                ratings={dimension: float(x.mean()) for dimension, x in columns.items()},
                courses={
                    dimension: Course(times=times[first:stop], values=x)
                    for dimension, x in columns.items()
                },
            )
            trials.append(trial)
    if not trials or len({trial.id for trial in trials}) != len(trials):
        raise EvaluationError(
            f"{path} shows {len(trials)} films, some of them twice or none at all; as published "
            "each of 1 to 8 is shown once"
        )
    return tuple(trials)


def _rests(times: np.ndarray, _: np.ndarray, films: np.ndarray) -> tuple[tuple[float, float], ...]:
    return tuple(
        (start, end)
        for first, _, start, end in _stretches(times, films)
        if films[first] not in FILMS and end - start >= _LEAST_REST_S
    )


def _play(path: Path) -> Arrays:
    names = [channel for signal in _SIGNALS for channel in signal.channels]
    rows = read_columns(path, ("daqtime", *names), corpus="case")
    times = rows[:, 0] / 1e3
    lasts = float(times[-1] - times[0])
    if abs(lasts * _RATE_HZ - (len(rows) - 1)) > _RATE_HZ or not (np.diff(times) > 0).all():
        raise EvaluationError(
            f"{path} has {len(rows)} rows for {lasts:.1f} s; the interpolated edition has 1000 "
            "for each"
        )
    streams = {}
    for signal in _SIGNALS:
        columns = [1 + names.index(channel) for channel in signal.channels]
        info = StreamInfo(
            name=signal.kind,
            kind=signal.kind,
            rate_hz=_RATE_HZ,
            channels=signal.channels,
            unit=signal.unit,
        )
        streams[signal.kind] = (info, rows[:, columns] * signal.factor)
    return Arrays(streams, start_s=float(times[0]))


CASE = Corpus(
    name="case",
    targets=tuple(
        Target(dimension=dimension, kind="continuous", scale=_SCALE)
        for dimension in ("valence", "arousal")
    ),
    note=(
        "Ratings move with the film; a trial's number is their mean. Everybody saw the same eight "
        "films, so people left out were trained for on the same films: what is learned may be the "
        "film. Two films per kind are few for leaving films out."
    ),
    citation="Sharma et al. (2019), doi:10.1038/s41597-019-0209-0",
    pipeline="case",
    splits=("leave-subject-out", "leave-trials-out", "leaky-across-subjects"),
    folds=4,
    open=_sessions,
)
