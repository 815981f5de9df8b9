"""Keep a band of frequencies."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import signal

from neuroaffect.blocks.base import Block, require_signal
from neuroaffect.blocks.filters.cascade import FilterStep
from neuroaffect.errors import PipelineError
from neuroaffect.stream import StreamInfo

__all__ = ["Bandpass", "design"]


@dataclass(frozen=True, kw_only=True)
class Bandpass(Block):
    """Butterworth band-pass, causal, with carried state.

    Parameters
    ----------
    low_hz, high_hz : float
        Edges (-3 dB), 0 < low_hz < high_hz < rate/2.
    order : int
        Order of each edge.

    Notes
    -----
    In and out (hop, channels), same unit. Causal; the group delay grows towards the low edge.
    Settles when the slowest pole has decayed to 1 %.

    References
    ----------
    Butterworth (1930), On the theory of filter amplifiers, Experimental Wireless 7:536-541
    """

    low_hz: float
    high_hz: float
    order: int = 4

    def start(self, info: StreamInfo) -> FilterStep:
        info = require_signal(info, "bandpass")
        return FilterStep(info, design(self.low_hz, self.high_hz, self.order, info, "bandpass"))

    @classmethod
    def examples(cls) -> Sequence["Bandpass"]:
        return [cls(low_hz=1.0, high_hz=45.0), cls(low_hz=8.0, high_hz=13.0, order=2)]


def design(low_hz: float, high_hz: float, order: int, info: StreamInfo, block: str) -> np.ndarray:
    """Return the second-order sections of a Butterworth band-pass for this stream.

    Raises
    ------
    PipelineError
        If an edge is not inside (0, rate/2), or the edges are in the wrong order.
    """
    nyquist_hz = info.rate_hz / 2
    if high_hz >= nyquist_hz:
        raise PipelineError(
            f"{block}: high_hz = {high_hz:g} is not below half the rate of '{info.name}' "
            f"({nyquist_hz:g} Hz); choose a lower edge"
        )
    if not 0 < low_hz < high_hz:
        raise PipelineError(
            f"{block}: the band {low_hz:g}-{high_hz:g} Hz is empty or touches 0; "
            "choose 0 < low_hz < high_hz"
        )
    return signal.butter(order, (low_hz, high_hz), "bandpass", fs=info.rate_hz, output="sos")
