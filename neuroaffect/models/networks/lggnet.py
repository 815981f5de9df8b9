"""LGGNet: power in time, a graph within each region of the head, and a graph between regions."""

import warnings

import torch
from torch import Tensor, nn
from torch.nn import functional

from neuroaffect.errors import ModelError
from neuroaffect.models.head import Trunk
from neuroaffect.models.layers.chebyshev import masked_edges
from neuroaffect.models.layers.masking import MaskedBatchNorm
from neuroaffect.models.layers.regions import lobes, require_scalp
from neuroaffect.models.options import LGGNetOptions
from neuroaffect.models.shape import InputShape

with warnings.catch_warnings():
    # torch_geometric scripts two of its types on import; nothing of ours goes through torch.jit.
    warnings.filterwarnings("ignore", r".*torch\.jit\.script.* is deprecated", DeprecationWarning)
    from torch_geometric.nn import DenseGCNConv

__all__ = ["LGGNet", "Power"]

_WINDOWS_S = (0.5, 0.25, 0.125)
_FUSED = 2  # steps in time whose mean is taken after the kernels are mixed
_LEAST_POWER = 1e-6  # log of no power at all is no number


class LGGNet(nn.Module):
    """Log power under kernels of three lengths, local and global graph filtering.

    An electrode's features are weighed one by one; those of a region are averaged, which is a
    graph without weights; regions talk along edges that are learned and that grow with how much
    two regions resemble each other in this sample. On the 32 electrodes of DEAP, 4 s at 128 Hz
    and one target of two classes it has 721,319 parameters.

    Parameters
    ----------
    options : LGGNetOptions
    shape : InputShape
        Samples of electrodes of the 10-05 system, for longer than half a second; 4 s at 128 Hz in
        the paper.

    Raises
    ------
    ModelError
        If an electrode has no place on the head, the features are no samples, or too few.

    Notes
    -----
    The regions are the paper's general ones, which are the rows of the 10-05 system with the
    temporal electrodes apart by side; on DEAP's cap they are those published, and on other caps
    they follow from the names (ours). Its frontal and hemispheric graphs are left out. Bands are
    refused: the kernels are parts of a second.

    Time and memory grow with kernels, electrodes and samples: with the 64 kernels of the paper, 4 s
    of 32 electrodes want a GPU; on a CPU take 8 kernels, or 1 s.

    Ours: power is cut at 1e-6 before its logarithm. A lost electrode counts neither in batch norm
    nor in the mean of its region; a region without electrodes has no edges and gives 0.

    References
    ----------
    Ding, Robinson, Tong, Zeng, Guan (2024), LGGNet: Learning From Local-Global-Graph
    Representations for Brain-Computer Interface, doi:10.1109/TNNLS.2023.3236635, arXiv:2105.02786
    """

    def __init__(self, options: LGGNetOptions, shape: InputShape) -> None:
        super().__init__()
        require_scalp("lggnet", shape.electrodes)
        electrodes, samples = shape.size
        spans = [int(window_s * shape.rate_hz) for window_s in _WINDOWS_S]
        if min(spans) < 1 or samples - max(spans) + 1 < options.pool:
            raise ModelError(
                f"lggnet: {samples} features at {shape.rate_hz:g} Hz are too short for kernels of "
                f"half a second and means over {options.pool} samples; let a raw block of 1 s or "
                "more be its input"
            )
        regions = lobes(shape.electrodes)
        count, kernels = len(regions.names), options.kernels
        self.power = nn.ModuleList(Power(options, samples=span) for span in spans)
        features = kernels * (sum(power.steps(samples) for power in self.power) // _FUSED)
        self.power_norm = MaskedBatchNorm(kernels)
        self.mix = nn.Conv2d(kernels, kernels, 1)
        self.mix_norm = MaskedBatchNorm(kernels)
        self.local_weight = nn.Parameter(nn.init.xavier_uniform_(torch.empty(electrodes, features)))
        self.local_bias = nn.Parameter(torch.zeros(electrodes, 1))
        self.register_buffer("members", torch.tensor(regions.members), persistent=False)
        self.register_buffer("loops", torch.eye(count), persistent=False)
        self.global_edges = nn.Parameter(nn.init.xavier_uniform_(torch.empty(count, count)))
        self.region_norm = MaskedBatchNorm(count)
        self.convolve = DenseGCNConv(features, options.hidden)
        self.global_norm = MaskedBatchNorm(count)
        self.dropout = nn.Dropout(options.dropout)
        self.width, self.trunk = count * options.hidden, Trunk()

    def forward(self, x: Tensor, present: Tensor) -> Tensor:
        """(B, E, samples), present (B, E) → (B, R·H)."""
        h = self.temporal(x, present)  # (B, E, D)
        # Local graph filtering: each electrode's features weighed, then the mean of its region.
        h = torch.relu(h * self.local_weight - self.local_bias)  # (B, E, D)
        there = (present[:, None] & self.members).to(h.dtype)  # (B, R, E)
        r = there @ h / there.sum(dim=2, keepdim=True).clamp(min=1)  # (B, R, D)
        # Global graph filtering: regions hear the regions that they resemble.
        somebody = there.any(dim=2)  # (B, R)
        a = self.adjacency(r, somebody)  # (B, R, R)
        r = self.region_norm(r, somebody[..., None])
        g = torch.relu(self.convolve(r, a, add_loop=False))  # (B, R, H)
        g = self.global_norm(g, somebody[..., None])
        return self.dropout(g.flatten(1))  # (B, R·H)

    def temporal(self, x: Tensor, present: Tensor) -> Tensor:
        """(B, E, samples) → (B, E, D): power under all kernels, mixed kernel by kernel."""
        there = present[:, None, :, None]
        h = torch.cat([power(x[:, None]) for power in self.power], dim=-1)  # (B, K, E, steps)
        h = functional.leaky_relu(self.mix(self.power_norm(h, there)))
        h = functional.avg_pool2d(h, (1, _FUSED))  # (B, K, E, steps / 2)
        return self.mix_norm(h, there).transpose(1, 2).flatten(2)

    def adjacency(self, r: Tensor, somebody: Tensor) -> Tensor:
        """(B, R, D), somebody (B, R) → (B, R, R): ReLU(r rᵀ ⊙ (G + Gᵀ)) + 1."""
        alike = r @ r.transpose(1, 2)  # (B, R, R)
        a = torch.relu(alike * (self.global_edges + self.global_edges.T))
        return masked_edges(a, somebody) + self.loops


class Power(nn.Module):
    """Log of the mean power of each electrode under kernels of one length."""

    def __init__(self, options: LGGNetOptions, *, samples: int) -> None:
        super().__init__()
        self.samples, self.pool, self.step = samples, options.pool, options.pool_step
        self.convolve = nn.Conv2d(1, options.kernels, (1, samples))

    def forward(self, x: Tensor) -> Tensor:
        """(B, 1, E, samples) → (B, K, E, steps)."""
        power = self.convolve(x).square()
        power = functional.avg_pool2d(power, (1, self.pool), stride=(1, self.step))
        return power.clamp(min=_LEAST_POWER).log()

    def steps(self, samples: int) -> int:
        """Return how many means so many samples make."""
        return (samples - self.samples + 1 - self.pool) // self.step + 1
