"""Weights that may not grow beyond a norm."""

from torch import Tensor, nn

__all__ = ["within"]


def within(weight: nn.Parameter, most: float, *, training: bool, dim: int | None = -1) -> Tensor:
    """Return the weights with a norm of at most `most`: Keras' `max_norm`, without a loop of ours.

    Keras shortens the stored weights after each step; in training they are shortened here before
    each use, which is the same. So the gradient is that of the weights themselves, and one at its
    bound is free to come back.

    Parameters
    ----------
    weight : nn.Parameter
    most : float
    training : bool
        Whether the parameter itself is shortened.
    dim : int or None
        Of the axis that a norm is taken along; None holds each weight by itself.
    """
    size = weight.abs() if dim is None else weight.norm(dim=dim, keepdim=True)
    short = weight * (most / size.clamp(min=most))
    if not training:
        return short
    weight.data.copy_(short)
    return weight
