"""Which intervals between beats can be believed, and which of them touch."""

import numpy as np

__all__ = ["SHORTEST_S", "ectopic", "plausible", "touching"]

SHORTEST_S, LONGEST_S = 0.25, 2.5  # 240 and 24 beats per minute: no interval beyond is believed

_ALLOWED = 0.4  # of an interval; a missed beat is a whole one; ours
_NEIGHBOURS = 5  # on each side; ours, the shortest stretch that holds a breath


def plausible(interval_s: np.ndarray | float) -> np.ndarray:
    """Return whether an interval can be one of a heart: 0.25 s to 2.5 s."""
    return (interval_s >= SHORTEST_S) & (interval_s <= LONGEST_S)


def ectopic(interval_s: np.ndarray, deviation: float) -> np.ndarray:
    """Return which intervals stray from their neighbours: ectopic, missed or extra beats.

    Each is compared with the median of up to five intervals before and five after it, so that
    one stray interval does not condemn its neighbours.

    Parameters
    ----------
    interval_s : ndarray, shape (beats,)
    deviation : float
        Largest share by which an interval may differ from that median.

    References
    ----------
    Lipponen, Tarvainen (2019), doi:10.1080/03091902.2019.1640306: the median of 11 intervals;
    their threshold follows the spread of 91, which a live window does not hold
    """
    n = len(interval_s)
    if n < 3:
        return np.zeros(n, dtype=bool)
    padded = np.pad(interval_s, _NEIGHBOURS, constant_values=np.inf)
    around = np.lib.stride_tricks.sliding_window_view(padded, 2 * _NEIGHBOURS + 1)
    around = np.sort(np.delete(around, _NEIGHBOURS, axis=1), axis=1)  # (beats, neighbours)
    count = np.isfinite(around).sum(axis=1)
    beat = np.arange(n)
    usual = 0.5 * (around[beat, (count - 1) // 2] + around[beat, count // 2])
    return np.abs(interval_s - usual) > deviation * usual


def touching(
    time_s: np.ndarray, interval_s: np.ndarray, broken: np.ndarray, stamp_error_s: float = 0.0
) -> np.ndarray:
    """Return which intervals begin where the one before them ended.

    If every beat is told, the times and the sum of the intervals grow alike. Where the times
    run ahead by more than 0.4 of an interval, beats are missing.

    Parameters
    ----------
    time_s, interval_s : ndarray, shape (beats,)
    broken : ndarray of bool, shape (beats,)
        Beats before which something is known to be missing.
    stamp_error_s : float
        By how much more the times may be late.
    """
    ahead = time_s - np.cumsum(interval_s)
    allowed = np.maximum(_ALLOWED * interval_s, stamp_error_s)
    touches = ~broken
    least = np.inf
    for beat in range(len(ahead)):
        touches[beat] &= beat > 0 and ahead[beat] - least <= allowed[beat]
        least = min(least, ahead[beat]) if touches[beat] else ahead[beat]
    return touches
