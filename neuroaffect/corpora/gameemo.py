"""GAMEEMO: 28 people played four games of 5 min each, 14 electrodes of an Emotiv EPOC+.

Read are the preprocessed tables, ``(S01)/Preprocessed EEG Data/.csv format/S01G1AllChannels.csv``:
a header of electrodes, then one row per sample at 128 Hz, each with a comma at its end. Game 1 was
chosen to bore, 2 to calm, 3 to frighten and 4 to amuse. What the players rated is published as
scanned forms only, so the labels are those of the games.

Notes
-----
The archive was not at hand: names, header and the closing comma are those which public readers of
it agree on; that values are microvolts follows from the headset, and is stated nowhere.
The games of a person lie ten minutes apart on the session's clock (ours): when they were played is
not told.

References
----------
Alakus, Gonen, Turkoglu (2020), Database for an emotion recognition system based on EEG signals and
various computer games - GAMEEMO, doi:10.1016/j.bspc.2020.101951
"""

from collections.abc import Collection, Iterator
from functools import partial
from pathlib import Path

import numpy as np

from neuroaffect.acquire import Arrays
from neuroaffect.affect import Target
from neuroaffect.corpora.corpus import Corpus, corpus_files
from neuroaffect.errors import EvaluationError, SessionError
from neuroaffect.session.labelled import LabelledSession, Trial
from neuroaffect.session.text import Layout, Spoilt, Text, open_text
from neuroaffect.stream import StreamInfo

__all__ = ["CHANNELS", "GAMEEMO", "GAMES"]

CHANNELS = (
    "AF3", "AF4", "F3", "F4", "F7", "F8", "FC5", "FC6", "O1", "O2", "P7", "P8", "T7", "T8",
)  # fmt: skip
GAMES = ("boring", "calm", "horror", "funny")
# What each game was chosen for: (valence, arousal), 1 is high.
_PLANE = ((0.0, 0.0), (1.0, 0.0), (0.0, 1.0), (1.0, 1.0))
_RATE_HZ = 128.0
_APART_S = 600.0
_LAYOUT = Layout(skip=1, columns=tuple(range(len(CHANNELS))))


def _sessions(root: Path, subjects: Collection[str] | None) -> Iterator[LabelledSession]:
    paths = corpus_files(
        root, "S[0-9][0-9]G[1-4]AllChannels.csv", corpus="gameemo", subjects=subjects, letters=3
    )
    for path in paths:
        game = int(path.name[4]) - 1
        valence, arousal = _PLANE[game]
        start_s = game * _APART_S
        trial = Trial(
            id=GAMES[game],
            start=start_s,
            stop=start_s + _rows(path) / _RATE_HZ,
            ratings={"valence": valence, "arousal": arousal, "emotion": float(game)},
        )
        yield LabelledSession(
            subject=path.name[:3],
            session="games",
            open=partial(_game, path, start_s),
            trials=(trial,),
            whole_trials=True,
            files=(path,),
        )


def _rows(path: Path) -> int:
    """Return how many samples a table has."""
    rows = sum(map(len, _blocks(path)))
    if not 0 < rows <= _APART_S * _RATE_HZ:
        raise EvaluationError(
            f"corpus 'gameemo': {path} holds {rows / _RATE_HZ:.0f} s; a game lasts about 300 s"
        )
    return rows


def _game(path: Path, start_s: float) -> Arrays:
    info = StreamInfo(name="EPOC+", kind="eeg", rate_hz=_RATE_HZ, channels=CHANNELS, unit="uV")
    return Arrays({"EPOC+": (info, np.concatenate(list(_blocks(path))))}, start_s=start_s)


def _blocks(path: Path) -> Iterator[np.ndarray]:
    spoilt = Spoilt()
    try:
        text = open_text(path)
        _check_header(text, path)
        yield from text.rows(_LAYOUT, spoilt)
    except SessionError as error:
        raise EvaluationError(f"corpus 'gameemo': {error}") from None
    if spoilt.rows:
        raise EvaluationError(
            f"corpus 'gameemo': {path} has {spoilt.rows} rows that are not {len(CHANNELS)} numbers"
        )


def _check_header(text: Text, path: Path) -> None:
    names = [name.strip(' "') for name in ",".join(text.lines(1)).split(",")]
    if tuple(names[: len(CHANNELS)]) != CHANNELS:
        raise EvaluationError(
            f"corpus 'gameemo': {path} names the columns {', '.join(names)[:80]}; as published "
            f"they are {', '.join(CHANNELS)}"
        )


GAMEEMO = Corpus(
    name="gameemo",
    targets=(
        Target(dimension="valence"),
        Target(dimension="arousal"),
        Target(dimension="emotion", kind="nominal", classes=GAMES),
    ),
    note=(
        "The label is the game's, nobody's rating: each class of a person is one recording of one "
        "game. Within a person, windows of one game on both sides of a split tell the game and "
        "not the emotion; people left out played the same four games."
    ),
    citation="Alakus, Gonen, Turkoglu (2020), doi:10.1016/j.bspc.2020.101951",
    pipeline="emotiv-epoc-x",
    splits=("leave-subject-out", "leaky-across-subjects"),
    folds=4,
    open=_sessions,
)
