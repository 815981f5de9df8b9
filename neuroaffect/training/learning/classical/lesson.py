"""What a model is fitted on: rows, their labels, and what each of them weighs."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from neuroaffect.affect import Target
from neuroaffect.models import InputShape, build
from neuroaffect.pipeline import Network

if TYPE_CHECKING:
    from neuroaffect.models.head import AffectNetwork

__all__ = ["Lesson"]


@dataclass(frozen=True, eq=False, kw_only=True)
class Lesson:
    """All training rows at once, (n,).

    Parameters
    ----------
    network : Network
        Its name and its options.
    x : ndarray, shape (n, electrodes, features)
        Normalised, 0 where there is no value.
    present : ndarray of bool, shape (n, electrodes)
        Electrodes with a value.
    mean, sd : ndarray, shape (electrodes, features)
        By which `x` is normalised; an infinite sd where a feature is not looked at.
    labels : mapping of str to ndarray, (n,)
        By dimension: class numbers, or values in [-1, 1]; NaN where there is none.
    weights : mapping of str to ndarray, (n,)
        By dimension: trials weigh the same, and classes too if the recipe wants it.
    trials : ndarray of int, (n,)
        Number of each row's trial.
    targets : tuple of Target
    shape : InputShape
    seed : int
        Of the recipe.
    """

    network: Network
    x: np.ndarray
    present: np.ndarray
    mean: np.ndarray
    sd: np.ndarray
    labels: Mapping[str, np.ndarray]
    weights: Mapping[str, np.ndarray]
    trials: np.ndarray
    targets: tuple[Target, ...]
    shape: InputShape
    seed: int

    def fresh(self) -> "AffectNetwork":
        """Return the network with nothing in it yet, ready to be asked."""
        return build(
            self.network.name,
            shape=self.shape,
            targets=self.targets,
            options=self.network.options,
            rng=np.random.default_rng(self.seed),
        ).eval()

    def thinned(self, most: int) -> "Lesson":
        """Return about `most` of the rows: every second of each trial, or every third, and so on.

        Neighbouring ticks share most of their window. Each trial keeps its weight and at least
        one row.
        """
        step = -(-len(self.x) // most)
        order = np.lexsort((np.arange(len(self.x)), self.trials))
        _, first, count = np.unique(self.trials[order], return_index=True, return_counts=True)
        place = np.empty(len(self.x), np.int64)
        place[order] = np.arange(len(self.x)) - np.repeat(first, count)  # in its trial
        kept = np.flatnonzero(place % step == 0)
        size = np.bincount(self.trials)[self.trials]
        grown = size / -(-size // step)  # a trial's rows against those of it that are kept
        return replace(
            self,
            x=self.x[kept],
            present=self.present[kept],
            labels={d: y[kept] for d, y in self.labels.items()},
            weights={d: (w * grown)[kept] for d, w in self.weights.items()},
            trials=self.trials[kept],
        )

    def rated(self) -> Iterator[tuple[Target, slice, np.ndarray]]:
        """Yield each target, its columns of the output, and the rows that have its label, (m,)."""
        first = 0
        for target in self.targets:
            columns = slice(first, first := first + target.outputs)
            yield target, columns, np.flatnonzero(np.isfinite(self.labels[target.dimension]))
