"""RBTransformer: electrodes that attend to each other."""

import torch
from torch import Tensor, nn

from neuroaffect.models.head import Trunk
from neuroaffect.models.options import RBTransformerOptions
from neuroaffect.models.shape import InputShape

__all__ = ["RBTransformer"]

# Small enough that softmax makes it exactly 0, finite so that a head without electrodes is no NaN.
_UNHEARD = -1e9


class RBTransformer(nn.Module):
    """One token per electrode, self-attention between electrodes, mean over electrodes.

    A token is the electrode's band entropies, projected, plus a learned embedding that says
    which electrode it is. With the paper's head for one target of K classes, E electrodes and
    4 bands the network has 660,480 + 128·E + 129·K parameters.

    Parameters
    ----------
    options : RBTransformerOptions
    shape : InputShape
        Features are bands in the paper.

    Notes
    -----
    A lost electrode is a token that nobody attends to and the mean leaves out (ours).

    The published accuracies come from windows shuffled within trials and say nothing about
    unseen trials; only the architecture is taken. The head follows the authors' code (three
    hidden layers), the paper's equations 18-20 have one linear layer: `readout = "linear"`.

    References
    ----------
    Kumar, Bhandari, Maragatham (2025), A Brain Wave Encodes a Thousand Tokens: Modeling
    Inter-Cortical Neural Interactions for Effective EEG-based Emotion Recognition,
    arXiv:2511.13954
    """

    def __init__(self, options: RBTransformerOptions, shape: InputShape) -> None:
        super().__init__()
        electrodes, features = shape.size
        self.width = width = options.width
        self.project = nn.Linear(features, width)
        self.electrode = nn.Parameter(torch.randn(1, electrodes, width))
        self.dropout = nn.Dropout(options.dropout)
        self.blocks = nn.ModuleList(Block(options) for _ in range(options.depth))
        hidden = (2 * width, 2 * width, width) if options.readout == "mlp" else ()
        self.trunk = Trunk(hidden=hidden, activation="gelu", dropout=options.dropout, norm=True)

    def forward(self, x: Tensor, present: Tensor) -> Tensor:
        """(B, E, F), present (B, E) → (B, W)."""
        x = self.project(x)  # (B, E, W)  bands → token
        x = self.dropout(x + self.electrode)  # (B, E, W)  which electrode it is
        for block in self.blocks:
            x = block(x, present)  # (B, E, W)  electrodes talk to each other
        share = present / present.sum(dim=1, keepdim=True).clamp(min=1)  # (B, E)  sums to 1
        return (x * share[..., None]).sum(dim=1)  # (B, W)  mean over those that are there


class Block(nn.Module):
    """Pre-norm attention between electrodes, then a feed-forward layer for each."""

    def __init__(self, options: RBTransformerOptions) -> None:
        super().__init__()
        width, hidden, dropout = options.width, options.feed_forward, options.dropout
        self.attend_norm = nn.LayerNorm(width)
        self.attend = Attention(options)
        self.feed_norm = nn.LayerNorm(width)
        self.feed = nn.Sequential(
            nn.Linear(width, hidden),
            nn.GELU(),
            nn.Dropout(dropout),
            nn.Linear(hidden, width),
            nn.Dropout(dropout),
        )

    def forward(self, x: Tensor, present: Tensor) -> Tensor:
        """(B, E, W) → (B, E, W)."""
        x = x + self.attend(self.attend_norm(x), present)
        return x + self.feed(self.feed_norm(x))


class Attention(nn.Module):
    """Multi-head self-attention; each head's matrix is electrodes by electrodes."""

    def __init__(self, options: RBTransformerOptions) -> None:
        super().__init__()
        self.heads, self.head_width = options.heads, options.head_width
        inner = options.heads * options.head_width
        self.qkv = nn.Linear(options.width, 3 * inner, bias=False)
        self.out = nn.Linear(inner, options.width)
        self.attention_dropout = nn.Dropout(options.dropout)
        self.out_dropout = nn.Dropout(options.dropout)

    def forward(self, x: Tensor, present: Tensor) -> Tensor:
        """(B, E, W), present (B, E) → (B, E, W)."""
        qkv = self.qkv(x).unflatten(-1, (3, self.heads, self.head_width))  # (B, E, 3, H, D)
        q, k, v = qkv.permute(2, 0, 3, 1, 4).unbind(0)  # each (B, H, E, D)
        a = (q @ k.transpose(-2, -1)) * self.head_width**-0.5  # (B, H, E, E)
        a = a.masked_fill(~present[:, None, None, :], _UNHEARD)
        a = self.attention_dropout(a.softmax(dim=-1))  # (B, H, E, E)  rows sum to 1
        y = (a @ v).transpose(1, 2).flatten(2)  # (B, E, H·D)
        return self.out_dropout(self.out(y))
