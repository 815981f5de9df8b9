"""Weights that may not grow beyond a norm."""

import torch
from torch import Tensor

__all__ = ["within"]


def within(weight: Tensor, most: float) -> Tensor:
    """Return the weights with the norm of each row at most `most`: Keras' `max_norm`.

    Keras shortens the stored weights after each step. Here they are shortened where they are
    used, so that no training loop has to know of it; the network is the same.

    Parameters
    ----------
    weight : Tensor, shape (..., inputs)
    most : float
    """
    norm = torch.linalg.vector_norm(weight, dim=-1, keepdim=True)
    return weight * (most / norm.clamp(min=most))
