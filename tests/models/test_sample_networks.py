"""EEGNet and TSception against their papers, other writings of them, and a smaller cap."""

import numpy as np
import pytest
import torch
from torch import nn

from neuroaffect.affect import Target
from neuroaffect.errors import ModelError
from neuroaffect.models import InputShape, build
from neuroaffect.models.layers.constraint import within

NETWORKS = ("eegnet", "tsception")
VALENCE = Target(dimension="valence")
EPOC = ("AF3", "F7", "F3", "FC5", "T7", "P7", "O1", "O2", "P8", "T8", "FC6", "F4", "F8", "AF4")
CAP19 = "Fp1 Fp2 C3 C4 P7 P8 O1 O2 F7 F8 F3 F4 T7 T8 P3 P4 Fz Cz Pz".split()


def samples_of(electrodes, samples, rate_hz=128.0) -> InputShape:
    names = tuple(f"t-{n}" for n in reversed(range(samples)))
    return InputShape(electrodes=tuple(electrodes), features=names, rate_hz=rate_hz)


def make(name, electrodes, samples, *, rate_hz=128.0, classes=2, **options) -> nn.Module:
    target = Target(dimension="valence", kind="ordinal", classes=tuple("abcd"[:classes]))
    shape = samples_of(electrodes, samples, rate_hz)
    rng = np.random.default_rng(0)
    return build(name, shape=shape, targets=(target,), options=options, rng=rng)


def size(network) -> int:
    return sum(parameter.numel() for parameter in network.parameters())


def noise(*shape, seed=0):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


def with_known_weights(network):
    """Set each parameter to cos 0, cos 1, …, whatever its name and shape."""
    with torch.no_grad():
        for p in network.parameters():
            p.copy_(torch.cos(torch.arange(p.numel(), dtype=torch.float64)).view(p.shape))
    return network.eval()


def known_input(electrodes, samples):
    n = torch.arange(2 * electrodes * samples, dtype=torch.float64)
    return torch.sin(0.1 * n**1.5).view(2, electrodes, samples).float()


