"""HiSTN: a graph of electrodes, a graph of regions, and the whole head."""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from neuroaffect.errors import ModelError
from neuroaffect.models.head import Trunk
from neuroaffect.models.layers.chebyshev import chebyshev_terms, masked_edges
from neuroaffect.models.layers.constraint import within
from neuroaffect.models.layers.masking import MaskedBatchNorm, Usual, masked_softmax
from neuroaffect.models.layers.regions import Regions, gabriel_pairs, quadrants, require_scalp
from neuroaffect.models.options import HiSTNOptions
from neuroaffect.models.shape import InputShape

__all__ = ["HiSTN"]

_HOPS = 2  # a message goes to the neighbours of neighbours
_SMOOTHING = 5  # samples of the short kernels in time
_POOL = 2
_KERAS_EPS = 1e-3


class HiSTN(nn.Module):
    """Signals of electrodes, of regions and of the whole head, each averaged over time.

    Kernels shared by all electrodes make one signal of each electrode. Messages pass between the
    neighbours of a region; attention sums a region up in one signal, messages pass between
    regions, and attention sums the regions up in one signal of the head. On 14 electrodes that is
    14 + 4 + 1 = 19 signals, and with one target of five classes 1,181 parameters.

    Parameters
    ----------
    options : HiSTNOptions
    shape : InputShape
        Samples of electrodes of the 10-05 system; in the paper 1 s at 128 Hz.

    Raises
    ------
    ModelError
        If an electrode has no place on the head, the features are no samples, or too few.

    Notes
    -----
    As in the authors' code: even kernels are padded with one sample more at the end, the weighted
    sum over kernels and the mix within a region are held within [-1, 1], and the short kernels
    within norm 1; λ_max is that of each graph.

    Ours: the regions and their edges for any cap (:mod:`neuroaffect.models.layers.regions`), which
    on the 14 electrodes of the paper are the paper's. A region of one electrode needs no attention;
    a graph without edges hands on w₀ - w₁ + w₂ times its signal. A lost electrode loses its
    edges, attention passes it over, its signal is 0, batch norm leaves it out, and the readout
    hears its mean in training; λ_max stays that of the whole graph, which bounds the rest of it.
    Batch norm follows at 0.1 a step, since the 0.01 of Keras wants the thousands of steps that
    the authors take.

    The published scores come from blocks of the same trials on both sides; only the architecture
    is taken.

    References
    ----------
    Kuang, Song, Michoski (2024), Emotion Classification from Multi-Channel EEG Signals Using
    HiSTN: A Hierarchical Graph-based Spatial-Temporal Approach, arXiv:2408.15255
    """

    def __init__(self, options: HiSTNOptions, shape: InputShape) -> None:
        super().__init__()
        require_scalp("histn", shape.electrodes)
        electrodes, samples = shape.size
        if shape.rate_hz == 0 or samples < _SMOOTHING + _POOL:
            raise ModelError(
                f"histn: reads at least {_SMOOTHING + _POOL} samples of each electrode, not "
                f"{samples} features at {shape.rate_hz:g} Hz; let a raw block be its input"
            )
        regions = quadrants(shape.electrodes)
        self.width = electrodes + len(regions.names) + 1
        self.trunk = Trunk()
        self.register_buffer("members", torch.tensor(regions.members), persistent=False)
        self.signal = Signal(options, electrodes)
        self.node_messages = Messages(gabriel_pairs(shape.electrodes, regions), graph_of=regions.of)
        self.node_mix = RegionMix(regions)
        self.node_norm = MaskedBatchNorm(electrodes, eps=_KERAS_EPS)
        self.region_attention = nn.ModuleList(Attention(regions) for _ in range(2))
        head = Regions(names=("head",), of=(0,) * len(regions.names))
        self.region_messages = Messages(regions.links, graph_of=head.of)
        self.head_attention = nn.ModuleList(Attention(head) for _ in range(2))
        self.usual = Usual(self.width)
        self.dropout = nn.Dropout(options.dropout)

    def forward(self, x: Tensor, present: Tensor) -> Tensor:
        """(B, E, samples), present (B, E) → (B, E + R + 1)."""
        somebody = (present[:, None] & self.members).any(dim=-1)  # (B, R)
        x = self.signal(x, present)  # (B, E, T)
        # Electrodes talk to their neighbours in the region.
        n = self.node_mix(self.node_messages(x, present))
        n = functional.elu(self.node_norm(n, present[..., None]))  # (B, E, T)
        # Each region as one signal, before and after; regions talk to each other.
        before, after = (
            attend(signals, present)
            for attend, signals in zip(self.region_attention, (x, n), strict=True)
        )  # (B, R, T)
        r = self.region_messages(before, somebody) + after  # (B, R, T)
        # The whole head as one signal.
        g = sum(
            attend(signals, somebody)
            for attend, signals in zip(self.head_attention, (before, after), strict=True)
        )  # (B, 1, T)
        signals = torch.cat([x + n, r, g], dim=1)  # (B, E + R + 1, T)
        there = torch.cat([present, somebody, somebody.any(dim=1, keepdim=True)], dim=1)
        return self.dropout(self.usual(signals.mean(dim=-1), there))  # (B, E + R + 1)


