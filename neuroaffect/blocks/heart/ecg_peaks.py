"""What a heartbeat looks like in an electrocardiogram."""

import numpy as np

from neuroaffect.blocks.heart.beat_detector import Detector, parabola

__all__ = ["QrsDetector"]

_WIDTH_S = 0.015  # of the wavelets: their gain is highest at 15 Hz, half of it near 7 and 25 Hz
_NEAR_S, _BEFORE_S, _AFTER_S, _AROUND_S = 0.2, 0.2, 0.25, 0.06
_SHAPE_S = (-0.1, 0.15)


class QrsDetector(Detector):
    """QRS complexes by their local energy between about 7 and 25 Hz, R peaks by the even wavelet.

    The second derivative of a Gaussian answers to a peak, the first one to an edge; the root of
    both squared has one hump per complex, whatever its polarity and shape. Where the signal of
    the even wavelet is extreme next to that hump, in the channel's polarity, is the peak.

    References
    ----------
    Pan, Tompkins (1985), doi:10.1109/TBME.1985.325532: the energy of the QRS band
    Martínez et al. (2004), doi:10.1109/TBME.2003.821031: wavelets for it
    """

    likeness = 0.66  # Orphanidou et al. (2015)

    def __init__(self, rate_hz: float) -> None:
        half = int(np.ceil(4 * _WIDTH_S * rate_hz))
        t = np.arange(-half, half + 1) / (_WIDTH_S * rate_hz)
        bell = np.exp(-0.5 * t**2)
        even, odd = (1.0 - t**2) * bell, t * bell
        even -= bell * even.sum() / bell.sum()  # nothing left of an offset
        self.taps = np.stack([w / np.sqrt(w @ w) for w in (even, odd)])
        self.near = round(_NEAR_S * rate_hz)
        self.before = round(_BEFORE_S * rate_hz)
        self.after = round(_AFTER_S * rate_hz)
        self.shape = (round(_SHAPE_S[0] * rate_hz), round(_SHAPE_S[1] * rate_hz))
        self._around = round(_AROUND_S * rate_hz)
        self.delay = half + self.after + self._around

    def strength(self, waves: np.ndarray, sign: float) -> np.ndarray:
        return np.hypot(waves[0], waves[1])

    def fiducial(self, waves: np.ndarray, at: int, sign: float) -> float:
        low = max(0, at - self._around)
        y = sign * waves[0, low : at + self._around + 1]
        return low + parabola(y, int(np.argmax(y)))
