"""Labelled sessions through a pipeline: the ticks that lie inside trials, as arrays."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from neuroaffect.errors import EvaluationError
from neuroaffect.pipeline import Pipeline
from neuroaffect.session.labelled import LabelledSession
from neuroaffect.stream import FeatureInfo
from neuroaffect.training.data.cache import FeatureCache
from neuroaffect.training.data.mapped import Gathered, Mapped
from neuroaffect.training.data.taken import Taken, take_ticks

__all__ = ["MOST_BYTES", "Dataset", "extract"]

MOST_BYTES = 2**30  # of features in memory, unless asked otherwise


@dataclass(frozen=True, eq=False, kw_only=True)
class Dataset:
    """Ticks with what is known of them, one row per tick, (n,).

    Parameters
    ----------
    features : ndarray or Mapped, shape (n, electrodes, features)
        What the network reads of each tick; in a file, if they are larger than memory.
    labels : mapping of str to ndarray of float64, (n,)
        Dimension → the trial's rating or class number as given, or what its course says at the
        tick; NaN where there is none. What is high and low is decided on the training side of a
        split, not here.
    subject, session, trial : ndarray of str
        A trial is one (subject, trial); it may reach over several sessions.
    time : ndarray of float64
        Seconds on the session's clock.
    pipeline : Pipeline
        With the channels listed that were used.
    input : FeatureInfo
        Names along the axes of `features`.
    rates_hz : mapping of str to float
        Rates of the streams that the network's tracks read, by track.
    window_s : float
        How many seconds of signal a row sums up at most, in whole hops.
    memory_s : float
        How far back a row remembers: its window and the settling of the filters before it.
    courses : frozenset of str
        Dimensions whose rating moves within a trial.
    """

    features: np.ndarray | Mapped
    labels: Mapping[str, np.ndarray]
    subject: np.ndarray
    session: np.ndarray
    trial: np.ndarray
    time: np.ndarray
    pipeline: Pipeline
    input: FeatureInfo
    rates_hz: Mapping[str, float]
    window_s: float
    memory_s: float
    courses: frozenset[str] = frozenset()

    def __len__(self) -> int:
        return len(self.time)

    @cached_property
    def trials(self) -> np.ndarray:
        """Number of each row's trial, one per (subject, trial), (n,)."""
        return _numbers(self.subject, self.trial)

    @cached_property
    def sessions(self) -> np.ndarray:
        """Number of each row's session, one per (subject, session), (n,)."""
        return _numbers(self.subject, self.session)

    @cached_property
    def trial_weight(self) -> np.ndarray:
        """What each row weighs where a trial is one observation: 1 over its trial's rows, (n,)."""
        return 1 / np.bincount(self.trials)[self.trials]

    def take(self, rows: np.ndarray) -> "Dataset":
        """Return the dataset of these rows (numbers or a mask), in this order.

        Features that lie in a file stay there.
        """
        mapped = self.features
        return replace(
            self,
            features=mapped.take(rows) if isinstance(mapped, Mapped) else mapped[rows],
            labels={dimension: values[rows] for dimension, values in self.labels.items()},
            subject=self.subject[rows],
            session=self.session[rows],
            trial=self.trial[rows],
            time=self.time[rows],
        )


def extract(
    sessions: Iterable[LabelledSession],
    pipeline: Pipeline,
    *,
    cache: FeatureCache | None = None,
    most_bytes: int = MOST_BYTES,
    workers: int = 1,
    progress: Callable[[str], None] | None = None,
    tell: Callable[[str], None] | None = None,
) -> Dataset:
    """Run every session through the pipeline and keep the ticks that lie inside a trial.

    The pipeline runs over the whole session, as it would live. A tick is kept when it is
    settled and has enough features for the model to speak, a feature counting only where its
    whole window lies inside the trial. A session that is one clip keeps every settled tick.

    Parameters
    ----------
    sessions : iterable of LabelledSession
    pipeline : Pipeline
    cache : FeatureCache, optional
        What was made of a session before is taken from it.
    most_bytes : int
        Features beyond this size lie in a file and are read when they are asked for.
    workers : int
        Processes, one session each at a time; the result is the same.
    progress : callable, optional
        Called with "subject session" after each session.
    tell : callable, optional
        Called with a sentence where something in the cache was damaged.

    Returns
    -------
    Dataset

    Raises
    ------
    EvaluationError
        If no tick is left, or the sessions have different channels.
    PipelineError, StreamError
        If the pipeline does not fit a session's streams.
    """
    parts: list[Dataset] = []
    gathered = Gathered(most_bytes=most_bytes)
    for session, (taken, said) in _all_taken(sessions, pipeline, cache, workers):
        if parts and taken.input.channels != parts[0].input.channels:
            raise EvaluationError(
                f"session '{session.session}' of {session.subject} gives the channels "
                f"{', '.join(taken.input.channels)}, the first one gives "
                f"{', '.join(parts[0].input.channels)}; list the channels in the pipeline"
            )
        gathered.add(taken.features)
        parts.append(_labelled(taken, session, pipeline))
        if said and tell is not None:
            tell(said)
        if progress is not None:
            progress(f"{session.subject} {session.session}")
    if not sum(map(len, parts)):
        windows = f" ({parts[0].window_s:g} s and more)" if parts else ""
        raise EvaluationError(
            f"none of the {len(parts)} sessions has a settled tick inside a labelled trial with "
            f"enough features whose windows{windows} lie in it too; "
            "give longer trials or shorter windows"
        )
    return _concatenate(parts, gathered.whole())


