"""What is learned: trials out of a recording's own marks, and classes out of ratings."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path

import numpy as np

from neuroaffect.acquire import Recorded
from neuroaffect.acquire.marks import Marks
from neuroaffect.acquire.timeline import heard_trials
from neuroaffect.affect import Target
from neuroaffect.errors import EvaluationError
from neuroaffect.pipeline import Labels, Pipeline
from neuroaffect.session.labelled import LabelledSession, Trial
from neuroaffect.session.rated import rated_trials

__all__ = [
    "encode",
    "fit_thresholds",
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


def fit_thresholds(
    labels: Mapping[str, np.ndarray], trials: np.ndarray, targets: Sequence[Target]
) -> dict[str, float]:
    """Return what counts as high, for each binary target with a scale, from training rows only.

    Parameters
    ----------
    labels : mapping of str to ndarray, (n,)
        Ratings of the *training* rows.
    trials : ndarray of int, (n,)
        Their trials; each trial counts once.
    targets : sequence of Target

    Returns
    -------
    dict of str to float
        Ratings above it are high.

    Notes
    -----
    Where the median is the highest rating given (8, 8, 8, 5: nothing lies above), "median" is
    halfway to the next lower one, so that the most frequent rating is high.
    """
    thresholds = {}
    for target in targets:
        if target.kind != "binary" or target.scale is None:
            continue
        ratings = _per_trial(_column(labels, target), trials)
        if isinstance(target.threshold, float | int):
            thresholds[target.dimension] = float(target.threshold)
        elif target.threshold == "median" and len(ratings):
            thresholds[target.dimension] = _median(ratings)
        else:
            thresholds[target.dimension] = (target.scale.low + target.scale.high) / 2
    return thresholds


def encode(
    labels: Mapping[str, np.ndarray], target: Target, thresholds: Mapping[str, float]
) -> np.ndarray:
    """Return the class number of each row, or its place in [-1, 1] if continuous, (n,).

    NaN where there is no rating.

    Raises
    ------
    EvaluationError
        If the labels lack the dimension, or hold a class that the target does not have.
    """
    ratings = _column(labels, target)
    if target.kind == "continuous":
        return ratings if target.scale is None else target.scale.to_unit(ratings)
    if target.dimension in thresholds:
        high = (ratings > thresholds[target.dimension]).astype(np.float64)
        return np.where(np.isfinite(ratings), high, np.nan)
    steps = ratings - (0.0 if target.scale is None else target.scale.low)
    classes = np.floor(steps)  # scales in halves: 3.5 belongs to the class that begins at 3
    wrong = np.isfinite(classes) & ((classes < 0) | (classes >= len(target.classes)))
    if wrong.any():
        raise EvaluationError(
            f"'{target.dimension}' is labelled {ratings[wrong][0]:g}, but has the "
            f"{len(target.classes)} classes {', '.join(target.classes)}"
        )
    return classes


def _median(ratings: np.ndarray) -> float:
    median = float(np.median(ratings))
    below = ratings[ratings < median]
    if median < ratings.max() or not len(below):
        return median
    return (median + float(below.max())) / 2


def _per_trial(ratings: np.ndarray, trials: np.ndarray) -> np.ndarray:
    """Return one rating per trial, whatever the number of its ticks; unrated ones are left out."""
    _, first = np.unique(trials, return_index=True)
    return ratings[first][np.isfinite(ratings[first])]


def _column(labels: Mapping[str, np.ndarray], target: Target) -> np.ndarray:
    if target.dimension not in labels:
        raise EvaluationError(
            f"no trial is labelled with '{target.dimension}'; "
            f"labelled are {', '.join(labels) or 'none'}"
        )
    return labels[target.dimension]
