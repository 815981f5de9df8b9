"""Covariance of all channels over a window, shrunk so that it is always positive definite."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from neuroaffect.blocks.base import PLAIN, Block, Context, Step, hold_missing, require_signal
from neuroaffect.blocks.filters.bandpass import design
from neuroaffect.blocks.filters.cascade import Cascade, settle_s
from neuroaffect.blocks.window import GoodWindow, SampleWindow, require_window
from neuroaffect.errors import PipelineError
from neuroaffect.stream import FeatureInfo, StreamInfo

__all__ = ["Covariance", "ledoit_wolf_share", "oas_share", "shrink"]

_LEAST_SHARE = 1e-6  # keeps the smallest eigenvalue far above rounding
_LEAST_VARIANCE = 1e-12  # (1e-6 µV)²: a dead cap is positive definite too


@dataclass(frozen=True, kw_only=True)
class Covariance(Block):
    """Covariance matrix of the channels over a sliding window, shrunk towards a sphere.

    For Riemannian methods: the matrices of the good channels go into
    ``pyriemann.tangentspace.TangentSpace`` as they are. After an average reference, or with
    bridged electrodes, the plain estimate is singular; (1 - a) S + a (tr S / p) I is not.

    Parameters
    ----------
    window_s : float
        Length of the window in seconds; the nearest whole number of samples.
    band_hz : (low_hz, high_hz) or None
        Keep only this band first; None: the signal as it is.
    order : int
        Order of each edge of that Butterworth band-pass.
    shrinkage : float, "ledoit-wolf" or "oas"
        The share a in (0, 1], or the estimator that chooses it from the window.

    Notes
    -----
    In (hop, channels) µV, out (channels, channels) µV², features named by channel. Causal; without
    a value (NaN) until the window is full. The mean over the window is taken off; divided by n. A
    channel that was bad within the window, as far as the steps before this one tell, is left
    out: NaN in its row and its column, the others estimated without it. Missing samples are held.
    Samples of a window depend on one another, which both estimators ignore: they shrink less
    than they would if they knew. a is at least 1e-6 (ours).

    References
    ----------
    Ledoit, Wolf (2004), doi:10.1016/S0047-259X(03)00096-4;
    Chen, Wiesel, Eldar, Hero (2010), doi:10.1109/TSP.2010.2053029;
    Barachant, Bonnet, Congedo, Jutten (2012), doi:10.1109/TBME.2011.2172210
    """

    window_s: float = 4.0
    band_hz: tuple[float, float] | None = None
    order: int = 3
    shrinkage: float | Literal["ledoit-wolf", "oas"] = "oas"

    def start(self, info: StreamInfo) -> "CovarianceStep":
        info = require_signal(info, "covariance")
        require_window(self.window_s, "covariance")
        if isinstance(self.shrinkage, float | int) and not 0 < self.shrinkage <= 1:
            raise PipelineError(
                f"covariance: shrinkage = {self.shrinkage:g} leaves no positive definite matrix; "
                'choose 0 < shrinkage <= 1, "ledoit-wolf" or "oas"'
            )
        if round(self.window_s * info.rate_hz) < 2:
            raise PipelineError(
                f"covariance: window_s = {self.window_s:g} holds fewer than two samples at "
                f"{info.rate_hz:g} Hz; choose a longer window"
            )
        return CovarianceStep(info, self)

    @classmethod
    def examples(cls) -> Sequence["Covariance"]:
        return [
            cls(window_s=2.0),
            cls(window_s=1.0, shrinkage="ledoit-wolf", band_hz=(4.0, 30.0)),
            cls(window_s=0.5, shrinkage=0.1),
        ]


class CovarianceStep(Step):
    """A window of samples and the estimate from it."""

    masks_itself = True

    def __init__(self, info: StreamInfo, block: Covariance) -> None:
        n = len(info.channels)
        samples = round(block.window_s * info.rate_hz)
        self.info = FeatureInfo(
            name="covariance",
            channels=info.channels,
            features=info.channels,
            units=(f"{info.unit}^2",) * n,
            memories_s=(block.window_s,) * n,
        )
        self.settle_s = block.window_s
        self._shrinkage = block.shrinkage
        self._band: Cascade | None = None
        if block.band_hz is not None:
            sos = design(*block.band_hz, block.order, info, "covariance")
            self._band = Cascade(sos)
            self.settle_s += settle_s(sos, info.rate_hz)
        self._last = np.zeros(n)
        self._window = SampleWindow(samples, n)
        self._good = GoodWindow(samples, n)

    def process(self, x: np.ndarray, context: Context = PLAIN) -> np.ndarray:
        good = self._good.add(len(x), context.good_of(x.shape[1]))
        x = self._band.process(x) if self._band else hold_missing(x, self._last)
        self._window.add(x)
        matrix = np.full(self.info.shape, np.nan)
        if self._window.full and good.any():
            matrix[np.ix_(good, good)] = shrink(self._window.x[:, good], self._shrinkage)
        return matrix


def shrink(x: np.ndarray, shrinkage: float | str) -> np.ndarray:
    """Return the shrunk covariance of (samples, channels), (channels, channels).

    Parameters
    ----------
    x : ndarray, shape (samples, channels)
    shrinkage : float, "ledoit-wolf" or "oas"
    """
    x = x - x.mean(axis=0)
    s = x.T @ x / len(x)
    if shrinkage == "ledoit-wolf":
        share = ledoit_wolf_share(x, s)
    elif shrinkage == "oas":
        share = oas_share(s, len(x))
    else:
        share = float(shrinkage)
    share = max(share, _LEAST_SHARE)
    sphere = np.trace(s) / len(s)
    shrunk = (1 - share) * s
    shrunk.flat[:: len(s) + 1] += share * sphere + _LEAST_VARIANCE
    return (shrunk + shrunk.T) / 2  # symmetric to the last bit


def ledoit_wolf_share(x: np.ndarray, s: np.ndarray) -> float:
    """Return the share of the sphere that Ledoit and Wolf (2004) give, lemma 3.3.

    Parameters
    ----------
    x : ndarray, shape (samples, channels)
        Without its mean.
    s : ndarray, shape (channels, channels)
        Its covariance, divided by the number of samples.
    """
    n, p = x.shape
    norm = np.sum(s**2)
    distance = norm - np.trace(s) ** 2 / p  # of S from the sphere
    spread = (np.mean(np.sum(x**2, axis=1) ** 2) - norm) / n  # of S around the truth
    return float(np.clip(spread / distance, 0.0, 1.0)) if distance > 0 else 1.0


def oas_share(s: np.ndarray, samples: int) -> float:
    """Return the share of the oracle approximating shrinkage, Chen et al. (2010), eq. 23.

    Without its terms 2/p, as scikit-learn has it: they vanish for many channels.
    """
    size, trace = np.sum(s**2), np.trace(s)
    distance = (samples + 1) * (size - trace**2 / len(s))
    return float(min((size + trace**2) / distance, 1.0)) if distance > 0 else 1.0
