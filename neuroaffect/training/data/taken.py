"""What a pipeline makes of one session: the ticks inside its trials, without their labels."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from neuroaffect.errors import EvaluationError, PipelineError
from neuroaffect.pipeline import NetworkInput, Pipeline, Tick, describe_input
from neuroaffect.session.labelled import LabelledSession, Trial
from neuroaffect.stream import FeatureInfo
from neuroaffect.training.data.reach import Reach

__all__ = ["Taken", "take_ticks"]


@dataclass(frozen=True, eq=False, kw_only=True)
class Taken:
    """Ticks of one session, (n,), and which trial each lies in.

    No rating is in it: a rating may be corrected, or read otherwise, while the features stay.

    Parameters
    ----------
    features : ndarray, shape (n, electrodes, features)
    time : ndarray of float64
        Seconds on the session's clock.
    trial : ndarray of int
        Place of the tick's trial among the session's trials.
    input : FeatureInfo
        Names along the axes of `features`.
    channels : mapping of str to tuple of str
        What each track was started on.
    rates_hz : mapping of str to float
        Of the streams that the network's tracks read, by track.
    window_s, memory_s : float
        As in :class:`neuroaffect.training.data.dataset.Dataset`.
    """

    features: np.ndarray
    time: np.ndarray
    trial: np.ndarray
    input: FeatureInfo
    channels: Mapping[str, tuple[str, ...]]
    rates_hz: Mapping[str, float]
    window_s: float
    memory_s: float

    def __len__(self) -> int:
        return len(self.time)

    def resolved(self, pipeline: Pipeline) -> Pipeline:
        """Return the pipeline with the channels listed that were used."""
        tracks = {
            name: track.model_copy(update={"channels": self.channels[name]})
            for name, track in pipeline.tracks.items()
            if name in self.channels
        }
        return pipeline.model_copy(update={"tracks": {**pipeline.tracks, **tracks}})


def take_ticks(session: LabelledSession, pipeline: Pipeline) -> Taken:
    """Run the pipeline over a whole session and keep the ticks inside its trials.

    Raises
    ------
    EvaluationError
        If the network reads what no block of this session gives.
    PipelineError, StreamError
        If the pipeline does not fit the session's streams.
    """
    source = session.open()
    run = pipeline.start(source.streams, late=getattr(source, "late", ()), rests=session.rests)
    places = pipeline.network.places
    try:
        info = describe_input(places, run.features)
    except PipelineError as error:
        raise EvaluationError(
            f"session '{session.session}' of {session.subject}: {error}"
        ) from None
    taken = NetworkInput(places, channels=info.channels, features=info.features)
    reach = Reach(pipeline, run)
    kept = []
    for tick in run.over(source):
        number = _trial_at(tick, session)
        if number is not None:
            values = taken.of(tick)
            if not session.whole_trials:  # of a clip there is nothing but the trial
                values = reach.within(values, tick, session.trials[number])
            if _usable(tick, values, pipeline):
                kept.append((tick.time, number, values))
    source.close()
    features = np.array([values for _, _, values in kept]).reshape(-1, *info.shape)
    window_s = reach.longest_s(features)
    tracks = dict.fromkeys(place.partition(".")[0] for place in places)
    return Taken(
        features=features,
        time=np.array([time for time, _, _ in kept], dtype=np.float64),
        trial=np.array([number for _, number, _ in kept], dtype=np.int64),
        input=info,
        channels={name: track.info.channels for name, track in run.tracks.items()},
        rates_hz={track: run.tracks[track].info.rate_hz for track in tracks},
        window_s=window_s,
        memory_s=max(window_s, *(run.tracks[track].settle_s for track in tracks)),
    )


def _usable(tick: Tick, values: np.ndarray, pipeline: Pipeline) -> bool:
    """Tell whether the model would speak at this tick: it learns from nothing else."""
    share = float(np.isfinite(values).mean())
    return tick.settled and share > 0 and share >= pipeline.network.good_channels


def _trial_at(tick: Tick, session: LabelledSession) -> int | None:
    if session.whole_trials:
        return 0

    def inside(trial: Trial) -> bool:
        return trial.start < tick.time <= trial.stop

    return next((n for n, trial in enumerate(session.trials) if inside(trial)), None)
