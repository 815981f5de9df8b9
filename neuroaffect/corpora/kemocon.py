"""K-EmoCon: debates of two people, a wristband on each, feelings rated every five seconds.

Pairs debated for about ten minutes; afterwards each watched the recording and rated the own
arousal and valence, 1 to 5, for every five seconds. Three parts of the data set are read:
``e4_data/N/E4_{EDA,BVP,TEMP,ACC}.csv`` (timestamp in ms of UNIX time, value or x, y, z),
``emotion_annotations/self_annotations/PN.self.csv`` (seconds, arousal, valence, …) and
``metadata/subjects.csv`` (pid, initTime, startTime, endTime).

Notes
-----
Whose parts are not all there is left out (21 of 32 people are complete). Files of P31 and P32 hold
two wristbands; that of the authors' own reading is taken. `seconds` is the end of its five
seconds, counted from the start of the debate; annotations longer than the debate lose their first
ones, as in the authors' reading.

A debate is no series of stimuli. A trial is a minute of it (ours), with the mean of its ratings
beside their courses; minutes of one debate are close to each other and to the partner's. The two
minutes after initTime are the authors' baseline and marked as rest. The headband and the heart
belt of the data set are not read.

References
----------
Park, Cha, Kang, Kim, Khandoker, Hadjileontiadis, Oh, Jeong, Lee (2020), K-EmoCon, a multimodal
sensor dataset for continuous emotion recognition in naturalistic conversations,
doi:10.1038/s41597-020-00630-y; the authors' reading:
https://github.com/cheulyop/K-EmoCon_SupplementaryCodes
"""

import csv
from collections.abc import Collection, Iterator
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np

from neuroaffect.acquire.arrays import Arrays, Piece
from neuroaffect.affect import RatingScale, Target
from neuroaffect.corpora.columns import read_columns
from neuroaffect.corpora.corpus import Corpus, files_of
from neuroaffect.errors import EvaluationError
from neuroaffect.session.labelled import Course, LabelledSession, Trial
from neuroaffect.stream import StreamInfo

__all__ = ["BLOCK_S", "KEMOCON"]

BLOCK_S = 60.0  # ours
_EVERY_S = 5.0
_REST_S = 120.0
_LONGEST_S = 10_000.0
_GAP_S = 1.0  # a longer step between two stamps is a gap
_SCALE = RatingScale(1.0, 5.0)
_WRISTBANDS = {31: "A013E1", 32: "A01A3A"}
_XYZ = ("x", "y", "z")


class _Signal(NamedTuple):
    kind: str
    rate_hz: float
    columns: tuple[str, ...] = ("value",)
    unit: str = ""
    factor: float = 1.0


_SIGNALS = {
    "EDA": _Signal("eda", 4.0, unit="uS"),
    "BVP": _Signal("ppg", 64.0),
    "TEMP": _Signal("temp", 4.0, unit="degC"),
    "ACC": _Signal("acc", 32.0, _XYZ, "g", 1 / 64),
}


class _Debate(NamedTuple):
    """Seconds of UNIX time."""

    baseline: float
    start: float
    stop: float


def _sessions(root: Path, subjects: Collection[str] | None) -> Iterator[LabelledSession]:
    paths = files_of(
        root,
        "self_annotations/P[0-9]*.self.csv",
        corpus="kemocon",
        subjects=subjects,
        subject_of=_subject,
    )
    table = _one(root, "metadata/subjects.csv")
    debates = _debates(table)
    for path in sorted(paths, key=_number):
        number = _number(path)
        folder = _folder(root, number)
        if folder is None or number not in debates:
            continue
        streams = _streams(folder, number)
        begun = max(pieces[0].start_s for _, pieces in streams.values())
        ended = min(_end(info, pieces) for info, pieces in streams.values())
        debate = debates[number]
        trials = _trials(path, debate, begun, ended)
        if trials:
            rest = (max(begun, debate.baseline), min(debate.baseline + _REST_S, trials[0].start))
            yield LabelledSession(
                subject=_subject(path),
                session="debate",
                open=partial(_play, folder, number),
                trials=trials,
                rests=(rest,) if rest[1] - rest[0] >= _EVERY_S else (),
                files=(path, table, *(folder / f"E4_{name}.csv" for name in _SIGNALS)),
            )


def _subject(path: Path) -> str:
    return path.name.partition(".")[0]


def _number(path: Path) -> int:
    digits = _subject(path)[1:]
    if not digits.isdecimal():
        raise EvaluationError(f"corpus 'kemocon': '{path}' is not named as P1.self.csv")
    return int(digits)


def _one(root: Path, pattern: str) -> Path:
    found = sorted(root.rglob(pattern))
    if not found:
        raise EvaluationError(f"corpus 'kemocon' has annotations but no {pattern} below '{root}'")
    return found[0]


def _folder(root: Path, number: int) -> Path | None:
    """Return the folder of a person's wristband, None if a signal is missing."""
    for folder in sorted(root.rglob(f"e4_data/{number}")):
        if all((folder / f"E4_{name}.csv").is_file() for name in _SIGNALS):
            return folder
    return None