class Signal(nn.Module):
    """One signal per electrode, half as fast: long kernels, weighed, then a short one."""

    def __init__(self, options: HiSTNOptions, electrodes: int) -> None:
        super().__init__()
        long, kernels = options.kernel, options.kernels
        # An even kernel is padded by one sample more at the end than at the start.
        self.padding, self.surplus = long // 2, 1 - long % 2
        self.kernels = nn.Parameter(_glorot((kernels, long), long, long * kernels))
        self.weigh = nn.Parameter(_glorot((electrodes, kernels), kernels, kernels))
        self.weigh_norm = MaskedBatchNorm(electrodes, eps=_KERAS_EPS)
        self.smooth = nn.Parameter(_short_kernels(electrodes))
        self.smooth_norm = MaskedBatchNorm(electrodes, eps=_KERAS_EPS)
        self.dropout = nn.Dropout(options.dropout)

    def forward(self, x: Tensor, present: Tensor) -> Tensor:
        """(B, E, samples) → (B, E, (samples - 4) / 2)."""
        there = present[..., None]
        # No activation stands between the kernels and their weighted sum: one kernel per electrode.
        weigh = within(self.weigh, 1.0, training=self.training, dim=None)
        kernels = weigh @ self.kernels  # (E, samples of a kernel)
        x = _per_electrode(x, kernels, padding=self.padding)[..., self.surplus :]
        x = functional.elu(self.weigh_norm(x, there))  # (B, E, samples)
        smooth = within(self.smooth, 1.0, training=self.training)
        x = _per_electrode(x, smooth)  # (B, E, samples - 4)
        x = functional.elu(self.smooth_norm(x, there))
        return self.dropout(functional.avg_pool1d(x, _POOL))  # (B, E, T)


class Messages(nn.Module):
    """Σ_k w_k T_k(2L/λ_max - 1) on each of several separate graphs, with weights of its own."""

    def __init__(self, pairs: Sequence[tuple[int, int]], *, graph_of: Sequence[int]) -> None:
        super().__init__()
        of, nodes = np.array(graph_of), len(graph_of)
        adjacency = np.zeros((nodes, nodes))
        for i, j in pairs:
            adjacency[i, j] = adjacency[j, i] = 1.0
        stretch = [2.0 / (_largest_eigenvalue(adjacency[of == g][:, of == g]) or 1.0) for g in of]
        graphs = of.max() + 1
        self.weight = nn.Parameter(_glorot((graphs, _HOPS + 1), _HOPS + 1, _HOPS + 1))
        self.register_buffer("graph_of", torch.tensor(of), persistent=False)
        self.register_buffer("adjacency", torch.tensor(adjacency).float(), persistent=False)
        self.register_buffer("stretch", torch.tensor(stretch).float()[:, None], persistent=False)
        self.register_buffer("one", torch.eye(nodes), persistent=False)

    def forward(self, x: Tensor, present: Tensor) -> Tensor:
        """(B, N, T), present (B, N) → (B, N, T)."""
        a = masked_edges(self.adjacency, present)  # (B, N, N)
        laplacian = self.one * a.sum(dim=-1, keepdim=True) - a  # D - A
        terms = chebyshev_terms(self.stretch * laplacian - self.one, x, _HOPS + 1)
        weights = self.weight[self.graph_of].T[..., None]  # (3, N, 1)
        return sum(w * term for w, term in zip(weights.unbind(), terms, strict=True))


