"""Differential entropy of each frequency band."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from neuroaffect.blocks.base import PLAIN, Block, Context, Step, require_signal
from neuroaffect.blocks.spectral.bank import BandVariance, band_edges, band_filters
from neuroaffect.blocks.window import require_window
from neuroaffect.stream import FeatureInfo, StreamInfo

__all__ = ["Entropy", "gaussian_entropy"]

_LEAST_VARIANCE = 1e-12  # (1e-6 µV)²: far below any amplifier's noise; keeps a flat line finite


@dataclass(frozen=True, kw_only=True)
class Entropy(Block):
    """Differential entropy of each frequency band, over a sliding window.

    For a Gaussian band signal the entropy is ½ ln(2πe σ²); σ² is the variance of the last
    `window_s` seconds, updated once per hop.

    Parameters
    ----------
    bands : str or mapping of str to (low_hz, high_hz)
        A set of :data:`~neuroaffect.blocks.spectral.bank.BAND_SETS` by name, or own edges inside
        (0, rate/2).
    window_s : float
        Length of the window in seconds; in effect the whole hops nearest to it.
    order : int
        Order of each edge of the Butterworth band filters.

    Notes
    -----
    In (hop, channels) µV, out (channels, bands) nats. Causal; settles after `window_s` plus the
    slowest band filter. The logarithm of a variance estimated over a window lies low on average:
    by 0.03 nats in delta and theta over 2 s, by less in wider bands.

    Values differ from those of the usual offline recipe, a filter that starts from rest in each
    window: on white noise that lies 0.2 nats lower in delta and theta over 1 s, and an offset
    swamps it (`benchmarks/entropy_truth.py`). Train on what will run.

    References
    ----------
    Duan, Zhu, Lu (2013), doi:10.1109/NER.2013.6695876
    """

    bands: str | Mapping[str, tuple[float, float]] = "libeer5"
    window_s: float = 2.0
    order: int = 3

    def start(self, info: StreamInfo) -> "EntropyStep":
        info = require_signal(info, "entropy")
        require_window(self.window_s, "entropy")
        return EntropyStep(info, self)

    def edges(self) -> Mapping[str, tuple[float, float]]:
        """Return name → (low_hz, high_hz) of each band, in order."""
        return band_edges(self.bands, "entropy")

    @classmethod
    def examples(cls) -> Sequence["Entropy"]:
        return [
            cls(bands="rbtransformer", window_s=1.0),
            cls(bands="libeer5"),
            cls(bands="seed5"),
            cls(bands={"alpha": (8.0, 13.0)}, window_s=0.5, order=2),
        ]


class EntropyStep(Step):
    """The running logarithm of a bank's variances."""

    def __init__(self, info: StreamInfo, block: Entropy) -> None:
        edges = block.edges()
        self.info = FeatureInfo(
            name="entropy",
            channels=info.channels,
            features=tuple(edges),
            units=("nats",) * len(edges),
            memories_s=(block.window_s,) * len(edges),
        )
        sos = band_filters(edges, block.order, info, "entropy")
        self._variance = BandVariance(sos, info.rate_hz, block.window_s)
        self.settle_s = self._variance.settle_s

    def process(self, x: np.ndarray, context: Context = PLAIN) -> np.ndarray:
        return gaussian_entropy(self._variance.process(x))


def gaussian_entropy(variance: np.ndarray) -> np.ndarray:
    """Return the differential entropy ½ ln(2πe σ²) in nats of a Gaussian of this variance."""
    return 0.5 * np.log(2 * np.pi * np.e * np.maximum(variance, _LEAST_VARIANCE))
