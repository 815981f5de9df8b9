"""Breaths counted on a wave that rises and falls with them."""

from collections import deque
from typing import NamedTuple

import numpy as np
from scipy import signal

from neuroaffect.blocks.body.turns import Turns
from neuroaffect.blocks.filters.cascade import Cascade
from neuroaffect.blocks.trailing import Trailing

__all__ = ["Breath", "Breaths", "unevenness"]

_SHARE = 0.3  # of the wave's usual height: what must be between peak and trough
_USUAL_S = 15.0  # the usual height is that of the last seconds: a few slow breaths
_CLEAR = 0.25  # see Breaths.clear
_EVEN = 0.2


class Breath(NamedTuple):
    """From one trough to the next: its end and length in seconds, its height."""

    end_s: float
    length_s: float
    height: float


class Breaths:
    """Breaths of one wave, from trough to trough, found as the samples come.

    Parameters
    ----------
    rate_hz : float
        Of the wave; 4 to 16 Hz.
    low_bpm, high_bpm : float
        Slowest and quickest breathing that counts, in breaths per minute.
    window_s : float
        How much of the wave is kept to tell whether it repeats itself.
    memory_s : float
        How long a breath is remembered.

    Attributes
    ----------
    count : int
        Breaths heard since the start.
    """

    def __init__(
        self, rate_hz: float, *, low_bpm: float, high_bpm: float, window_s: float, memory_s: float
    ) -> None:
        self._rate_hz = rate_hz
        self._shortest_s, self._longest_s = 60 / high_bpm, 60 / low_bpm
        self._window_s, self._memory_s = window_s, memory_s
        edges = (low_bpm / 60, min(high_bpm / 60, 0.45 * rate_hz))
        self._sos = signal.butter(2, edges, "bandpass", fs=rate_hz, output="sos")
        self._heard: deque[Breath] = deque()
        self.count = 0
        self._n = 0
        self._begin()

    def process(self, wave: np.ndarray, first: int | None = None) -> None:
        """Take the next samples of the wave, (samples,); a jump of `first` breaks it off."""
        if first is not None and first != self._n:
            self._n = first
            self._begin()
        if not len(wave):
            return
        y = self._band.process(wave[:, None])[:, 0]
        self._wave.push(y)
        self._usual.push(y * y)
        self._n += len(wave)
        height = np.sqrt(8.0 * self._usual.rows().mean())  # that of a sine of this power
        for turn in self._turns.process(y, _SHARE * height):
            if turn.peak:
                self._peak = max(self._peak, turn.value)
            else:
                self._end((self._begun + turn.at) / self._rate_hz, turn.value)

    def skip(self, samples: int) -> None:
        """Let samples pass unread; what comes next does not touch what came before."""
        self._n += samples
        self._begin()

    def last(self, seconds: float, least: int = 0) -> list[Breath]:
        """Return the breaths that ended within the last seconds before the newest one did.

        If breath is so slow that these are fewer than `least`, the newest `least` of them, as
        far as the slowest breathing that counts allows.
        """
        if not self._heard:
            return []
        newest_s = self._heard[-1].end_s
        slow = [b for b in self._heard if b.end_s > newest_s - least * self._longest_s][-least:]
        within = [b for b in self._heard if b.end_s > newest_s - seconds]
        return max(within, slow, key=len)

    def clear(self, breaths: list[Breath]) -> bool:
        """Return whether these are breaths and not the turns of noise.

        The wave repeats itself after one breath (its correlation with itself is above 0.25), or
        its breaths are of even height (their deviation is below a fifth of their mean).
        """
        if unevenness([b.height for b in breaths]) < _EVEN:
            return True
        wave = self._wave.rows()
        lag = round(float(np.median([b.length_s for b in breaths])) * self._rate_hz)
        if not 0 < lag < len(wave) / 2:
            return False
        wave = wave - wave.mean()
        early, late = wave[:-lag], wave[lag:]
        return bool(early @ late > _CLEAR * np.sqrt((early @ early) * (late @ late)))

    def _begin(self) -> None:
        """Forget the breath under way."""
        self._band = Cascade(self._sos)
        self._wave = Trailing(round(self._window_s * self._rate_hz))
        self._usual = Trailing(round(_USUAL_S * self._rate_hz))
        self._turns = Turns()
        self._begun = self._n
        self._trough: tuple[float, float] | None = None
        self._peak = -np.inf

    def _end(self, at_s: float, value: float) -> None:
        if self._trough is not None:
            length_s = at_s - self._trough[0]
            if length_s < self._shortest_s:
                return
            if length_s <= self._longest_s:
                height = self._peak - (value + self._trough[1]) / 2
                self._heard.append(Breath(at_s, length_s, height))
                self.count += 1
                while self._heard[0].end_s < at_s - self._memory_s:
                    self._heard.popleft()
        self._trough = (at_s, value)
        self._peak = -np.inf


def unevenness(values: list[float]) -> float:
    """Return the coefficient of variation: standard deviation over mean."""
    return float(np.std(values, ddof=1) / np.mean(values)) if len(values) > 1 else np.inf
