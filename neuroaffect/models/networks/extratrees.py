"""A forest of extremely randomised trees as a network: walked down by looking things up."""

import torch
from torch import Tensor, nn

from neuroaffect.models.head import Trunk
from neuroaffect.models.layers.sized import let_grow
from neuroaffect.models.options import ExtraTreesOptions
from neuroaffect.models.shape import InputShape

__all__ = ["ExtraTrees"]

_LEAST_P = 1e-13  # a class that no leaf has seen


class ExtraTrees(nn.Module):
    """All trees of all targets, side by side; a tick goes down each, and the leaves are averaged.

    Node n of tree t looks at feature `feature[t, n]` and goes to `below[t, n, 0]` if that is at
    most `threshold[t, n]`, else to `below[t, n, 1]`. A leaf leads to itself, so that every tree is
    walked `depth` steps. A leaf holds class shares, or a mean, over the number of its target's
    trees; what it holds for other targets is 0.

    Parameters
    ----------
    options : ExtraTreesOptions
    shape : InputShape

    Notes
    -----
    What is not there counts as its mean, 0. Thresholds are the largest float32 not above
    scikit-learn's, so that float32 inputs go the same way.

    References
    ----------
    Geurts, Ernst, Wehenkel (2006), Extremely randomized trees, doi:10.1007/s10994-006-6226-1
    """

    feature: Tensor
    threshold: Tensor
    below: Tensor
    leaf: Tensor
    log_sd: Tensor
    is_class: Tensor

    def __init__(self, options: ExtraTreesOptions, shape: InputShape) -> None:
        super().__init__()
        self.depth = options.depth
        self.register_buffer("feature", torch.zeros(1, 1, dtype=torch.int32))
        self.register_buffer("threshold", torch.zeros(1, 1))
        self.register_buffer("below", torch.zeros(1, 1, 2, dtype=torch.int32))
        let_grow(self, feature=(0, 1), threshold=(0, 1), below=(0, 1), leaf=(0, 1))
        self.trunk = Trunk()

    def speak(self, outputs: int) -> None:
        """Make room for each output in the leaves."""
        self.width = outputs
        self.register_buffer("leaf", torch.zeros(1, 1, outputs))
        self.register_buffer("log_sd", torch.zeros(outputs))
        self.register_buffer("is_class", torch.zeros(outputs, dtype=torch.bool))

    def forward(self, x: Tensor, present: Tensor) -> Tensor:
        """(B, E, F) → (B, outputs): log probabilities, means and log sds."""
        x = x.flatten(1)  # (B, E·F)
        trees, nodes = self.feature.shape
        root = torch.arange(trees, device=x.device) * nodes  # (T,)  of all nodes in a row
        feature, threshold = self.feature.flatten().long(), self.threshold.flatten()
        below = self.below.flatten(0, 1).long()  # (T·N, 2)
        at = root.expand(x.shape[0], trees)  # (B, T)
        for _ in range(self.depth):
            left = x.gather(1, feature[at]) <= threshold[at]  # (B, T)
            at = root + torch.where(left, below[at, 0], below[at, 1])
        said = self.leaf.flatten(0, 1)[at].sum(1)  # (B, outputs)
        p = said.clamp(min=_LEAST_P).log()
        return torch.where(self.is_class, p, said + self.log_sd)
