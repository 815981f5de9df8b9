"""Undo the wrap of samples that were stored modulo 65536.

A step of more than half a circle between two samples is taken for a wrap. A signal may jump that
far by itself, when an electrode slips; from there on it would be whole circles off. But headsets
couple their electrodes to a level, so no stretch stays half a circle away from it for long: each
stretch without a large step is put on the circle on which its median is nearest to the level.
"""

import numpy as np

__all__ = ["CIRCLE", "turns_of"]

CIRCLE = 2**16

_LARGE = 0.2  # of a circle: a step after which the circle is no longer certain


def turns_of(stored: np.ndarray, *, level: float, least: int) -> np.ndarray:
    """Return how many circles to add to each sample.

    Parameters
    ----------
    stored : ndarray of int, shape (samples,)
        What the file holds.
    level : float
        Around which the signal lies.
    least : int
        Samples of a stretch that has a level; shorter ones follow the stretch before.

    Returns
    -------
    ndarray of int64, shape (samples,)
    """
    if not len(stored):
        return np.zeros(0, np.int64)
    steps = np.diff(stored.astype(np.int64))
    wraps = -np.round(steps / CIRCLE).astype(np.int64)
    turns = np.concatenate([[0], np.cumsum(wraps)])
    unwrapped = stored + CIRCLE * turns
    starts = np.flatnonzero(np.abs(steps + CIRCLE * wraps) > _LARGE * CIRCLE) + 1
    edges = np.concatenate([[0], starts, [len(stored)]])
    shifts = np.zeros(len(edges) - 1, np.int64)
    lengths = np.diff(edges)
    known = np.flatnonzero(lengths >= least)
    if not len(known):
        return turns + int(np.round((level - np.median(unwrapped)) / CIRCLE))
    for k in known:
        middle = np.median(unwrapped[edges[k] : edges[k + 1]])
        shifts[k] = np.round((level - middle) / CIRCLE)
    # What is too short to know follows what was known last; the first ones what comes next.
    last = np.maximum.accumulate(np.where(lengths >= least, np.arange(len(lengths)), -1))
    last[last < 0] = known[0]
    return turns + np.repeat(shifts[last], lengths)
