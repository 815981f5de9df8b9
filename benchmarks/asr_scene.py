"""Real EEG with artifacts that were cut from another recording, added at known times."""

from functools import cache
from itertools import pairwise

import numpy as np
from scipy import signal

from neuroaffect.blocks import Bandpass
from neuroaffect.montage import Montage, canonical
from neuroaffect.stream import StreamInfo

HOP_S = 0.25
OPENBCI_HZ = 250
CUTS = {  # channel, from, to in seconds of the OpenBCI recording
    "blink": ((0, 4.15, 4.7), (0, 13.75, 14.1), (0, 4.75, 6.45), (0, 15.1, 16.8)),
    "jaw left": ((2, 8.4, 9.5), (2, 11.65, 12.6)),
    "jaw right": ((5, 9.8, 11.2), (5, 13.0, 14.1)),
    "pop": ((2, 86.15, 86.7), (2, 87.15, 87.7)),
}
PEAK_UV = {"blink": 150.0, "jaw left": 120.0, "jaw right": 120.0, "pop": 300.0}
PLACE = {  # between these electrodes, falling off to 1/e^½ in so many metres
    "blink": (("Fp1", "Fp2"), 0.045),
    "jaw left": (("T7", "F7"), 0.035),
    "jaw right": (("T8", "F8"), 0.035),
}


def eegmat(folder):
    """Yield name, signal (samples, channels) in µV, rate and labels of each rest recording."""
    import mne

    for path in sorted((folder / "eegmat").glob("*_1.edf")):
        raw = mne.io.read_raw_edf(path, preload=True, verbose="error")
        names = [name for name in raw.ch_names if name.startswith("EEG ") and "A2" not in name]
        x = signal.resample_poly(raw.get_data(names).T * 1e6, 1, 2, axis=0)
        yield path.stem, x, 250.0, [canonical(name[4:]) for name in names]


def eeglab(folder):
    import mne

    raw = mne.io.read_raw_eeglab(folder / "eeglab" / "eeglab_data.set", verbose="error")
    names = [name for name in raw.ch_names if not name.startswith("EOG")]
    yield "eeglab", raw.get_data(names).T * 1e6, 128.0, [canonical(name) for name in names]


def headband(folder):
    """Yield the four channels of eegmat that are nearest to those of a Muse."""
    for name, x, rate_hz, labels in eegmat(folder):
        four = ["T7", "Fp1", "Fp2", "T8"]
        yield name, x[:, [labels.index(label) for label in four]], rate_hz, four


@cache
def cut_artifacts(folder, rate_hz):
    """Return pieces of each kind, peak 1, at this rate."""
    path = next((folder / "openbci").glob("*.txt"))
    x = np.genfromtxt(path, delimiter=",", skip_header=5, usecols=range(1, 9))
    band = signal.butter(4, [1, 45], "bandpass", fs=OPENBCI_HZ, output="sos")
    x = signal.sosfiltfilt(band, x - x[0], axis=0)

    def cut(channel, start_s, stop_s):
        piece = x[round(start_s * OPENBCI_HZ) : round(stop_s * OPENBCI_HZ), channel]
        piece = piece - np.linspace(piece[0], piece[-1], len(piece))
        piece = signal.resample_poly(piece, round(rate_hz), OPENBCI_HZ)
        piece = piece * signal.windows.tukey(len(piece), 0.15)
        return piece / np.abs(piece).max()

    return {kind: [cut(*where) for where in places] for kind, places in CUTS.items()}


def topography(kind, labels, rng):
    if kind == "pop":
        return np.eye(len(labels))[rng.integers(len(labels))]
    (one, other), metres = PLACE[kind]
    at = Montage.of((one, other)).positions_m.mean(axis=0)
    distance = np.linalg.norm(Montage.of(tuple(labels)).positions_m - 1.1 * at, axis=1)
    gain = np.exp(-(distance**2) / (2 * metres**2))
    return gain / gain.max()


def artifacts(folder, samples, rate_hz, labels, first_s, rng):
    """Return the artifacts alone, (samples, channels) µV, and where they are."""
    y, at, start_s = np.zeros((samples, len(labels))), np.zeros(samples, bool), first_s
    kinds = list(CUTS)
    for turn in range(10_000):
        kind = kinds[turn % len(kinds)]
        pieces = cut_artifacts(folder, rate_hz)[kind]
        wave = pieces[rng.integers(len(pieces))] * PEAK_UV[kind] * rng.uniform(0.5, 1.0)
        start = round(start_s * rate_hz)
        if start + len(wave) > samples - rate_hz:
            return y, at
        y[start : start + len(wave)] += np.outer(wave, topography(kind, labels, rng))
        at[start : start + len(wave)] = True
        start_s += rng.uniform(3.2, 4.8)
    raise AssertionError("a recording of half a day")


def hops(x, rate_hz):
    edges = [int(k * HOP_S * rate_hz) for k in range(int(len(x) / rate_hz / HOP_S) + 1)]
    return [np.ascontiguousarray(x[a:b]) for a, b in pairwise(edges)]


def passed(block, x, rate_hz, labels):
    info = StreamInfo(name="cap", kind="eeg", rate_hz=rate_hz, channels=tuple(labels), unit="uV")
    step = block.start(info)
    return [step.process(hop) for hop in hops(x, rate_hz)]


def spoil(folder, x, rate_hz, labels, first_s, seed):
    added, at = artifacts(folder, len(x), rate_hz, labels, first_s, np.random.default_rng(seed))
    band = Bandpass(low_hz=1.0, high_hz=45.0)
    clean, spoilt = (
        np.concatenate(passed(band, signal_, rate_hz, labels)) for signal_ in (x, x + added)
    )
    return clean, spoilt, spoilt - clean, at[: len(clean)]
