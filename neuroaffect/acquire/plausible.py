"""Do the values look like what the stream says they are? Asked once, of its first seconds."""

from collections.abc import Iterator

import numpy as np

from neuroaffect.stream import Chunk, StreamInfo
from neuroaffect.units import VOLTAGES

__all__ = ["Plausibility", "doubts"]

WINDOW_S = 4.0
FEWEST = 16  # samples; of irregular streams, and of regular ones slower than 4 Hz
PIECE_S = 1.0
RAILED = 0.2  # share of samples at one extreme, as in the quality block
BEYOND = 0.05  # share of values that a device cannot give
RAIL_STEPS = 16  # a signal of fewer different values sits at its extremes all the time

# (from, below, what it looks like): amplitudes, in the canonical unit, that no body gives but
# another unit would. Half a decade is left on each side of what is usual, so that only a factor
# of a thousand is ever named. The bounds are ours.
_EEG = (
    (0.0, 2e-4, "volts"), (2e-4, 0.1, "millivolts"),
    (5e3, 5e6, "nanovolts, or raw counts, or electrodes that touch nothing"),
    (5e6, np.inf, "raw counts"),
)  # fmt: skip
_ECG = (
    (0.0, 2e-3, "volts"), (2e-3, 2.0, "millivolts"),
    (2e4, np.inf, "nanovolts, or raw counts, or electrodes that touch nothing"),
)  # fmt: skip
_LOOKS: dict[str, tuple[tuple[float, float, str], ...]] = {
    "eeg": _EEG, "eog": _EEG, "emg": _EEG, "ecg": _ECG,
    "eda": ((1e-9, 1e-4, "siemens"), (150.0, np.inf, "nanosiemens, or raw counts")),
    "temp": ((55.0, 120.0, "degrees Fahrenheit"), (250.0, 330.0, "kelvin")),
    "acc": (
        (5.0, 20.0, "m/s^2"), (32.0, 128.0, "1/64 g"), (500.0, 2e3, "mg"),
        (2e3, np.inf, "raw counts"),
    ),
    "hr": ((0.3, 4.0, "beats per second"), (300.0, 2e3, "milliseconds between beats")),
    "ibi": ((25.0, 250.0, "beats per minute"), (300.0, 2e3, "milliseconds")),
}  # fmt: skip
_SAID = {
    "uV": "microvolts", "uS": "microsiemens", "degC": "degrees Celsius", "s": "seconds",
    "bpm": "beats per minute",
}  # fmt: skip


class Plausibility:
    """Look at the first seconds of one stream, and say what is hard to believe.

    Parameters
    ----------
    info : StreamInfo
    plausible : (low, high) or None
        What the device can give, in the unit of the stream.

    Notes
    -----
    Nothing is ever rescaled: a suspicion is for a person. Causal; :data:`WINDOW_S` are held in
    memory until they are judged, nothing after.
    """

    def __init__(self, info: StreamInfo, *, plausible: tuple[float, float] | None = None) -> None:
        self._info = info
        self._plausible = plausible
        self._wanted = max(FEWEST, round(WINDOW_S * info.rate_hz))
        self._held: list[np.ndarray] = []
        self._over = info.kind not in _LOOKS

    def take(self, chunk: Chunk) -> tuple[str, ...]:
        """Return what is found by this chunk, a sentence each; at most once anything."""
        if self._over:
            return ()
        self._held.append(chunk.data)
        if sum(map(len, self._held)) < self._wanted:
            return ()
        return self.end()

    def end(self) -> tuple[str, ...]:
        """Judge what there is, where the stream ends before the window is full."""
        held, self._held = self._held, []
        if self._over or not held:
            return ()
        self._over = True
        x = np.concatenate(held)[: self._wanted]
        return doubts(x, self._info, plausible=self._plausible) if len(x) >= FEWEST else ()


