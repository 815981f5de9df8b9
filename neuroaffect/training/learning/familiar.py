"""What training rows usually look like, so that what is unlike them can be told."""

from typing import TYPE_CHECKING

import numpy as np

from neuroaffect.training.data.rows import Rows

if TYPE_CHECKING:
    from neuroaffect.models.novelty import Novelty

__all__ = ["novelty_from"]

_ROWS = 1000  # drawn, each trial alike: neighbouring ticks say nearly the same
_DIRECTIONS = 16
_LEAST_VARIANCE = 1e-3  # of a normalised feature: what never moved must not make all else novel


def novelty_from(rows: Rows, weights: np.ndarray, *, groups: int, seed: int) -> "Novelty":
    """Return the novelty of an input beside these rows.

    Parameters
    ----------
    rows : Rows
    weights : ndarray, (n,)
        How often a row is looked at, against the others.
    groups : int
        Trials the rows come from: they span no more directions than that.
    seed : int
    """
    import torch

    from neuroaffect.models.novelty import Novelty

    rng = np.random.default_rng(seed)
    count = min(len(rows), _ROWS)
    drawn = rng.choice(len(rows), count, replace=False, p=weights / weights.sum())
    x, _ = rows.take(np.sort(drawn))
    z = x.reshape(count, -1)  # (n, E·F)
    heard = int(rows.heard.sum())  # of these cells; the others are always 0
    kept = max(1, min(_DIRECTIONS, heard - 1, groups - 1, count - 1))
    components, variances = _largest(z, kept, rng)
    unexplained = float((z**2).sum(axis=1).mean() - variances.sum())
    rest = max(unexplained / max(1, heard - kept), _LEAST_VARIANCE)
    parts = (components, np.maximum(variances, _LEAST_VARIANCE), np.array(rest))
    # Contiguous, as a bundle holds them: another stride is another order of sums.
    parts = (np.ascontiguousarray(part, dtype=np.float32) for part in parts)
    return Novelty(*(torch.from_numpy(part) for part in parts))


def _largest(z: np.ndarray, count: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Return directions (count, width) of the largest variance about 0, and that variance."""
    from sklearn.utils.extmath import randomized_svd

    seed = int(rng.integers(2**31))
    _, singular, components = randomized_svd(z, count, random_state=seed)
    return components, singular**2 / len(z)
