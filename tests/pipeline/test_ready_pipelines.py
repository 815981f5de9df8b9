"""Each file in pipelines/ runs on what its device sends."""

import heapq
from functools import cache

import numpy as np
import pytest

from neuroaffect import catalog
from neuroaffect.parity import differing_bits
from neuroaffect.pipeline.inputs import describe_input
from neuroaffect.stream import Chunk, StreamInfo

MUSE = ("TP9", "AF7", "AF8", "TP10", "Right AUX")
EPOC = ("AF3", "F7", "F3", "FC5", "T7", "P7", "O1", "O2", "P8", "T8", "FC6", "F4", "F8", "AF4")
CYTON = ("Fp1", "Fp2", "C3", "C4", "P7", "P8", "O1", "O2")
DAISY = (*CYTON, "F7", "F8", "F3", "F4", "T7", "T8", "P3", "P4")
CAP19 = (*DAISY, "Fz", "Cz", "Pz")
# DEAP and SEED, in the order of their files.
CAP32 = (
    "Fp1 AF3 F3 F7 FC5 FC1 C3 T7 CP5 CP1 P3 P7 PO3 O1 Oz Pz "
    "Fp2 AF4 Fz F4 F8 FC6 FC2 Cz C4 T8 CP6 CP2 P4 P8 PO4 O2"
).split()
CAP62 = (
    "Fp1 Fpz Fp2 AF3 AF4 F7 F5 F3 F1 Fz F2 F4 F6 F8 FT7 FC5 FC3 FC1 FCz FC2 FC4 FC6 FT8 "
    "T7 C5 C3 C1 Cz C2 C4 C6 T8 TP7 CP5 CP3 CP1 CPz CP2 CP4 CP6 TP8 P7 P5 P3 P1 Pz P2 P4 P6 P8 "
    "PO7 PO5 PO3 POz PO4 PO6 PO8 P9 O1 Oz O2 P10"
).split()
XYZ = ("x", "y", "z")
E4 = {"eda": (4, ["EDA"]), "ppg": (64, ["BVP"]), "temp": (4, ["TEMP"]), "acc": (32, XYZ)}

# What each file is for: kind → (rate, channels), and how long until the slowest feature speaks.
SENT = {
    "amigos": ({"eeg": (128, EPOC)}, 10),
    "cap-19": ({"eeg": (128, CAP19)}, 20),
    "cap-32": ({"eeg": (128, CAP32)}, 80),
    "cap-62": ({"eeg": (200, CAP62)}, 80),
    "case": (
        {"eda": (1000, ["gsr"]), "ecg": (1000, ["ecg"]), "resp": (1000, ["rsp"]),
         "temp": (1000, ["skt"])},
        240,
    ),
    "dasps": ({"eeg": (128, EPOC)}, 10),
    "deap": ({"eeg": (128, CAP32)}, 10),
    "demo": ({"eeg": (500, CAP19), "ecg": (500, ["ECG"])}, 10),
    "eeg-clips": ({"eeg": (200, CAP62)}, 20),
    "dreamer": ({"eeg": (128, EPOC)}, 80),
    "eeg-de": ({"eeg": (250, CYTON)}, 10),
    "eeg-eda": ({"eeg": (256, MUSE[:4]), "eda": (4, ["EDA"])}, 20),
    "eegnet": ({"eeg": (500, CAP19)}, 10),
    "eegmat": ({"eeg": (500, CAP19)}, 10),
    "emotibit": (
        {"eda": (15, ["EA"]), "ppg": (25, ["PI", "PR", "PG"]), "temp": (7.5, ["T1"]),
         "acc": (25, XYZ), "gyro": (25, XYZ)},
        240,
    ),
    "emotiv-epoc-x": ({"eeg": (128, EPOC)}, 80),
    "empatica-e4": (E4, 240),
    "gestures": ({"eeg": (250, CYTON)}, 10),
    "headset-wristband": ({"eeg": (128, EPOC), **E4}, 240),
    "heart-strap": ({"ibi": (0, ["RR"])}, 300),
    "histn": ({"eeg": (128, EPOC)}, 10),
    "kemocon": (E4, 240),
    "muse": ({"eeg": (256, MUSE), "acc": (52, XYZ)}, 40),
    "prototypes": ({"eeg": (128, EPOC)}, 80),
    "rbtransformer": ({"eeg": (128, CAP32)}, 15),
    "openbci-cyton": ({"eeg": (250, CYTON)}, 80),
    "openbci-cyton-daisy": ({"eeg": (125, DAISY)}, 80),
    "polar-h10": ({"ecg": (130, ["ECG"])}, 120),
    "skin-ode": (E4, 240),
    "wears": ({"ppg": (50, ["PPG"]), "acc": (50, XYZ), "gyro": (50, XYZ)}, 240),
    "wesad": (E4, 240),
    "tsception": ({"eeg": (128, EPOC)}, 20),
}  # fmt: skip
UNITS = {"eeg": "uV", "ecg": "uV", "eda": "uS", "temp": "degC", "acc": "g", "gyro": "deg/s"}
PIPELINES = sorted(catalog.list_names("pipelines"))


