"""A head with a value at each electrode."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from neuroaffect.blocks.derived.scalp_map import HEAD, image
from neuroaffect.montage import scalp

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.image import AxesImage

__all__ = ["DIVERGING", "draw_head", "has_heads"]

DIVERGING = "RdBu_r"  # told apart by colour-blind readers; white is nothing


def has_heads(channels: Sequence[str]) -> bool:
    """Tell whether these channels can be drawn on a head."""
    if len(channels) < 3 or scalp(tuple(channels)) != tuple(channels):
        return False
    return bool(np.isfinite(image(channels, np.ones(len(channels)), size=9)).any())


def draw_head(
    axes: "Axes", channels: Sequence[str], values: np.ndarray, *, scale: float
) -> "AxesImage":
    """Draw values at electrodes, seen from above, nose up; colours reach ± `scale`."""
    angle = np.linspace(0, 2 * np.pi, 100)
    drawn = axes.imshow(
        image(channels, values, size=128), extent=(-HEAD, HEAD, -HEAD, HEAD),
        cmap=DIVERGING, vmin=-scale, vmax=scale, interpolation="bilinear",
    )  # fmt: skip
    axes.plot(HEAD * np.cos(angle), HEAD * np.sin(angle), color="#333333", linewidth=1)
    axes.plot([-0.12, 0, 0.12], [HEAD, HEAD + 0.13, HEAD], color="#333333", linewidth=1)
    axes.set_axis_off()
    # Electrodes below the equator lie outside the circle.
    axes.set_xlim(-1.45, 1.45)
    axes.set_ylim(-1.45, 1.45)
    return drawn
