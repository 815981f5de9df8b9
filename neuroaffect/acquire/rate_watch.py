"""Is the nominal rate the real one? Seen from a stream's first steps on."""

from collections import deque
from statistics import median

import numpy as np

__all__ = ["RateWatch"]

STEP_S = 0.5  # steps over which a grossly wrong rate is seen
WATCHED = 5  # how many of those steps vote
SURE = 3  # and how many must have been seen before the rate is believed
EVEN = 16  # steps from sample to sample that bear the nominal rate out do as well
GROSS = 1.5  # a rate that is wrong by this factor is replaced, not corrected


class RateWatch:
    """Watch the steps of one stream for a rate that is grossly wrong.

    Single stalls and losses are outvoted: what counts is the median of the last steps of at
    least :data:`STEP_S`, lost samples counted.
    """

    def __init__(self) -> None:
        self._steps: deque[float] = deque(maxlen=WATCHED)
        self._from_s = 0.0
        self._samples = 0
        self._even = 0

    @property
    def is_sure(self) -> bool:
        """Whether enough was seen to tell a loss from a wrong nominal rate."""
        return self._even >= EVEN or len(self._steps) >= SURE

    def begin(self, first_s: float) -> None:
        """Measure from this stamp on, whose sample is still to be counted."""
        self._from_s, self._samples = first_s, -1

    def count(self, samples: int) -> None:
        """Count samples, received or known to be lost."""
        self._samples += samples

    def see_even(self, late: np.ndarray, *, interval_s: float) -> None:
        """Look for steps of about the nominal interval; `late` is how late each sample is."""
        if not self.is_sure:
            off = np.abs(np.diff(late, prepend=0.0))
            self._even += int(np.count_nonzero(off < interval_s / 2))

    def contradicts(self, newest_s: float, *, interval_s: float) -> float | None:
        """Return the interval that the last steps say, if it is grossly another one."""
        step_s = newest_s - self._from_s
        if step_s < STEP_S or self._samples < 1:
            return None
        self._steps.append(step_s / self._samples)
        self._from_s, self._samples = newest_s, 0
        seen_s = median(self._steps)
        is_right = 1 / GROSS < seen_s / interval_s < GROSS
        return None if is_right or len(self._steps) < SURE else seen_s
