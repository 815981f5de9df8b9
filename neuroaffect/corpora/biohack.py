"""BioHack 2025: a Muse headband while something is understood, not understood, or neither.

Material that confuses, material that is understood, and a neutral control, one recording of 155 to
296 s each, all three within half an hour of one day. Files are as ``muselsl record`` writes them,
named person, class and number of the day: ``s1-confused.csv.gz``, ``s1-confused2.csv.gz``; plain or
gzipped. Trial runs (``s1-understandingtest``, 3 s) are left out.

Notes
-----
The session is the day, and a recording one trial: who leaves out a day leaves out its three
recordings together. Leaving out single recordings would leave two of the day in training, whose
electrodes sat as in the third. Rows written twice and the one gap are the importer's affair.

References
----------
https://github.com/JP-Vela/BioHack2025, recordings of the repository's own team; no publication.
"""

import re
from collections.abc import Collection, Iterator
from functools import partial
from pathlib import Path

from neuroaffect.acquire import Recorded
from neuroaffect.affect import Target
from neuroaffect.corpora.corpus import Corpus, corpus_files
from neuroaffect.corpora.span import recording_span
from neuroaffect.errors import EvaluationError
from neuroaffect.session.labelled import LabelledSession, Trial

__all__ = ["BIOHACK", "CLASSES"]

CLASSES = ("confused", "control", "understanding")
_NAME = re.compile(rf"(s\d+)-({'|'.join(CLASSES)})(\d*)\.csv(?:\.gz)?")


def _sessions(root: Path, subjects: Collection[str] | None) -> Iterator[LabelledSession]:
    paths = corpus_files(root, "s[0-9]-*.csv*", corpus="biohack", subjects=subjects, letters=2)
    named = [(path, found) for path in paths if (found := _NAME.fullmatch(path.name))]
    if not named:
        raise EvaluationError(
            f"corpus 'biohack' finds no recording below '{root}': '{paths[0].name}' is not named "
            f"as s1-{CLASSES[0]}2.csv.gz, person, class ({', '.join(CLASSES)}) and day"
        )
    for path, (subject, condition, day) in [(path, found.groups()) for path, found in named]:
        start, stop = recording_span(path, corpus="biohack")
        trial = Trial(
            id=f"{condition}-{day or 1}",
            start=start,
            stop=stop,
            ratings={"understanding": float(CLASSES.index(condition))},
        )
        yield LabelledSession(
            subject=subject,
            session=f"day-{day or 1}",
            open=partial(Recorded, path),
            trials=(trial,),
            files=(path,),
        )


BIOHACK = Corpus(
    name="biohack",
    targets=(Target(dimension="understanding", kind="nominal", classes=CLASSES),),
    note=(
        "Three classes of material, one recording of each per day and person: 23 recordings of "
        "two people in all, so intervals are wide. The class is what was shown; nobody rated. "
        "What tells recordings of one day apart may be the order, or how the headband sat."
    ),
    citation="BioHack 2025, https://github.com/JP-Vela/BioHack2025",
    pipeline="muse",
    splits=("leave-session-out", "leaky"),
    folds=3,
    open=_sessions,
)
