"""Power of frequency bands over time, as fixed layers."""

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from neuroaffect.errors import ModelError
from neuroaffect.models.shape import InputShape

__all__ = ["BANDS", "BandSpectrogram"]

BANDS = {"theta": (4.0, 8.0), "alpha": (8.0, 14.0), "beta": (14.0, 30.0), "gamma": (30.0, 45.0)}
_WINDOW_S, _HOP_S = 0.5, 0.25
_LEAST = 1e-6  # power of normalised samples: 60 dB below what is usual


class BandSpectrogram(nn.Module):
    """Half the logarithm of the power of each band, in windows of half a second that overlap.

    For a Gaussian signal that is its differential entropy but for a constant. There is nothing
    to learn in it: a short-time Fourier transform under Hann windows, and a mean over the bins of
    each band (half-open, in Hz).

    Parameters
    ----------
    network : str
        Who asks, for messages.
    shape : InputShape
        Samples: two windows at least, at a rate above twice the highest band.

    Raises
    ------
    ModelError
        If it is no such input.
    """

    basis: Tensor
    bins: Tensor

    def __init__(self, network: str, shape: InputShape) -> None:
        super().__init__()
        rate_hz, samples = shape.require_samples(network), len(shape.features)
        top_hz = max(high for _, high in BANDS.values())
        if rate_hz < 2 * top_hz:
            raise ModelError(
                f"{network}: samples at {rate_hz:g} Hz hold no band up to {top_hz:g} Hz; "
                f"choose a rate of {2 * top_hz:g} Hz or more"
            )
        window, self.hop = round(_WINDOW_S * rate_hz), round(_HOP_S * rate_hz)
        if samples < window + self.hop:
            raise ModelError(
                f"{network}: a window of {samples} samples has no two spectra of {_WINDOW_S:g} s; "
                f"choose window_s of {_WINDOW_S + _HOP_S:g} s or more"
            )
        self.frames = 1 + (samples - window) // self.hop
        self.electrodes = len(shape.electrodes)
        basis, bins = _transform(window, rate_hz)
        self.register_buffer("basis", basis, persistent=False)
        self.register_buffer("bins", bins, persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        """(B, E, samples) → (B, bands, E, frames)."""
        x = x.flatten(0, 1)[:, None]  # (B·E, 1, samples)
        x = functional.conv1d(x, self.basis, stride=self.hop)  # (B·E, 2·bins, frames)
        power = self.bins @ x**2  # (B·E, bands, frames)
        power = power.unflatten(0, (-1, self.electrodes)).transpose(1, 2)
        return 0.5 * torch.log(power + _LEAST)  # (B, bands, E, frames)


def _transform(window: int, rate_hz: float) -> tuple[Tensor, Tensor]:
    """Return cosines and sines under a Hann window, (2·bins, 1, window), and means (bands, ·)."""
    n = np.arange(window)
    hann = np.sin(np.pi * (n + 0.5) / window) ** 2
    hz = np.arange(window // 2 + 1) * rate_hz / window
    members = np.array([(low <= hz) & (hz < high) for low, high in BANDS.values()])
    turns = 2 * np.pi * np.outer(np.arange(len(hz)), n) / window
    waves = np.concatenate([np.cos(turns), np.sin(turns)]) * hann / np.sqrt(np.sum(hann**2))
    means = np.tile(members / members.sum(axis=1, keepdims=True), 2)
    return torch.tensor(waves[:, None], dtype=torch.float32), torch.tensor(
        means, dtype=torch.float32
    )
