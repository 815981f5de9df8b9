"""Simulated skin conductance with everything known: level, responses, motion, contact."""

from dataclasses import dataclass

import numpy as np
from scipy.interpolate import PchipInterpolator

STEP_US = 0.00128  # one count of an Empatica E4


@dataclass(frozen=True)
class Truth:
    """Conductance `x` and what it was made of, (samples,); onsets and heights, (responses,)."""

    rate_hz: float
    x: np.ndarray
    tonic: np.ndarray
    phasic: np.ndarray
    onsets_s: np.ndarray
    heights_us: np.ndarray
    moving: np.ndarray
    loose: np.ndarray

    @property
    def t(self):
        return np.arange(len(self.x)) / self.rate_hz


def simulate(rng, rate_hz, *, length_s, per_min, noise_us=0.003, spoilt=False):
    """Return a person of their own rise and fall times, responses at random times.

    Onsets are at least 1 s apart; heights are log-normal about 0.25 µS; the level wanders by
    0.15 µS per half minute. `spoilt` adds a stretch of motion about every minute and a loose
    contact about every three.
    """
    t = np.arange(round(length_s * rate_hz)) / rate_hz
    gaps = 1.0 + rng.exponential(60.0 / per_min - 1.0, round(3 * length_s * per_min / 60))
    onsets = np.cumsum(gaps)
    onsets = onsets[onsets < length_s - 8.0]
    heights = np.clip(rng.lognormal(np.log(0.25), 0.8, len(onsets)), 0.02, 2.0)
    rise_s, fall_s = rng.uniform(0.5, 1.0), rng.uniform(2.0, 4.0)
    phasic = np.zeros(len(t))
    for onset, height in zip(onsets, heights, strict=True):
        vary = rng.uniform(0.8, 1.2, 2)
        phasic += height * bateman(t - onset, rise_s * vary[0], fall_s * vary[1])
    knots = np.arange(0.0, length_s + 60.0, 30.0)
    walk = rng.uniform(1.0, 8.0) + np.cumsum(rng.normal(0.0, 0.15, len(knots)))
    tonic = np.maximum(PchipInterpolator(knots, walk)(t), 0.3)
    x = tonic + phasic + rng.normal(0.0, noise_us, len(t))
    moving, loose = np.zeros((2, len(t)), dtype=bool)
    if spoilt:
        x, moving, loose = spoil(rng, t, x)
    x = np.round(x / STEP_US) * STEP_US
    return Truth(rate_hz, x, tonic, phasic, onsets, heights, moving, loose)


def bateman(t, rise_s, fall_s):
    """Return a response of height 1 that begins at 0."""
    t = np.maximum(t, 0.0)
    peak_s = np.log(fall_s / rise_s) * rise_s * fall_s / (fall_s - rise_s)
    curve = np.exp(-t / fall_s) - np.exp(-t / rise_s)
    return curve / (np.exp(-peak_s / fall_s) - np.exp(-peak_s / rise_s))


def spoil(rng, t, x):
    """Add pressure that comes and goes while moving, and stretches without contact."""
    x = x.copy()
    moving, loose = np.zeros((2, len(t)), dtype=bool)
    for start in np.arange(30.0, t[-1] - 20.0, 60.0) + rng.uniform(0.0, 20.0):
        end = start + rng.uniform(4.0, 15.0)
        inside = (t >= start) & (t < end)
        moving |= inside
        for _ in range(rng.poisson(end - start)):
            at, width_s = rng.uniform(start, end), rng.uniform(0.1, 0.8)
            x[inside] += rng.normal(0.0, 0.3) * np.exp(-(((t[inside] - at) / width_s) ** 2))
    for start in np.arange(100.0, t[-1] - 60.0, 180.0) + rng.uniform(0.0, 40.0):
        inside = (t >= start) & (t < start + rng.uniform(5.0, 25.0))
        loose |= inside
        x[inside] = rng.uniform(0.0, 0.02, inside.sum())
    return np.maximum(x, 0.0), moving, loose
