"""Judge whether a beat looks like the beats before it."""

from collections import deque

import numpy as np

__all__ = ["BeatShape"]

_BEATS, _FEWEST = 8, 2
_RATIO = 2.0  # a beat more than twice as strong as usual, or less than half, is none


class BeatShape:
    """The usual shape of a channel's beats: the median of the last eight, each of unit size.

    A median, so that a few artefacts do not count, of all beats, so that it finds back after
    many.

    Parameters
    ----------
    likeness : float
        Least correlation with it.

    References
    ----------
    Orphanidou et al. (2015), doi:10.1109/JBHI.2014.2338351: correlation with the mean beat.
    """

    def __init__(self, likeness: float) -> None:
        self._likeness = likeness
        self._shapes: deque[np.ndarray] = deque(maxlen=_BEATS)
        self._strengths: deque[float] = deque(maxlen=_BEATS)

    def judge(self, shape: np.ndarray, strength: float) -> bool:
        """Return whether this beat, (samples,), has the usual shape and strength; remember it."""
        shape = shape - shape.mean()
        size = float(np.sqrt(shape @ shape))
        if not 0.0 < size < np.inf:
            return False
        shape = shape / size
        alike = len(self._shapes) >= _FEWEST and self._fits(shape, strength)
        self._shapes.append(shape)
        self._strengths.append(strength)
        return alike

    def _fits(self, shape: np.ndarray, strength: float) -> bool:
        usual = np.median(self._shapes, axis=0)
        size = float(np.sqrt(usual @ usual))
        if size == 0.0 or float(shape @ usual) < self._likeness * size:
            return False
        ratio = strength / float(np.median(self._strengths))
        return 1.0 / _RATIO <= ratio <= _RATIO