def eeg(t, rng):
    return 4200 + 5 * np.sin(2 * np.pi * 10 * t) + 10 * rng.standard_normal(len(t))


def eda(t, rng):
    onsets = np.cumsum(rng.uniform(5, 15, 30))
    since = (t[:, None] - onsets).clip(0)
    rises = rng.uniform(0.4, 1.4, 30)
    return 4 + 0.4 * (np.exp(-since / 4) - np.exp(-since / rises)).sum(axis=1)


def pulse(t, rng, width):
    pace = 1.1 + 0.1 * np.sin(2 * np.pi * 0.1 * t) + 0.05 * np.sin(2 * np.pi * 0.27 * t)
    beats = np.cumsum(pace) * (t[1] - t[0])
    wave = np.exp(-(((beats % 1.0 - 0.3) / width) ** 2))
    breath = 1 + 0.1 * np.sin(2 * np.pi * 0.27 * t)
    return 100 * wave * breath + 0.1 * rng.standard_normal(len(t))


def shaken(t):
    """A second and a half of shaking, each time a little earlier in its minute."""
    return np.sin(2 * np.pi * 4 * t) * ((t + 20) % 55 < 1.5)


SIGNALS = {
    "eeg": eeg,
    "ecg": lambda t, rng: 10 * pulse(t, rng, 0.03),
    "eda": eda,
    "ppg": lambda t, rng: pulse(t, rng, 0.12),
    "resp": lambda t, rng: (
        35 + 5 * np.sin(2 * np.pi * 0.27 * t) + 0.1 * rng.standard_normal(len(t))
    ),
    "temp": lambda t, rng: 33 + 0.1 * np.sin(t / 40),
    "acc": lambda t, rng: 0.577 + 0.003 * rng.standard_normal(len(t)) + 0.3 * shaken(t),
    "gyro": lambda t, rng: 2 + 0.5 * rng.standard_normal(len(t)) + 50 * shaken(t),
}


@cache
def sent(name):
    """Return the streams of the device, and their samples as one chunk each."""
    kinds, length_s = SENT[name]
    streams, chunks = {}, {}
    for kind, (rate_hz, channels) in kinds.items():
        rng = np.random.default_rng(len(kind))
        unit = UNITS.get(kind, "s" if kind == "ibi" else "")
        streams[kind] = StreamInfo(
            name=kind, kind=kind, rate_hz=float(rate_hz), channels=tuple(channels), unit=unit
        )
        if kind == "ibi":
            intervals = 0.85 + 0.04 * rng.standard_normal(length_s)
            chunks[kind] = Chunk(0, np.cumsum(intervals), intervals[:, None])
        else:
            t = np.arange(round(length_s * rate_hz)) / rate_hz
            x = np.stack([SIGNALS[kind](t, rng) for _ in channels], axis=1)
            chunks[kind] = Chunk(0, t, x)
    return streams, chunks


def pieces(name, samples, until_s=np.inf):
    """Yield the chunks in order of time, cut to these sizes in turn."""

    def cut(kind, chunk):
        start, n, end = 0, 0, np.searchsorted(chunk.times, until_s)
        while start < end:
            stop = min(end, start + samples[n % len(samples)])
            yield kind, Chunk(start, chunk.times[start:stop], chunk.data[start:stop])
            start, n = stop, n + 1

    cuts = (cut(kind, chunk) for kind, chunk in sent(name)[1].items())
    return heapq.merge(*cuts, key=lambda item: float(item[1].times[-1]))


def ticks_of(name, samples, until_s=np.inf):
    run = catalog.load_pipeline(name).start(sent(name)[0], late=())
    ticks = [
        tick for kind, chunk in pieces(name, samples, until_s) for tick in run.push(kind, chunk)
    ]
    return run, ticks + run.finish()


def test_every_file_is_tried_here():
    assert PIPELINES == sorted(SENT)


@pytest.mark.parametrize("name", PIPELINES)
def test_every_feature_has_a_value_once_settled(name):
    run, ticks = ticks_of(name, [10**6])
    settled = [tick for tick in ticks if tick.settled]
    assert settled
    for place, info in run.features.items():
        track, _, block = place.partition(".")
        values = np.array([t.tracks[track][block] for t in settled if track in t.tracks])
        never = ~np.isfinite(values).any(axis=(0, 1))
        assert not never.any(), f"{place}: {np.array(info.features)[never]}"


@pytest.mark.parametrize("name", PIPELINES)
def test_a_network_can_read_what_the_pipeline_gives(name):
    pipeline = catalog.load_pipeline(name)
    run = pipeline.start(sent(name)[0])
    channels, features = describe_input(pipeline.network.places, run.features).shape
    assert channels * features > 0


@pytest.mark.parametrize("name", PIPELINES)
def test_pieces_give_the_same_bits_as_the_whole(name):
    # The blocks have their own test of this; here it is their order, gates and lags.
    run, whole = ticks_of(name, [10**6], until_s=40)
    _, cut = ticks_of(name, [1, 7, 64, 3, 131], until_s=40)
    assert differing_bits(run, whole, cut) == 0
