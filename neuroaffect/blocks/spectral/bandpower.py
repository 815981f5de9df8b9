"""Power of each frequency band, absolute or relative."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from neuroaffect.blocks.base import PLAIN, Block, Context, Step, require_signal
from neuroaffect.blocks.spectral.bank import BandVariance, band_edges, band_filters
from neuroaffect.blocks.window import require_window
from neuroaffect.stream import FeatureInfo, StreamInfo

__all__ = ["BandPower"]

_LEAST_POWER = 1e-12  # (1e-6 µV)²: far below any amplifier's noise


@dataclass(frozen=True, kw_only=True)
class BandPower(Block):
    """Power of each frequency band, over a sliding window.

    The power of a band is the variance of its filter's answer: the power spectral density,
    weighted with the filter's squared gain and summed over frequency. It comes from the same
    bank as `entropy`, and is its exponential up to a factor.

    Parameters
    ----------
    bands : str or mapping of str to (low_hz, high_hz)
        A set of :data:`~neuroaffect.blocks.spectral.bank.BAND_SETS` by name, or own edges inside
        (0, rate/2).
    window_s : float
        Length of the window in seconds; in effect the whole hops nearest to it.
    order : int
        Order of each edge of the Butterworth band filters.
    form : "absolute", "log10", "db" or "relative"
        µV²; its common logarithm; 10 times that; or the share of the sum over the declared bands.

    Notes
    -----
    In (hop, channels) µV, out (channels, bands). Causal; settles after `window_s` plus the slowest
    band filter. A channel without any power has no shares (NaN); its logarithm ends at 1e-12 µV².
    Declared bands that overlap or leave gaps count as they are in the sum.
    """

    bands: str | Mapping[str, tuple[float, float]] = "libeer5"
    window_s: float = 2.0
    order: int = 3
    form: Literal["absolute", "log10", "db", "relative"] = "absolute"

    def start(self, info: StreamInfo) -> "BandPowerStep":
        info = require_signal(info, "bandpower")
        require_window(self.window_s, "bandpower")
        return BandPowerStep(info, self)

    @classmethod
    def examples(cls) -> Sequence["BandPower"]:
        return [
            cls(),
            cls(bands="rbtransformer", form="relative"),
            cls(bands={"alpha": (8.0, 13.0)}, window_s=0.5, form="db"),
            cls(bands={"alpha": (8.0, 13.0)}, window_s=0.5, form="log10"),
        ]


class BandPowerStep(Step):
    """The running variances of a bank, in the form asked for."""

    def __init__(self, info: StreamInfo, block: BandPower) -> None:
        edges = band_edges(block.bands, "bandpower")
        unit = f"{info.unit}^2"
        units = {"absolute": unit, "log10": f"log10 {unit}", "db": f"dB {unit}", "relative": ""}
        self.info = FeatureInfo(
            name="bandpower",
            channels=info.channels,
            features=tuple(edges),
            units=(units[block.form],) * len(edges),
            memories_s=(block.window_s,) * len(edges),
        )
        sos = band_filters(edges, block.order, info, "bandpower")
        self._variance = BandVariance(sos, info.rate_hz, block.window_s)
        self._form = block.form
        self.settle_s = self._variance.settle_s

    def process(self, x: np.ndarray, context: Context = PLAIN) -> np.ndarray:
        return in_form(self._variance.process(x), self._form)


def in_form(power: np.ndarray, form: str) -> np.ndarray:
    """Return powers (channels, bands) as "absolute", "log10", "db" or "relative"."""
    power = np.maximum(power, 0.0)
    if form == "absolute":
        return power
    if form == "relative":
        total = power.sum(axis=1, keepdims=True)
        return np.divide(power, total, out=np.full_like(power, np.nan), where=total > _LEAST_POWER)
    return (10.0 if form == "db" else 1.0) * np.log10(np.maximum(power, _LEAST_POWER))
