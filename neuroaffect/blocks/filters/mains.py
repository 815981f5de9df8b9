"""How much mains hum each channel carries, and whether the mains have 50 or 60 Hz."""

import numpy as np
from scipy import signal

from neuroaffect.blocks.filters.cascade import Cascade

__all__ = ["MAINS_HZ", "MainsMeter"]

MAINS_HZ = (50.0, 60.0)
_NEIGHBOURS_HZ = (-4.0, -3.0, -2.0, 2.0, 3.0, 4.0)
_CLEAR = 25.0  # ours: 14 dB over the neighbours; by chance in 1 of 20 000 channels of noise
_LEAST_HUM = 1e-6  # in the unit of the stream: rounding of a constant is no hum
_DECAY = 6.638  # (1 + t) exp(-t) = 0.01: two equal poles have forgotten all but 1 %


class MainsMeter:
    """A running measure of the hum at 50 and 60 Hz, per channel.

    The signal is multiplied by a complex wave of each frequency, its phase carried over the
    hops, and smoothed by two equal poles that forget all but 1 % within `window_s`; the size of
    what remains is the hum's. The frequencies 2, 3 and 4 Hz to either side are measured alike:
    muscle and noise fill them as well, hum does not.

    Parameters
    ----------
    rate_hz : float
    channels : int
    window_s : float
        How far back the measure looks. Mains off their nominal frequency by 0.05 Hz read 1 %
        low with two seconds.

    Notes
    -----
    Causal. Every answer is NaN (None for :meth:`mains_hz`) until `window_s` have passed, and
    for a frequency that the rate cannot hold. Missing values are held. The same signal gives
    the same bits however it is cut.
    """

    def __init__(self, rate_hz: float, channels: int, *, window_s: float = 2.0) -> None:
        self._rate_hz = rate_hz
        self._channels = channels
        self._window = round(window_s * rate_hz)
        self._seen = 0
        self._lines = [mains for mains in MAINS_HZ if mains < rate_hz / 2]
        self._waves_hz = _waves_hz(self._lines, rate_hz / 2)
        # Drift must not leak into the lines; nor the lines into what they are compared with.
        edge_hz = min(5.0, 0.1 * rate_hz)
        self._fast = Cascade(signal.butter(2, edge_hz, "highpass", fs=rate_hz, output="sos"))
        self._rest = Cascade(_rest_filter(self._lines, rate_hz))
        self._smooth = _two_poles(window_s * rate_hz / _DECAY)
        self._wave_state = np.zeros((1, 2, len(self._waves_hz) * channels), complex)
        self._power_state = np.zeros((1, 2, channels))
        self._waves = np.zeros((len(self._waves_hz), channels), complex)
        self._power = np.zeros(channels)

    @property
    def full(self) -> bool:
        """Whether the first window has passed."""
        return self._seen >= self._window

    def add(self, x: np.ndarray) -> None:
        """Take the next (hop, channels) samples."""
        if len(x) == 0:
            return
        waves = self._fast.process(x)[:, None, :] * self._carriers(len(x))  # (hop, waves, channels)
        waves, self._wave_state = signal.sosfilt(
            self._smooth, waves.reshape(len(x), -1), axis=0, zi=self._wave_state
        )
        power, self._power_state = signal.sosfilt(
            self._smooth, self._rest.process(x) ** 2, axis=0, zi=self._power_state
        )
        self._waves, self._power = waves[-1].reshape(self._waves.shape), power[-1]
        self._seen += len(x)

    def hum_uv(self, mains_hz: float) -> np.ndarray:
        """Return the RMS of the hum, (channels,), in the unit of the stream (µV for EEG)."""
        if not self.full or mains_hz not in self._lines:
            return np.full(self._channels, np.nan)
        # A sine of RMS 1 leaves √2 / 2 of itself at frequency 0.
        return np.sqrt(2.0) * np.abs(self._waves[self._waves_hz.tolist().index(mains_hz)])

    def rest_uv(self) -> np.ndarray:
        """Return the RMS of the signal from 1 to 45 Hz without the hum, (channels,)."""
        # Two positive poles keep a square positive; the root of a rounding error is 0.
        return np.sqrt(np.maximum(self._power, 0.0)) if self.full else self.hum_uv(np.nan)

    def ratio(self, mains_hz: float) -> np.ndarray:
        """Return the RMS of the hum over that of the rest, (channels,); NaN without a rest."""
        rest = self.rest_uv()
        return self.hum_uv(mains_hz) / np.where(rest > _LEAST_HUM, rest, np.nan)

    def clear(self, mains_hz: float) -> np.ndarray:
        """Return which channels hold a hum well above the frequencies beside it, (channels,)."""
        hum = self.hum_uv(mains_hz)
        beside = np.isin(self._waves_hz, mains_hz + np.array(_NEIGHBOURS_HZ))
        if not self.full or not beside.any():
            return np.zeros(self._channels, dtype=bool)
        noise = 2.0 * np.mean(np.abs(self._waves[beside]) ** 2, axis=0)
        return (hum**2 > _CLEAR * noise) & (hum > _LEAST_HUM)

    def mains_hz(self) -> float | None:
        """Return 50.0 or 60.0, whichever has more power where it is clear, or None.

        One channel suffices: the worst contact hears the mains best.
        """
        power = {hz: float(np.sum(self.hum_uv(hz)[self.clear(hz)] ** 2)) for hz in self._lines}
        loudest = max(power, key=power.__getitem__, default=None)
        return loudest if loudest and power[loudest] > 0.0 else None

    def _carriers(self, samples: int) -> np.ndarray:
        n = self._seen + np.arange(samples)[:, None, None]
        turns = np.mod(n * self._waves_hz[:, None], self._rate_hz) / self._rate_hz
        return np.exp(-2j * np.pi * turns)  # (hop, waves, 1)


def _waves_hz(lines: list[float], nyquist_hz: float) -> np.ndarray:
    """Return the lines and their neighbours as far as the rate holds them, ascending."""
    waves = [hz + off for hz in lines for off in (0.0, *_NEIGHBOURS_HZ)]
    return np.array(sorted(hz for hz in waves if hz < nyquist_hz))


def _rest_filter(lines: list[float], rate_hz: float) -> np.ndarray:
    """Return the sections that keep 1 to 45 Hz, without the lines."""
    band = (min(1.0, 0.1 * rate_hz), min(45.0, 0.45 * rate_hz))
    notches = [signal.tf2sos(*signal.iirnotch(hz, 10.0, fs=rate_hz)) for hz in lines]
    return np.concatenate([signal.butter(2, band, "bandpass", fs=rate_hz, output="sos"), *notches])


def _two_poles(time_constant: float) -> np.ndarray:
    """Return one section with two equal real poles; the time constant is in samples.

    Its answer to an impulse is never negative, so that a smoothed square stays one.
    """
    pole = np.exp(-1.0 / time_constant)
    return np.array([[(1.0 - pole) ** 2, 0.0, 0.0, 1.0, -2.0 * pole, pole**2]])
