"""A student of a few thousand weights, for watches and small boards."""

import torch
from torch import Tensor, nn
from torch.nn import functional

from neuroaffect.models.head import Trunk
from neuroaffect.models.options import TinyOptions
from neuroaffect.models.shape import InputShape

__all__ = ["Tiny"]


class Tiny(nn.Module):
    """Each electrode summed up alike, then one hidden layer over all of them.

    With E electrodes, F features, 8 numbers for each electrode and 16 in the embedding the
    encoder has 8·F + 8 + 128·E + 16 weights: 1,848 for 14 electrodes and 4 bands.

    Parameters
    ----------
    options : TinyOptions
    shape : InputShape

    Notes
    -----
    Ours, made to learn from a teacher (`neuroaffect distill`). A lost electrode is summed up in
    nothing.

    References
    ----------
    Hinton, Vinyals, Dean (2015), Distilling the Knowledge in a Neural Network, arXiv:1503.02531
    """

    def __init__(self, options: TinyOptions, shape: InputShape) -> None:
        super().__init__()
        electrodes, features = shape.size
        self.width = options.hidden
        self.trunk = Trunk()
        self.sum_up = nn.Linear(features, options.per_electrode)
        self.mix = nn.Linear(electrodes * options.per_electrode, options.hidden)

    def forward(self, x: Tensor, present: Tensor) -> Tensor:
        """(B, E, F), present (B, E) → (B, W)."""
        h = functional.elu(self.sum_up(x)) * present[..., None]  # (B, E, N)
        return torch.tanh(self.mix(h.flatten(1)))  # (B, W)
