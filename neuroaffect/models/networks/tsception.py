"""TSception: temporal kernels of three lengths, and spatial ones that see the hemispheres."""

import torch
from torch import Tensor, nn
from torch.nn import functional

from neuroaffect.blocks.derived.pairs import lateral_pairs
from neuroaffect.errors import ModelError
from neuroaffect.models.head import Trunk
from neuroaffect.models.layers.masking import MaskedBatchNorm
from neuroaffect.models.options import TSceptionOptions
from neuroaffect.models.shape import InputShape

__all__ = ["TSception"]

_SCALES = (1.0, 0.5, 0.25)  # of the longest temporal kernel: 0.5, 0.25 and 0.125 s
_POOLS = (8, 2, 4)  # samples, after the temporal, the spatial and the fusion layer
_ROWS = 3  # the whole head, the left and the right hemisphere


class TSception(nn.Module):
    """Dynamics on three time scales, their pattern on the head and on each hemisphere, fused.

    One hemisphere kernel slides from the left half to the right, so that both are measured with
    the same weights; the fusion layer compares them with each other and with the whole head.

    With T temporal and S spatial filters, kernels of K₁, K₂ and K₃ samples, E electrodes of which
    P are pairs, H hidden units and one target of N classes the network has
    T·(K₁ + K₂ + K₃ + 3) + 2T + T·S·(E + P) + 2S + 2S + 3S² + S + 2S + S·H + H + N·(H + 1)
    parameters: 7,838 for the 14 electrodes of an EPOC at 128 Hz and two classes.

    Parameters
    ----------
    options : TSceptionOptions
    shape : InputShape
        Samples of the block `raw`; seven more than the longest kernel has, at least.

    Raises
    ------
    ModelError
        If the input is no samples, the window is too short, or no two electrodes are a pair.

    Notes
    -----
    Pairs go by their names, F3 with F4, in any order of the cap. Electrodes of the midline, and
    those whose mate is missing, are seen by the kernel of the whole head alone (ours; the authors
    leave the midline out: list `channels` without it for their network).

    An electrode that is lost takes no part in the first batch norm and comes out of it as 0, so
    that both spatial kernels sum over the others alone (ours).

    References
    ----------
    Ding, Robinson, Zhang, Zeng, Guan (2022), TSception: Capturing Temporal Dynamics and Spatial
    Asymmetry from EEG for Emotion Recognition, doi:10.1109/TAFFC.2022.3169001, arXiv:2104.02935
    """

    left: Tensor
    right: Tensor

    def __init__(self, options: TSceptionOptions, shape: InputShape) -> None:
        super().__init__()
        rate_hz = shape.require_samples("tsception")
        kernels = [max(1, int(scale * options.kernel_s * rate_hz)) for scale in _SCALES]
        _require_window(shape, kernels[0], rate_hz)
        left, right = _hemispheres(shape)
        temporal, spatial = options.temporal, options.spatial
        self.register_buffer("left", left, persistent=False)  # (P,)
        self.register_buffer("right", right, persistent=False)  # (P,)  mates, in the same order
        self.looks = nn.ModuleList(nn.Conv2d(1, temporal, (1, kernel)) for kernel in kernels)
        self.temporal_norm = MaskedBatchNorm(temporal)
        self.head = nn.Conv2d(temporal, spatial, (len(shape.electrodes), 1))
        self.hemisphere = nn.Conv2d(temporal, spatial, (len(left), 1), stride=(len(left), 1))
        self.spatial_norm = nn.BatchNorm2d(spatial)
        self.fuse = nn.Conv2d(spatial, spatial, (_ROWS, 1))
        self.fuse_norm = nn.BatchNorm2d(spatial)
        self.width = spatial
        self.trunk = Trunk(hidden=(options.dense,), activation="relu", dropout=options.dropout)

    def forward(self, x: Tensor, present: Tensor) -> Tensor:
        """(B, E, samples), present (B, E) → (B, S)."""
        x = x[:, None]  # (B, 1, E, samples)
        scales = [_active(look(x), _POOLS[0]) for look in self.looks]
        x = torch.cat(scales, dim=-1)  # (B, T, E, N)  the three scales behind one another
        x = self.temporal_norm(x, present[:, None, :, None])  # (B, T, E, N)  0 where there is none
        halves = torch.cat([x.index_select(2, self.left), x.index_select(2, self.right)], dim=2)
        whole = _active(self.head(x), _POOLS[1])  # (B, S, 1, N/2)
        halves = _active(self.hemisphere(halves), _POOLS[1])  # (B, S, 2, N/2)  left, right
        x = self.spatial_norm(torch.cat([whole, halves], dim=2))  # (B, S, 3, N/2)
        x = self.fuse_norm(_active(self.fuse(x), _POOLS[2]))  # (B, S, 1, N/8)
        return x.mean(dim=(2, 3))  # (B, S)


def _active(x: Tensor, pool: int) -> Tensor:
    """Return the rectified signal, averaged over `pool` samples: roughly its power."""
    return functional.avg_pool2d(functional.leaky_relu(x), (1, pool))


def _hemispheres(shape: InputShape) -> tuple[Tensor, Tensor]:
    """Return the places of the left electrodes, and of their mates on the right, (P,) each."""
    pairs = lateral_pairs(shape.electrodes).found
    if not pairs:
        raise ModelError(
            f"tsception: {', '.join(shape.electrodes)} has no left and right electrode of one "
            "place; choose a cap with pairs such as F3 and F4, or eegnet"
        )
    places = [[shape.electrodes.index(label) for label in pair] for pair in pairs]
    return torch.tensor(places).unbind(dim=1)


def _require_window(shape: InputShape, kernel: int, rate_hz: float) -> None:
    samples, least = len(shape.features), kernel + _POOLS[0] - 1
    if samples < least:
        raise ModelError(
            f"tsception: a window of {samples} samples is shorter than the {least} that its "
            f"longest kernel of {kernel} and the pool behind it need; choose window_s of "
            f"{least / rate_hz:g} s or more"
        )
