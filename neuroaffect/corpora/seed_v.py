"""SEED-V: 16 people, three sessions of 15 film clips of five emotions, 62 electrodes.

Read is the raw edition: the folder ``EEG_raw`` with Neuroscan recordings ``1_1_20180804.cnt``
(person, session, date), 1000 Hz and unfiltered, about an hour and 900 MB each, and beside that
folder ``trial_start_end_timestamp.txt`` with the seconds at which the films of each session begin
and end. The order of the emotions stands in a spreadsheet of the archive: disgust 0, fear 1, sad 2,
neutral 3, happy 4; sessions 2 and 3 share theirs.

Notes
-----
A session's number tells which films were shown, not when. The features that the archive also holds
are another edition, and pickles. The archive was not at hand: names, rates, labels and the form of
the table are those which public readers of it agree on.

References
----------
Liu, Qiu, Zheng, Lu (2022), Comparing Recognition Performance and Robustness of Multimodal Deep
Learning Models for Multimodal Emotion Recognition, doi:10.1109/TCDS.2021.3071170
"""

import re
import struct
from collections.abc import Collection, Iterator
from functools import partial
from pathlib import Path

from neuroaffect.acquire import Recorded
from neuroaffect.affect import Target
from neuroaffect.corpora.corpus import Corpus, files_of
from neuroaffect.errors import EvaluationError
from neuroaffect.session.labelled import LabelledSession, Trial

__all__ = ["EMOTIONS", "LABELS", "SEED_V"]

EMOTIONS = ("disgust", "fear", "sad", "neutral", "happy")
LABELS = {
    "1": (4, 1, 3, 2, 0, 4, 1, 3, 2, 0, 4, 1, 3, 2, 0),
    "2": (2, 1, 3, 0, 4, 4, 0, 3, 2, 1, 3, 4, 1, 2, 0),
    "3": (2, 1, 3, 0, 4, 4, 0, 3, 2, 1, 3, 4, 1, 2, 0),
}
_TABLE = "trial_start_end_timestamp.txt"
_BLOCK = re.compile(
    r"Session\s+([123])\s*:\s*start_second\s*:\s*\[([^\]]*)\]\s*end_second\s*:\s*\[([^\]]*)\]", re.I
)
_NAME = re.compile(r"(\d+)_([123])_(\d+)\.cnt")

Spans = dict[str, list[tuple[float, float]]]


def _sessions(root: Path, subjects: Collection[str] | None) -> Iterator[LabelledSession]:
    paths = files_of(
        root, "*_*_*.cnt", corpus="seed-v", subjects=subjects, folder="EEG_raw",
        subject_of=lambda path: _place(path)[0],
    )  # fmt: skip
    table = paths[0].parent.parent / _TABLE
    spans = _spans(table)
    for path in sorted(paths, key=lambda path: tuple(map(int, _place(path)))):
        subject, session = _place(path)
        _check_length(path, spans[session][-1][1])
        yield LabelledSession(
            subject=subject,
            session=f"session-{session}",
            open=partial(Recorded, path),
            trials=tuple(
                Trial(
                    id=f"session-{session}:film-{film:02d}",
                    start=start,
                    stop=stop,
                    ratings={"emotion": float(label)},
                )
                for film, ((start, stop), label) in enumerate(
                    zip(spans[session], LABELS[session], strict=True), start=1
                )
            ),
            files=(path, table),
        )


def _place(path: Path) -> tuple[str, str]:
    found = _NAME.fullmatch(path.name)
    if found is None:
        raise EvaluationError(
            f"corpus 'seed-v': {path} is not named as 1_1_20180804.cnt, person, session and date"
        )
    return found[1], found[2]


def _spans(table: Path) -> Spans:
    """Return session → begin and end of each film, in seconds since the first sample."""
    try:
        text = table.read_text(encoding="utf-8")
        blocks = {
            session: list(zip(_seconds(starts), _seconds(stops), strict=True))
            for session, starts, stops in _BLOCK.findall(text)
        }
    except (OSError, ValueError) as error:
        raise EvaluationError(
            f"corpus 'seed-v' cannot read {table}, which lies beside EEG_raw: {error}"
        ) from None
    if set(blocks) != set(LABELS) or any(len(blocks[s]) != len(LABELS[s]) for s in LABELS):
        raise EvaluationError(
            f"corpus 'seed-v': {table} does not give 15 films for each of three sessions; as "
            "published it says 'Session 1:', 'start_second: [30, …]', 'end_second: [102, …]'"
        )
    return blocks


def _seconds(cells: str) -> list[float]:
    return [float(cell) for cell in cells.split(",")]


def _check_length(path: Path, needed_s: float) -> None:
    """Refuse a recording that ends before its last film does, by the size of the file."""
    with path.open("rb") as file:
        header = file.read(900)
    if len(header) < 900:
        raise EvaluationError(f"corpus 'seed-v': {path} is no whole Neuroscan recording")
    channels, rate_hz = (struct.unpack_from("<H", header, place)[0] for place in (370, 376))
    row = max(1, channels) * 4
    length_s = (path.stat().st_size - 900 - 75 * channels) / row / max(1, rate_hz)
    if length_s < needed_s:
        raise EvaluationError(
            f"corpus 'seed-v': {path} holds {max(0.0, length_s):.0f} s of {channels} channels at "
            f"{rate_hz} Hz, but its last film ends at {needed_s:g} s; copy it again"
        )


SEED_V = Corpus(
    name="seed-v",
    targets=(Target(dimension="emotion", kind="nominal", classes=EMOTIONS),),
    note=(
        "The label is the film's, not what the person said. Each session shows other films, so "
        "leaving a session out tests another day and new films; people left out saw the same "
        "films as those in training."
    ),
    citation="Liu et al. (2022), doi:10.1109/TCDS.2021.3071170",
    pipeline="eeg-clips",
    splits=("leave-session-out", "leave-subject-out", "leave-trials-out", "leaky"),
    folds=3,
    open=_sessions,
)
