"""How labels may change places if they mean nothing."""

import math

import numpy as np

from neuroaffect.explore.observations import Observations

__all__ = ["Exchange", "has_one_class_per_recording"]


class Exchange:
    """Shuffle sides among observations that could as well have had each other's.

    Trials change places within their recording, so that neither the person nor the day can play
    a part; where each recording has one class, whole recordings change places within a person.

    Parameters
    ----------
    side : ndarray, (n,)
        1 high, 0 low.
    blocks : ndarray of int, (n,)
        Observations of one block may change places.
    """

    def __init__(self, side: np.ndarray, blocks: np.ndarray) -> None:
        self._side = side
        self._blocks = [np.flatnonzero(blocks == block) for block in np.unique(blocks)]

    @property
    def least_p(self) -> float:
        """The smallest p there is: one over the number of arrangements that R² tells apart."""
        arrangements, mirrored = 1, True
        for rows in self._blocks:
            n, high = len(rows), int(self._side[rows].sum())
            arrangements *= math.comb(n, high)
            mirrored &= 2 * high == n
        # R² is the same when high and low change names everywhere.
        return min(1.0, (2 if mirrored else 1) / arrangements)

    def draw(self, count: int, rng: np.random.Generator) -> np.ndarray:
        """Return shuffled sides, (count, n)."""
        shuffled = np.tile(self._side, (count, 1))
        for rows in self._blocks:
            shuffled[:, rows] = rng.permuted(shuffled[:, rows], axis=1)
        return shuffled


def has_one_class_per_recording(observations: Observations, side: np.ndarray) -> bool:
    """Tell whether class and recording are the same thing, for everyone with several recordings."""
    known = np.isfinite(side)
    classes = {
        (session, value)
        for session, value in zip(observations.session[known], side[known], strict=True)
    }
    return len(classes) == len(np.unique(observations.session[known]))
