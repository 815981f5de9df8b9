"""WESAD: rest, stress and amusement in the laboratory, a wristband and a chest strap.

Fifteen people (S2 to S17 without S1 and S12) sat or stood through a baseline of about 20 min
(reading), a Trier social stress test (speech and mental arithmetic, about 10 min) and funny clips
(about 6 min), in one of two orders, with guided meditation after stress and after amusement.
``SN.pkl``, a pickle of Python 2, has all signals from one start on, and 700 times a second the
number of the condition: 1 baseline, 2 stress, 3 amusement, 4 meditation; 0 and 5 to 7 are
transients and not to be used.

Notes
-----
A trial is a stretch of one condition, from the first to the last sample that is labelled so;
meditation and transients belong to no trial. Targets are the published tasks: stress against
baseline and amusement together, and the three conditions apart. Valence and arousal (``# DIM`` in
``SN_quest.csv``, 1 to 9, given after each condition) are kept as ratings of the trials; where
their number does not fit the conditions of the file, they are left out.

Streams of the wrist (an Empatica E4) are called by their kind, those of the chest (a RespiBAN at
700 Hz) "chest-…". Units are those of the authors' description as others report it: chest ECG and
EMG in mV, motion in g, breath in %; motion of the wrist in 1/64 g. The text of the description
itself could not be looked up.

References
----------
Schmidt, Reiss, Dürichen, Marberger, Van Laerhoven (2018), Introducing WESAD, a Multimodal Dataset
for Wearable Stress and Affect Detection, doi:10.1145/3242969.3242985
"""

import re
from collections.abc import Collection, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np

from neuroaffect.acquire import Arrays
from neuroaffect.affect import SAM9, Target
from neuroaffect.corpora.corpus import Corpus, files_of
from neuroaffect.corpora.latest import latest
from neuroaffect.corpora.pickled import read_pickle
from neuroaffect.errors import EvaluationError
from neuroaffect.session.labelled import LabelledSession, Trial
from neuroaffect.stream import StreamInfo

__all__ = ["CONDITIONS", "WESAD"]

CONDITIONS = ("baseline", "stress", "amusement")  # numbers 1, 2, 3 of the files
_LABEL_HZ = 700.0
_NUMBERS = range(8)
_XYZ = ("x", "y", "z")


class _Signal(NamedTuple):
    """A stream: where it is in the file, and the factor to its unit."""

    name: str
    kind: str
    place: str
    key: str
    rate_hz: float
    channels: tuple[str, ...]
    unit: str = ""
    factor: float = 1.0


_SIGNALS = (
    _Signal("eda", "eda", "wrist", "EDA", 4.0, ("EDA",), "uS"),
    _Signal("ppg", "ppg", "wrist", "BVP", 64.0, ("BVP",)),
    _Signal("temp", "temp", "wrist", "TEMP", 4.0, ("TEMP",), "degC"),
    _Signal("acc", "acc", "wrist", "ACC", 32.0, _XYZ, "g", 1 / 64),
    _Signal("chest-ecg", "ecg", "chest", "ECG", 700.0, ("ECG",), "uV", 1e3),
    _Signal("chest-emg", "emg", "chest", "EMG", 700.0, ("EMG",), "uV", 1e3),
    _Signal("chest-eda", "eda", "chest", "EDA", 700.0, ("EDA",), "uS"),
    _Signal("chest-resp", "resp", "chest", "Resp", 700.0, ("Resp",), "%"),
    _Signal("chest-temp", "temp", "chest", "Temp", 700.0, ("Temp",), "degC"),
    _Signal("chest-acc", "acc", "chest", "ACC", 700.0, _XYZ, "g"),
)


def _sessions(root: Path, subjects: Collection[str] | None) -> Iterator[LabelledSession]:
    paths = files_of(
        root, "S[0-9]*.pkl", corpus="wesad", subjects=subjects, subject_of=lambda path: path.stem
    )
    for path in sorted(paths, key=lambda path: (len(path.stem), path.stem)):
        quest = path.with_name(f"{path.stem}_quest.csv")
        reports = _self_reports(quest) if quest.is_file() else {}
        trials = _trials(_read(path)["label"], reports)
        if not trials:
            raise EvaluationError(
                f"{path} labels no baseline, stress or amusement; as published it has all three"
            )
        yield LabelledSession(
            subject=path.stem,
            session="protocol",
            open=partial(_play, path),
            trials=trials,
            files=(path, quest) if quest.is_file() else (path,),
        )


def _trials(labels: np.ndarray, reports: Mapping[int, Mapping[str, float]]) -> tuple[Trial, ...]:
    """Return one trial per stretch of one condition."""
    borders = np.flatnonzero(np.diff(labels)) + 1
    trials: list[Trial] = []
    for start, stop in zip([0, *borders], [*borders, len(labels)], strict=True):
        condition = int(labels[start]) - 1
        if condition not in range(len(CONDITIONS)):
            continue
        name = CONDITIONS[condition]
        count = sum(trial.id.startswith(name) for trial in trials)
        trial = Trial(
            id=f"{name}-{count + 1}",
            start=start / _LABEL_HZ,
            stop=stop / _LABEL_HZ,
            ratings={
                "stress": float(name == "stress"),
                "condition": float(condition),
                **reports.get(condition, {}),
            },
        )
        trials.append(trial)
    return tuple(trials)


