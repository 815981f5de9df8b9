"""How far back each feature looks, and which of them speak of one trial alone."""

import math

import numpy as np

from neuroaffect.pipeline import Pipeline, Run, Tick
from neuroaffect.session.labelled import Trial

__all__ = ["Reach"]


class Reach:
    """Keep those features of a tick whose whole window lies inside its trial.

    A band entropy looks back two seconds, heart rate variability a minute. At a tick ten seconds
    into a trial the one speaks of the trial, the other of what came before as well, perhaps of
    another trial on the other side of a split: it has no value then.

    Parameters
    ----------
    pipeline : Pipeline
    run : Run
        Of that pipeline.

    Attributes
    ----------
    windows_s : ndarray, shape (features,)
        Memory of each feature, in whole hops of its track.
    """

    def __init__(self, pipeline: Pipeline, run: Run) -> None:
        places = pipeline.network.places
        windows_s, self._track = [], []
        for place in places:
            track = place.partition(".")[0]
            hop_s = pipeline.tracks[track].hop_s or pipeline.hop_s
            block = run.features[place]
            memories_s = block.memories_s or (0.0,) * len(block.features)
            rows = len(block.channels) if len(places) > 1 else 1
            windows_s += [_in_hops(memory_s, hop_s) for memory_s in memories_s] * rows
            self._track += [track] * len(memories_s) * rows
        self.windows_s = np.array(windows_s)

    def within(self, values: np.ndarray, tick: Tick, trial: Trial) -> np.ndarray:
        """Return the features, (channels, features), NaN where they reach out of the trial."""
        ages_s = np.array([tick.age_s.get(track, 0.0) for track in self._track])
        inside = trial.start <= tick.time - ages_s - self.windows_s
        return np.where(inside, values, np.nan)

    def longest_s(self, features: np.ndarray) -> float:
        """Return the longest window of those that ever have a value, (n, channels, features)."""
        seen = np.isfinite(features).any(axis=(0, 1))
        return float(self.windows_s[seen].max() if seen.any() else self.windows_s.min())


def _in_hops(memory_s: float, hop_s: float) -> float:
    return max(1, math.ceil(memory_s / hop_s - 1e-9)) * hop_s
