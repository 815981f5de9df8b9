"""A support vector machine as a network."""

import torch
from torch import Tensor, nn
from torch.nn import functional

from neuroaffect.models.head import Trunk
from neuroaffect.models.layers.sized import let_grow
from neuroaffect.models.options import SVMOptions
from neuroaffect.models.shape import InputShape

__all__ = ["SVM"]


class SVM(nn.Module):
    """One machine per class, or per continuous target, on shared support vectors.

    f(x) = Σ αᵢ K(vᵢ, x) + b, with K(v, x) = exp(-γ |v - x|²), or v·x; a linear machine is one
    vector. The logistic function of f is the probability of the class (Platt's slope and offset
    are part of α and b), and those of several classes are made to sum to 1.

    Parameters
    ----------
    options : SVMOptions
    shape : InputShape

    Notes
    -----
    What is not there counts as its mean, 0. Distances are taken in float64: in float32 the
    difference of two large squares loses what the 1e-5 of agreement needs.

    As many vectors as the fit kept; they are rows of the training data, so whoever has the bundle
    has those rows.

    References
    ----------
    Cortes, Vapnik (1995), Support-vector networks, doi:10.1007/BF00994018; Platt (1999),
    Probabilistic outputs for support vector machines, in Advances in Large Margin Classifiers
    """

    vectors: Tensor
    alpha: Tensor
    bias: Tensor
    gamma: Tensor
    is_class: Tensor

    def __init__(self, options: SVMOptions, shape: InputShape) -> None:
        super().__init__()
        electrodes, features = shape.size
        self.kernel = options.kernel
        self.register_buffer("vectors", torch.zeros(1, electrodes * features))
        self.register_buffer("gamma", torch.ones(()))
        let_grow(self, vectors=(0,), alpha=(0,))
        self.trunk = Trunk()

    def speak(self, outputs: int) -> None:
        """Make a machine for each output."""
        self.width = outputs
        self.register_buffer("alpha", torch.zeros(1, outputs, dtype=torch.float64))
        self.register_buffer("bias", torch.zeros(outputs, dtype=torch.float64))
        self.register_buffer("is_class", torch.zeros(outputs, dtype=torch.bool))

    def forward(self, x: Tensor, present: Tensor) -> Tensor:
        """(B, E, F) → (B, outputs): log probabilities, means and log sds."""
        x, v = x.flatten(1).double(), self.vectors.double()  # (B, E·F), (S, E·F)
        k = x @ v.T  # (B, S)
        if self.kernel == "rbf":
            distance = (x**2).sum(1, keepdim=True) - 2 * k + (v**2).sum(1)  # (B, S)
            k = torch.exp(-self.gamma * distance)
        f = (k @ self.alpha + self.bias).float()  # (B, outputs)
        return torch.where(self.is_class, -functional.softplus(-f), f)