@pytest.mark.parametrize(
    ("filters", "electrodes", "samples", "classes", "kernel_s", "parameters"),
    [
        (4, 64, 128, 2, 0.5, 1_066),  # P300
        (8, 64, 128, 2, 0.5, 2_258),
        (4, 64, 192, 2, 0.5, 1_098),  # movement-related potentials
        (8, 64, 192, 2, 0.5, 2_322),
        (4, 22, 256, 4, 0.25, 796),  # motor imagery, where its kernel is 32 samples long
        (8, 22, 256, 4, 0.25, 1_716),
    ],
)
def test_eegnet_has_the_papers_number_of_parameters(
    filters, electrodes, samples, classes, kernel_s, parameters
):
    names, depth = [f"E{n}" for n in range(electrodes)], 2
    sizes = {"filters": filters, "depth": depth, "pointwise": 2 * filters, "kernel_s": kernel_s}
    network = make("eegnet", names, samples, classes=classes, **sizes)
    kernel, memory, spatial, points = round(128 * kernel_s), 16, depth * filters, 2 * filters
    assert size(network) == parameters
    assert parameters == (
        filters * (kernel + 2)
        + spatial * (electrodes + 2)
        + spatial * memory
        + points * (spatial + 2)
        + classes * (points * (samples // 32) + 1)
    )


@pytest.mark.parametrize(
    ("electrodes", "pairs", "parameters"),
    [(EPOC, 7, 7_838), (CAP19, 8, 9_188), (CAP19[:16], 8, 8_513)],
)
def test_tsception_has_as_many_parameters_as_the_formula_says(electrodes, pairs, parameters):
    t = s = 15
    convolutions = t * (64 + 32 + 16 + 3) + t * s * (len(electrodes) + pairs) + 2 * s + 3 * s**2 + s
    norms, head = 2 * t + 2 * s + 2 * s, s * 32 + 32 + 2 * (32 + 1)
    assert size(make("tsception", electrodes, 512)) == parameters == convolutions + norms + head


def test_eegnet_says_what_braindecode_says_with_the_same_weights():
    # braindecode 1.8.1: EEGNet(n_chans=6, n_times=240, kernel_length=61, batch_norm_eps=1e-5,
    # depthwise_kernel_length=15), running statistics reset, rows of its last layer shortened to
    # 0.25 by torch.renorm: its own constraint works along the other axis than Keras'.
    network = with_known_weights(make("eegnet", "ABCDEF", 240, rate_hz=120.0, kernel_s=61 / 120))
    expected = [[1.0309303, 0.5021119], [1.2805632, 0.6308510]]
    # float32 sums in another order
    np.testing.assert_allclose(network(known_input(6, 240)).detach(), expected, rtol=1e-5)


def test_tsception_says_what_torcheeg_says_with_the_same_weights():
    # torcheeg 1.1.3, TSCeption(num_electrodes=4, sampling_rate=128, num_T=15, num_S=15,
    # hid_channels=32), left electrodes first.
    network = with_known_weights(make("tsception", ("F3", "T7", "F4", "T8"), 256))
    expected = [[29.518534, 26.616648], [31.449160, 28.379211]]
    # float32 sums in another order
    np.testing.assert_allclose(network(known_input(4, 256)).detach(), expected, rtol=1e-5)


def test_tsception_finds_left_and_right_by_their_names():
    encoder = make("tsception", ("F4", "Cz", "T7", "F3", "P8", "T8"), 256).encoder
    names = np.array(["F4", "Cz", "T7", "F3", "P8", "T8"])
    assert dict(zip(names[encoder.left], names[encoder.right], strict=True)) == {
        "F3": "F4",
        "T7": "T8",
    }


def test_tsception_measures_both_hemispheres_with_the_same_weights():
    encoder = make("tsception", ("F3", "T7", "F4", "T8"), 256).eval().encoder
    rows = []
    encoder.fuse.register_forward_pre_hook(lambda _, given: rows.append(given[0]))
    x, everywhere = noise(1, 4, 256), torch.ones(1, 4, dtype=torch.bool)
    encoder(x, everywhere)
    encoder(x[:, [2, 3, 0, 1]], everywhere)
    torch.testing.assert_close(rows[0][:, :, 1], rows[1][:, :, 2])


def without(network, smaller, kept):
    """Return the smaller network with the weights of the kept electrodes and all others."""
    weights = network.state_dict()
    for key in ("encoder.spatial", "encoder.head.weight", "encoder.hemisphere.weight"):
        if key in weights:
            along = -1 if key == "encoder.spatial" else 2
            places = range(smaller.state_dict()[key].shape[along])
            at = kept if "hemisphere" not in key else [p for p in range(3) if p != 1]
            assert len(at) == len(places)
            weights[key] = weights[key].index_select(along, torch.tensor(at))
    smaller.load_state_dict(weights)
    return smaller


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("name", NETWORKS)
def test_lost_electrodes_are_as_if_they_had_never_been_there(name, training):
    electrodes, kept = ("F3", "T7", "O1", "F4", "T8", "O2"), [0, 2, 3, 5]
    network = make(name, electrodes, 256, dropout=0.0)
    smaller = without(network, make(name, [electrodes[n] for n in kept], 256, dropout=0.0), kept)
    x, present = noise(5, 6, 256), torch.zeros(5, 6, dtype=torch.bool)
    present[:, kept] = True
    for part in (network, smaller):
        part.train(training)
    # float32 sums in another order
    torch.testing.assert_close(network(x, present), smaller(x[:, kept]), rtol=1e-4, atol=1e-5)


def test_a_max_norm_is_torchs_renorm():
    w = nn.Parameter(noise(6, 10))
    torch.testing.assert_close(within(w, 3.0, training=False), torch.renorm(w, 2, 0, 3.0))


def test_a_weight_at_its_bound_is_free_to_come_back():
    w = nn.Parameter(4.0 * torch.eye(3))
    within(w, 1.0, training=True).sum().backward()
    assert torch.equal(w, torch.eye(3))
    assert torch.equal(w.grad, torch.ones(3, 3))


def test_readout_weights_of_eegnet_count_for_a_norm_of_a_quarter_at_most():
    network, x = make("eegnet", EPOC, 256).eval(), noise(3, 14, 256)
    with torch.no_grad():
        network.head.readout.weight.mul_(1000)
        network.head.readout.bias.zero_()
    largest = 0.25 * network.embed(x).norm(dim=1, keepdim=True)
    assert (network(x).abs() <= largest).all()


@pytest.mark.parametrize("name", NETWORKS)
def test_features_that_are_no_samples_are_refused(name):
    shape = InputShape(electrodes=EPOC, features=("theta", "alpha"))
    with pytest.raises(
        ModelError, match=f"{name} reads samples, but .*'theta'; put a block \"raw\""
    ):
        build(name, shape=shape, targets=(VALENCE,))


@pytest.mark.parametrize(
    ("name", "samples", "least"), [("eegnet", 63, "0.5 s"), ("tsception", 70, "0.554688 s")]
)
def test_a_window_shorter_than_the_kernel_is_refused(name, samples, least):
    make(name, EPOC, samples + 1)
    with pytest.raises(
        ModelError, match=f"{name}: a window of {samples} samples .*{least} or more"
    ):
        make(name, EPOC, samples)


def test_eegnet_refuses_a_window_that_its_pools_make_nothing_of():
    with pytest.raises(ModelError, match="shorter than the 32 that"):
        make("eegnet", EPOC, 31, kernel_s=0.1)


def test_tsception_refuses_a_cap_without_pairs():
    with pytest.raises(ModelError, match="Fz, Cz, F3 has no left and right electrode"):
        make("tsception", ("Fz", "Cz", "F3"), 256)


def test_a_kernel_of_no_length_is_refused():
    with pytest.raises(ModelError, match=r"kernel_s = 0.0 is wrong; .* seconds above 0"):
        make("eegnet", EPOC, 256, kernel_s=0.0)
