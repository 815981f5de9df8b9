"""Training rows, normalised when they are drawn: the features may be larger than memory."""

import numpy as np

from neuroaffect.training.data.dataset import Dataset
from neuroaffect.training.data.normaliser import normalised

__all__ = ["Rows"]


class Rows:
    """Normalised features of a dataset, and what follows each of them.

    Parameters
    ----------
    dataset : Dataset
    mean, sd : ndarray, shape (electrodes, features)
        The normaliser; an infinite sd where a feature is not looked at.
    """

    def __init__(self, dataset: Dataset, mean: np.ndarray, sd: np.ndarray) -> None:
        self._features, self._mean, self._sd = dataset.features, mean, sd
        self._next = _following(dataset)

    def __len__(self) -> int:
        return len(self._features)

    @property
    def size(self) -> tuple[int, int]:
        """Electrodes and features."""
        return self._mean.shape

    @property
    def heard(self) -> np.ndarray:
        """Which features are looked at, (electrodes, features) of bool."""
        return np.isfinite(self._sd)

    def take(self, numbers: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return float32 (B, electrodes, features), 0 without a value, and who is there (B, E)."""
        z, known = normalised(self._features[numbers], self._mean, self._sd)
        return z.astype(np.float32), known.any(axis=-1)

    def following(self, numbers: np.ndarray) -> np.ndarray:
        """Return the same of the next tick of the same trial, NaN where there is none."""
        after = self._next[numbers]
        x, _ = self.take(np.maximum(after, 0))
        x[after < 0] = np.nan
        return x


def _following(dataset: Dataset) -> np.ndarray:
    """Return the row of the next tick of each row's trial, -1 where there is none, (n,)."""
    after = np.full(len(dataset), -1)
    order = np.lexsort((dataset.time, dataset.trials, dataset.sessions))
    here, then = order[:-1], order[1:]
    same = (dataset.trials[here] == dataset.trials[then]) & (
        dataset.sessions[here] == dataset.sessions[then]
    )
    # A tick that was not usable leaves a hole: what follows it does not follow what was before.
    near = dataset.time[then] - dataset.time[here] < 1.5 * dataset.pipeline.hop_s
    after[here[same & near]] = then[same & near]
    return after
