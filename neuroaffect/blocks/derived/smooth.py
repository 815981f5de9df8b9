"""Smoothing of features by a linear dynamical system: a scalar Kalman filter for each."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from neuroaffect.blocks.base import PLAIN, Context, FeatureBlock, Step, require_features
from neuroaffect.errors import PipelineError
from neuroaffect.stream import FeatureInfo

__all__ = ["Smooth", "steady_gain", "time_constant_hops"]


@dataclass(frozen=True, kw_only=True)
class Smooth(FeatureBlock):
    """Features smoothed by a causal linear dynamical system.

    Each feature is taken for a state that walks at random, by a variance of `q` per hop, seen
    through noise of variance `r`; the Kalman filter (A = C = 1) is the best guess of it that
    knows the past alone. It begins without any opinion: its first answers are the running mean
    of the values so far, and it forgets as it goes on.

    Parameters
    ----------
    q, r : float
        Variances, in the feature's unit squared. The steady answer depends on q/r only.

    Notes
    -----
    In and out (channels, features). Causal; in the steady state an exponential mean whose time
    constant is −1 / ln(1 − gain) hops, the gain being :func:`steady_gain`: 10 hops with the
    default, 100 with the q = 10⁻⁴ of LibEER (arXiv:2410.09767). It is added to the features'
    `memories_s`, and it is the delay of a slow change. LibEER starts from the mean of the whole
    trial, which cannot be had live; here nothing but the past is used.

    A missing value gives a missing value. The state waits for the next one, and the longer it
    waited, the less it is believed. The default is ours.

    References
    ----------
    Shi, Lu (2010), doi:10.1109/IEMBS.2010.5626624
    """

    q: float = 0.01
    r: float = 1.0

    def start(self, info: FeatureInfo) -> "SmoothStep":
        info = require_features(info, "smooth")
        for name, variance in (("q", self.q), ("r", self.r)):
            if not 0 < variance < np.inf:
                raise PipelineError(f"smooth: {name} = {variance:g} is no variance; give one > 0")
        return SmoothStep(info, self.q, self.r)

    @classmethod
    def examples(cls) -> Sequence["Smooth"]:
        return [cls(), cls(q=1e-4)]


class SmoothStep(Step):
    """A running Kalman filter for each feature."""

    def __init__(self, info: FeatureInfo, q: float, r: float) -> None:
        forgets_s = time_constant_hops(q, r) * info.hop_s
        before_s = info.memories_s or (0.0,) * len(info.features)
        self.info = replace(
            info, name="smooth", memories_s=tuple(memory + forgets_s for memory in before_s)
        )
        self._q, self._r = q, r
        self._state = np.zeros(info.shape)
        self._doubt = np.full(info.shape, np.inf)  # variance of the state; ∞: nothing known yet

    def process(self, x: np.ndarray, context: Context = PLAIN) -> np.ndarray:
        seen = np.isfinite(x)
        self._doubt += self._q
        # The usual P / (P + r), written so that it is 1 where nothing is known yet.
        gain = np.where(seen, 1 / (1 + self._r / self._doubt), 0.0)
        self._state += gain * (np.where(seen, x, 0.0) - self._state)
        # P (1 − gain), written so that infinite doubt becomes r.
        self._doubt = np.where(seen, gain * self._r, self._doubt)
        return np.where(seen, self._state, np.nan)


def steady_gain(q: float, r: float) -> float:
    """Return the share of a new value that the filter takes once it has settled.

    With d = q/r it is (√(d² + 4d) − d) / 2, about √d where d is small.
    """
    d = q / r
    return float((np.sqrt(d * d + 4 * d) - d) / 2)


def time_constant_hops(q: float, r: float) -> float:
    """Return after how many hops 1/e of a value's weight is left."""
    return float(-1 / np.log1p(-steady_gain(q, r)))
