"""Skin conductance whose responses are known: onset and height of each."""

import numpy as np


def response(t, onset_s, *, rise_s=0.75, decay_s=3.0):
    """Return a Bateman curve of height 1 that begins at `onset_s`, (samples,)."""
    t = np.maximum(t - onset_s, 0.0)
    peak_s = time_to_peak(rise_s, decay_s)
    top = np.exp(-peak_s / decay_s) - np.exp(-peak_s / rise_s)
    return (np.exp(-t / decay_s) - np.exp(-t / rise_s)) / top


def time_to_peak(rise_s=0.75, decay_s=3.0):
    return np.log(decay_s / rise_s) * rise_s * decay_s / (decay_s - rise_s)


def conductance(rate_hz, length_s, onsets_s, height_us=0.4, level_us=3.0, **shape):
    """Return seconds and conductance in µS, each (samples,)."""
    t = np.arange(round(rate_hz * length_s)) / rate_hz
    phasic = sum((response(t, onset_s, **shape) for onset_s in onsets_s), np.zeros(len(t)))
    return t, level_us + height_us * phasic
