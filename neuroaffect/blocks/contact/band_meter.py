"""Power of each channel as a whole, in the band of its signal and in a band of noise."""

import numpy as np
from scipy import signal

from neuroaffect.blocks.contact.limits import Limits
from neuroaffect.blocks.filters.mains import MAINS_HZ
from neuroaffect.blocks.spectral.bank import Bank

__all__ = ["BandMeter", "hum_free"]

_BAND_HZ = (1.0, 45.0)
_NOTCH_Q = 10.0
_ORDER = 3


class BandMeter:
    """RMS from 1 to 45 Hz, and in the two bands by which noise is told from a signal.

    Amplifier and contact noise is as dense at high frequencies as at low ones; what a body
    gives falls off steeply. So the density in `noise_hz` over that in `signal_hz` says how much
    of the signal may be noise: 1 for white noise, 0.01 to 0.1 for scalp EEG.

    Parameters
    ----------
    rate_hz : float
    limits : Limits
        A band that the rate does not hold is not measured.
    window : int
        Samples.

    Notes
    -----
    Causal. Mains hum is notched out of everything. Answers are NaN until a window has passed.
    """

    def __init__(self, rate_hz: float, limits: Limits, *, window: int) -> None:
        whole_hz = (_BAND_HZ[0], min(_BAND_HZ[1], 0.45 * rate_hz))
        wanted = {"whole": whole_hz if limits.sizes and whole_hz[1] > 2 * whole_hz[0] else None}
        if limits.noise_hz and limits.noise_hz[1] <= 0.47 * rate_hz:
            wanted |= {"signal": limits.signal_hz, "noise": limits.noise_hz}
        self.bands_hz = {name: band for name, band in wanted.items() if band}
        filters = [hum_free(band, rate_hz) for band in self.bands_hz.values()]
        self._bank = Bank(np.stack(filters), rate_hz) if filters else None
        self._window = window
        self._hops: list[tuple[int, dict[str, np.ndarray]]] = []
        self._channels = 0
        self.whole = np.empty((0, 0))

    def add(self, x: np.ndarray) -> None:
        """Take the next hop, (hop, channels), at least one sample."""
        self._channels = x.shape[1]
        y = np.empty((0, *x.shape)) if self._bank is None else self._bank.process(x)
        if "whole" in self.bands_hz:
            self.whole = y[0]
        powers = dict(zip(self.bands_hz, np.einsum("btc,btc->bc", y, y), strict=True))
        self._hops.append((len(x), powers))
        while sum(samples for samples, _ in self._hops[1:]) >= self._window:
            del self._hops[0]

    def size(self) -> np.ndarray:
        """Return the RMS from 1 to 45 Hz, (channels,)."""
        return self._rms("whole")

    def noise(self) -> np.ndarray:
        """Return the RMS in the band of noise, (channels,)."""
        return self._rms("noise")

    def noise_share(self) -> np.ndarray:
        """Return the density of power in the band of noise over that of the signal, (channels,)."""
        noise, heard = self._rms("noise"), self._rms("signal")
        if not np.isfinite(noise).all():
            return noise
        width = {name: high - low for name, (low, high) in self.bands_hz.items()}
        share = np.divide(noise**2, heard**2, out=np.zeros_like(noise), where=heard > 0)
        return share * width["signal"] / width["noise"]

    def _rms(self, band: str) -> np.ndarray:
        samples = sum(samples for samples, _ in self._hops)
        if samples < self._window or band not in self.bands_hz:
            return np.full(self._channels, np.nan)
        return np.sqrt(np.sum([powers[band] for _, powers in self._hops], axis=0) / samples)


def hum_free(band_hz: tuple[float, float], rate_hz: float) -> np.ndarray:
    """Return the sections of a band-pass with notches at 50 and 60 Hz."""
    notches = [
        signal.tf2sos(*signal.iirnotch(hz, _NOTCH_Q, fs=rate_hz))
        for hz in MAINS_HZ
        if hz < rate_hz / 2
    ]
    sos = signal.butter(_ORDER, band_hz, "bandpass", fs=rate_hz, output="sos")
    return np.concatenate([sos, *notches])
