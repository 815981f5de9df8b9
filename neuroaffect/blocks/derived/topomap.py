"""Features on a flat picture of the head, for networks that read images."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from neuroaffect.blocks.base import PLAIN, Context, FeatureBlock, Step, require_features
from neuroaffect.blocks.derived.scalp_map import flat_positions, grid, spread
from neuroaffect.errors import PipelineError
from neuroaffect.montage import scalp
from neuroaffect.stream import FeatureInfo

__all__ = ["Topomap"]

_KEPT = 64  # patterns of good electrodes for which the interpolation is remembered


@dataclass(frozen=True, kw_only=True)
class Topomap(FeatureBlock):
    """Each feature as a small picture of the head, interpolated between the electrodes.

    Parameters
    ----------
    size : int
        Cells along each side. 9 is the layout of a cap of the 10-10 system: its nine columns from
        T7 to T8, its nine rows from Fpz to Oz.

    Notes
    -----
    In (channels, features), out (size · size, features), cells named "y0x3": row 0 is the front,
    column 0 the left; `y.reshape(size, size, features)` is the picture. Causal, no delay.

    Cells stand 180° / (size − 1) apart on the azimuthal equidistant projection, see
    :mod:`~neuroaffect.blocks.derived.scalp_map`; a thin-plate spline goes through all electrodes
    that have a value, so a bad one is never used. A cell beyond their area by more than 22.5° has
    no value. Cells that no electrode of the montage reaches, such as the corners, are no features
    but the frame of the picture: always 0, lest every tick seem to lack them. The interpolation
    is worked out once for each set of good electrodes.

    References
    ----------
    Bashivan et al. (2016), arXiv:1511.06448 (the projection); Duchon (1977),
    doi:10.1007/BFb0086566 (the spline)
    """

    size: int = 9

    def start(self, info: FeatureInfo) -> "TopomapStep":
        info = require_features(info, "topomap")
        if not 3 <= self.size <= 64:
            raise PipelineError(f"topomap: size = {self.size} is not between 3 and 64 cells")
        electrodes = scalp(info.channels)
        points = flat_positions(electrodes) if electrodes else np.empty((0, 2))
        step = TopomapStep(info, electrodes, points, self.size)
        if step.frame.all():
            raise PipelineError(
                f"topomap: '{info.name}' has {', '.join(info.channels)}; three scalp electrodes "
                "that do not lie on one line are needed"
            )
        return step

    @classmethod
    def examples(cls) -> Sequence["Topomap"]:
        return [cls(), cls(size=5)]


class TopomapStep(Step):
    """Interpolation matrices, one for each set of electrodes that was good together.

    Attributes
    ----------
    frame : ndarray of bool, shape (cells,)
        Cells that can never have a value.
    """

    def __init__(
        self, info: FeatureInfo, electrodes: Sequence[str], points: np.ndarray, size: int
    ) -> None:
        self.info = replace(
            info,
            name="topomap",
            channels=tuple(f"y{y}x{x}" for y in range(size) for x in range(size)),
        )
        self._rows = np.array([info.channels.index(label) for label in electrodes])
        self._points, self._cells = points, grid(size)
        self._spread: dict[bytes, np.ndarray] = {}
        self.frame = np.isnan(self._spread_of(np.ones(len(points), dtype=bool))).all(axis=1)

    def process(self, x: np.ndarray, context: Context = PLAIN) -> np.ndarray:
        good = context.good_of(len(x))[self._rows]
        x = x[self._rows]
        known = np.isfinite(x) & good[:, None]
        y = np.full(self.info.shape, np.nan)
        for among in np.unique(known, axis=1).T:
            columns = (known == among[:, None]).all(axis=0)
            y[:, columns] = self._spread_of(among) @ x[among][:, columns]
        y[self.frame] = 0.0
        return y

    def _spread_of(self, among: np.ndarray) -> np.ndarray:
        """Return the matrix from these electrodes to the cells, (cells, electrodes among them)."""
        key = among.tobytes()
        if key not in self._spread:
            if len(self._spread) == _KEPT:
                del self._spread[next(iter(self._spread))]
            self._spread[key] = spread(self._points[among], self._cells)
        return self._spread[key]
