"""What breath does to the pulse: its level, its height and its interval, beat by beat."""

from typing import NamedTuple

import numpy as np
from scipy import signal

from neuroaffect.blocks.body.turns import Turns
from neuroaffect.blocks.filters.cascade import Cascade
from neuroaffect.blocks.trailing import Trailing

__all__ = ["GRID_HZ", "MODULATIONS", "Modulation"]

MODULATIONS = ("level", "height", "interval")
GRID_HZ = 4.0  # four points in the quickest breath that a pulse of 120 beats a minute can show

_BEATS_HZ = 32.0  # rate at which beats are sought
_SHARE = 0.35  # of the usual height of a pulse: a dicrotic wave is smaller
_USUAL_S = 6.0
_SHORTEST_S, _LONGEST_S = 0.3, 2.0  # 200 and 30 beats per minute
_SMOOTH_HZ = 4.0
_QRS_HZ = (8.0, 20.0)  # where ventricles outweigh the waves of atria and recovery


class _Beat(NamedTuple):
    at_s: float
    values: np.ndarray  # (3,): as in MODULATIONS


class Modulation:
    """Level, height and interval of each beat of one channel, on an even grid in time.

    A beat is one peak of the pulse wave, or of the energy of an ECG in the band of its QRS
    complex. Between two beats the grid follows a straight line; where a beat is missing it
    breaks off.

    Parameters
    ----------
    rate_hz : float
    kind : str
        "ppg" or "ecg".
    """

    def __init__(self, rate_hz: float, kind: str) -> None:
        self._every = max(1, round(rate_hz / _BEATS_HZ))
        self._rate_hz = rate_hz / self._every
        self._sos = {
            "smooth": signal.butter(2, min(_SMOOTH_HZ, 0.45 * rate_hz), fs=rate_hz, output="sos"),
            "pulse": signal.butter(2, 0.5, "highpass", fs=self._rate_hz, output="sos"),
        }
        if kind == "ecg":
            self._sos["qrs"] = signal.butter(2, _QRS_HZ, "bandpass", fs=rate_hz, output="sos")
        self._taken = 0  # samples
        self._n = 0  # samples at the rate of the search
        self._begin()

    def skip(self, samples: int) -> None:
        """Let samples pass unread; what comes next does not touch what came before."""
        self._taken += samples
        self._n = -(-self._taken // self._every)
        self._begin()

    def process(self, x: np.ndarray) -> list[tuple[int, np.ndarray]]:
        """Take the next samples, (samples,), return the pieces of the grid that they complete.

        Returns
        -------
        list of (first, rows)
            Number of the first point since the start, at `first` / GRID_HZ seconds, and rows
            (points, 3) of level, height and interval. A jump of `first` is a missing beat.
        """
        wave = self._wave(x)
        first = -self._taken % self._every
        self._taken += len(x)
        wave, level = wave[first :: self._every], x[first :: self._every]
        if not len(wave):
            return []
        self._levels.push(level)
        pulse = self._pulse.process(wave[:, None])[:, 0]
        self._usual.push(pulse * pulse)
        self._n += len(wave)
        least = _SHARE * np.sqrt(8.0 * self._usual.rows().mean())
        pieces = []
        for turn in self._turns.process(wave, least):
            if not turn.peak:
                self._trough = turn.value
            elif self._trough is not None:
                pieces += self._beat(self._begun + turn.at, turn.value - self._trough)
        return pieces

    def _begin(self) -> None:
        self._smooth = Cascade(self._sos["smooth"])
        self._pulse = Cascade(self._sos["pulse"])
        self._qrs = Cascade(self._sos["qrs"]) if "qrs" in self._sos else None
        self._usual = Trailing(round(_USUAL_S * self._rate_hz))
        self._levels = Trailing(round(2 * _LONGEST_S * self._rate_hz))
        self._turns = Turns()
        self._begun = self._n
        self._trough: float | None = None
        self._peak: float | None = None
        self._last: _Beat | None = None

    def _wave(self, x: np.ndarray) -> np.ndarray:
        """Return a wave with one hump per beat, (samples,)."""
        column = x[:, None]
        if self._qrs is None:
            return self._smooth.process(column)[:, 0]
        energy = self._smooth.process(self._qrs.process(column) ** 2)[:, 0]
        return np.sqrt(np.maximum(energy, 0.0))

    def _beat(self, at: float, height: float) -> list[tuple[int, np.ndarray]]:
        before, self._peak = self._peak, at
        if before is None:
            return []
        interval_s = (at - before) / self._rate_hz
        level = self._levels.rows()[self._place(before) : self._place(at)]
        if not (_SHORTEST_S <= interval_s <= _LONGEST_S and len(level)):
            self._last = None
            return []
        beat = _Beat(at / self._rate_hz, np.array([level.mean(), height, interval_s]))
        last, self._last = self._last, beat
        return [] if last is None else _line(last, beat)

    def _place(self, at: float) -> int:
        """Return the row of the kept samples that holds this place."""
        return max(0, round(at) - self._n + self._levels.samples)


def _line(one: _Beat, other: _Beat) -> list[tuple[int, np.ndarray]]:
    """Return the points of the grid after one beat, up to the other."""
    first, stop = int(one.at_s * GRID_HZ) + 1, int(other.at_s * GRID_HZ) + 1
    if first == stop:
        return []
    share = (np.arange(first, stop) / GRID_HZ - one.at_s) / (other.at_s - one.at_s)
    return [(first, one.values + share[:, None] * (other.values - one.values))]
