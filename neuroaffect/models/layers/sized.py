"""Tensors as long as the training rows wanted: a network takes their lengths from the weights."""

import torch
from torch import nn

__all__ = ["let_grow"]


def let_grow(module: nn.Module, **axes: tuple[int, ...]) -> None:
    """Let buffers have the lengths of the weights that are loaded into them.

    Parameters
    ----------
    module : nn.Module
    axes : tuple of int
        By the buffer's name: the axes whose length is free. The others must fit, as ever.
    """

    def take_lengths(module, weights, prefix, *_) -> None:
        for name, free in axes.items():
            given, own = weights.get(prefix + name), getattr(module, name)
            if given is not None and given.ndim == own.ndim:
                size = [given.shape[a] if a in free else own.shape[a] for a in range(own.ndim)]
                setattr(module, name, torch.empty(size, dtype=own.dtype, device=own.device))

    module.register_load_state_dict_pre_hook(take_lengths)
