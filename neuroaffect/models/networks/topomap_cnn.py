"""A small convolutional network on pictures of the head."""

import torch
from torch import Tensor, nn
from torch.nn import functional

from neuroaffect.errors import ModelError
from neuroaffect.models.head import Trunk
from neuroaffect.models.options import TopomapCNNOptions
from neuroaffect.models.shape import InputShape

__all__ = ["TopomapCNN"]


class TopomapCNN(nn.Module):
    """Three convolutions over a map of the scalp, the mean over it, one dense layer.

    Reads the block `topomap`: one plane for each band, and one that tells which cells have a
    value. In NeuroGaze-Distill such a network is the teacher: it regresses valence and arousal,
    and its embeddings become the prototypes.

    Parameters
    ----------
    options : TopomapCNNOptions
    shape : InputShape
        Electrodes are cells "y0x0" of a square picture.

    Raises
    ------
    ModelError
        If the input is no picture, or smaller than 3 by 3 cells.

    Notes
    -----
    The paper's backbone, its resolution and its bands could not be found: the layers are ours.
    There is no batch norm, so that cells of one input never speak of another's.

    References
    ----------
    NeuroGaze-Distill (2025), arXiv:2509.11916; Bashivan, Rish, Yeasin, Codella (2016), Learning
    Representations from EEG with Deep Recurrent-Convolutional Neural Networks, arXiv:1511.06448
    """

    def __init__(self, options: TopomapCNNOptions, shape: InputShape) -> None:
        super().__init__()
        self.size = size = _size(shape.electrodes)
        planes, filters = len(shape.features) + 1, options.filters
        self.width = options.width
        self.trunk = Trunk()
        self.first = nn.Conv2d(planes, filters, 3, padding=1)
        self.second = nn.Conv2d(filters, 2 * filters, 3, padding=1)
        self.third = nn.Conv2d(2 * filters, 2 * filters, 3, padding=1)
        self.pool = nn.MaxPool2d(2) if size >= 4 else nn.Identity()
        self.dropout = nn.Dropout(options.dropout)
        self.dense = nn.Linear(2 * filters, options.width)

    def forward(self, x: Tensor, present: Tensor) -> Tensor:
        """(B, S·S, F), present (B, S·S) → (B, W)."""
        x = torch.cat([x, present[..., None].to(x.dtype)], dim=2)  # (B, S·S, F+1)
        x = x.transpose(1, 2).unflatten(2, (self.size, self.size))  # (B, F+1, S, S)
        x = functional.elu(self.first(x))  # (B, N, S, S)
        x = self.pool(functional.elu(self.second(x)))  # (B, 2N, S/2, S/2)
        x = functional.elu(self.third(x)).mean(dim=(2, 3))  # (B, 2N)
        return functional.elu(self.dense(self.dropout(x)))  # (B, W)


def _size(cells: tuple[str, ...]) -> int:
    """Return the side of the picture whose cells these are, row by row."""
    size = round(len(cells) ** 0.5)
    expected = tuple(f"y{y}x{x}" for y in range(size) for x in range(size))
    if cells != expected or size < 3:
        raise ModelError(
            f"topomap_cnn: an input of {cells[0]} … {cells[-1]} is no square picture of 3 by 3 "
            "cells or more; let it read the block topomap"
        )
    return size
