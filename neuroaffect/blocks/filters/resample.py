"""Bring a signal to another rate."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np
from scipy import signal

from neuroaffect.blocks.base import PLAIN, Block, Context, Step, hold_missing, require_signal
from neuroaffect.errors import PipelineError
from neuroaffect.stream import StreamInfo

__all__ = ["Resample"]

_MOST_STEPS = 1000
_KAISER_BETA = 5.0


@dataclass(frozen=True, kw_only=True)
class Resample(Block):
    """Change the rate by a ratio of whole numbers, with a filter against aliases.

    Every output sample is a weighted sum of the input before it, its weights those of a
    linear-phase low-pass at half of the lower rate: the polyphase filter of
    `scipy.signal.resample_poly`, causal, and each of its phases made to sum to 1 so that an
    offset leaves no ripple. The first output stands at the first input sample, and the input
    before that is taken to be the same: a constant stays one from the start.

    Parameters
    ----------
    rate_hz : float
        The new rate. A ratio to the old one that needs more than 1000 steps is rounded; the rate
        that comes out is in the step's info.
    half_width_samples : int
        Half of the filter's length in samples of the lower rate, which is also its delay.

    Notes
    -----
    In (hop, channels), out the same unit at the new rate; hops of the output differ by a sample,
    and may be empty. Causal; delays by half_width_samples / (the lower rate), all frequencies
    alike: 78 ms at 128 Hz. Settles after twice that. With the default, flat within 0.1 dB to
    0.85 times half the lower rate, -6 dB there, and 50 dB down from 1.16 times on.

    References
    ----------
    Crochiere, Rabiner (1981), doi:10.1109/PROC.1981.11969
    """

    rate_hz: float
    half_width_samples: int = 10

    def start(self, info: StreamInfo) -> "ResampleStep":
        info = require_signal(info, "resample")
        if self.half_width_samples < 1:
            raise PipelineError(
                f"resample: half_width_samples = {self.half_width_samples} must be 1 or more"
            )
        ratio = Fraction(max(self.rate_hz, 0.0) / info.rate_hz).limit_denominator(_MOST_STEPS)
        if not 0 < ratio <= _MOST_STEPS:
            raise PipelineError(
                f"resample: rate_hz = {self.rate_hz:g} is not within 1/{_MOST_STEPS} to "
                f"{_MOST_STEPS} times the rate of '{info.name}' ({info.rate_hz:g} Hz)"
            )
        return ResampleStep(info, ratio, self.half_width_samples)

    @classmethod
    def examples(cls) -> Sequence["Resample"]:
        return [
            cls(rate_hz=100.0),
            cls(rate_hz=64.0, half_width_samples=4),
            cls(rate_hz=256.0),
            cls(rate_hz=2.0),
        ]


class ResampleStep(Step):
    """A running polyphase filter.

    Output m stands at input m · down / up. Counting both since the start makes it the same
    however the input is cut.
    """

    def __init__(self, info: StreamInfo, ratio: Fraction, half_width: int) -> None:
        self.info = replace(info, rate_hz=info.rate_hz * ratio.numerator / ratio.denominator)
        self.settle_s = 2 * half_width / min(info.rate_hz, self.info.rate_hz)
        self._up, self._down = ratio.numerator, ratio.denominator
        self._phases = polyphase(self._up, self._down, half_width)[:, :, None]
        self._before = self._phases.shape[1] - 1  # input samples kept for the next hop
        self._history: np.ndarray | None = None
        self._last = np.empty(0)
        self._taken = 0
        self._given = 0

    def process(self, x: np.ndarray, context: Context = PLAIN) -> np.ndarray:
        if len(x) == 0:
            return x.copy()
        if self._history is None:
            self._last = np.where(np.isfinite(x[0]), x[0], 0.0)
            self._history = np.tile(self._last, (self._before, 1))
        whole = np.concatenate([self._history, hold_missing(x, self._last)])
        end = -(-(self._taken + len(x)) * self._up // self._down)
        y = np.empty((end - self._given, x.shape[1]))
        for row, m in enumerate(range(self._given, end)):
            newest, phase = divmod(m * self._down, self._up)
            start = newest - self._taken
            weights = self._phases[phase]
            # Not as a matrix product: its rounding may depend on where the window lies.
            y[row] = (weights * whole[start : start + len(weights)]).sum(axis=0)
        self._taken += len(x)
        self._given = end
        self._history = whole[len(whole) - self._before :].copy()
        return y


def polyphase(up: int, down: int, half_width: int) -> np.ndarray:
    """Return the weights of each output phase, oldest input first, (up, taps); rows sum to 1.

    Parameters
    ----------
    up, down : int
        The rate changes by up / down, in lowest terms.
    half_width : int
        Half of the filter's length in samples of the lower rate.
    """
    if up == down:
        return np.ones((1, 1))
    half = half_width * max(up, down)  # at up times the input's rate
    h = signal.firwin(2 * half + 1, 1.0 / max(up, down), window=("kaiser", _KAISER_BETA))
    taps = math.ceil(len(h) / up)
    phases = np.concatenate([h, np.zeros(taps * up - len(h))]).reshape(taps, up).T
    phases = phases[:, ::-1]
    return phases / phases.sum(axis=1, keepdims=True)
