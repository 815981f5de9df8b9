"""Collect the windows of a baseline, and calibrate at its end."""

from collections import deque
from dataclasses import dataclass

import numpy as np

from neuroaffect.blocks.cleaning.subspace import Calibration, calibrate

__all__ = ["Calibrator"]


@dataclass(frozen=True, eq=False, slots=True)
class _Window:
    covariance: np.ndarray
    good: np.ndarray
    rest: bool
    span: int  # samples since the window before it


class Calibrator:
    """Decides on which windows, and when, a calibration is learned.

    The first calibration comes `full` samples after the start: from what was marked as rest if
    that is enough, else from all of it. A rest that ends calibrates anew, from its newest `full`
    samples; one with less than `least` clean samples changes nothing. Windows enter a third of
    their length apart or more.

    Parameters
    ----------
    window, full, least : int
        In samples.
    cutoff : float

    Attributes
    ----------
    calibration : Calibration or None
        The one in force.
    missing : int
        Samples until the first calibration is due; 0 once there is one.
    """

    def __init__(self, *, window: int, full: int, least: int, cutoff: float) -> None:
        self.calibration: Calibration | None = None
        self._window, self._full, self._least, self._cutoff = window, full, least, cutoff
        self._windows: deque[_Window] = deque()
        self._elapsed = 0
        self._since = 0  # samples since the newest collected window
        self._resting = 0  # samples since the rest began, 0 outside

    @property
    def missing(self) -> int:
        return 0 if self.calibration is not None else max(0, self._full - self._elapsed)

    def add(
        self, covariance: np.ndarray | None, good: np.ndarray, samples: int, *, rest: bool
    ) -> None:
        """Take the window that ends here, and calibrate if it is time.

        Parameters
        ----------
        covariance : ndarray, shape (channels, channels), or None
            None while no whole window has passed since the start.
        good : ndarray of bool, shape (channels,)
            Channels that were good throughout the window.
        samples : int
            Samples since the last call.
        rest : bool
        """
        if rest and not self._resting and self.calibration is not None:
            self._windows.clear()
        ended = self._resting > 0 and not rest
        self._resting = self._resting + samples if rest else 0
        self._elapsed += samples
        self._since += samples
        if ended:
            self._learn([w for w in self._windows if w.rest])
        if covariance is not None and (rest or self.calibration is None):
            self._collect(covariance, good)
        if self.calibration is None and self._elapsed >= self._full:
            resting = [w for w in self._windows if w.rest]
            self._learn(resting)
            if self.calibration is None:
                self._learn(list(self._windows))

    def after_gap(self) -> "Calibrator":
        """Return a calibrator that goes on with what this one has collected."""
        other = Calibrator(
            window=self._window, full=self._full, least=self._least, cutoff=self._cutoff
        )
        other.calibration = self.calibration
        other._windows = self._windows.copy()
        other._elapsed, other._resting = self._elapsed, min(self._resting, 1)
        return other

    def _collect(self, covariance: np.ndarray, good: np.ndarray) -> None:
        if self._since < self._window / 3:
            return
        # A window that reaches back to before the rest is not of the rest.
        rest = self._resting >= self._window
        self._windows.append(_Window(covariance, good, rest, self._since))
        self._since = 0
        while sum(w.span for w in self._windows) > self._full:
            self._windows.popleft()

    def _learn(self, chosen: list[_Window]) -> None:
        span = sum(w.span for w in chosen) / max(1, len(chosen))
        if not chosen or span * len(chosen) < self._least:
            return
        found = calibrate(
            np.array([w.covariance for w in chosen]),
            np.array([w.good for w in chosen]),
            cutoff=self._cutoff,
            least=int(np.ceil(self._least / span)),
            stride=max(1, round(self._window / span)),
        )
        self.calibration = found or self.calibration
