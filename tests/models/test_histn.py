"""HiSTN, against a plain writing of its paper, region by region."""

import numpy as np
import pytest
import torch
from torch.nn import functional

from neuroaffect.affect import Target
from neuroaffect.errors import ModelError
from neuroaffect.models import NETWORKS, InputShape, build

FIVE = Target(dimension="valence", kind="ordinal", classes=tuple("12345"))
EPOC = NETWORKS["histn"].example().electrodes
CAP32 = (
    "Fp1 AF3 F3 F7 FC5 FC1 C3 T7 CP5 CP1 P3 P7 PO3 O1 Oz Pz "
    "Fp2 AF4 Fz F4 F8 FC6 FC2 Cz C4 T8 CP6 CP2 P4 P8 PO4 O2"
).split()
EDGES = ([(0, 2), (1, 2), (1, 3), (2, 3)], [(0, 1), (1, 2)], [(0, 1), (1, 2)])
REGIONS = ([0, 1, 2, 3], [4, 5, 6], [7, 8, 9], [10, 11, 12, 13])  # as the paper cuts the EPOC
EXACT = {"rtol": 0, "atol": 1e-5}  # float32 sums in another order


def network_of(electrodes, *, samples=128, seed=0):
    names = tuple(f"t-{n}" for n in reversed(range(samples)))
    shape = InputShape(electrodes=tuple(electrodes), features=names, rate_hz=128.0)
    return build("histn", shape=shape, targets=(FIVE,), rng=np.random.default_rng(seed))


def second_of(electrodes, *, n=3, seed=1):
    x = np.random.default_rng(seed).normal(size=(n, len(electrodes), 128))
    return torch.from_numpy(x.astype(np.float32))


def size(network):
    return sum(parameter.numel() for parameter in network.parameters())


def warm(network):
    """Return the network with statistics of its batch norms that are not those of the start."""
    for part in network.modules():
        if hasattr(part, "running_var"):
            part.running_mean.uniform_(-0.1, 0.1)
            part.running_var.uniform_(0.5, 2.0)
    return network.eval()


def test_on_14_electrodes_histn_has_the_papers_1181_parameters():
    assert size(network_of(EPOC)) == 1181


def test_on_14_electrodes_histn_has_the_papers_84_statistics():
    statistics = [b for key, b in network_of(EPOC).named_buffers() if "running" in key]
    assert sum(b.numel() for b in statistics) == 84


@pytest.mark.parametrize(
    ("electrodes", "regions"),
    [
        (EPOC, (4, 4, 3, 3)),
        (CAP32, (6, 1, 6, 8, 3, 8)),
        (("AF7", "AF8"), (1, 1)),
        (("Fz",), (1,)),
    ],
)
def test_the_number_of_parameters_follows_from_the_regions(electrodes, regions):
    e, r = len(electrodes), len(regions)
    signal = 8 * 64 + 8 * e + 5 * e
    nodes = 3 * r + sum(5 * n + n * n for n in regions)
    attention = 2 * sum(n * n + n for n in regions if n > 1) + 2 * (r * r + r) * (r > 1)
    norms, messages, readout = 3 * 2 * e, 3, 5 * (e + r + 1) + 5
    expected = signal + nodes + attention + norms + messages + readout
    assert size(network_of(electrodes)) == expected


def test_nineteen_signals_of_the_epoc_reach_the_readout():
    assert network_of(EPOC).head.readout.in_features == 19


def polynomial(weights, pairs, n):
    """Return Σ w_k T_k of a graph's Laplacian, scaled by its largest eigenvalue."""
    a = np.zeros((n, n))
    for i, j in pairs:
        a[i, j] = a[j, i] = 1
    laplacian = np.diag(a.sum(axis=1)) - a
    scaled = 2 * laplacian / np.linalg.eigvalsh(laplacian).max() - np.eye(n)
    total = weights[0] * np.eye(n) + weights[1] * scaled
    return torch.tensor(total + weights[2] * (2 * scaled @ scaled - np.eye(n))).float()


def batch_norm(norm, x):
    """Return Keras's batch norm over the channels of (B, C, T)."""
    return functional.batch_norm(
        x, norm.running_mean, norm.running_var, norm.weight, norm.bias, eps=1e-3
    )


def summed_up(attention, x, regions):
    """Return each region's signals under softmax attention, a dense layer on their means."""
    matrix = attention.dense()
    signals = []
    for region in regions:
        part = x[:, region]
        scores = part.mean(dim=2) @ matrix[region][:, region].T + attention.bias[region]
        signals.append((scores.softmax(dim=1)[..., None] * part).sum(dim=1))
    return torch.stack(signals, dim=1)


