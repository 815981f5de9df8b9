"""Layers in which an electrode that is not there counts for nothing."""

import torch
from torch import Tensor, nn

__all__ = ["MaskedBatchNorm", "Usual", "masked_softmax"]

# Small enough that softmax makes it exactly 0, finite so that a row of nothing is no NaN.
_UNHEARD = -1e9


def masked_softmax(scores: Tensor, present: Tensor) -> Tensor:
    """Return softmax over the last axis of (..., n), among those that are present.

    What is not there gets exactly 0, and so does everything where nothing is.
    """
    return scores.masked_fill(~present, _UNHEARD).softmax(dim=-1) * present


class MaskedBatchNorm(nn.Module):
    """Batch norm whose statistics are those of what is there, and that gives 0 elsewhere.

    With everything there it is torch's own. A channel that is nowhere in a batch keeps the
    statistics it had.

    Parameters
    ----------
    channels : int
        Along axis 1.
    eps : float
        Added to the variance.
    momentum : float
        Share of a new batch in the running statistics.

    References
    ----------
    Ioffe, Szegedy (2015), Batch Normalization: Accelerating Deep Network Training by Reducing
    Internal Covariate Shift, arXiv:1502.03167
    """

    running_mean: Tensor
    running_var: Tensor

    def __init__(self, channels: int, *, eps: float = 1e-5, momentum: float = 0.1) -> None:
        super().__init__()
        self.eps, self.momentum = eps, momentum
        self.weight = nn.Parameter(torch.ones(channels))
        self.bias = nn.Parameter(torch.zeros(channels))
        self.register_buffer("running_mean", torch.zeros(channels))
        self.register_buffer("running_var", torch.ones(channels))

    def forward(self, x: Tensor, present: Tensor) -> Tensor:
        """(B, C, ...), present of bool and broadcast to it → (B, C, ...)."""
        there = present.to(x.dtype)
        if self.training:
            mean, var = self._of_batch(x, there)
        else:
            mean, var = self.running_mean, self.running_var
        scale = self.weight * (var + self.eps).rsqrt()  # (C,)
        shift = self.bias - mean * scale  # (C,)
        along = (-1, *[1] * (x.ndim - 2))
        return (x * scale.view(along) + shift.view(along)) * there

    def _of_batch(self, x: Tensor, there: Tensor) -> tuple[Tensor, Tensor]:
        """Return mean and variance of each channel, and remember them."""
        axes = [axis for axis in range(x.ndim) if axis != 1]
        # Axes along which all or nothing is there, such as time, are summed up first: the mask
        # then takes a pass over few numbers, not over all of x.
        whole = [axis for axis in axes if there.shape[axis] == 1]
        sums = x.sum(whole, keepdim=True) if whole else x
        there = there.expand_as(sums)
        count = there.sum(axes) * (x.numel() / sums.numel())  # (C,)
        mean = (sums * there).sum(axes) / count.clamp(min=1)
        away = x - mean.view(-1, *[1] * (x.ndim - 2))
        size = torch.linalg.vector_norm(away, dim=whole, keepdim=True) if whole else away
        var = (size**2 * there).sum(axes) / count.clamp(min=1)
        with torch.no_grad():
            share = self.momentum * (count > 0)
            unbiased = var * count / (count - 1).clamp(min=1)
            self.running_mean += share * (mean - self.running_mean)
            self.running_var += share * (unbiased - self.running_var)
        return mean, var


class Usual(nn.Module):
    """What is not there counts as its mean in training, as a feature without a value does.

    Parameters
    ----------
    size : int
        Values per row.
    momentum : float
        Share of a new batch in the mean.
    """

    mean: Tensor

    def __init__(self, size: int, *, momentum: float = 0.1) -> None:
        super().__init__()
        self.momentum = momentum
        self.register_buffer("mean", torch.zeros(size))

    def forward(self, x: Tensor, present: Tensor) -> Tensor:
        """(B, N), present (B, N) → (B, N)."""
        if self.training:
            with torch.no_grad():
                count = present.sum(dim=0)  # (N,)
                mean = (x * present).sum(dim=0) / count.clamp(min=1)
                self.mean += self.momentum * (count > 0) * (mean - self.mean)
        return torch.where(present, x, self.mean)
