"""DEAP's original recordings: BioSemi files of an hour, 512 Hz, with a status channel.

The recordings s01 to s22 were made in Twente and s23 to s32 in Geneva, with electrodes in another
order; here they are put into the order of the preprocessed files by their labels. Codes of the
status channel say what was on the screen: 3 the fixation before a video, 4 the video, 5 what comes
after. Some files of Geneva hold them on top of 0x18FF00 and give the channel another name, so the
lowest byte of the last channel is read, whatever it is called.

Notes
-----
Ratings are found by Trial, the place in time; the name of a trial is its Experiment_id, the video,
as in the preprocessed files. A recording that broke off has its first trials.

EOG and EMG are differences of two electrodes each, as in the preprocessed files. Skin conductance
was recorded in nS in Twente and as ohms in Geneva; both come as µS (from the authors' formula
GSR_Geneva = 10⁹ / GSR_Twente, which could not be looked up again; units of breath, pulse and
temperature neither, they have none here).
"""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from neuroaffect.acquire import Arrays
from neuroaffect.affect import SAM9
from neuroaffect.corpora.deap_preprocessed import BASELINE_S, CHANNELS, LABELS
from neuroaffect.errors import EvaluationError, SessionError
from neuroaffect.montage import canonical
from neuroaffect.session.edf import EDF_WIDTHS, read_edf_header
from neuroaffect.session.import_mne import Translated, open_raws, read_block
from neuroaffect.session.labelled import LabelledSession, Trial
from neuroaffect.stream import StreamInfo

if TYPE_CHECKING:
    from mne.io import BaseRaw

__all__ = ["original_session"]

_VIDEO, _BYTE = 4, 0xFF
_PAIRS = {"eog": ("EXG1 EXG2", "EXG3 EXG4"), "emg": ("EXG5 EXG6", "EXG7 EXG8")}
_NAMES = {"eog": ("hEOG", "vEOG"), "emg": ("zEMG", "tEMG")}
_SINGLE = {"eda": ("GSR1", "uS"), "resp": ("Resp", ""), "ppg": ("Plet", ""), "temp": ("Temp", "")}
_IN_VOLTS = {"uV": 1e6, "mV": 1e3}  # units that mne turns to volts; BioSemi writes these
_LAST_OF_TWENTE = 22
_BLOCK_S = 60  # of the status channel, read at once


def original_session(path: Path, root: Path) -> LabelledSession:
    """Return the session of one person.

    Raises
    ------
    EvaluationError
        If the recording or the ratings cannot be read, or do not fit each other.
    """
    table = _table(root)
    person = int(path.stem[1:])
    ratings = _ratings(table, person)
    raw = _open(path)
    videos = _videos(raw, path)
    if not videos or len(videos) > len(ratings):
        raise EvaluationError(
            f"{path} shows {len(videos)} videos by its status channel, but {table.name} rates "
            f"{len(ratings)} of this person; as published it is 40 and 40"
        )
    trials = tuple(
        Trial(id=f"video-{ratings[n][0]:02d}", start=start, stop=stop, ratings=ratings[n][1])
        for n, (start, stop) in enumerate(videos, start=1)
    )
    return LabelledSession(
        subject=path.stem,
        session="visit",
        open=partial(_play, path),
        trials=trials,
        rests=tuple((t.start - BASELINE_S, t.start) for t in trials if t.start >= BASELINE_S),
        files=(path, table),
    )


def _table(root: Path) -> Path:
    found = sorted(root.rglob("participant_ratings.csv"))
    if not found:
        raise EvaluationError(
            f"corpus 'deap' has recordings but no participant_ratings.csv below '{root}'; it is "
            "in metadata_csv.zip (the .xls and .ods are the same table)"
        )
    return found[0]


def _ratings(table: Path, person: int) -> dict[int, tuple[int, Mapping[str, float]]]:
    """Return trial → (video, ratings) of one person; trials are counted from 1."""
    rows = {}
    try:
        with table.open(newline="", encoding="utf-8-sig") as file:
            for row in csv.DictReader(file):
                if int(row["Participant_id"]) == person:
                    ratings = {name: float(row[name.capitalize()]) for name in LABELS}
                    rows[int(row["Trial"])] = (int(row["Experiment_id"]), ratings)
    except (OSError, KeyError, TypeError, ValueError, csv.Error) as error:
        raise EvaluationError(
            f"{table} is not the table of ratings that DEAP publishes: {error}"
        ) from None
    videos = {video for video, _ in rows.values()}
    if sorted(rows) != list(range(1, len(rows) + 1)) or len(videos) != len(rows):
        raise EvaluationError(
            f"{table} does not rate each trial of participant {person} once; as published they "
            "are 1 to 40, each with another video"
        )
    values = np.array([list(ratings.values()) for _, ratings in rows.values()])
    if not ((values >= SAM9.low) & (values <= SAM9.high)).all():
        raise EvaluationError(f"{table} holds ratings outside the scale from 1 to 9")
    return rows


