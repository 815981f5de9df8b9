"""What the contract suite feeds to a block: one plausible input for each kind it may ask for."""

from dataclasses import dataclass

import numpy as np

from neuroaffect.blocks import Block, FeatureBlock
from neuroaffect.stream import FeatureInfo, StreamInfo

CAP = ("Fp1", "Cz", "T7", "T8")
BANDS = ("theta", "alpha", "beta")


@dataclass(frozen=True, eq=False)
class Input:
    """Rows of one kind, cut into hops of `hop` rows."""

    info: StreamInfo | FeatureInfo
    rows: np.ndarray
    hop: int

    def hops(self, rows=None):
        x = self.rows if rows is None else rows
        if isinstance(self.info, FeatureInfo):
            return [np.ascontiguousarray(row) for row in x]
        return [np.ascontiguousarray(x[i : i + self.hop]) for i in range(0, len(x), self.hop)]


def input_of(block: Block) -> Input:
    """Return what this block can work on; the electroencephalogram if it takes anything."""
    if isinstance(block, FeatureBlock):
        return _features()
    kinds = [kind for kind in sorted(block.kinds) if kind in _MAKERS] or ["eeg"]
    return _MAKERS["eeg" if "eeg" in kinds else kinds[0]]()


def _signal(kind, unit, rate_hz, x, channels=None):
    channels = channels or CAP[: x.shape[1]]
    info = StreamInfo(name="cap", kind=kind, rate_hz=rate_hz, channels=channels, unit=unit)
    return Input(info, x, round(rate_hz / 4) or 1)


def _seconds(rate_hz, length_s):
    return np.arange(round(rate_hz * length_s)) / rate_hz


def _eeg():
    rng = np.random.default_rng(5)
    return _signal("eeg", "uV", 128.0, 10 * rng.standard_normal((1280, 4)) + 4200.0)


def _features():
    rng = np.random.default_rng(6)
    info = FeatureInfo(
        name="entropy",
        channels=CAP,
        features=BANDS,
        units=("nats",) * 3,
        memories_s=(1.0,) * 3,
        hop_s=0.25,
    )
    return Input(info, 3 + 0.3 * rng.standard_normal((160, 4, 3)), 1)


def _eda():
    rng = np.random.default_rng(7)
    t = _seconds(4.0, 120)
    responses = sum(
        np.where(t > s, np.exp(-(t - s) / 4) - np.exp(-(t - s) / 0.8), 0) for s in range(5, 115, 9)
    )
    x = 4 + 0.3 * responses + 0.002 * rng.standard_normal(len(t))
    return _signal("eda", "uS", 4.0, np.stack([x, x + 1, 2 * x, x + 2], axis=1))


def _pulse(kind, unit, rate_hz, width):
    rng = np.random.default_rng(8)
    t = _seconds(rate_hz, 60)
    beats = np.cumsum(1 + 0.05 * np.sin(2 * np.pi * 0.25 * t)) / rate_hz * 1.1
    wave = 100 * np.exp(-(((beats % 1.0 - 0.3) / width) ** 2))
    x = np.stack([wave, 2 * wave, wave, 0.5 * wave], axis=1)
    return _signal(kind, unit, rate_hz, x + rng.standard_normal(x.shape))


def _ibi():
    # As the block `beats` gives it: the interval at the row of a beat, NaN everywhere else.
    rng = np.random.default_rng(9)
    x = np.full((64 * 90, 4), np.nan)
    for column in x.T:
        at = 20
        while (at := at + round(64 * (interval := 0.9 + 0.05 * rng.standard_normal()))) < len(x):
            column[at] = interval
    return _signal("ibi", "s", 64.0, x)


def _resp():
    t = _seconds(32.0, 90)
    x = np.sin(2 * np.pi * 0.25 * t)[:, None] * np.array([1.0, 2.0, 0.5, 1.0])
    return _signal("resp", "", 32.0, x + 0.01 * np.random.default_rng(10).standard_normal(x.shape))


def _temp():
    t = _seconds(4.0, 120)
    return _signal("temp", "degC", 4.0, 33 + 0.001 * t[:, None] * np.array([1.0, -1.0, 2.0, 0.5]))


def _acc(kind, unit, scale):
    rng = np.random.default_rng(11)
    x = rng.standard_normal((32 * 60, 3)) * 0.02 + np.array([0.0, 0.6, 0.8])
    x[640:960] += 0.5 * rng.standard_normal((320, 3))
    return _signal(kind, unit, 32.0, scale * x, channels=("x", "y", "z"))


_MAKERS = {
    "eeg": _eeg,
    "eda": _eda,
    "ecg": lambda: _pulse("ecg", "uV", 128.0, 0.03),
    "ppg": lambda: _pulse("ppg", "", 64.0, 0.12),
    "ibi": _ibi,
    "resp": _resp,
    "temp": _temp,
    "acc": lambda: _acc("acc", "g", 1.0),
    "gyro": lambda: _acc("gyro", "deg/s", 30.0),
}
