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
    for a frequency that the rate cannot hold. Missing values are held. The same hops give the
    same bits; other hops the same but for rounding.
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
        self._smooth = _TwoPoles(window_s * rate_hz / _DECAY)
        self._tables: dict[int, np.ndarray] = {}
        self._wave_state = np.zeros((2, len(self._waves_hz), channels), complex)
        self._power_state = np.zeros((2, channels))

    @property
    def full(self) -> bool:
        """Whether the first window has passed."""
        return self._seen >= self._window

    def add(self, x: np.ndarray, rest: np.ndarray | None = None) -> None:
        """Take the next (hop, channels) samples.

        `rest` is the same without hum, from 1 to 45 Hz, if it is there already.
        """
        n = len(x)
        if n == 0:
            return
        rest = self._rest.process(x) if rest is None else rest
        power = self._smooth.weights(n) @ (rest * rest)  # (2, channels)
        self._wave_state = self._smooth.after(
            n, self._wave_state, self._sums(self._fast.process(x))
        )
        self._power_state = self._smooth.after(n, self._power_state, power)
        self._seen += n

    @property
    def _waves(self) -> np.ndarray:
        return self._wave_state[1]

    @property
    def _power(self) -> np.ndarray:
        return self._power_state[1]

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

    def _sums(self, x: np.ndarray) -> np.ndarray:
        """Return the weighted sums of x times each wave, (2, waves, channels) complex."""
        n, waves = len(x), len(self._waves_hz)
        if n not in self._tables:
            wave = _wave(np.arange(n), self._waves_hz, self._rate_hz)  # (waves, n)
            table = (self._smooth.weights(n)[:, None] * wave).reshape(-1, n)
            self._tables[n] = np.concatenate([table.real, table.imag])  # (4 waves, n)
        real, imaginary = (self._tables[n] @ x).reshape(2, 2, waves, x.shape[1])
        # The table begins at phase 0; its waves have turned on since then.
        begun = _wave(np.array([self._seen]), self._waves_hz, self._rate_hz)  # (waves, 1)
        return (real + 1j * imaginary) * begun


def _waves_hz(lines: list[float], nyquist_hz: float) -> np.ndarray:
    """Return the lines and their neighbours as far as the rate holds them, ascending."""
    waves = [hz + off for hz in lines for off in (0.0, *_NEIGHBOURS_HZ)]
    return np.array(sorted(hz for hz in waves if hz < nyquist_hz))


def _rest_filter(lines: list[float], rate_hz: float) -> np.ndarray:
    """Return the sections that keep 1 to 45 Hz, without the lines."""
    band = (min(1.0, 0.1 * rate_hz), min(45.0, 0.45 * rate_hz))
    notches = [signal.tf2sos(*signal.iirnotch(hz, 10.0, fs=rate_hz)) for hz in lines]
    return np.concatenate([signal.butter(2, band, "bandpass", fs=rate_hz, output="sos"), *notches])


def _wave(samples: np.ndarray, waves_hz: np.ndarray, rate_hz: float) -> np.ndarray:
    """Return exp(-2πi f t) of each frequency at these samples, (waves, samples)."""
    turns = np.mod(samples * waves_hz[:, None], rate_hz) / rate_hz
    return np.exp(-2j * np.pi * turns)


class _TwoPoles:
    """Two one-pole means of the same time constant (in samples) in a row, hop by hop.

    Only their state at the end of a hop is asked for, and that is two weighted sums: with the
    pole a, u = aⁿ u + Σ (1-a) a^(n-1-k) x, v = aⁿ v + n (1-a) aⁿ u + Σ (1-a)² (n-k) a^(n-1-k) x.
    No weight is negative, so that a smoothed square stays one.
    """

    def __init__(self, time_constant: float) -> None:
        self._pole = np.exp(-1.0 / time_constant)

    def weights(self, n: int) -> np.ndarray:
        """Return the weights of a hop's samples in u and in v, (2, n)."""
        left = np.arange(n, 0, -1)  # n - k
        u = (1.0 - self._pole) * self._pole ** (left - 1.0)
        return np.stack([u, (1.0 - self._pole) * left * u])

    def after(self, n: int, state: np.ndarray, sums: np.ndarray) -> np.ndarray:
        """Return (u, v) after n samples with these weighted sums, (2, ...)."""
        kept = self._pole**n
        u = kept * state[0] + sums[0]
        v = kept * (state[1] + n * (1.0 - self._pole) * state[0]) + sums[1]
        return np.stack([u, v])
