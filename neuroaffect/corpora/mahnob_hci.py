"""MAHNOB-HCI: 27 people watched 20 film clips each, 32 electrodes of a BioSemi, rated after each.

Read are the folders of the emotion experiment, ``Sessions/10/Part_1_S_Trial5_emotion.bdf`` with
``session.xml`` beside it. Each file is one clip with 30 s before and after it, at 256 Hz; the clip
begins and ends with a pulse of the Status channel. The neutral clips between (``_N_``) are short
and were not rated: they are left out.

Notes
-----
The archive was not at hand: names, channels and pulses are those which public readers of it agree
on. Clips without all three ratings are left out. A person came once, and each clip is a file of its
own, so a session here is one clip.

References
----------
Soleymani, Lichtenauer, Pun, Pantic (2012), A Multimodal Database for Affect Recognition and
Implicit Tagging, doi:10.1109/T-AFFC.2011.25
"""

import re
from collections.abc import Collection, Iterator, Mapping
from functools import partial
from pathlib import Path
from xml.etree import ElementTree

from neuroaffect.acquire import Recorded
from neuroaffect.affect import SAM9, Target
from neuroaffect.corpora.corpus import Corpus, files_of
from neuroaffect.errors import EvaluationError, SessionError
from neuroaffect.session import Packet, open_recording
from neuroaffect.session.labelled import LabelledSession, Trial

__all__ = ["MAHNOB_HCI"]

_NAME = re.compile(r"Part_(\d+)_S_Trial(\d+)_emotion\.bdf")
_FELT = {"valence": "feltVlnc", "arousal": "feltArsl", "dominance": "feltCtrl"}


def _sessions(root: Path, subjects: Collection[str] | None) -> Iterator[LabelledSession]:
    paths = files_of(
        root, "Part_*_S_Trial*_emotion.bdf", corpus="mahnob-hci", subjects=subjects,
        subject_of=lambda path: _place(path)[0],
    )  # fmt: skip
    for path in sorted(paths, key=lambda path: tuple(map(int, _place(path)))):
        subject, number = _place(path)
        sheet = path.with_name("session.xml")
        ratings = _ratings(sheet)
        if ratings is None:
            continue
        start, stop = _pulses(path)
        yield LabelledSession(
            subject=subject,
            session=f"clip-{int(number):02d}",
            open=partial(Recorded, path),
            trials=(Trial(id=f"clip-{int(number):02d}", start=start, stop=stop, ratings=ratings),),
            files=(path, sheet),
        )


def _place(path: Path) -> tuple[str, str]:
    found = _NAME.fullmatch(path.name)
    if found is None:
        raise EvaluationError(
            f"corpus 'mahnob-hci': {path} is not named as Part_1_S_Trial5_emotion.bdf"
        )
    return found[1], found[2]


def _ratings(sheet: Path) -> Mapping[str, float] | None:
    """Return what was felt, on nine-point scales; None if something was not rated."""
    try:
        root = ElementTree.parse(sheet).getroot()
        felt = {dimension: root.get(name) for dimension, name in _FELT.items()}
        if not all(felt.values()):
            return None
        ratings = {dimension: float(value) for dimension, value in felt.items() if value}
    except (OSError, ValueError, ElementTree.ParseError) as error:
        raise EvaluationError(
            f"corpus 'mahnob-hci': {sheet} is no sheet with {', '.join(_FELT.values())}: {error}"
        ) from None
    if not all(SAM9.low <= value <= SAM9.high for value in ratings.values()):
        raise EvaluationError(
            f"corpus 'mahnob-hci': {sheet} holds ratings outside the nine-point scale from 1 to 9"
        )
    return ratings


def _pulses(path: Path) -> tuple[float, float]:
    """Return when the clip began and ended, in seconds since the file's first sample."""
    try:
        recording = open_recording(path)
        marks = {stream.id for stream in recording.streams if stream.type == "Markers"}
        times = [float(item.stamps[0]) for item in recording.items()
                 if isinstance(item, Packet) and item.stream in marks]  # fmt: skip
    except SessionError as error:
        raise EvaluationError(f"corpus 'mahnob-hci': {error}") from None
    if len(times) != 2:
        raise EvaluationError(
            f"corpus 'mahnob-hci': the Status channel of {path} has {len(times)} pulses; "
            "as published it has two, where the clip begins and ends"
        )
    return times[0], times[1]


MAHNOB_HCI = Corpus(
    name="mahnob-hci",
    targets=tuple(
        Target(dimension=dimension, scale=SAM9, threshold="median") for dimension in _FELT
    ),
    note=(
        "One rating per clip and dimension; high is above the median of the training ratings. "
        "Dominance is the rated control. People left out saw the same 20 clips as those in "
        "training."
    ),
    citation="Soleymani et al. (2012), doi:10.1109/T-AFFC.2011.25",
    pipeline="eeg-clips",
    splits=("leave-trials-out", "leave-subject-out", "leaky"),
    folds=5,
    open=_sessions,
)
