"""Re-reference: to the average, to electrodes, to infinity, or to the current source density."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from neuroaffect.blocks.base import PLAIN, Block, Context, Step, hold_missing, require_signal
from neuroaffect.blocks.cleaning.spline import laplacian_matrix, spline_kernels
from neuroaffect.errors import PipelineError, StreamError
from neuroaffect.montage import Montage, head_sphere, lead_field
from neuroaffect.stream import StreamInfo

__all__ = ["Reference"]

_LEAST_ELECTRODES = 16  # ours: what OpenBCI's Daisy has; below it a spline over the head is a guess
_MOST_MIXES = 64


@dataclass(frozen=True, kw_only=True)
class Reference(Block):
    """Subtract a reference that the channels share, or take the surface Laplacian.

    Bad channels take no part: those with which a block before it found fault in this hop, and
    those with a missing value in it. When the channels that take part change, so would the
    level of all, by millivolts where electrodes have offsets; the new reference is therefore
    carried on from the last value of the old one.

    Parameters
    ----------
    to : "average", "rest", "laplacian", or tuple of str
        - "average": the mean of the good channels.
        - names: the mean of those good among these electrodes.
        - "rest": the potential at infinity, as sources anywhere in the brain that explain the
          good channels would make it.
        - "laplacian": no reference at all, but the current source density at each electrode, by
          spherical splines through the good ones.

        The last two need 16 electrodes or more, all of them on the scalp.

    Notes
    -----
    In and out (hop, channels), same unit; "laplacian" gives mV/m² for µV. Causal, no delay; the
    only memory is the level carried over a change. A bad channel is referenced like the others,
    with "laplacian" it gets the spline's value at its place; bad it stays in either case.
    While no named electrode is good, or fewer than half of those of "rest" or "laplacian", all
    finite ones are used and every channel is marked bad (:attr:`Step.quality` 0): what comes
    out is then no signal to trust.

    Over all dipoles of the model, "rest" is off from infinity by 0.76 times as much (rms) as the
    average reference with the 19 electrodes of the 10-20 system, by 0.34 times with 64.

    References
    ----------
    Bertrand, Perrin, Pernier (1985), doi:10.1016/0168-5597(85)90058-9 (average)
    Yao (2001), doi:10.1088/0967-3334/22/4/305 (rest)
    Perrin, Pernier, Bertrand, Echallier (1989), doi:10.1016/0013-4694(89)90180-6 (laplacian)
    """

    to: str | tuple[str, ...] = "average"

    def start(self, info: StreamInfo) -> "ReferenceStep":
        info = require_signal(info, "reference")
        channels = np.ones(len(info.channels), dtype=bool)
        if self.to == "average":
            return ReferenceStep(info, channels, _mean_of)
        if self.to == "rest":
            _require_scalp(info, "rest")
            field = lead_field(info.channels)
            return ReferenceStep(info, channels, lambda used: rest_weights(field, used), 0.5)
        if self.to == "laplacian":
            _require_scalp(info, "laplacian")
            info = replace(info, unit="mV/m2" if info.unit == "uV" else f"{info.unit}/m2")
            return ReferenceStep(info, channels, _laplacian(info), 0.5)
        return ReferenceStep(info, self._named(info), _mean_of)

    def _named(self, info: StreamInfo) -> np.ndarray:
        names = (self.to,) if isinstance(self.to, str) else self.to
        missing = [name for name in names if name not in info.channels]
        if missing or not names:
            raise PipelineError(
                f"reference: '{info.name}' has no electrode {', '.join(missing) or '(none named)'}"
                f'; choose "average", "rest", "laplacian" or among {", ".join(info.channels)}'
            )
        return np.isin(info.channels, names)

    @classmethod
    def examples(cls) -> Sequence["Reference"]:
        return [cls(), cls(to=("Cz",)), cls(to=("T7", "T8"))]


class ReferenceStep(Step):
    """A running reference.

    Parameters
    ----------
    info : StreamInfo
        What comes out.
    among : ndarray of bool, shape (channels,)
        Channels that may take part.
    mix : callable
        Takes the channels that do, gives what of them to subtract from all, (channels,), or
        what to give in their place, (channels, channels out).
    least : float
        The share of `among` that has to be good; 0: one of them.
    """

    def __init__(
        self,
        info: StreamInfo,
        among: np.ndarray,
        mix: Callable[[np.ndarray], np.ndarray],
        least: float = 0.0,
    ) -> None:
        self.info = replace(info)
        self.quality = np.ones(len(info.channels))
        self._among = among
        self._least = max(1.0, least * np.count_nonzero(among))
        self._mix_of = mix
        self._mixes: dict[bytes, np.ndarray] = {}
        self._mix: np.ndarray | None = None
        self._level: np.ndarray | float = 0.0
        self._last: np.ndarray | None = None

    def process(self, x: np.ndarray, context: Context = PLAIN) -> np.ndarray:
        if len(x) == 0:
            return x.copy()
        if self._last is None:
            self._last = np.where(np.isfinite(x[0]), x[0], 0.0)
        self._change(self._mixed(self._used(x, context)))
        common = hold_missing(x, self._last) @ self._mix - self._level
        return x - common[:, None] if common.ndim == 1 else np.ascontiguousarray(common)

    def _used(self, x: np.ndarray, context: Context) -> np.ndarray:
        """Return who takes part in this hop, (channels,); judge whether they are enough."""
        finite = np.isfinite(x).all(axis=0) & self._among
        good = context.good_of(x.shape[1]) & finite
        enough = np.count_nonzero(good) >= self._least
        self.quality = np.full(x.shape[1], 1.0 if enough else 0.0)
        if enough:
            return good
        return finite if finite.any() else self._among

    def _mixed(self, used: np.ndarray) -> np.ndarray:
        key = used.tobytes()
        if key not in self._mixes:
            if len(self._mixes) >= _MOST_MIXES:
                self._mixes.clear()
            self._mixes[key] = self._mix_of(used)
        return self._mixes[key]

    def _change(self, mix: np.ndarray) -> None:
        """Go on with `mix` such that the last sample would have come out the same."""
        if self._mix is not None and mix is not self._mix:
            self._level = self._level + self._last @ mix - self._last @ self._mix
        self._mix = mix


def rest_weights(field: np.ndarray, used: np.ndarray) -> np.ndarray:
    """Return the weights whose sum of channels is the potential at infinity, (channels,).

    With the mean of the used channels taken off, the least sources s that explain them are
    s = pinv(G - mean G) v; mean(G s) is by how much that mean was off from infinity.

    Parameters
    ----------
    field : ndarray, shape (channels, sources)
        Lead field G, against infinity.
    used : ndarray of bool, shape (channels,)
    """
    gain = field[used]  # (n, sources)
    mean = gain.mean(axis=0)
    offset = mean @ np.linalg.pinv(gain - mean, rcond=1e-6)  # (n,)
    weights = np.zeros(len(used))
    weights[used] = 1.0 / len(gain) - (offset - offset.mean())
    return weights


def _mean_of(used: np.ndarray) -> np.ndarray:
    return used / np.count_nonzero(used)


def _laplacian(info: StreamInfo) -> Callable[[np.ndarray], np.ndarray]:
    centre, radius_m = head_sphere()
    directions = Montage.of(info.channels).positions_m - centre
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    g, h = spline_kernels(directions)
    # A thousandth: densities in mV/m² are numbers of the size of potentials in µV.
    return lambda used: 1e-3 / radius_m**2 * laplacian_matrix(g, h, used).T


def _require_scalp(info: StreamInfo, method: str) -> None:
    if len(info.channels) < _LEAST_ELECTRODES:
        raise PipelineError(
            f"reference: {method} needs {_LEAST_ELECTRODES} electrodes over the whole head, "
            f"'{info.name}' has {len(info.channels)}; choose \"average\""
        )
    try:
        Montage.of(info.channels)
    except StreamError as error:
        raise PipelineError(
            f"reference: {method} needs to know where each electrode sits: {error}; "
            'choose channels = "scalp" for the track'
        ) from error
