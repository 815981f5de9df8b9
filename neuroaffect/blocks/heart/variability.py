"""Measures of heart rate variability, as plain functions of intervals in milliseconds."""

import numpy as np
from scipy import signal

__all__ = ["HF_HZ", "LF_HZ", "band_powers", "pnn50", "poincare", "rmssd"]

LF_HZ, HF_HZ = (0.04, 0.15), (0.15, 0.4)  # Task Force (1996)
_OVERSAMPLED = 4  # frequencies per resolution cell, so that no peak falls between two


def rmssd(difference: np.ndarray) -> float:
    """Return the root of the mean squared successive difference, in ms."""
    return float(np.sqrt(np.mean(difference**2)))


def pnn50(difference: np.ndarray) -> float:
    """Return the percentage of successive differences above 50 ms."""
    return float(100.0 * np.mean(np.abs(difference) > 50.0))


def poincare(first: np.ndarray, second: np.ndarray) -> tuple[float, float]:
    """Return SD1 and SD2 of pairs of successive intervals: across and along their identity line.

    References
    ----------
    Brennan, Palaniswami, Kamen (2001), doi:10.1109/10.959330
    """
    across, along = (second - first) / np.sqrt(2.0), (second + first) / np.sqrt(2.0)
    return float(np.std(across, ddof=1)), float(np.std(along, ddof=1))


def band_powers(time_s: np.ndarray, interval_ms: np.ndarray) -> tuple[float, float]:
    """Return the power of the intervals in the low and the high band, in ms².

    Lomb's periodogram needs no even grid, so nothing is interpolated where beats are masked. The
    intervals lose their line and are tapered (Hann) first; a sine of amplitude a gives a² / 2.

    References
    ----------
    Laguna, Moody, Mark (1998), doi:10.1109/10.678605
    """
    t = time_s - time_s.mean()
    y = interval_ms - interval_ms.mean()
    y = y - t * (t @ y) / (t @ t)
    span = time_s[-1] - time_s[0]
    taper = 0.5 + 0.5 * np.cos(2 * np.pi * (time_s - time_s[0] - 0.5 * span) / span)
    y = y * taper
    # Of N samples of a sine with amplitude a the periodogram is N a² / 4, and 1 / (N Δt) wide.
    density = 2e-3 * interval_ms.mean() / np.mean(taper**2)
    low, high = (_power(t, y, band, span) for band in (LF_HZ, HF_HZ))
    return density * low, density * high


def _power(t: np.ndarray, y: np.ndarray, band_hz: tuple[float, float], span_s: float) -> float:
    low, high = band_hz
    hz = np.linspace(low, high, int(np.ceil(_OVERSAMPLED * (high - low) * span_s)) + 1)
    return float(np.trapezoid(signal.lombscargle(t, y, 2 * np.pi * hz), hz))
