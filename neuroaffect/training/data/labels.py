"""Trials out of a recording's own marks."""

from collections.abc import Collection, Iterator, Sequence
from functools import partial
from pathlib import Path

import numpy as np

from neuroaffect.acquire import Recorded
from neuroaffect.acquire.marks import Marks
from neuroaffect.acquire.timeline import heard_trials
from neuroaffect.errors import EvaluationError
from neuroaffect.pipeline import Labels, Pipeline
from neuroaffect.session.labelled import LabelledSession, Trial
from neuroaffect.session.rated import rated_trials

__all__ = [
    "labelled_session",
    "marked_rests",
    "marked_trials",
    "unlabelled_session",
]

_PIECE_S = 30.0  # of a recording without trials: longer than most windows, and several a session


def labelled_session(
    path: Path | str, pipeline: Pipeline, *, subject: str = "S1"
) -> LabelledSession:
    """Return a recording with the trials that its own marks tell of.

    Parameters
    ----------
    path : Path or str
        A recording that :func:`neuroaffect.session.open_recording` reads.
    pipeline : Pipeline
        Its `labels` say where trials come from. "events" are those of the session, or of the
        session whose replay it recorded.
    subject : str
        Who was recorded.

    Raises
    ------
    EvaluationError
        If the recording tells of no trial.
    SessionError
        If it cannot be read.
    """
    path = Path(path)
    labels = pipeline.labels
    recorded = Recorded(path)
    rests = recorded.rests
    if labels.trials == "events":
        events = recorded.recording.events
        trials = rated_trials(events, session=path.stem)
        trials = trials or rated_trials(heard_trials(recorded), session=path.stem)
    else:
        marks = list(_marks(recorded, labels, path))
        trials = marked_trials(marks, labels, session=path.stem)
        rests += marked_rests(marks, labels)
    if not trials:
        raise EvaluationError(
            f"{path.name} tells of no trial; pipeline '{pipeline.name}' looks for "
            f'labels.trials = "{labels.trials}"'
        )
    return LabelledSession(
        subject=subject,
        session=path.stem,
        open=partial(Recorded, path),
        trials=trials,
        rests=rests,
        files=(path,),
    )


def unlabelled_session(path: Path | str, *, subject: str = "S1") -> LabelledSession:
    """Return a recording that nobody rated, in pieces of half a minute.

    Raises
    ------
    EvaluationError
        If it is shorter than two pieces.
    SessionError
        If it cannot be read.
    """
    path = Path(path)
    times = [chunk.times[[0, -1]] for _, chunk in Recorded(path) if len(chunk)]
    first, last = (np.min(times), np.max(times)) if times else (0.0, 0.0)
    pieces = int((last - first) // _PIECE_S)
    if pieces < 2:
        raise EvaluationError(
            f"{path.name} lasts {last - first:.0f} s; {2 * _PIECE_S:g} s are the least"
        )
    return LabelledSession(
        subject=subject,
        session=path.stem,
        open=partial(Recorded, path),
        trials=tuple(
            Trial(
                id=f"{path.stem}:{number}",
                start=first + number * _PIECE_S,
                stop=first + (number + 1) * _PIECE_S,
            )
            for number in range(pieces)
        ),
        files=(path,),
    )


def marked_trials(
    marks: Sequence[tuple[float, str]], labels: Labels, *, session: str
) -> tuple[Trial, ...]:
    """Return the trials that (time, text) marks open and close.

    "pairs": a mark opens a trial, the same mark again closes it. "until-next": a mark opens a
    trial that the next mark, known or not, closes. Marks that `labels.markers` does not name open
    nothing.

    Raises
    ------
    EvaluationError
        If the labels do not name exactly one target with classes, or a marker stands for a class
        that it does not have.
    """
    classes = _marker_classes(labels)
    dimension = labels.targets[0].dimension
    return tuple(
        Trial(
            id=f"{session}:{number}",
            start=start,
            stop=stop,
            ratings={dimension: float(classes[text])},
        )
        for number, (start, stop, text) in enumerate(_spans(marks, labels, classes))
        if start < stop
    )


def marked_rests(
    marks: Sequence[tuple[float, str]], labels: Labels
) -> tuple[tuple[float, float], ...]:
    """Return the periods that the marker `labels.rest` opens, closed by the same rule."""
    known = () if labels.rest is None else (labels.rest,)
    return tuple((start, stop) for start, stop, _ in _spans(marks, labels, known) if start < stop)


def _spans(
    marks: Sequence[tuple[float, str]], labels: Labels, known: Collection[str]
) -> list[tuple[float, float, str]]:
    """Return (start, stop, text) of what the known marks open."""
    spans: list[tuple[float, float, str]] = []
    opened: tuple[float, str] | None = None
    for time, text in marks:
        if opened is not None and (labels.trials == "until-next" or text == opened[1]):
            spans.append((opened[0], time, opened[1]))
            opened = None
            if labels.trials == "pairs":
                continue
        # In pairs, a different mark means that an end was lost: what it would close is dropped.
        opened = (time, text) if text in known else None
    return spans


def _marker_classes(labels: Labels) -> dict[str, int]:
    if len(labels.targets) != 1 or not labels.targets[0].classes:
        raise EvaluationError(
            f"labels.markers stand for the classes of one target, but {len(labels.targets)} are "
            "declared; name one [[labels.targets]] with classes"
        )
    target = labels.targets[0]
    for text, name in labels.markers.items():
        if name not in target.classes:
            raise EvaluationError(
                f"marker '{text}' stands for '{name}', which is no class of "
                f"'{target.dimension}' ({', '.join(target.classes)})"
            )
    return {text: target.classes.index(name) for text, name in labels.markers.items()}


def _marks(recorded: Recorded, labels: Labels, path: Path) -> Iterator[tuple[float, str]]:
    offered = [info.name for info in recorded.streams.values() if info.kind == "markers"]
    wanted = [name for name in offered if labels.stream in {None, name}]
    if len(wanted) != 1:
        raise EvaluationError(
            f"{path.name} has {len(wanted)} fitting marker streams "
            f"({', '.join(offered) or 'none at all'}); name one with labels.stream"
        )
    marks = next(Marks(raw) for raw in recorded.raws if recorded.names[raw.id] == wanted[0])
    for name, chunk in recorded:
        if name == wanted[0]:
            yield from ((time, words[0]) for time, words in marks.take(chunk))
