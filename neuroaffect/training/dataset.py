"""Labelled sessions through a pipeline: the ticks that lie inside trials, as arrays."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from neuroaffect.errors import EvaluationError, PipelineError
from neuroaffect.pipeline import NetworkInput, Pipeline, Run, Tick, describe_input
from neuroaffect.session.labelled import LabelledSession, Trial
from neuroaffect.stream import FeatureInfo
from neuroaffect.training.reach import Reach

__all__ = ["Dataset", "extract"]


@dataclass(frozen=True, eq=False, kw_only=True)
class Dataset:
    """Ticks with what is known of them, one row per tick, (n,).

    Parameters
    ----------
    features : ndarray, shape (n, electrodes, features)
        What the network reads of each tick.
    labels : mapping of str to ndarray of float64, (n,)
        Dimension → the trial's rating or class number as given; NaN where there is none. What is
        high and low is decided on the training side of a split, not here.
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
    """

    features: np.ndarray
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

    def take(self, rows: np.ndarray) -> "Dataset":
        """Return the dataset of these rows (numbers or a mask), in this order."""
        return replace(
            self,
            features=self.features[rows],
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
    progress: Callable[[str], None] | None = None,
) -> Dataset:
    """Run every session through the pipeline and keep the ticks that lie inside a trial.

    The pipeline runs over the whole session, as it would live. A tick is kept when it is
    settled and has enough features for the model to speak, a feature counting only where its
    whole window lies inside the trial. A session that is one clip keeps every settled tick.

    Parameters
    ----------
    sessions : iterable of LabelledSession
    pipeline : Pipeline
    progress : callable, optional
        Called with "subject session" after each session.

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
    parts = []
    for session in sessions:
        part = _extract_one(session, pipeline)
        if parts and part.input.channels != parts[0].input.channels:
            raise EvaluationError(
                f"session '{session.session}' of {session.subject} gives the channels "
                f"{', '.join(part.input.channels)}, the first one gives "
                f"{', '.join(parts[0].input.channels)}; list the channels in the pipeline"
            )
        parts.append(part)
        if progress is not None:
            progress(f"{session.subject} {session.session}")
    if not sum(map(len, parts)):
        raise EvaluationError(
            f"none of the {len(parts)} sessions has a settled tick inside a labelled trial with "
            f"enough features whose windows ({parts[0].window_s:g} s and more) lie in it too; "
            "give longer trials or shorter windows"
        )
    return _concatenate(parts)


def _extract_one(session: LabelledSession, pipeline: Pipeline) -> Dataset:
    source = session.open()
    streams = source.streams
    run = pipeline.start(streams, late=getattr(source, "late", ()), rests=session.rests)
    try:
        info = describe_input(pipeline.network.places, run.features)
    except PipelineError as error:
        raise EvaluationError(
            f"session '{session.session}' of {session.subject}: {error}"
        ) from None
    taken = NetworkInput(pipeline.network.places, channels=info.channels, features=info.features)
    reach = Reach(pipeline, run)
    kept = []
    for tick in run.over(source):
        trial = _trial_at(tick, session)
        if trial is not None:
            values = taken.of(tick)
            if not session.whole_trials:  # of a clip there is nothing but the trial
                values = reach.within(values, tick, trial)
            if _usable(tick, values, pipeline):
                kept.append((tick, values, trial))
    source.close()
    return _arrays(kept, session, pipeline.resolve(streams), run, info, reach)


def _usable(tick: Tick, values: np.ndarray, pipeline: Pipeline) -> bool:
    """Tell whether the model would speak at this tick: it learns from nothing else."""
    share = float(np.isfinite(values).mean())
    return tick.settled and share > 0 and share >= pipeline.network.good_channels


def _trial_at(tick: Tick, session: LabelledSession) -> Trial | None:
    if session.whole_trials:
        return session.trials[0]
    return next((t for t in session.trials if t.start < tick.time <= t.stop), None)


def _arrays(
    kept: Sequence[tuple[Tick, np.ndarray, Trial]],
    session: LabelledSession,
    pipeline: Pipeline,
    run: Run,
    info: FeatureInfo,
    reach: Reach,
) -> Dataset:
    tracks = dict.fromkeys(place.partition(".")[0] for place in pipeline.network.places)
    features = np.array([values for _, values, _ in kept]).reshape(-1, *info.shape)
    window_s = reach.longest_s(features)
    dimensions = sorted({dimension for trial in session.trials for dimension in trial.ratings})
    return Dataset(
        features=features,
        labels={
            dimension: np.array(
                [trial.ratings.get(dimension, np.nan) for _, _, trial in kept], float
            )
            for dimension in dimensions
        },
        subject=np.array([session.subject] * len(kept), dtype=str),
        session=np.array([session.session] * len(kept), dtype=str),
        trial=np.array([trial.id for _, _, trial in kept], dtype=str),
        time=np.array([tick.time for tick, _, _ in kept], dtype=np.float64),
        pipeline=pipeline,
        input=info,
        rates_hz={track: run.tracks[track].info.rate_hz for track in tracks},
        window_s=window_s,
        memory_s=max(window_s, *(run.tracks[track].settle_s for track in tracks)),
    )


def _concatenate(parts: Sequence[Dataset]) -> Dataset:
    dimensions = sorted({dimension for part in parts for dimension in part.labels})
    return replace(
        parts[0],
        features=np.concatenate([part.features for part in parts]),
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
        window_s=max(part.window_s for part in parts),
        memory_s=max(part.memory_s for part in parts),
    )


def _numbers(*columns: np.ndarray) -> np.ndarray:
    """Number the distinct rows of these columns, in sorted order, (n,)."""
    codes = [np.unique(column, return_inverse=True)[1] for column in columns]
    return np.unique(np.stack(codes, axis=1), axis=0, return_inverse=True)[1].reshape(-1)
