"""Differential entropy of each frequency band."""

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from neuroaffect.blocks.bandpass import design
from neuroaffect.blocks.base import PLAIN, Block, Context, Step, require_signal
from neuroaffect.blocks.cascade import Cascade, settle_s
from neuroaffect.errors import PipelineError
from neuroaffect.stream import FeatureInfo, StreamInfo

__all__ = ["BAND_SETS", "Entropy"]

BAND_SETS: Mapping[str, Mapping[str, tuple[float, float]]] = MappingProxyType(
    {
        # Kumar et al. (2025), arXiv 2511.13954, as in its code: no delta.
        "rbtransformer": {"theta": (4, 8), "alpha": (8, 14), "beta": (14, 31), "gamma": (31, 49)},
        # LibEER (2025), arXiv 2410.09767.
        "libeer5": {
            "delta": (0.5, 4), "theta": (4, 8), "alpha": (8, 14), "beta": (14, 30),
            "gamma": (30, 50),
        },
    }
)  # fmt: skip

_LEAST_VARIANCE = 1e-12  # (1e-6 µV)²: far below any amplifier's noise; keeps a flat line finite


@dataclass(frozen=True, kw_only=True)
class Entropy(Block):
    """Differential entropy of each frequency band, over a sliding window.

    For a Gaussian band signal the entropy is ½ ln(2πe σ²); σ² is the variance of the last
    `window_s` seconds, updated once per hop.

    Parameters
    ----------
    bands : str or mapping of str to (low_hz, high_hz)
        A set of :data:`BAND_SETS` by name, or own edges inside (0, rate/2).
    window_s : float
        Length of the window in seconds; in effect the whole hops nearest to it.
    order : int
        Order of each edge of the Butterworth band filters.

    Notes
    -----
    In (hop, channels) µV, out (channels, bands) nats. Causal; settles after `window_s` plus the
    slowest band filter.

    References
    ----------
    Duan, Zhu, Lu (2013), doi:10.1109/NER.2013.6695876
    """

    bands: str | Mapping[str, tuple[float, float]] = "libeer5"
    window_s: float = 2.0
    order: int = 3

    def start(self, info: StreamInfo) -> "EntropyStep":
        info = require_signal(info, "entropy")
        if self.window_s <= 0:
            raise PipelineError(f"entropy: window_s = {self.window_s:g} must be above 0")
        bands = self.edges()
        sos = {
            name: design(low_hz, high_hz, self.order, info, f"entropy band '{name}'")
            for name, (low_hz, high_hz) in bands.items()
        }
        return EntropyStep(info, sos, self.window_s)

    def edges(self) -> Mapping[str, tuple[float, float]]:
        """Return name → (low_hz, high_hz) of each band, in order."""
        if not isinstance(self.bands, str):
            return self.bands
        if self.bands not in BAND_SETS:
            raise PipelineError(
                f"entropy: no band set is called '{self.bands}'; "
                f"choose {', '.join(BAND_SETS)} or give name = [low_hz, high_hz] pairs"
            )
        return BAND_SETS[self.bands]

    @classmethod
    def examples(cls) -> Sequence["Entropy"]:
        return [
            cls(bands="rbtransformer", window_s=1.0),
            cls(bands="libeer5"),
            cls(bands={"alpha": (8.0, 13.0)}, window_s=0.5, order=2),
        ]


class EntropyStep(Step):
    """A running filter bank with the sums of each hop in the window.

    Sums per hop, added up in order of time, cost the hop and not the window, and carry no
    rounding from hop to hop as a running sum would.
    """

    def __init__(self, info: StreamInfo, sos: Mapping[str, np.ndarray], window_s: float) -> None:
        self.info = FeatureInfo(
            name="entropy",
            channels=info.channels,
            features=tuple(sos),
            units=("nats",) * len(sos),
            memories_s=(window_s,) * len(sos),
        )
        self.settle_s = window_s + max(settle_s(s, info.rate_hz) for s in sos.values())
        self._window = max(1, round(window_s * info.rate_hz))
        self._filters = [Cascade(s) for s in sos.values()]
        self._hops: deque[tuple[int, np.ndarray]] = deque()

    def process(self, x: np.ndarray, context: Context = PLAIN) -> np.ndarray:
        self._hops.append((len(x), self._moments(x)))
        # Keep the fewest newest hops that reach the window: half a hop short at most.
        while len(self._hops) > 1 and self._samples() - self._hops[0][0] / 2 >= self._window:
            self._hops.popleft()
        n = max(1, self._samples())
        total, squares = np.sum([m for _, m in self._hops], axis=0) / n  # each (bands, channels)
        variance = np.maximum(squares - total**2, _LEAST_VARIANCE)
        return np.ascontiguousarray(0.5 * np.log(2 * np.pi * np.e * variance).T)

    def _samples(self) -> int:
        return sum(n for n, _ in self._hops)

    def _moments(self, x: np.ndarray) -> np.ndarray:
        """Return Σy and Σy² of every band and channel over this hop, (2, bands, channels)."""
        moments = np.empty((2, len(self._filters), x.shape[1]))
        for band, cascade in enumerate(self._filters):
            y = cascade.process(x)  # (hop, channels)
            moments[0, band] = y.sum(axis=0)
            moments[1, band] = np.einsum("tc,tc->c", y, y)
        return moments
