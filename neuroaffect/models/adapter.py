"""A network from elsewhere in the place of one of ours."""

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np
import torch
from torch import Tensor, nn

from neuroaffect.errors import ModelError, known_names
from neuroaffect.models.head import Trunk
from neuroaffect.models.options import ForeignOptions
from neuroaffect.models.shape import InputShape

__all__ = ["LAYOUTS", "Adapted"]

_CELL = re.compile(r"^y(\d+)x(\d+)$")
_TRIED = 2  # inputs, to see what a module makes of them

Arrange = Callable[[Tensor], Tensor]


class Adapted(nn.Module):
    """An encoder that is a module of somebody else's: our input in its layout, its output flat.

    Parameters
    ----------
    options : ForeignOptions
        Whose `module` makes it.
    shape : InputShape

    Raises
    ------
    ModelError
        If the layout does not fit the input, or the module does not fit the layout.

    Notes
    -----
    `present` is not handed on: an electrode that is lost is 0 in `x`, its mean in training.

    References
    ----------
    Schirrmeister et al. (2017), doi:10.1002/hbm.23730 (braindecode); Zhang, Zhong, Liu (2022),
    GANSER, doi:10.1109/TAFFC.2022.3170369 (torcheeg)
    """

    def __init__(self, options: ForeignOptions, shape: InputShape) -> None:
        super().__init__()
        name = options.network
        if options.layout not in LAYOUTS:
            near = known_names(options.layout, LAYOUTS)
            raise ModelError(f"{name}: no layout is called '{options.layout}'{near}")
        self.arrange = LAYOUTS[options.layout](name, shape)
        self.module = options.module(shape)
        self.width = _width(name, self.module, self.arrange(torch.zeros(_TRIED, *shape.size)))
        self.trunk = Trunk()

    def forward(self, x: Tensor, present: Tensor) -> Tensor:
        """(B, E, F), present (B, E) → (B, width)."""
        return self.module(self.arrange(x))


def _electrodes(name: str, shape: InputShape) -> Arrange:
    return nn.Identity()  # (B, E, F)


def _image(name: str, shape: InputShape) -> Arrange:
    return nn.Unflatten(1, (1, len(shape.electrodes)))  # (B, 1, E, F)


def _grid(name: str, shape: InputShape) -> Arrange:
    """Return what makes pictures of the cells "y0x0", "y0x1", … of a topographic map."""
    cells = [_CELL.match(electrode) for electrode in shape.electrodes]
    places = [(int(cell[1]), int(cell[2])) for cell in cells if cell]
    rows, columns = np.max(places, axis=0) + 1 if places else (0, 0)
    if len(places) < len(cells) or places != list(np.ndindex(rows, columns)):
        raise ModelError(
            f'{name}: layout "grid" reads the cells of a topographic map, not '
            f'{", ".join(shape.electrodes[:3])} …; put a block "topomap" into the track and name '
            "it in network.input"
        )
    return Grid(int(rows), int(columns))


class Grid(nn.Module):
    """Cells of a picture, in a row each with its features, as one picture per feature."""

    def __init__(self, rows: int, columns: int) -> None:
        super().__init__()
        self.size = rows, columns

    def forward(self, x: Tensor) -> Tensor:
        """(B, rows · columns, F) → (B, F, rows, columns)."""
        return x.transpose(1, 2).unflatten(2, self.size)


LAYOUTS: Mapping[str, Callable[[str, InputShape], Arrange]] = MappingProxyType(
    {"electrodes": _electrodes, "image": _image, "grid": _grid}
)


def _width(name: str, module: nn.Module, x: Tensor) -> int:
    """Return how many numbers the module makes of each input."""
    module.eval()  # a trial must not count in its running statistics
    try:
        with torch.no_grad():
            y = module(x)
    except (RuntimeError, ValueError, TypeError, IndexError, AssertionError) as error:
        reason = (str(error) or type(error).__name__).splitlines()[0]
        raise ModelError(
            f"{name}: its module cannot take an input of shape {tuple(x.shape)} ({reason}); choose "
            "another layout, or another size in its module()"
        ) from error
    module.train()
    if not isinstance(y, Tensor) or y.ndim != 2 or len(y) != len(x):
        found = tuple(y.shape) if isinstance(y, Tensor) else type(y).__name__
        raise ModelError(
            f"{name}: of an input of shape {tuple(x.shape)} its module makes {found}; it must make "
            f"({_TRIED}, numbers), a row for each"
        )
    return y.shape[1]
