"""What a heartbeat looks like in a pulse wave."""

import numpy as np

from neuroaffect.blocks.heart.beat_detector import Detector, parabola

__all__ = ["PulseDetector"]

_WIDTH_S = 0.05  # of the Gaussian: its slope's gain is highest at 3.2 Hz, half of it at 1 and 6 Hz
_NEAR_S, _AFTER_S = 0.25, 0.3
_SHAPE_S = (-0.2, 0.3)


class PulseDetector(Detector):
    """The steepest rise of each pulse, in the slope of the smoothed wave.

    The slope knows no baseline, and its highest point is sharp where the top of a pulse at the
    wrist is a plateau with two or three summits.

    References
    ----------
    Peralta et al. (2019), doi:10.1088/1361-6579/ab009b
    """

    likeness = 0.86  # Orphanidou et al. (2015)

    def __init__(self, rate_hz: float) -> None:
        half = int(np.ceil(4 * _WIDTH_S * rate_hz))
        t = np.arange(-half, half + 1) / (_WIDTH_S * rate_hz)
        slope = -t * np.exp(-0.5 * t**2)
        self.taps = (slope / np.sqrt(slope @ slope))[None]
        self.near = round(_NEAR_S * rate_hz)
        self.after = self.before = round(_AFTER_S * rate_hz) + 1
        self.shape = (round(_SHAPE_S[0] * rate_hz), round(_SHAPE_S[1] * rate_hz))
        self.delay = half + self.after + 1

    def strength(self, waves: np.ndarray, sign: float) -> np.ndarray:
        return sign * waves[0]

    def fiducial(self, waves: np.ndarray, at: int, sign: float) -> float:
        return parabola(sign * waves[0], at)
