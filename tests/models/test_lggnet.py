"""LGGNet: its power layer, its two graphs, and its size."""

import numpy as np
import pytest
import torch
from torch.nn import functional

from neuroaffect.affect import Target
from neuroaffect.errors import ModelError
from neuroaffect.models import InputShape, build

DEAP = (
    "Fp1 AF3 F3 F7 FC5 FC1 C3 T7 CP5 CP1 P3 P7 PO3 O1 Oz Pz "
    "Fp2 AF4 Fz F4 F8 FC6 FC2 Cz C4 T8 CP6 CP2 P4 P8 PO4 O2"
).split()
SIX = ("AF3", "AF4", "T7", "T8", "O1", "O2")  # in four regions: AF, O and the two temples
REGIONS = ([0, 1], [4, 5], [2], [3])
TARGET = Target(dimension="valence")
EXACT = {"rtol": 0, "atol": 1e-5}  # float32 sums in another order


def network_of(electrodes=SIX, *, samples=128, rate_hz=128.0, **options):
    names = tuple(f"t-{n}" for n in reversed(range(samples)))
    shape = InputShape(electrodes=tuple(electrodes), features=names, rate_hz=rate_hz)
    rng = np.random.default_rng(0)
    return build("lggnet", shape=shape, targets=(TARGET,), options=options, rng=rng).eval()


def second_of(electrodes, n=2):
    x = np.random.default_rng(1).normal(size=(n, len(electrodes), 128))
    return torch.from_numpy(x.astype(np.float32))


def present_in(x, *, lost=()):
    present = torch.ones(x.shape[:2], dtype=torch.bool)
    present[:, list(lost)] = False
    return present


def test_on_the_cap_of_deap_lggnet_has_721319_parameters():
    size = sum(p.numel() for p in network_of(DEAP, samples=512).parameters())
    steps = (109 + 117 + 121) // 2  # means over 16 samples, 4 apart, then over 2
    temporal = 64 * (64 + 32 + 16) + 3 * 64 + 2 * 128 + (64 * 64 + 64)
    local = 32 * 64 * steps + 32
    between = 11 * 11 + 2 * 22 + (64 * steps * 32 + 32)
    assert size == temporal + local + between + (11 * 32 * 2 + 2) == 721_319


def test_the_power_of_a_sine_is_that_of_its_amplitude_after_the_kernel():
    power = network_of(kernels=1).encoder.power[2]
    t = torch.arange(128) / 128
    x = torch.sin(2 * torch.pi * 8 * t)[None, None, None]  # 16 samples per turn, as the means take
    kernel = power.convolve.weight.detach().flatten()
    with torch.no_grad():
        power.convolve.bias.zero_()
    response = (kernel * torch.exp(2j * torch.pi * 8 * t[:16])).sum().abs()
    found = power(x).flatten()
    torch.testing.assert_close(found, torch.log(response**2 / 2).expand_as(found), **EXACT)


def test_a_silent_electrode_has_a_finite_logarithm():
    network = network_of()
    with torch.no_grad():
        for power in network.encoder.power:
            power.convolve.bias.zero_()
    x = torch.zeros(1, 6, 128, requires_grad=True)
    network(x).sum().backward()
    assert x.grad.isfinite().all()


def test_the_embedding_is_the_plain_writing_of_both_graphs():
    encoder, x = network_of().encoder, second_of(SIX)
    present = present_in(x)
    h = encoder.temporal(x, present)
    local = [
        torch.relu(h[:, e] * encoder.local_weight[e] - encoder.local_bias[e]) for e in range(6)
    ]
    r = torch.stack([sum(local[e] for e in region) / len(region) for region in REGIONS], dim=1)
    g = encoder.global_edges
    embeddings = []
    for sample in r:
        a = torch.relu(sample @ sample.T * (g + g.T)) + torch.eye(4)
        root = torch.diag(a.sum(dim=1) ** -0.5)
        normed = sample / (1 + 1e-5) ** 0.5  # running statistics as at the start
        weight, bias = encoder.convolve.lin.weight, encoder.convolve.bias
        out = torch.relu(root @ a @ root @ normed @ weight.T + bias) / (1 + 1e-5) ** 0.5
        embeddings.append(out.flatten())
    torch.testing.assert_close(encoder(x, present), torch.stack(embeddings), rtol=1e-4, atol=1e-5)


def test_a_region_that_lost_one_electrode_is_the_other():
    encoder, x = network_of().encoder, second_of(SIX)
    present = present_in(x, lost=[0])
    h = encoder.temporal(x, present)
    assert not h[:, 0].any()
    alone = torch.relu(h[:, 1] * encoder.local_weight[1] - encoder.local_bias[1])
    found = []
    encoder.region_norm.register_forward_pre_hook(lambda _, given: found.append(given[0]))
    encoder(x, present)
    torch.testing.assert_close(found[0][:, 0], alone, **EXACT)


def test_a_region_that_is_lost_has_no_edges_and_gives_nothing():
    encoder, x = network_of().encoder, second_of(SIX)
    present = present_in(x, lost=[2])  # T7, all there is of its region
    embedding = encoder(x, present).unflatten(1, (4, -1))
    assert not embedding[:, 2].any()
    somebody = torch.tensor([[True, True, False, True]]).expand(2, 4)
    a = encoder.adjacency(torch.rand(2, 4, 5, generator=torch.Generator().manual_seed(0)), somebody)
    assert torch.equal(a[:, 2], torch.eye(4)[2].expand(2, 4))


def test_kernels_are_parts_of_a_second_at_any_rate():
    encoder = network_of(samples=256, rate_hz=256.0).encoder
    assert [power.samples for power in encoder.power] == [128, 64, 32]


def test_two_electrodes_of_one_region_are_enough():
    network, x = network_of(("Fp1", "Fp2")), second_of(("Fp1", "Fp2"))
    assert network(x).isfinite().all()


def test_training_on_the_cap_of_deap_with_lost_electrodes_gives_finite_gradients():
    network, x = network_of(DEAP, kernels=4).train(), second_of(DEAP, n=4)
    functional.cross_entropy(
        network(x, present_in(x, lost=[7, 25])), torch.tensor([0, 1, 0, 1])
    ).backward()
    assert all(p.grad.isfinite().all() for p in network.parameters())


@pytest.mark.parametrize(("samples", "rate_hz"), [(5, 0.0), (64, 128.0)])
def test_bands_and_short_windows_are_refused(samples, rate_hz):
    with pytest.raises(ModelError, match="too short for kernels of half a second"):
        network_of(samples=samples, rate_hz=rate_hz)
