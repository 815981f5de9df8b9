"""Spectra of half overlapping segments over a sliding window, as Welch averages them."""

from collections import deque

import numpy as np
from scipy import signal

from neuroaffect.blocks.base import hold_missing
from neuroaffect.stream import StreamInfo

__all__ = ["Segments"]


class Segments:
    """Segments of a running signal on a grid that begins at its first sample.

    Parameters
    ----------
    info : StreamInfo
    window_s : float
        The newest segments that together span this are kept.
    segment_s : float

    Attributes
    ----------
    frequencies_hz : ndarray, shape (frequencies,)
    memory_s : float
        How far back the oldest segment reaches when the next is about to be complete.

    References
    ----------
    Welch (1967), doi:10.1109/TAU.1967.1161901
    """

    def __init__(self, info: StreamInfo, window_s: float, segment_s: float) -> None:
        self._length = max(2, round(segment_s * info.rate_hz))
        self._step = self._length - self._length // 2
        kept = 1 + max(0, round(window_s * info.rate_hz) - self._length) // self._step
        self._spectra: deque[np.ndarray] = deque(maxlen=kept)
        self._taper = signal.windows.hann(self._length, sym=False)[:, None]
        self._pending = np.empty((0, len(info.channels)))
        self._last = np.zeros(len(info.channels))
        self.frequencies_hz = np.fft.rfftfreq(self._length, 1 / info.rate_hz)
        self.memory_s = (self._length + kept * self._step) / info.rate_hz

    @property
    def full(self) -> bool:
        """Whether the window holds all its segments."""
        return len(self._spectra) == self._spectra.maxlen

    @property
    def spectra(self) -> np.ndarray:
        """The kept segments' Fourier coefficients, (frequencies, segments, channels)."""
        return np.stack(self._spectra, axis=1)

    def add(self, x: np.ndarray) -> bool:
        """Take the next (hop, channels) samples, return whether a segment became complete."""
        self._pending = np.concatenate([self._pending, hold_missing(x, self._last)])
        complete = len(self._pending) >= self._length
        while len(self._pending) >= self._length:
            segment = self._pending[: self._length]
            segment = (segment - segment.mean(axis=0)) * self._taper
            self._spectra.append(np.fft.rfft(segment, axis=0))
            self._pending = self._pending[self._step :]
        return complete
