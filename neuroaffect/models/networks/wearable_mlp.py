"""A perceptron on what a watch gives: heart rate, acceleration, rotation."""

import torch
from torch import Tensor, nn

from neuroaffect.models.head import Trunk
from neuroaffect.models.options import WearableMLPOptions
from neuroaffect.models.shape import InputShape

__all__ = ["WearableMLP"]


class WearableMLP(nn.Module):
    """All features in a row, two hidden layers.

    Parameters
    ----------
    options : WearableMLPOptions
    shape : InputShape
        One row of several blocks, as a rule ("hr.hrv.hr.hr", "acc.motion.motion.activity" …).

    Notes
    -----
    In WEARS a multilayer perceptron was the best of several models for high against low valence.
    Its sizes and its features could not be found: two layers of 64 and 32 are ours. So is
    hiding: in training each track (each sensor) is hidden from some rows, so that a sensor that
    is missing later, whose features count as their mean, is nothing new.

    The published 93.75 % is 15 of 16, or 30 of 32, by an unknown split.

    References
    ----------
    Limbani et al. (2023), WEARS: Wearable Emotion AI with Real-time Sensor data, arXiv:2308.11673
    """

    def __init__(self, options: WearableMLPOptions, shape: InputShape) -> None:
        super().__init__()
        electrodes, features = shape.size
        self.width = options.width
        self.track_dropout = options.track_dropout
        self.register_buffer("track", _tracks(shape), persistent=False)  # (E·F,)
        self.layers = nn.Sequential(
            nn.Linear(electrodes * features, options.hidden),
            nn.ReLU(),
            nn.Dropout(options.dropout),
            nn.Linear(options.hidden, options.width),
            nn.ReLU(),
            nn.Dropout(options.dropout),
        )
        self.trunk = Trunk()

    def forward(self, x: Tensor, present: Tensor) -> Tensor:
        """(B, E, F) → (B, W)."""
        x = x.flatten(1)  # (B, E·F)
        if self.training and self.track_dropout:
            x = self._hide(x)
        return self.layers(x)

    def _hide(self, x: Tensor) -> Tensor:
        """Hide whole tracks from some rows, but never all of them from one."""
        tracks = int(self.track.max()) + 1
        kept = torch.rand(x.shape[0], tracks, device=x.device) >= self.track_dropout  # (B, T)
        kept = kept | ~kept.any(dim=1, keepdim=True)
        return x * kept[:, self.track]


def _tracks(shape: InputShape) -> Tensor:
    """Return the number of each feature's track; one track, if names are not "track.block.…"."""
    names = [
        name.partition(".")[0] if name.count(".") >= 3 else ""
        for _ in shape.electrodes
        for name in shape.features
    ]
    known = sorted(set(names))
    return torch.tensor([known.index(name) for name in names])
