"""A folder of our own sessions, of several people: what neuroaffect recorded, with rated trials.

A session's person is the folder directly below the root in which it lies (``P1/monday.xdf``); a
session that lies in the root itself is named after its person, up to the first underscore
(``P1_monday.xdf``). Trials are those that were started, stopped and rated while it was recorded, or
that a replay told of. Recordings without one are left out.
"""

from collections.abc import Collection, Iterator
from functools import partial
from pathlib import Path

from neuroaffect.acquire import Recorded
from neuroaffect.acquire.timeline import heard_trials
from neuroaffect.corpora.corpus import Corpus, files_of
from neuroaffect.errors import EvaluationError, SessionError
from neuroaffect.session.labelled import LabelledSession
from neuroaffect.session.rated import rated_trials

__all__ = ["FOLDER"]


def _sessions(root: Path, subjects: Collection[str] | None) -> Iterator[LabelledSession]:
    paths = files_of(
        root, "*.xdf*", corpus="folder", subjects=subjects, subject_of=partial(_subject, root)
    )
    for path in sorted(paths, key=lambda path: (_subject(root, path), path)):
        name = _session(root, path)
        try:
            recorded = Recorded(path)
            trials = rated_trials(recorded.recording.events, session=name)
            trials = trials or rated_trials(heard_trials(recorded), session=name)
        except SessionError as error:
            raise EvaluationError(f"corpus 'folder': {error}") from None
        if trials:
            yield LabelledSession(
                subject=_subject(root, path),
                session=name,
                open=partial(Recorded, path),
                trials=trials,
                rests=recorded.rests,
                files=(path,),
            )


def _subject(root: Path, path: Path) -> str:
    first, *below = path.relative_to(root).parts
    return first if below else path.name.partition(".")[0].partition("_")[0]


def _session(root: Path, path: Path) -> str:
    """Return the recording's place below its person, without the suffix."""
    place = path.relative_to(root)
    place = place.relative_to(place.parts[0]) if len(place.parts) > 1 else place
    return place.with_name(path.name.partition(".xdf")[0]).as_posix()


FOLDER = Corpus(
    name="folder",
    targets=(),
    note=(
        "Sessions of one's own: what a score means is what the ratings mean. The pipeline says "
        "what is learned and on which scale it was rated; thresholds come from training trials."
    ),
    citation="ratings: Bradley and Lang (1994), doi:10.1016/0005-7916(94)90063-9",
    pipeline="eeg-clips",
    splits=("leave-session-out", "leave-subject-out", "leaky"),
    folds=5,
    open=_sessions,
)
