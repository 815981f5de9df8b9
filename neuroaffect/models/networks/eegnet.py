"""EEGNet: temporal filters, spatial filters for each, and a short memory of what they give."""

import torch
from torch import Tensor, nn
from torch.nn import functional

from neuroaffect.errors import ModelError
from neuroaffect.models.head import Trunk
from neuroaffect.models.layers.constraint import within
from neuroaffect.models.layers.masking import MaskedBatchNorm
from neuroaffect.models.options import EEGNetOptions
from neuroaffect.models.shape import InputShape

__all__ = ["EEGNet"]

_POOLS = (4, 8)  # from 128 Hz to 32 Hz, then to 4 Hz
_MEMORY_S = 0.125  # 16 samples at 128 Hz, which see half a second after the first pool
_SPATIAL_NORM, _DENSE_NORM = 1.0, 0.25


class EEGNet(nn.Module):
    """Filters in time, then filters in space for each of them, then a separable convolution.

    With F1 temporal filters of K samples, D spatial filters each, F2 pointwise ones that look
    back over M samples, E electrodes, T samples and one target of N classes the network has
    F1·(K + 2) + D·F1·(E + 2) + D·F1·M + F2·(D·F1 + 2) + N·(F2·⌊T/32⌋ + 1) parameters.

    Parameters
    ----------
    options : EEGNetOptions
    shape : InputShape
        Samples of the block `raw`; a kernel's length of them at least, and 32.

    Raises
    ------
    ModelError
        If the input is no samples, or the window is too short.

    Notes
    -----
    At 128 Hz this is the paper's network: K = 64, M = 16, pools of 4 and 8 samples, spatial
    filters of norm 1 at most and readout weights of norm 0.25. At another rate K and M keep their
    length in seconds and the pools their length in samples (ours).

    An electrode that is lost takes no part in the first batch norm and comes out of it as 0, so
    that a spatial filter sums over the others alone (ours). Running statistics follow with a
    tenth of each batch, where Keras takes a hundredth: trainings here are short (ours).

    References
    ----------
    Lawhern, Solon, Waytowich, Gordon, Hung, Lance (2018), EEGNet: a compact convolutional neural
    network for EEG-based brain-computer interfaces, doi:10.1088/1741-2552/aace8c, arXiv:1611.08024
    """

    def __init__(self, options: EEGNetOptions, shape: InputShape) -> None:
        super().__init__()
        electrodes, samples = shape.size
        rate_hz = shape.require_samples("eegnet")
        kernel = max(1, round(options.kernel_s * rate_hz))
        memory = max(1, round(_MEMORY_S * rate_hz))
        least = max(kernel, _POOLS[0] * _POOLS[1])
        if samples < least:
            raise ModelError(
                f"eegnet: a window of {samples} samples is shorter than the {least} that its "
                f"kernel of {options.kernel_s:g} s and its pools need; choose window_s of "
                f"{least / rate_hz:g} s or more"
            )
        filters, depth, points = options.filters, options.depth, options.pointwise
        bound = electrodes**-0.5  # torch's own, for so many inputs
        self.samples = samples
        self.temporal = nn.Conv2d(1, filters, (1, kernel), padding=(0, kernel // 2), bias=False)
        self.temporal_norm = MaskedBatchNorm(filters)
        self.spatial = nn.Parameter(torch.empty(filters, depth, electrodes).uniform_(-bound, bound))
        self.spatial_norm = nn.BatchNorm1d(filters * depth)
        spatial = filters * depth
        self.memory = nn.Conv1d(
            spatial, spatial, memory, padding=memory // 2, groups=spatial, bias=False
        )
        self.mix = nn.Conv1d(spatial, points, 1, bias=False)
        self.mix_norm = nn.BatchNorm1d(points)
        self.dropout = nn.Dropout(options.dropout)
        self.width = points * (samples // _POOLS[0] // _POOLS[1])
        self.trunk = Trunk(max_norm=_DENSE_NORM)

    def forward(self, x: Tensor, present: Tensor) -> Tensor:
        """(B, E, T), present (B, E) → (B, F2·⌊T/32⌋)."""
        # An even kernel, padded on both sides by half of it, gives one sample too many.
        x = self.temporal(x[:, None])[..., -self.samples :]  # (B, F1, E, T)  each electrode alike
        x = self.temporal_norm(x, present[:, None, :, None])  # (B, F1, E, T)  0 where there is none
        spatial = within(self.spatial, _SPATIAL_NORM, training=self.training)  # (F1, D, E)
        x = spatial @ x  # (B, F1, D, T)  depthwise, over electrodes
        x = functional.elu(self.spatial_norm(x.flatten(1, 2)))  # (B, D·F1, T)
        x = self.dropout(functional.avg_pool1d(x, _POOLS[0]))  # (B, D·F1, T/4)
        x = self.memory(x)[..., -(self.samples // _POOLS[0]) :]  # (B, D·F1, T/4)  each by itself
        x = self.mix(x)  # (B, F2, T/4)  then across them: together a separable convolution
        x = functional.elu(self.mix_norm(x))
        x = self.dropout(functional.avg_pool1d(x, _POOLS[1]))  # (B, F2, T/32)
        return x.flatten(1)