class RegionMix(nn.Module):
    """Separable convolution: a short kernel for each electrode, then a mix within the region."""

    def __init__(self, regions: Regions) -> None:
        super().__init__()
        electrodes = len(regions.of)
        self.smooth = nn.Parameter(_short_kernels(electrodes))
        self.mix = WithinRegions(regions, bounded=True)

    def forward(self, x: Tensor) -> Tensor:
        """(B, E, T) → (B, E, T)."""
        return self.mix() @ _per_electrode(x, self.smooth, padding=_SMOOTHING // 2)


class Attention(nn.Module):
    """Each region as the weighted mean of its signals; weights from their means over time."""

    def __init__(self, regions: Regions) -> None:
        super().__init__()
        self.several = max(regions.sizes) > 1
        self.register_buffer("members", torch.tensor(regions.members), persistent=False)
        choice = torch.tensor([regions.sizes[region] > 1 for region in regions.of])
        self.register_buffer("choice", torch.nonzero(choice)[:, 0], persistent=False)
        if self.several:
            self.dense = WithinRegions(regions, alone=False)
            self.bias = nn.Parameter(torch.zeros(int(choice.sum())))

    def forward(self, x: Tensor, present: Tensor) -> Tensor:
        """(B, E, T), present (B, E) → (B, R, T)."""
        scores = x.mean(dim=-1)  # (B, E)
        if self.several:
            bias = torch.zeros_like(scores[0]).scatter(0, self.choice, self.bias)
            scores = scores @ self.dense().T + bias
        heard = present[:, None] & self.members  # (B, R, E)
        return masked_softmax(scores[:, None].expand(heard.shape), heard) @ x


class WithinRegions(nn.Module):
    """A matrix between electrodes of one region, (E to, E from); between others it is 0."""

    def __init__(self, regions: Regions, *, alone: bool = True, bounded: bool = False) -> None:
        super().__init__()
        sizes = np.array([regions.sizes[region] for region in regions.of])
        places = np.flatnonzero(regions.together & (alone | (sizes > 1)))
        limit = np.sqrt(3.0 / sizes)[places // len(sizes)]  # as Glorot for n inputs, n outputs
        values = torch.tensor(limit).float() * torch.empty(len(places)).uniform_(-1, 1)
        self.values = nn.Parameter(values)
        self.bounded, self.electrodes = bounded, len(sizes)
        self.register_buffer("places", torch.tensor(places), persistent=False)

    def forward(self) -> Tensor:
        values = self.values
        if self.bounded:
            values = within(values, 1.0, training=self.training, dim=None)
        flat = torch.zeros(self.electrodes**2, device=values.device)
        return flat.scatter(0, self.places, values).view(self.electrodes, self.electrodes)


def _short_kernels(electrodes: int) -> Tensor:
    return _glorot((electrodes, _SMOOTHING), _SMOOTHING, _SMOOTHING)


def _glorot(shape: tuple[int, ...], inputs: int, outputs: int) -> Tensor:
    limit = (6.0 / (inputs + outputs)) ** 0.5
    return torch.empty(shape).uniform_(-limit, limit)


def _per_electrode(x: Tensor, kernels: Tensor, *, padding: int = 0) -> Tensor:
    """Convolve each of (B, E, T) with its own kernel of (E, K)."""
    return functional.conv1d(x, kernels[:, None], padding=padding, groups=kernels.shape[0])


def _largest_eigenvalue(adjacency: np.ndarray) -> float:
    return float(np.linalg.eigvalsh(np.diag(adjacency.sum(axis=1)) - adjacency).max())
