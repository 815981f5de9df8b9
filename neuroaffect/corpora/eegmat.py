"""EEGMAT: EEG at rest and during mental arithmetic, 19 electrodes of the 10-20 system.

Per person two recordings: rest with closed eyes (about 180 s) and serial subtraction (60 s). Rest
stands for low arousal and subtraction for high: nobody rated anything, it is a proxy. The authors
kept artefact-free stretches and filtered them; the signals hold 1-30 Hz.

References
----------
Zyma, Tukaev, Seleznov, Kiyono, Popov, Chernykh, Shpenkov (2019), Electroencephalograms during
Mental Arithmetic Task Performance, Data 4(1):14, doi:10.3390/data4010014
"""

from collections.abc import Collection, Iterator
from functools import partial
from pathlib import Path

from neuroaffect.acquire import Recorded
from neuroaffect.affect import Target
from neuroaffect.corpora.corpus import Corpus, corpus_files
from neuroaffect.corpora.span import recording_span
from neuroaffect.errors import EvaluationError
from neuroaffect.session.labelled import LabelledSession, Trial

__all__ = ["BLOCK_S", "EEGMAT"]

BLOCK_S = 30.0  # ours: long enough for steady band powers, and two of them in the shorter file
_CONDITIONS = {"1": ("rest", 0.0), "2": ("arithmetic", 1.0)}


def _sessions(root: Path, subjects: Collection[str] | None) -> Iterator[LabelledSession]:
    paths = corpus_files(
        root, "Subject[0-9][0-9]_[12].edf", corpus="eegmat", subjects=subjects, letters=9
    )
    for path in paths:
        subject, _, number = path.stem.partition("_")
        condition, arousal = _CONDITIONS[number]
        yield LabelledSession(
            subject=subject,
            session=condition,
            open=partial(Recorded, path),
            trials=_blocks(path, condition, arousal),
            files=(path,),
        )


def _blocks(path: Path, condition: str, arousal: float) -> tuple[Trial, ...]:
    """Cut a recording into consecutive blocks; a shorter rest at its end is left out."""
    first, last = recording_span(path, corpus="eegmat")
    # The last stamp is one sample short of the recording's length.
    count = int((last - first + 0.5) // BLOCK_S)
    if count < 2:
        raise EvaluationError(
            f"corpus 'eegmat': {path} lasts {last - first:.0f} s; as published it holds at least "
            f"60 s, two blocks of {BLOCK_S:g} s"
        )
    return tuple(
        Trial(
            id=f"{condition}-{block + 1}",
            start=first + block * BLOCK_S,
            stop=first + (block + 1) * BLOCK_S,
            ratings={"arousal": arousal},
        )
        for block in range(count)
    )


EEGMAT = Corpus(
    name="eegmat",
    targets=(Target(dimension="arousal"),),
    note=(
        "Rest with closed eyes stands for low arousal, mental arithmetic for high: a proxy, "
        "nobody rated. Each condition is one recording, so within a person any offset between "
        "two recordings tells them apart; only people left out say something of the state."
    ),
    citation="Zyma et al. (2019), doi:10.3390/data4010014",
    pipeline="eegmat",
    splits=("leave-subject-out", "blocked", "leaky-across-subjects"),
    folds=2,
    open=_sessions,
)
