"""A bank of band filters that runs over one signal: named bands, their design, their running."""

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
from scipy import signal

from neuroaffect.blocks.base import hold_missing
from neuroaffect.blocks.filters.bandpass import design
from neuroaffect.blocks.filters.cascade import settle_s
from neuroaffect.blocks.window import SumWindow
from neuroaffect.errors import PipelineError
from neuroaffect.stream import StreamInfo

__all__ = ["BAND_SETS", "BandVariance", "Bank", "band_edges", "band_filters"]

BAND_SETS: Mapping[str, Mapping[str, tuple[float, float]]] = MappingProxyType(
    {
        # Kumar et al. (2025), arXiv 2511.13954, as in its code: no delta.
        "rbtransformer": {"theta": (4, 8), "alpha": (8, 14), "beta": (14, 31), "gamma": (31, 49)},
        # LibEER (2025), arXiv 2410.09767.
        "libeer5": {
            "delta": (0.5, 4), "theta": (4, 8), "alpha": (8, 14), "beta": (14, 30),
            "gamma": (30, 50),
        },
        # The features shipped with SEED-IV, as its page states them; Zheng, Lu (2015),
        # doi:10.1109/TAMD.2015.2431497, for SEED.
        "seed5": {
            "delta": (1, 4), "theta": (4, 8), "alpha": (8, 14), "beta": (14, 31), "gamma": (31, 50),
        },
    }
)  # fmt: skip

_BLOCK = 32  # samples per matrix product: of 16 to 64 the fastest for 32 to 128 channels


def band_edges(
    bands: str | Mapping[str, tuple[float, float]], block: str
) -> Mapping[str, tuple[float, float]]:
    """Return name → (low_hz, high_hz) of each band, in order.

    Raises
    ------
    PipelineError
        Naming the block, if no set of :data:`BAND_SETS` has this name, or no band is given.
    """
    if not isinstance(bands, str):
        if not bands:
            raise PipelineError(f"{block}: bands is empty; give name = [low_hz, high_hz] pairs")
        return bands
    if bands not in BAND_SETS:
        raise PipelineError(
            f"{block}: no band set is called '{bands}'; "
            f"choose {', '.join(BAND_SETS)} or give name = [low_hz, high_hz] pairs"
        )
    return BAND_SETS[bands]


def band_filters(
    edges: Mapping[str, tuple[float, float]], order: int, info: StreamInfo, block: str
) -> np.ndarray:
    """Return the second-order sections of each band's Butterworth filter, (bands, sections, 6)."""
    return np.stack(
        [
            design(low_hz, high_hz, order, info, f"{block} band '{name}'")
            for name, (low_hz, high_hz) in edges.items()
        ]
    )


class Bank:
    """Running band-pass filters, all bands over all channels in one product per block.

    A linear filter takes a block of samples and its state to a block of answers and its next
    state by one matrix (Burrus 1972); each band has one per block length. For hops of a quarter
    of a second this is several times as fast as a call of `sosfilt` per band, and equal to it up
    to rounding: at worst 1e-9 of the signal, for delta at 1000 Hz.

    Parameters
    ----------
    sos : ndarray, shape (bands, sections, 6)
        Band-passes: they must not let a constant through.
    rate_hz : float

    References
    ----------
    Burrus (1972), Block realization of digital filters, IEEE Transactions on Audio and
    Electroacoustics 20:230-235
    """

    def __init__(self, sos: np.ndarray, rate_hz: float) -> None:
        self.settle_s = max(settle_s(band, rate_hz) for band in sos)
        self._sos = sos
        self._matrices: dict[int, np.ndarray] = {}
        self._first: np.ndarray | None = None
        self._last = np.empty(0)
        self._state = np.empty((0, 0, 0))  # (bands, states, channels)

    def process(self, x: np.ndarray) -> np.ndarray:
        """Filter the next (hop, channels) samples, return (bands, hop, channels).

        Missing values are held, never filtered.
        """
        if self._first is None and len(x):
            self._start(x[0])
        if len(x) == 0:
            return np.empty((len(self._sos), *x.shape))
        # A band-pass answers a constant with nothing: to take the first sample off is to start
        # settled on it, and keeps a headset's offset of some millivolts out of the rounding.
        x = hold_missing(x, self._last) - self._first
        y = [self._block(x[at : at + _BLOCK]) for at in range(0, len(x), _BLOCK)]
        return y[0] if len(y) == 1 else np.concatenate(y, axis=1)

    def _start(self, first: np.ndarray) -> None:
        self._first = np.where(np.isfinite(first), first, 0.0)
        self._last = self._first.copy()
        self._state = np.zeros((len(self._sos), 2 * self._sos.shape[1], len(first)))

    def _block(self, x: np.ndarray) -> np.ndarray:
        n = len(x)
        if n not in self._matrices:
            self._matrices[n] = np.stack([block_matrix(sos, n) for sos in self._sos])
        before = np.empty((len(self._sos), n + self._state.shape[1], x.shape[1]))
        before[:, :n] = x
        before[:, n:] = self._state
        after = self._matrices[n] @ before  # (bands, n + states, channels)
        self._state = after[:, n:]
        return after[:, :n]


def block_matrix(sos: np.ndarray, n: int) -> np.ndarray:
    """Return the matrix that takes n samples and a filter's state to n answers and its next state.

    Its columns are the filter's answers to each unit sample and to each unit of state.

    Parameters
    ----------
    sos : ndarray, shape (sections, 6)
    n : int

    Returns
    -------
    ndarray, shape (n + states, n + states)
        Two states for each section, in the order of `sosfilt`.
    """
    states = 2 * len(sos)
    units = np.eye(n + states)
    samples, state = units[:n], units[n:].reshape(len(sos), 2, n + states)
    y, state = signal.sosfilt(sos, samples, axis=0, zi=state)
    return np.concatenate([y, state.reshape(states, n + states)])


class BandVariance:
    """Running variance of each band over a sliding window.

    Parameters
    ----------
    sos : ndarray, shape (bands, sections, 6)
    rate_hz, window_s : float
    """

    def __init__(self, sos: np.ndarray, rate_hz: float, window_s: float) -> None:
        self._bank = Bank(sos, rate_hz)
        self._window = SumWindow(window_s, rate_hz)
        self.settle_s = window_s + self._bank.settle_s

    def process(self, x: np.ndarray) -> np.ndarray:
        """Take the next (hop, channels) samples, return (channels, bands)."""
        y = self._bank.process(x)  # (bands, hop, channels)
        sums = np.stack([y.sum(axis=1), np.einsum("btc,btc->bc", y, y)])
        mean, square = self._window.add(len(x), sums) / max(1, self._window.samples)
        return np.ascontiguousarray((square - mean**2).T)
