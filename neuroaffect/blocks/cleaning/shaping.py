"""A filter that hears what artifacts are made of louder than the brain's own rhythms."""

import numpy as np
from scipy import linalg, signal

__all__ = ["shaping_gain", "shaping_sos"]

# Three times louder where blinks and muscles live, a third at theta and alpha, so that a burst of
# alpha is no artifact. Straight lines between these, level beyond.
_HZ = (0.0, 2.0, 3.0, 13.0, 16.0, 40.0, 80.0)
_GAIN = (3.0, 0.75, 0.33, 0.33, 1.0, 1.0, 3.0)

_ORDER = 8
_LAGS = 4 * _ORDER  # of the autocorrelation that the fit sees
_POINTS = 1024


def shaping_gain(hz: np.ndarray) -> np.ndarray:
    """Return the gain wanted at these frequencies."""
    return np.interp(hz, _HZ, _GAIN)


def shaping_sos(rate_hz: float) -> np.ndarray:
    """Return the spectral shaping filter of artifact subspace reconstruction for a rate.

    The modified Yule-Walker equations give the poles, a least-squares fit to the minimum-phase
    response the zeros. Both see the wanted power spectrum through its first 32 lags, so the
    filter follows the wanted gain no finer than rate/32: at 250 Hz it hears 1 Hz 1.4 times and
    4 Hz once instead of 1.9 and a third. The thresholds found in the literature were found with
    this filter, so we keep its looseness.

    Parameters
    ----------
    rate_hz : float

    Returns
    -------
    ndarray, shape (4, 6)
        Second-order sections.

    References
    ----------
    Kothe, Jung (2016), US patent application 14/895,440: the gain.
    Friedlander, Porat (1984), doi:10.1109/TAES.1984.310437: the design.
    """
    hz = np.arange(_POINTS // 2 + 1) * rate_hz / _POINTS
    window = np.hamming(2 * _LAGS - 1)[_LAGS - 1 :]
    lags = np.fft.irfft(shaping_gain(hz) ** 2)[:_LAGS] * window
    a = _denominator(lags)
    impulse = signal.lfilter([1.0], a, np.eye(1, _LAGS)[0])
    terms = linalg.toeplitz(impulse, np.eye(1, _ORDER + 1)[0])
    b = np.linalg.lstsq(terms, _minimum_phase(lags), rcond=None)[0]
    return signal.tf2sos(b, a)


def _denominator(lags: np.ndarray) -> np.ndarray:
    """Solve the Yule-Walker equations beyond the lags that the zeros reach."""
    m, k = np.arange(_ORDER + 1, _LAGS), np.arange(1, _ORDER + 1)
    a = np.linalg.lstsq(lags[m[:, None] - k], -lags[m], rcond=None)[0]
    poles = np.roots(np.concatenate([[1.0], a]))
    # A pole outside the unit circle has a twin inside with the same gain.
    return np.poly(np.where(np.abs(poles) > 1, 1 / poles.conj(), poles)).real


def _minimum_phase(lags: np.ndarray) -> np.ndarray:
    """Return the start of the minimum-phase impulse response with this autocorrelation."""
    both = np.zeros(_POINTS)
    both[:_LAGS] = lags
    both[-_LAGS + 1 :] = lags[:0:-1]
    cepstrum = np.fft.irfft(0.5 * np.log(np.maximum(np.fft.rfft(both).real, 1e-6)))
    half = _POINTS // 2
    cepstrum[1:half] *= 2.0  # what comes before time zero is folded onto what comes after
    cepstrum[half + 1 :] = 0.0
    return np.fft.irfft(np.exp(np.fft.rfft(cepstrum)))[:_LAGS]
