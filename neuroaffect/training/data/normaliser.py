"""Mean and spread of each feature over training rows: what a network's input is scaled by."""

import numpy as np

from neuroaffect.training.data.mapped import Mapped, blocks

__all__ = ["normalised", "statistics"]

_LEAST_SD = 1e-6  # in a feature's own unit; one that never changes must not become infinite


def statistics(features: np.ndarray | Mapped, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return weighted mean and sd of each feature over the rows with a value, (channels, features).

    One that never has a value has an infinite sd: nothing was learned of it, nothing it says
    later is heard.
    """
    total, first = np.zeros(features.shape[1:]), np.zeros(features.shape[1:])
    for rows, x in blocks(features):
        w = np.where(np.isfinite(x), weights[rows, None, None], 0.0)
        total += w.sum(axis=0)
        first += (w * np.nan_to_num(x)).sum(axis=0)
    known = total > 0
    mean, second = first / np.where(known, total, 1.0), np.zeros(features.shape[1:])
    for rows, x in blocks(features):
        w = np.where(np.isfinite(x), weights[rows, None, None], 0.0)
        second += (w * np.where(w > 0, x - mean, 0.0) ** 2).sum(axis=0)
    sd = np.maximum(np.sqrt(second / np.where(known, total, 1.0)), _LEAST_SD)
    return mean, np.where(known, sd, np.inf)


def normalised(
    features: np.ndarray, mean: np.ndarray, sd: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return features of mean 0 and sd 1, 0 without a value; and where there is one.

    A feature of infinite sd is not looked at: it never has a value. The graph that goes live says
    the same in its own arithmetic (:class:`neuroaffect.models.export.Normalised`).
    """
    z = (features - mean) / sd
    known = np.isfinite(z) & np.isfinite(sd)
    return np.where(known, z, 0.0), known