def _self_reports(quest: Path) -> dict[int, Mapping[str, float]]:
    """Return condition → valence and arousal, {} where the file does not tell which is which."""
    try:
        text = quest.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise EvaluationError(f"{quest} cannot be read: {error.strerror}") from None
    rows = [re.split(r"[;,]", line.lstrip("# ").strip()) for line in text.splitlines()]
    order = [word.strip() for row in rows if row[0] == "ORDER" for word in row[1:]]
    shown = [word for word in order if word and not word.endswith("Read")]  # reading is not rated
    given = [row[1:3] for row in rows if row[0] == "DIM"]
    known = {"B": 0, "T": 1, "F": 2}  # Base, TSST (once TTST), Fun; Medi 1 and 2 are none
    if len(shown) != len(given) or any(len(pair) < 2 for pair in given):
        return {}
    reports = {}
    for word, pair in zip(shown, given, strict=True):
        if word[0] in known and all(re.fullmatch(r"\s*\d+(\.\d+)?\s*", value) for value in pair):
            valence, arousal = map(float, pair)
            if SAM9.low <= min(valence, arousal) and max(valence, arousal) <= SAM9.high:
                reports[known[word[0]]] = {"valence": valence, "arousal": arousal}
    return reports


def _play(path: Path) -> Arrays:
    signals = _read(path)
    return Arrays(
        {
            signal.name: (
                StreamInfo(
                    name=signal.name,
                    kind=signal.kind,
                    rate_hz=signal.rate_hz,
                    channels=signal.channels,
                    unit=signal.unit,
                ),
                signals[signal.name],
            )
            for signal in _SIGNALS
        }
    )


class _Scaled:
    """Samples in the stream's unit, (samples, channels)."""

    def __init__(self, samples: np.ndarray, factor: float) -> None:
        self._samples, self._factor = samples, factor

    @property
    def shape(self) -> tuple[int, ...]:
        return self._samples.shape

    def __getitem__(self, rows: slice) -> np.ndarray:
        return self._samples[rows] * self._factor


# The labels of a person are read for its trials, the signals of the same file just after.
@latest
def _read(path: Path) -> dict[str, np.ndarray | _Scaled]:
    """Return "label" (n,), and each stream's samples by its name."""
    found = read_pickle(path)
    label = found.get("label") if isinstance(found, dict) else None
    if not isinstance(label, np.ndarray) or label.ndim != 1 or label.dtype.kind not in "iu":
        raise EvaluationError(
            f"{path} has no 'label' with a number 700 times a second, as it is published to have"
        )
    if not len(label) or not np.isin(label, _NUMBERS).all():
        raise EvaluationError(f"{path} has labels other than 0 to 7")
    signals = {signal.name: _samples(path, found.get("signal"), signal) for signal in _SIGNALS}
    seconds = len(label) / _LABEL_HZ
    for signal in _SIGNALS:
        lasts = signals[signal.name].shape[0] / signal.rate_hz
        if abs(lasts - seconds) > 1.0:
            raise EvaluationError(
                f"{path} has {lasts:.0f} s of {signal.place} {signal.key} and {seconds:.0f} s of "
                "labels; as published they last equally long"
            )
    return {"label": label, **signals}


def _samples(path: Path, signals: object, signal: _Signal) -> _Scaled:
    place = signals.get(signal.place) if isinstance(signals, dict) else None
    samples = place.get(signal.key) if isinstance(place, dict) else None
    width = len(signal.channels)
    if isinstance(samples, np.ndarray) and samples.dtype.kind in "iuf":
        samples = samples.reshape(-1, 1) if samples.ndim == 1 else samples
        if samples.ndim == 2 and samples.shape[1] == width:
            return _Scaled(samples, signal.factor)
    raise EvaluationError(
        f"{path} has no signal {signal.place} {signal.key} of {width} columns, as it is "
        "published to have"
    )


WESAD = Corpus(
    name="wesad",
    targets=(
        Target(dimension="stress", classes=("calm", "stress")),
        Target(dimension="condition", kind="nominal", classes=CONDITIONS),
    ),
    note=(
        "The condition stands for the state: stress was induced, and people stood and spoke in "
        "it. Each person has each condition once, so only people left out say something; windows "
        "of one condition on both sides of a split are the same ten minutes."
    ),
    citation="Schmidt et al. (2018), doi:10.1145/3242969.3242985",
    pipeline="wesad",
    splits=("leave-subject-out", "leaky-across-subjects"),
    folds=3,
    open=_sessions,
)
