"""DGCNN: a graph of electrodes whose edges are learned."""

import warnings

import torch
from torch import Tensor, nn

from neuroaffect.errors import ModelError
from neuroaffect.models.head import Trunk
from neuroaffect.models.options import DGCNNOptions
from neuroaffect.models.shape import InputShape

with warnings.catch_warnings():
    # torch_geometric scripts two of its types on import; nothing of ours goes through torch.jit.
    warnings.filterwarnings("ignore", r".*torch\.jit\.script.* is deprecated", DeprecationWarning)
    from torch_geometric.nn import ChebConv

__all__ = ["DGCNN"]

# An electrode whose edges have all died would have degree 0, and a gradient of infinity times 0.
_LEAST_WEIGHT = 1e-6


class DGCNN(nn.Module):
    """Chebyshev convolution on the complete graph of electrodes, whose weights are ReLU(A + b).

    A and b are learned with everything else; the Laplacian is symmetrically normalised, its
    largest eigenvalue taken as 2, and it is the same for every input.

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
    An electrode that is not there sends nothing, and its row of the embedding is 0 (ours).

    k = 2, dropout 0.5 and a fully connected layer of 256 as in LibEER; 32 hidden features as
    LibEER (DREAMER, 14 electrodes) and TorchEEG have it. Edges start positive, so that none is
    dead before the first step.

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
        edges = torch.nonzero(~torch.eye(electrodes, dtype=torch.bool)).T.contiguous()
        self.register_buffer("edges", edges, persistent=False)  # (2, E·(E-1))
        self.register_buffer("pairs", edges[0] * electrodes + edges[1], persistent=False)
        self.convolve = ChebConv(features, options.hidden, K=options.order, normalization="sym")
        self.dropout = nn.Dropout(options.dropout)
        self.trunk = Trunk(hidden=(options.dense,), activation="relu", dropout=options.dropout)

    def forward(self, x: Tensor, present: Tensor) -> Tensor:
        """(B, E, F), present (B, E) → (B, E·H)."""
        w = torch.relu(self.adjacency + self.bias)  # (E, E)
        w = w.flatten()[self.pairs] + _LEAST_WEIGHT  # (E·(E-1),)  no loops
        h = torch.relu(self.convolve(x, self.edges, w))  # (B, E, H)  one graph, any batch
        h = h * present[..., None]
        return self.dropout(h.flatten(1))  # (B, E·H)
