"""Time-frequency and spatial representations, one steering what is taken from the other."""

import numpy as np
import torch
from torch import Tensor, nn

from neuroaffect.blocks.derived.scalp_map import HEAD, flat_positions, grid
from neuroaffect.errors import ModelError, StreamError
from neuroaffect.models.head import Trunk
from neuroaffect.models.layers.masking import MaskedBatchNorm
from neuroaffect.models.layers.spectrogram import BANDS, BandSpectrogram
from neuroaffect.models.options import FusionTFSOptions
from neuroaffect.models.shape import InputShape

__all__ = ["FusionTFS"]

_CELLS = 9  # along each side of the map
_SMOOTHING = 0.25  # 22.5° on the head, where electrodes of the 10-10 system stand apart
_FAR = 1e-6  # a cell that every electrode is this little near to is empty


class FusionTFS(nn.Module):
    """Which bands and which moments count is asked of the map of the head.

    Three representations of one window of samples: over frequency, over time, and over the head.
    The map's embedding is the query of an attention over bands and of one over frames
    (multi-domain attention); what both select is fused within the time-frequency domain, and the
    result with the map (two-step fusion).

    Parameters
    ----------
    options : FusionTFSOptions
    shape : InputShape
        Samples of three electrodes of the 10-05 system or more.

    Raises
    ------
    ModelError
        If an electrode has no place on the head, there are too few, or the input is no samples of
        at least 90 Hz and 0.75 s.

    Notes
    -----
    Our reading. Of the paper only the abstract and the introduction could be had: that time,
    frequency and space are represented, that another domain's representation selects features in
    the time-frequency domain (multi-domain attention), and that two steps fuse them. Bands,
    windows, the map, all layers and their sizes are ours.

    It reads samples, since both domains then look at the same window, and nothing but the block
    `raw` is needed live. Bands are those of RBTransformer, spectra of half a second. Values at the
    electrodes are spread over 9 × 9 cells by Gaussian weights that sum to 1 over the electrodes
    that are there: a lost one leaves its cells to its neighbours. It takes no part in the batch
    norm of the spectra either, and adds nothing to a cell of time and frequency.

    References
    ----------
    Zhu, Zhang, Wang, Cheng, Xiao (2023), Improving EEG-based Emotion Recognition by Fusing
    Time-frequency And Spatial Representations, arXiv:2303.11421
    """

    def __init__(self, options: FusionTFSOptions, shape: InputShape) -> None:
        super().__init__()
        width, filters, bands = options.width, options.filters, len(BANDS)
        self.spectrogram = BandSpectrogram("fusion_tfs", shape)
        self.norm = MaskedBatchNorm(bands)
        self.map = HeadMap(shape)
        self.space = nn.Sequential(
            nn.Conv2d(bands, filters, 3, stride=2, padding=1),  # 9 → 5
            nn.ReLU(),
            nn.Conv2d(filters, filters, 3, stride=2, padding=1),  # 5 → 3
            nn.ReLU(),
            nn.Flatten(),
            nn.Linear(9 * filters, width),
            nn.ReLU(),
        )
        self.cell = nn.Linear(len(shape.electrodes), width)
        self.band = nn.Parameter(torch.randn(bands, width) * width**-0.5)
        self.frame = nn.Parameter(torch.randn(self.spectrogram.frames, width) * width**-0.5)
        self.over_bands = SteeredAttention(width)
        self.over_frames = SteeredAttention(width)
        self.within = nn.Sequential(nn.Linear(2 * width, width), nn.ReLU())
        self.across = nn.Sequential(nn.Linear(2 * width, width), nn.ReLU())
        self.dropout = nn.Dropout(options.dropout)
        self.width = width
        self.trunk = Trunk(hidden=(width,), activation="relu", dropout=options.dropout)

    def forward(self, x: Tensor, present: Tensor) -> Tensor:
        """(B, E, samples), present (B, E) → (B, W)."""
        x = self.spectrogram(x)  # (B, K, E, N)  K bands in N frames
        x = self.norm(x, present[:, None, :, None])  # 0 where there is none
        space = self.space(self.map(x.mean(dim=-1), present))  # (B, W)
        cells = torch.relu(self.cell(x.transpose(2, 3)))  # (B, K, N, W)  over electrodes
        bands = self.over_bands(cells.mean(dim=2) + self.band, space)  # (B, W)  steered by space
        frames = self.over_frames(cells.mean(dim=1) + self.frame, space)  # (B, W)
        time_frequency = self.within(torch.cat([bands, frames], dim=1))  # first step
        fused = self.across(torch.cat([time_frequency, space], dim=1))  # second step
        return self.dropout(fused)


class SteeredAttention(nn.Module):
    """A mean of tokens, weighed by how well each answers to another domain."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.query = nn.Linear(width, width, bias=False)
        self.key = nn.Linear(width, width, bias=False)

    def forward(self, tokens: Tensor, other: Tensor) -> Tensor:
        """(B, N, W), (B, W) → (B, W)."""
        scores = self.key(tokens) @ self.query(other)[..., None]  # (B, N, 1)
        weights = (scores * tokens.shape[-1] ** -0.5).softmax(dim=1)  # sum to 1 over the tokens
        return (weights * tokens).sum(dim=1)


class HeadMap(nn.Module):
    """Values at the electrodes that are there, spread over a picture of the head."""

    near: Tensor

    def __init__(self, shape: InputShape) -> None:
        super().__init__()
        if len(shape.electrodes) < 3:
            raise ModelError(
                f"fusion_tfs: {', '.join(shape.electrodes)} make no map; choose 3 or more"
            )
        try:
            at = flat_positions(shape.electrodes)  # (E, 2)
        except StreamError as error:
            raise ModelError(f"fusion_tfs: {error}; leave out what is not on the scalp") from None
        cells = grid(_CELLS)
        distance = np.linalg.norm(cells[:, None] - at[None], axis=-1)  # (cells, E)
        near = np.exp(-0.5 * (distance / _SMOOTHING) ** 2)
        near[np.hypot(cells[:, 0], cells[:, 1]) > HEAD] = 0.0  # corners are no head
        self.register_buffer("near", torch.tensor(near, dtype=torch.float32), persistent=False)

    def forward(self, x: Tensor, present: Tensor) -> Tensor:
        """(B, K, E), 0 where there is none, present (B, E) → (B, K, 9, 9)."""
        values = x @ self.near.T  # (B, K, cells)
        weights = (present.to(x.dtype) @ self.near.T).clamp(min=_FAR)  # (B, cells)
        return (values / weights[:, None]).unflatten(2, (_CELLS, _CELLS))
