"""Take the mains hum out."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import signal

from neuroaffect.blocks.base import Block, require_signal
from neuroaffect.blocks.cascade import FilterStep
from neuroaffect.errors import PipelineError
from neuroaffect.stream import StreamInfo

__all__ = ["Notch"]


@dataclass(frozen=True, kw_only=True)
class Notch(Block):
    """Second-order notches at the mains frequency and its harmonics.

    Harmonics at or above half the rate do not exist in the signal and are left out.

    Parameters
    ----------
    mains_hz : float
        50 or 60 in practice.
    harmonics : int
        Number of notches, the mains frequency itself counted.
    q : float
        Centre frequency divided by the -3 dB width.

    Notes
    -----
    In and out (hop, channels), same unit. Causal; settles when the slowest pole has decayed
    to 1 % (about 1.5 q / mains_hz seconds).
    """

    mains_hz: float = 50.0
    harmonics: int = 1
    q: float = 30.0

    def start(self, info: StreamInfo) -> FilterStep:
        info = require_signal(info, "notch")
        nyquist_hz = info.rate_hz / 2
        if not 0 < self.mains_hz < nyquist_hz:
            raise PipelineError(
                f"notch: mains_hz = {self.mains_hz:g} is not inside the band of '{info.name}' "
                f"(0 to {nyquist_hz:g} Hz); leave the notch out"
            )
        centres = [self.mains_hz * k for k in range(1, self.harmonics + 1)]
        sections = [
            signal.tf2sos(*signal.iirnotch(hz, self.q, fs=info.rate_hz))
            for hz in centres
            if hz < nyquist_hz
        ]
        return FilterStep(info, np.concatenate(sections))

    @classmethod
    def examples(cls) -> Sequence["Notch"]:
        return [cls(), cls(mains_hz=60.0, harmonics=3, q=10.0)]