def _all_taken(
    sessions: Iterable[LabelledSession],
    pipeline: Pipeline,
    cache: FeatureCache | None,
    workers: int,
) -> Iterator[tuple[LabelledSession, tuple[Taken, str]]]:
    """Yield each session with its ticks and what is to be said of them, in order."""
    if workers > 1:
        sessions = list(sessions)
        if cache is not None and all(cache.holds(each, pipeline) for each in sessions):
            workers = 1  # reading takes less time than starting processes
    if workers == 1:
        for session in sessions:
            yield session, _taken(session, pipeline, cache)
        return
    import joblib

    begun: deque[LabelledSession] = deque()

    def calls() -> Iterator[object]:
        for session in sessions:
            begun.append(session)
            yield joblib.delayed(_taken)(session, pipeline, cache)

    for result in joblib.Parallel(n_jobs=workers, return_as="generator")(calls()):
        yield begun.popleft(), result


def _taken(
    session: LabelledSession, pipeline: Pipeline, cache: FeatureCache | None
) -> tuple[Taken, str]:
    if cache is None:
        return take_ticks(session, pipeline), ""
    return cache.take(session, pipeline)


def _labelled(taken: Taken, session: LabelledSession, pipeline: Pipeline) -> Dataset:
    """Return the rows of a session with their labels, and without their features."""
    trials = session.trials
    named = {name for trial in trials for name in (*trial.ratings, *trial.courses)}
    return Dataset(
        features=taken.features[:0],
        labels={name: _column(taken, session, name, pipeline) for name in sorted(named)},
        courses=frozenset(name for trial in trials for name in trial.courses),
        subject=np.array([session.subject] * len(taken), dtype=str),
        session=np.array([session.session] * len(taken), dtype=str),
        trial=np.array([trials[number].id for number in taken.trial], dtype=str),
        time=taken.time,
        pipeline=taken.resolved(pipeline),
        input=taken.input,
        rates_hz=taken.rates_hz,
        window_s=taken.window_s,
        memory_s=taken.memory_s,
    )


def _column(
    taken: Taken, session: LabelledSession, dimension: str, pipeline: Pipeline
) -> np.ndarray:
    """Return each tick's rating, (n,): the trial's, or its course where it has one.

    A course that says nothing at a tick is not made up by the trial's rating.
    """
    delay_s = pipeline.labels.delay_of(dimension)
    column = np.full(len(taken), np.nan)
    for number, trial in enumerate(session.trials):
        own = taken.trial == number
        if dimension in trial.courses:
            felt = taken.time[own] + delay_s
            column[own] = trial.courses[dimension].at(felt, until=trial.stop)
        else:
            column[own] = trial.ratings.get(dimension, np.nan)
    return column


def _concatenate(parts: Sequence[Dataset], features: np.ndarray | Mapped) -> Dataset:
    dimensions = sorted({dimension for part in parts for dimension in part.labels})
    return replace(
        parts[0],
        features=features,
        labels={
            dimension: np.concatenate(
                [part.labels.get(dimension, np.full(len(part), np.nan)) for part in parts]
            )
            for dimension in dimensions
        },
        **{
            name: np.concatenate([getattr(part, name) for part in parts])
            for name in ("subject", "session", "trial", "time")
        },
        courses=frozenset().union(*(part.courses for part in parts)),
        window_s=max(part.window_s for part in parts),
        memory_s=max(part.memory_s for part in parts),
    )


def _numbers(*columns: np.ndarray) -> np.ndarray:
    """Number the distinct rows of these columns, in sorted order, (n,)."""
    codes = [np.unique(column, return_inverse=True)[1] for column in columns]
    return np.unique(np.stack(codes, axis=1), axis=0, return_inverse=True)[1].reshape(-1)