def doubts(
    x: np.ndarray, info: StreamInfo, *, plausible: tuple[float, float] | None = None
) -> tuple[str, ...]:
    """Return what is hard to believe about values in this unit, a sentence each.

    Parameters
    ----------
    x : ndarray, shape (samples, channels)
        In `info.unit`, a few seconds.
    info : StreamInfo
    plausible : (low, high) or None
        What the device can give.

    Notes
    -----
    Voltages are judged by their robust amplitude, offset and drift taken away piece by piece
    (offsets of 4200 µV of an Emotiv and 60 000 µV of an OpenBCI are normal); other kinds by
    their level.
    """
    x = np.asarray(x, np.float64)
    return tuple(_doubts(np.where(np.isfinite(x), x, np.nan), info, plausible))


def _doubts(
    x: np.ndarray, info: StreamInfo, plausible: tuple[float, float] | None
) -> Iterator[str]:
    constant, railed = _constant(x), _railed(x)
    if info.rate_hz and info.kind in VOLTAGES:
        if np.any(constant):
            yield f"constant: {_names(info, constant)}"
        if np.any(railed):
            yield f"railed (many samples at one extreme): {_names(info, railed)}"
    living = x[:, ~(constant | railed)] if info.kind in VOLTAGES else x
    if not living.size:
        return
    if info.unit in _SAID or info.unit == "g":
        size = amplitude(living, info.rate_hz) if info.kind in VOLTAGES else _level(living, info)
        for low, high, looks in _LOOKS[info.kind]:
            if low <= size < high:
                said = _SAID.get(info.unit, info.unit)
                yield f"values look like {looks}, though the stream says {said} ({size:.2g})"
    if plausible is not None:
        low, high = plausible
        beyond = np.mean((living < low) | (living > high))
        if beyond > BEYOND:
            yield (
                f"{100 * beyond:.0f} % of the values are beyond what {info.device} can give "
                f"({low:g} to {high:g} {info.unit})"
            )


def amplitude(x: np.ndarray, rate_hz: float) -> float:
    """Return the robust standard deviation of a signal without its offset and drift.

    Each second of each channel is freed of its straight line; the quarter-to-quarter range of
    the rest, in standard deviations of a Gaussian, is taken, and of all these the median.

    Parameters
    ----------
    x : ndarray, shape (samples, channels)
    rate_hz : float
    """
    n = min(len(x), max(4, round(PIECE_S * rate_hz)))
    pieces = x[: len(x) // n * n].reshape(-1, n, x.shape[1])  # (pieces, samples, channels)
    t = np.linspace(-1.0, 1.0, n)[:, None]
    straight = pieces - np.mean(pieces, axis=1, keepdims=True)
    straight -= t * np.sum(t * straight, axis=1, keepdims=True) / np.sum(t * t)
    low, high = np.percentile(straight, [25, 75], axis=1)
    sizes = (high - low) / 1.349
    # A stretch without any change is no small signal: the amplifier was not running yet.
    sizes = sizes[np.ptp(pieces, axis=1) > 0]
    return float(np.nanmedian(sizes)) if np.any(np.isfinite(sizes)) else float("nan")


def _level(x: np.ndarray, info: StreamInfo) -> float:
    # Gravity shows on three axes together, whichever way the band is worn.
    values = np.sqrt(np.sum(x * x, axis=1)) if info.kind == "acc" else np.abs(x)
    return float(np.nanmedian(values)) if np.any(np.isfinite(values)) else float("nan")


def _constant(x: np.ndarray) -> np.ndarray:
    return np.all(x == x[0], axis=0)


def _railed(x: np.ndarray) -> np.ndarray:
    at_high, at_low = (np.mean(x == edge(x, axis=0), axis=0) for edge in (np.max, np.min))
    share = np.maximum(at_high, at_low)
    steps = np.array([len(np.unique(column)) for column in x.T])
    return (share > RAILED) & (steps >= RAIL_STEPS)


def _names(info: StreamInfo, which: np.ndarray) -> str:
    return ", ".join(np.array(info.channels)[which].tolist())
