"""DGCNN: a graph of electrodes whose edges are learned."""

import torch
from torch import Tensor, nn

from neuroaffect.errors import ModelError
from neuroaffect.models.head import Trunk
from neuroaffect.models.layers.chebyshev import chebyshev_terms, masked_edges
from neuroaffect.models.options import DGCNNOptions
from neuroaffect.models.shape import InputShape

__all__ = ["DGCNN"]

# An electrode whose edges have all died would have degree 0, and a gradient of infinity times 0.
_LEAST_WEIGHT = 1e-6


class DGCNN(nn.Module):
    """Chebyshev convolution on the complete graph of electrodes, whose weights are ReLU(A + b).

    A and b are learned with everything else; the Laplacian is symmetrically normalised, its
    largest eigenvalue taken as 2. With E electrodes, F features, H hidden ones and order K, the
    encoder has E² + 1 + K·F·H + H parameters.

    Parameters
    ----------
    options : DGCNNOptions
    shape : InputShape
        2 electrodes at least.

    Raises
    ------
    ModelError
        If there is only one electrode.

    Notes
    -----
    An electrode that is not there has no edges, the degrees of the others are what is left, and
    its row of the embedding is 0 (ours).

    k = 2, dropout 0.5 and a fully connected layer of 256 as in LibEER; 32 hidden features as
    LibEER (DREAMER, 14 electrodes) and TorchEEG have it. LibEER takes 64 for SEED and 128 for
    DEAP. Edges start positive, so that none is dead before the first step (ours).

    References
    ----------
    Song, Zheng, Song, Cui (2020), EEG Emotion Recognition Using Dynamical Graph Convolutional
    Neural Networks, doi:10.1109/TAFFC.2018.2817622; LibEER (2025), arXiv:2410.09767
    """

    def __init__(self, options: DGCNNOptions, shape: InputShape) -> None:
        super().__init__()
        electrodes, features = shape.size
        if electrodes < 2:
            raise ModelError("dgcnn: one electrode makes no graph; choose 2 or more, or logistic")
        self.width = electrodes * options.hidden
        self.adjacency = nn.Parameter(torch.empty(electrodes, electrodes).uniform_(0.01, 0.5))
        self.bias = nn.Parameter(torch.zeros(1))
        self.register_buffer("pairs", 1.0 - torch.eye(electrodes), persistent=False)  # no loops
        self.convolve = ChebyshevConvolution(features, options.hidden, order=options.order)
        self.dropout = nn.Dropout(options.dropout)
        self.trunk = Trunk(hidden=(options.dense,), activation="relu", dropout=options.dropout)

    def forward(self, x: Tensor, present: Tensor) -> Tensor:
        """(B, E, F), present (B, E) → (B, E·H)."""
        w = self.pairs * (torch.relu(self.adjacency + self.bias) + _LEAST_WEIGHT)  # (E, E)
        h = torch.relu(self.convolve(x, masked_edges(w, present)))  # (B, E, H)
        h = h * present[..., None]
        return self.dropout(h.flatten(1))  # (B, E·H)


class ChebyshevConvolution(nn.Module):
    """Σ over k < K of T_k(L̂) x Θ_k, plus a bias, with L̂ = -D^-½ W D^-½."""

    def __init__(self, features: int, hidden: int, *, order: int) -> None:
        super().__init__()
        self.lins = nn.ModuleList(nn.Linear(features, hidden, bias=False) for _ in range(order))
        for lin in self.lins:
            nn.init.xavier_uniform_(lin.weight)
        self.bias = nn.Parameter(torch.zeros(hidden))

    def forward(self, x: Tensor, w: Tensor) -> Tensor:
        """(B, E, F), edges (B, E from, E to) → (B, E, H)."""
        root = w.sum(dim=2).clamp(min=_LEAST_WEIGHT).rsqrt()  # (B, E)  D^-½
        scaled = -root[:, :, None] * w * root[:, None, :]  # (B, E, E)  2L/2 - 1
        terms = chebyshev_terms(scaled.transpose(1, 2), x, len(self.lins))
        return sum(lin(term) for lin, term in zip(self.lins, terms, strict=True)) + self.bias
