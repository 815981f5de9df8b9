"""Where each channel sits in its lane, and how many units a lane is high."""

import math

import numpy as np

from neuroaffect.dashboard.rings import Outline

__all__ = ["Lanes", "round_number"]

_EASE = 0.2  # share of the way to the new scale per fit, so that the picture glides
_ROWS_LOOKED_AT = 400
_FEW = 3  # with more channels the usual one decides on the gain, with few the largest
_REACH, _BAD_REACH = 0.9, 0.45  # lanes; a railed channel must not scribble over its neighbours


class Lanes:
    """Offset and gain for display: each channel around its own middle, one gain per stream.

    Only the offset is taken away and only here; what is drawn is otherwise what arrived.

    Parameters
    ----------
    channels : int

    Attributes
    ----------
    middle : ndarray, shape (channels,)
        Value drawn at the middle of each lane.
    span : float
        Height of a lane in the unit of the stream.
    fitted : bool
        False until the first samples have decided on the scale.
    """

    def __init__(self, channels: int) -> None:
        self.middle = np.zeros(channels)
        self.span = 1.0
        self.fitted = False

    def fit(self, outline: Outline, *, trusted: np.ndarray) -> None:
        """Move towards the scale that suits these samples; the first fit is taken whole.

        Parameters
        ----------
        outline : Outline
        trusted : ndarray of bool, shape (channels,)
            Channels that decide on the gain; where there is none, all do.
        """
        low, middle, high = _quantiles(outline.values)
        known = np.isfinite(middle)
        if not known.any():
            return
        few = len(middle) <= _FEW
        aim = 0.5 * (low + high) if few else middle
        reach = (high - low)[known & trusted if (known & trusted).any() else known]
        self._approach(np.where(known, aim, self.middle), _lane_span(reach, aim[known], few=few))

    def place(self, values: np.ndarray, *, trusted: np.ndarray) -> np.ndarray:
        """Return heights in lanes, (points, channels); the first channel is on top.

        What would leave its lane by far is cut off there, and sooner where it is not trusted.
        """
        lanes = np.arange(len(self.middle) - 1, -1, -1, dtype=np.float32)
        heights = (values - self.middle.astype(np.float32)) * np.float32(1.0 / self.span)
        reach = np.where(trusted, _REACH, _BAD_REACH).astype(np.float32)
        np.clip(heights, -reach, reach, out=heights)
        heights += lanes
        return heights

    def _approach(self, middle: np.ndarray, span: float) -> None:
        if not self.fitted:
            self.middle, self.span, self.fitted = middle, span, True
            return
        far = np.abs(middle - self.middle) > self.span  # a jump of offset is followed at once
        self.middle = np.where(far, middle, self.middle + _EASE * (middle - self.middle))
        # Between these bounds the gain stays: a scale that breathes cannot be read.
        if not 0.55 * self.span < span < 1.05 * self.span:
            self.span += _EASE * (span - self.span)


def round_number(value: float) -> float:
    """Return the largest of …, 1, 2, 5, 10, 20, … that is not above `value`."""
    power = 10.0 ** math.floor(math.log10(value))
    return next(step * power for step in (5.0, 2.0, 1.0) if step * power <= value * (1 + 1e-9))


def _lane_span(reach: np.ndarray, middle: np.ndarray, *, few: bool) -> float:
    span = float(reach.max() * 1.25 if few else np.median(reach) * 1.1)
    # Below a thousandth of the offset there is only rounding to see.
    floor = 1e-3 * float(np.median(np.abs(middle)))
    return max(span, floor) or 1.0


def _quantiles(values: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return a low, the middle and a high value of each channel, NaN where nothing is."""
    x, shares = values[:: max(1, len(values) // _ROWS_LOOKED_AT)], (0.005, 0.5, 0.995)
    if values.shape[1] <= _FEW:
        x, shares = values, (0.0, 0.5, 1.0)  # the peaks of a heart beat must not be missed
    x = np.sort(np.where(np.isfinite(x), x, np.nan).astype(float), axis=0)  # NaN goes last
    if not len(x):
        return (np.full(values.shape[1], np.nan),) * 3
    last = np.maximum(np.isfinite(x).sum(axis=0) - 1, 0)
    return tuple(
        np.take_along_axis(x, np.round(q * last).astype(int)[None], axis=0)[0] for q in shares
    )
