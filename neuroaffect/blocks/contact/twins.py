"""Channels that say the same as others: bridged by gel, or a headset that nobody wears."""

import numpy as np

__all__ = ["Twins"]

_PIECE_S = 0.25
_NEAR_UV, _NEAR_SHARE = 1.0, 0.01
_SAME_SHARE = 0.002
_ALIVE_UV = 0.1


class Twins:
    """Count for how long the difference of each pair of channels has been next to nothing.

    The electrical distance of two channels is the power of their difference. Neighbours on a
    scalp correlate highly and still differ by some µV; electrodes joined by gel, or all those
    of a headset on a desk, differ by the noise of the amplifier. In each quarter of a second,
    two channels are the same if their difference has an RMS below 1 µV and less than 1 % of
    the weaker one's power, or less than 0.2 % of it whatever its size. A blink, which frontal
    neighbours share, does not last `window_s`.

    Parameters
    ----------
    rate_hz : float
    channels : int
    window_s : float
        For so long two channels must be the same without a break.

    Notes
    -----
    Give it hum-free signals of 1 to 45 Hz in µV. Causal. Bounds are ours; neighbours in clean
    recordings of 19 electrodes seldom differ by less than 1.1 µV, and by less than 1.2 %.

    References
    ----------
    Tenke, Kayser (2001), doi:10.1016/S1388-2457(01)00661-3
    Alschuler, Tenke, Bruder, Kayser (2014), doi:10.1016/j.clinph.2013.08.024
    """

    def __init__(self, rate_hz: float, channels: int, *, window_s: float) -> None:
        self._piece = max(2, round(_PIECE_S * rate_hz))
        self._wanted = round(window_s * rate_hz)
        self._samples = 0
        self._products = np.zeros((channels, channels))
        self._run = np.zeros((channels, channels), dtype=np.int64)  # samples without a break

    def add(self, y: np.ndarray) -> None:
        """Take the next (hop, channels) samples."""
        self._products += y.T @ y
        self._samples += len(y)
        if self._samples >= self._piece:
            same = same_pairs(self._products / self._samples)
            self._run = np.where(same, self._run + self._samples, 0)
            self._products = np.zeros_like(self._products)
            self._samples = 0

    def others(self) -> np.ndarray:
        """Return with how many other channels each is the same, (channels,)."""
        return np.count_nonzero(self._run >= self._wanted, axis=1)


def same_pairs(power: np.ndarray) -> np.ndarray:
    """Return which pairs are the same, (channels, channels); none with itself.

    Parameters
    ----------
    power : ndarray, shape (channels, channels)
        Mean products of the channels.
    """
    own = np.diag(power)
    apart = np.maximum(own[:, None] + own - 2.0 * power, 0.0)
    weaker = np.minimum(own[:, None], own)
    near = (apart < _NEAR_UV**2) & (apart < _NEAR_SHARE * weaker)
    same = (near | (apart < _SAME_SHARE * weaker)) & (weaker > _ALIVE_UV**2)
    np.fill_diagonal(same, False)
    return same