def _debates(table: Path) -> dict[int, _Debate]:
    """Return when each person's debate was; who has no times is left out."""
    names = ("initTime", "startTime", "endTime")
    debates = {}
    try:
        with table.open(newline="", encoding="utf-8-sig") as file:
            for row in csv.DictReader(file):
                if all(row[name].strip() for name in names):
                    times = (float(row[name]) / 1e3 for name in names)
                    debates[int(row["pid"])] = _Debate(*times)
    except (OSError, KeyError, AttributeError, TypeError, ValueError, csv.Error) as error:
        raise EvaluationError(
            f"corpus 'kemocon': {table} is not a table with the columns pid, "
            f"{', '.join(names)}: {error}"
        ) from None
    if not all(0 < debate.stop - debate.start < _LONGEST_S for debate in debates.values()):
        raise EvaluationError(f"{table} has debates that do not end within hours of their start")
    return debates


def _trials(path: Path, debate: _Debate, begun: float, ended: float) -> tuple[Trial, ...]:
    """Return the minutes of a debate during which all signals were recorded."""
    rows = read_columns(path, ("seconds", "arousal", "valence"), corpus="kemocon")
    seconds, values = rows[:, 0], {"arousal": rows[:, 1], "valence": rows[:, 2]}
    for x in values.values():
        if not ((x >= _SCALE.low) & (x <= _SCALE.high)).all():
            raise EvaluationError(f"{path} holds ratings outside the scale from 1 to 5")
    if not (np.diff(seconds) > 0).all():
        raise EvaluationError(f"{path} has seconds that do not rise")
    surplus = max(0.0, seconds[-1] - (debate.stop - debate.start))
    times = debate.start + seconds - _EVERY_S - np.ceil(surplus / _EVERY_S) * _EVERY_S
    trials = []
    for minute in range(int((debate.stop - debate.start) // BLOCK_S)):
        start = debate.start + minute * BLOCK_S
        stop = start + BLOCK_S
        inside = (times >= start) & (times < stop)
        if inside.any() and begun <= start and stop <= ended:
            trial = Trial(
                id=f"minute-{minute + 1:02d}",
                start=start,
                stop=stop,
                ratings={name: float(x[inside].mean()) for name, x in values.items()},
                courses={
                    name: Course(times=times[inside], values=x[inside])
                    for name, x in values.items()
                },
            )
            trials.append(trial)
    return tuple(trials)


def _play(folder: Path, number: int) -> Arrays:
    return Arrays(_streams(folder, number))


def _streams(folder: Path, number: int) -> dict[str, tuple[StreamInfo, list[Piece]]]:
    streams = {}
    for name, signal in _SIGNALS.items():
        info = StreamInfo(
            name=signal.kind,
            kind=signal.kind,
            rate_hz=signal.rate_hz,
            channels=signal.columns if len(signal.columns) > 1 else (name,),
            unit=signal.unit,
        )
        rows = _rows(folder / f"E4_{name}.csv", signal.columns, _WRISTBANDS.get(number))
        streams[signal.kind] = (info, _pieces(rows, signal))
    return streams


def _rows(path: Path, columns: tuple[str, ...], wristband: str | None) -> np.ndarray:
    """Return time in seconds and values, (rows, 1 + columns), in order of time."""
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            found = [
                [float(row[name]) for name in ("timestamp", *columns)]
                for row in csv.DictReader(file)
                if wristband is None or row.get("device_serial") in {None, wristband}
            ]
    except (OSError, KeyError, TypeError, ValueError, csv.Error) as error:
        raise EvaluationError(
            f"corpus 'kemocon': {path} is not a table with the columns timestamp, "
            f"{', '.join(columns)}: {error}"
        ) from None
    rows = np.array(found).reshape(-1, 1 + len(columns))
    if not len(rows) or not np.isfinite(rows[:, 0]).all():
        raise EvaluationError(f"corpus 'kemocon': {path} has no row with a time")
    rows[:, 0] /= 1e3
    return rows[np.argsort(rows[:, 0], kind="stable")]


def _pieces(rows: np.ndarray, signal: _Signal) -> list[Piece]:
    """Return what lies between gaps; within a piece samples are at the wristband's rate."""
    borders = np.flatnonzero(np.diff(rows[:, 0]) > _GAP_S) + 1
    pieces: list[Piece] = []
    for part in np.split(rows, borders):
        samples = part[:, 1:] * signal.factor
        start = float(part[0, 0])
        if pieces:  # the wristband's clock is a little off its rate: pieces never overlap
            before = pieces[-1].start_s + len(pieces[-1].samples) / signal.rate_hz
            start = max(start, before)
        pieces.append(Piece(start, samples))
    return pieces


def _end(info: StreamInfo, pieces: list[Piece]) -> float:
    return pieces[-1].start_s + len(pieces[-1].samples) / info.rate_hz


KEMOCON = Corpus(
    name="kemocon",
    targets=tuple(
        Target(dimension=dimension, scale=_SCALE, threshold=2.5)
        for dimension in ("valence", "arousal")
    ),
    note=(
        "A trial is a minute of a debate, its rating the mean of twelve; high is above 2.5, as "
        "the authors call 1 and 2 low. Partners of one debate are two people here: who is left "
        "out may have the partner in training. Low ratings are rare, so look at the baseline."
    ),
    citation="Park et al. (2020), doi:10.1038/s41597-020-00630-y",
    pipeline="kemocon",
    splits=("leave-subject-out", "leaky-across-subjects"),
    folds=3,
    open=_sessions,
)