def plain(encoder, x):
    """Return the embedding of (B, 14, 128) as the paper's code goes about it, layer by layer."""
    s = encoder.signal
    x = functional.conv2d(functional.pad(x, (31, 32))[:, None], s.kernels[:, None, None])
    x = (x * s.weigh.clamp(-1, 1).T[None, :, :, None]).sum(dim=1)  # (B, 14, 128)
    x = functional.elu(batch_norm(s.weigh_norm, x))
    short = s.smooth / s.smooth.norm(dim=1, keepdim=True).clamp(min=1)
    x = functional.conv1d(x, short[:, None], groups=14)
    x = functional.avg_pool1d(functional.elu(batch_norm(s.smooth_norm, x)), 2)  # (B, 14, 62)
    mixed = torch.zeros_like(x)
    mirrored = [(3 - i, 3 - j) for i, j in EDGES[0]]
    for number, pairs in zip((0, 2, 3, 1), (*EDGES, mirrored), strict=True):
        region = REGIONS[(0, 3, 1, 2)[number]]
        weights = encoder.node_messages.weight[number].detach().numpy()
        part = polynomial(weights, pairs, len(region)) @ x[:, region]
        kernels = encoder.node_mix.smooth[region][:, None]
        part = functional.conv1d(functional.pad(part, (2, 2)), kernels, groups=len(region))
        mixed[:, region] = encoder.node_mix.mix()[region][:, region] @ part
    n = functional.elu(batch_norm(encoder.node_norm, mixed))
    order = [REGIONS[0], REGIONS[3], REGIONS[1], REGIONS[2]]  # how ours are numbered
    first, second = encoder.region_attention
    before, after = summed_up(first, x, order), summed_up(second, n, order)
    weights = encoder.region_messages.weight[0].detach().numpy()
    r = polynomial(weights, [(0, 2), (2, 3), (3, 1), (1, 0)], 4) @ before + after
    first, second = encoder.head_attention
    g = summed_up(first, before, [range(4)]) + summed_up(second, after, [range(4)])
    return torch.cat([x + n, r, g], dim=1).mean(dim=2)


def test_on_the_epoc_histn_is_the_plain_writing_of_the_paper():
    encoder, x = warm(network_of(EPOC)).encoder, second_of(EPOC)
    everywhere = torch.ones(x.shape[:2], dtype=torch.bool)
    torch.testing.assert_close(encoder(x, everywhere), plain(encoder, x), **EXACT)


def test_the_order_of_the_electrodes_does_not_matter_for_the_graphs():
    encoder = network_of(EPOC).encoder
    shuffled = network_of(EPOC[::-1]).encoder
    assert torch.equal(encoder.node_messages.adjacency, shuffled.node_messages.adjacency.flip(0, 1))


def test_a_lost_electrode_leaves_its_neighbours_a_graph_without_it():
    messages = network_of(EPOC).encoder.node_messages.eval()
    x, present = second_of(EPOC), torch.ones(3, 14, dtype=torch.bool)
    present[:, 5] = False  # P7, the middle of the chain T7-P7-O1
    x[:, 5] = 0.0
    y = messages(x, present)
    gain = messages.weight[2] @ torch.tensor([1.0, -1.0, 1.0])  # T_k(-1): T7 stands alone
    torch.testing.assert_close(y[:, 4], gain * x[:, 4], **EXACT)


def test_a_region_that_is_lost_is_passed_over_by_the_attention_of_the_head():
    encoder = warm(network_of(EPOC)).encoder
    x, present = second_of(EPOC), torch.ones(3, 14, dtype=torch.bool)
    present[:, 4:7] = False
    attention = encoder.head_attention[0]
    regions, there = x[:, :4], torch.tensor([[True, True, False, True]]).expand(3, 4)
    regions = regions * there[..., None]
    one = attention(regions, there)
    scores = regions.mean(dim=2) @ attention.dense().T + attention.bias
    kept = scores[:, [0, 1, 3]].softmax(dim=1)[:, None] @ regions[:, [0, 1, 3]]
    torch.testing.assert_close(one, kept, **EXACT)


def test_held_weights_stay_within_their_bounds():
    network, x = network_of(EPOC), second_of(EPOC)
    with torch.no_grad():
        for weight in (network.encoder.signal.weigh, network.encoder.signal.smooth):
            weight.fill_(3.0)
    network(x)
    assert network.encoder.signal.weigh.max() == 1
    torch.testing.assert_close(network.encoder.signal.smooth.norm(dim=1), torch.ones(14))


@pytest.mark.parametrize("electrodes", [("AF7", "AF8"), ("TP9", "AF7", "AF8", "TP10"), CAP32])
def test_histn_works_on_caps_of_2_4_and_32_electrodes(electrodes):
    network = network_of(electrodes).eval()  # dropout might hide a whole path
    network(second_of(electrodes)).sum().backward()
    assert all(p.grad.isfinite().all() and p.grad.any() for p in network.parameters())


def test_histn_refuses_bands():
    shape = InputShape(electrodes=EPOC, features=("theta", "alpha", "beta"))
    with pytest.raises(ModelError, match=r"reads at least 7 samples .* let a raw block be its"):
        build("histn", shape=shape, targets=(FIVE,))


def test_histn_refuses_too_few_samples():
    with pytest.raises(ModelError, match="not 6 features at 128 Hz"):
        network_of(EPOC, samples=6)
