"""Stress-Predict: a wristband through three stress tasks, Empatica E4 exports of 35 people.

Rest, Stroop colour words (about 5 min), rest, an interview (10 min), rest, hyperventilation
(2 min), rest. The labels say of every second whether it lies in a task. They were set by the
presses of the wristband's button, and where presses are missing by a log that knows whole minutes.

Below the root lie the exports, ``S01``, ``S02``, …, each a folder, and one table
``…hr_rsp_binary….csv`` of the labels, wherever in it they were put.

Notes
-----
Known defects, and what is done: S01 has no labels and is left out. Presses of S17 and S18 lie
twelve hours early; the importer says so and they mark nothing. All borders of S06 and some of S17
and S18 stand on whole minutes without a press beside them: they are known to a minute only, so half
a minute on either side of such a border belongs to no trial (ours). Empty heart rates of the table
are not read. The first samples of skin conductance and pulse are 0, long before features settle.

References
----------
Iqbal et al. (2022), Stress Monitoring Using Wearable Sensors: A Pilot Study and Stress-Predict
Dataset, Sensors 22(21):8135, doi:10.3390/s22218135
"""

import csv
from collections.abc import Collection, Iterator
from functools import partial
from pathlib import Path

import numpy as np

from neuroaffect.acquire import Recorded
from neuroaffect.affect import Target
from neuroaffect.corpora.corpus import Corpus, corpus_files
from neuroaffect.errors import EvaluationError
from neuroaffect.session.labelled import LabelledSession, Trial
from neuroaffect.session.text import Layout, Spoilt, open_text

__all__ = ["STRESS_PREDICT"]

_TABLE = "*hr_rsp_binary*.csv"
_COLUMNS = ("Participant", "Time(sec)", "Label")
_NAMES = ("rest", "task")
_MINUTE_S = 60.0
_PRESS_S = 1.0  # labels stand on the second nearest to a press
_UNSURE_S = 30.0  # ours: where a border is known to the minute, half of one on either side


def _sessions(root: Path, subjects: Collection[str] | None) -> Iterator[LabelledSession]:
    folders = corpus_files(
        root, "S[0-9][0-9]", corpus="stress_predict", subjects=subjects, letters=3
    )
    table = _table(root)
    labels = _labels(table)
    for folder in folders:
        if folder.name in labels:
            yield LabelledSession(
                subject=folder.name,
                session="protocol",
                open=partial(Recorded, folder),
                trials=_phases(*labels[folder.name], _presses(folder)),
                files=(*sorted(folder.glob("*.csv")), table),
            )
        elif subjects is not None:
            raise EvaluationError(
                f"corpus 'stress_predict': {table.name} has no rows of subject '{folder.name}'; "
                f"labelled are {', '.join(labels)}"
            )


def _table(root: Path) -> Path:
    found = sorted(path for path in root.rglob(_TABLE) if "_P" not in path.stem)
    if len(found) != 1:
        raise EvaluationError(
            f"corpus 'stress_predict' has {len(found)} tables {_TABLE} below '{root}'; it needs "
            "the one of all participants, from the folder Processed_data"
        )
    return found[0]


def _labels(table: Path) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Return UNIX seconds and labels, (n,) each, by subject."""
    rows: dict[str, list[tuple[float, float]]] = {}
    try:
        with table.open(newline="", encoding="utf-8-sig") as file:
            for row in csv.DictReader(file):
                participant, second, label = (float(row[name]) for name in _COLUMNS)
                rows.setdefault(f"S{int(participant):02d}", []).append((second, label))
    except (OSError, KeyError, TypeError, ValueError, csv.Error) as error:
        raise EvaluationError(
            f"{table} is not a table with the columns {', '.join(_COLUMNS)}: {error}"
        ) from None
    labels = {}
    for subject, pairs in rows.items():
        times, values = np.array(pairs).T
        if not np.isin(values, (0.0, 1.0)).all() or not (np.diff(times) > 0).all():
            raise EvaluationError(
                f"{table} holds labels of {subject} that are not 0 or 1, or seconds that do not "
                "rise; as published each row is a later second, 1 in a task and 0 outside"
            )
        labels[subject] = (times, values)
    return labels


def _presses(folder: Path) -> np.ndarray:
    """Return when the button was pressed, UNIX seconds, (n,)."""
    layout = Layout(skip=0, columns=(0,))
    times = [
        rows[:, 0]
        for path in sorted(folder.glob("tags*.csv"))
        for rows in open_text(path).rows(layout, Spoilt())
    ]
    return np.concatenate([*times, np.empty(0)])


def _phases(times: np.ndarray, labels: np.ndarray, presses: np.ndarray) -> tuple[Trial, ...]:
    """Return one trial per stretch of seconds with one label."""
    changes = np.flatnonzero((np.diff(labels) != 0) | (np.diff(times) != 1.0)) + 1
    counts = [0, 0]
    trials = []
    for run in np.split(np.arange(len(times)), changes):
        label = int(labels[run[0]])
        counts[label] += 1
        start, stop = float(times[run[0]]), float(times[run[-1]]) + 1.0
        trial = Trial(
            id=f"{_NAMES[label]}-{counts[label]}",
            start=start + (_UNSURE_S if run[0] and _is_unsure(start, presses) else 0.0),
            stop=stop - (_UNSURE_S if _is_unsure(stop, presses) else 0.0),
            ratings={"arousal": float(label)},
        )
        trials.append(trial)
    return tuple(trials)


def _is_unsure(border: float, presses: np.ndarray) -> bool:
    return border % _MINUTE_S == 0 and not (np.abs(presses - border) <= _PRESS_S).any()


STRESS_PREDICT = Corpus(
    name="stress_predict",
    targets=(Target(dimension="arousal"),),
    note=(
        "High is a phase of the protocol with a stress task, low a phase without: a proxy of "
        "arousal, nobody rated. Every task has the same place in the protocol, and speaking and "
        "breathing hard move hand and heart by themselves."
    ),
    citation="Iqbal et al. (2022), doi:10.3390/s22218135",
    pipeline="empatica-e4",
    splits=("leave-subject-out", "leave-trials-out", "leaky", "leaky-across-subjects"),
    folds=3,
    open=_sessions,
)