def _open(path: Path) -> "BaseRaw":
    try:
        with Translated(path, format="BDF", defects=[]):
            raws = open_raws(path, format="BDF")
    except SessionError as error:
        raise EvaluationError(f"corpus 'deap': {error}") from None
    labels = {canonical(label) for label in raws[0].ch_names}
    wanted = {*CHANNELS, *(word for pairs in _PAIRS.values() for p in pairs for word in p.split())}
    lacking = sorted((wanted | {label for label, _ in _SINGLE.values()}) - labels)
    if len(raws) > 1 or lacking or not raws[0].n_times:
        raise EvaluationError(
            f"{path} is no recording of DEAP: it has {raws[0].n_times} samples, {len(raws)} rates, "
            f"and lacks {', '.join(lacking[:3]) or 'no channel'}"
        )
    return raws[0]


def _videos(raw: "BaseRaw", path: Path) -> list[tuple[float, float]]:
    """Return from when to when each video was shown, in seconds, by the status channel."""
    rate_hz = raw.info["sfreq"]
    size = round(_BLOCK_S * rate_hz)
    codes = np.concatenate(
        [
            _block(raw, path, first, min(first + size, raw.n_times))[-1].astype(np.int64) & _BYTE
            for first in range(0, raw.n_times, size)
        ]
    )
    starts = np.flatnonzero((codes[1:] == _VIDEO) & (codes[:-1] != _VIDEO)) + 1
    others = np.flatnonzero((codes != 0) & (codes != _VIDEO))  # a code may be held or be a pulse
    after = np.searchsorted(others, starts)
    return [
        (float(start / rate_hz), float(others[k] / rate_hz))
        for start, k in zip(starts, after, strict=True)
        if k < len(others)  # a video that the recording does not see the end of is no trial
    ]


def _block(raw: "BaseRaw", path: Path, first: int, stop: int) -> np.ndarray:
    try:
        return read_block(raw, path, format="BDF", first=first, stop=stop)
    except SessionError as error:
        raise EvaluationError(f"corpus 'deap': {error}") from None


@dataclass(frozen=True, eq=False)
class _Rows:
    """A stream's samples, read when they are asked for: weights (channels of the file, its own)."""

    raw: "BaseRaw"
    path: Path
    weights: np.ndarray

    @property
    def shape(self) -> tuple[int, int]:
        return self.raw.n_times, self.weights.shape[1]

    def __getitem__(self, rows: slice) -> np.ndarray:
        stop = min(rows.stop, self.raw.n_times)
        used = np.flatnonzero(self.weights.any(axis=1))
        block = _block(self.raw, self.path, rows.start, stop)[used]
        return block.T @ self.weights[used]  # (samples, channels)


@dataclass(frozen=True, eq=False)
class _Conductance:
    """Skin conductance in µS of what Twente has in nS and Geneva as resistance in ohms."""

    rows: _Rows

    @property
    def shape(self) -> tuple[int, int]:
        return self.rows.shape

    def __getitem__(self, rows: slice) -> np.ndarray:
        values = self.rows[rows]
        if int(self.rows.path.stem[1:]) <= _LAST_OF_TWENTE:
            return values * 1e-3
        return np.divide(1e6, values, out=np.full_like(values, np.nan), where=values > 0)


def _to_numbers_of_the_file(raw: "BaseRaw", path: Path) -> np.ndarray:
    """Return what takes mne's values back to those that the file means, (channels,)."""
    units = read_edf_header(path, width=EDF_WIDTHS["BDF"]).units
    return np.array([_IN_VOLTS.get(unit, 1.0) for unit in units[: len(raw.ch_names)]])


def _play(path: Path) -> Arrays:
    raw = _open(path)
    places = {canonical(label): k for k, label in enumerate(raw.ch_names)}
    factors = _to_numbers_of_the_file(raw, path)

    def rows(*labels: str) -> _Rows:
        """One channel per label; "A B" is A less B."""
        weights = np.zeros((len(places), len(labels)))
        for column, label in enumerate(labels):
            for sign, word in zip((1.0, -1.0), label.split(), strict=False):
                weights[places[word], column] = sign * factors[places[word]]
        return _Rows(raw, path, weights)

    found = {"eeg": (CHANNELS, "uV", rows(*CHANNELS))}
    found |= {kind: (_NAMES[kind], "uV", rows(*pairs)) for kind, pairs in _PAIRS.items()}
    for kind, (label, unit) in _SINGLE.items():
        single = rows(label)
        found[kind] = ((label,), unit, _Conductance(single) if kind == "eda" else single)
    rate_hz = float(raw.info["sfreq"])
    return Arrays(
        {
            kind: (
                StreamInfo(name=kind, kind=kind, rate_hz=rate_hz, channels=labels, unit=unit),
                samples,
            )
            for kind, (labels, unit, samples) in found.items()
        }
    )
