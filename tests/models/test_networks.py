"""What every registered network must do, and what each one's paper says of it."""

import importlib
import re

import numpy as np
import pytest
import torch
from example_input import example_input
from lessons import FITTED, LOOPED, fitted, lesson
from safetensors.torch import load, save
from torch.nn import functional

from neuroaffect.affect import Target
from neuroaffect.errors import ModelError
from neuroaffect.models import NETWORKS, InputShape, build
from neuroaffect.models.export import Normalised, to_onnx
from neuroaffect.models.graph import open_session, raw_outputs
from neuroaffect.models.head import affect_loss
from neuroaffect.models.lessons.batch import Batch
from neuroaffect.models.networks.rbtransformer import Attention
from neuroaffect.models.options import RBTransformerOptions
from neuroaffect.training.learning.classical import FITTERS

ELECTRODES = 6
VALENCE = Target(dimension="valence")
TARGETS = (VALENCE, Target(dimension="arousal", kind="continuous"))
# Learning rates other than 0.001: few weights behind dropouts of a half take larger steps.
PACE = {"eegnet": 0.01, "rgnn": 0.01}
DIMENSION_AND_MORE = (*TARGETS, Target(dimension="grip", kind="nominal", classes=("a", "b", "c")))


@pytest.fixture(params=NETWORKS)
def name(request) -> str:
    return request.param


def make(name, *, targets=TARGETS, seed=0, **options):
    """Return the network for its example of an input: fresh, or fitted if that is how it learns."""
    if name in FITTED:
        return fitted(name, targets, seed=seed, **options)
    shape, rng = NETWORKS[name].example(), np.random.default_rng(seed)
    return build(name, shape=shape, targets=targets, options=options, rng=rng)


def inputs(n, name="rbtransformer", seed=1):
    x = example_input(name, n, np.random.default_rng(seed))
    return torch.from_numpy(x.astype(np.float32))


def batch_of(n, name):
    """Return a batch as training draws it, of two people."""
    x = inputs(n, name)
    y = torch.arange(n) % 2
    return Batch(
        x=x,
        present=torch.ones(x.shape[:2], dtype=torch.bool),
        labels={"valence": y.float(), "arousal": torch.linspace(-1, 1, n)},
        person=y,
        following=inputs(n, name, seed=2),
        rows=torch.arange(n),
        done=0.5,
    )


def without_second(x):
    """Return which electrodes are there when the second one of each row is lost."""
    present = torch.ones(x.shape[:2], dtype=torch.bool)
    present[:, 1] = False
    return present


def loss_of(network, batch, auxiliary=None, targets=TARGETS):
    """Return what training minimises."""
    embedding = network.embed(batch.x, batch.present)
    loss = affect_loss(network.head(embedding), batch.labels, targets=targets)
    return loss + (auxiliary(network, batch, embedding) if auxiliary else 0.0)


def auxiliary_of(network):
    return network.encoder.auxiliary(people=2) if hasattr(network.encoder, "auxiliary") else None


def numbered(electrodes) -> InputShape:
    """Return a shape of so many electrodes and the paper's four bands."""
    names = tuple(f"E{n}" for n in range(electrodes))
    return InputShape(electrodes=names, features=("theta", "alpha", "beta", "gamma"))


def everywhere(x):
    return torch.ones(x.shape[:2], dtype=torch.bool)


def size(network) -> int:
    return sum(parameter.numel() for parameter in network.parameters())


def test_a_network_gives_every_target_its_outputs(name):
    raw = make(name, targets=DIMENSION_AND_MORE)(inputs(5, name))
    assert raw.shape == (5, 2 + 2 + 3)


@pytest.mark.parametrize("name", LOOPED)
def test_gradient_reaches_every_parameter(name):
    network = make(name)
    with torch.random.fork_rng():  # dropout may leave out one node in all eight rows
        torch.manual_seed(0)
        loss_of(network, batch_of(8, name), auxiliary_of(network)).backward()
    silent = [key for key, p in network.named_parameters() if p.grad is None or not p.grad.any()]
    assert silent == []


@pytest.mark.parametrize("name", LOOPED)
def test_a_network_overfits_eight_trials(name):
    network, batch = make(name, targets=(VALENCE,)), batch_of(8, name)
    optimizer = torch.optim.Adam(network.parameters(), lr=PACE.get(name, 0.001))
    with torch.random.fork_rng():
        torch.manual_seed(0)
        for _ in range(100):
            optimizer.zero_grad()
            loss_of(network, batch, targets=(VALENCE,)).backward()
            optimizer.step()
    assert network.eval()(batch.x).argmax(dim=1).tolist() == batch.labels["valence"].int().tolist()


@pytest.mark.parametrize("name", FITTED)
def test_a_fitted_model_recalls_eight_trials(name):
    batch = batch_of(8, name)
    y = batch.labels["valence"].numpy()
    network = FITTERS[name](lesson(name, batch.x.numpy(), {"valence": y}, (VALENCE,)))
    assert network(batch.x).argmax(dim=1).tolist() == y.astype(int).tolist()


def test_what_a_lost_electrode_says_has_no_influence(name):
    network, x = make(name).eval(), inputs(3, name)
    other = x.clone()
    other[:, 1] = 100.0
    assert torch.equal(network(other, without_second(x)), network(x, without_second(x)))


def test_the_loss_of_an_electrode_is_noticed(name):
    network, x = make(name).eval(), inputs(3, name)
    assert not torch.equal(network(x, without_second(x)), network(x))


def test_an_electrode_without_a_value_is_one_that_is_lost(name):
    network, x = make(name).eval(), inputs(3, name)
    size = NETWORKS[name].example().size
    holed = x.clone()
    holed[:, 1] = torch.nan
    whole = Normalised(network, np.zeros(size), np.ones(size))
    assert torch.equal(whole(holed), network(x, without_second(x)))


def test_a_network_says_something_finite_of_no_electrode_at_all(name):
    network, x = make(name).eval(), inputs(2, name)
    assert network(x, torch.zeros(x.shape[:2], dtype=torch.bool)).isfinite().all()


def test_weights_survive_saving_bit_for_bit(name):
    network, other = make(name, seed=0).eval(), make(name, seed=1).eval()
    other.load_state_dict(load(save(network.state_dict())))
    x = inputs(3, name)
    assert torch.equal(network(x), other(x))


def test_the_same_seed_gives_the_same_weights(name):
    first, second = make(name, seed=3).state_dict(), make(name, seed=3).state_dict()
    assert all(torch.equal(first[key], second[key]) for key in first)


def test_another_seed_gives_other_weights(name):
    x = inputs(1, name)
    assert not torch.equal(make(name, seed=3).eval()(x), make(name, seed=4).eval()(x))


def test_building_leaves_torchs_own_generator_alone(name):
    before = torch.get_rng_state()
    make(name)
    assert torch.equal(before, torch.get_rng_state())


@pytest.mark.parametrize("batch", [1, 7])
def test_onnx_agrees_with_torch_within_1e_5(name, batch):
    rng = np.random.default_rng(2)
    size = NETWORKS[name].example().size
    network = Normalised(make(name), rng.normal(size=size), rng.uniform(0.5, 2, size=size))
    x = inputs(batch, name)
    x[0, 1] = torch.nan  # a lost electrode
    raw = raw_outputs(open_session(to_onnx(network)), x.numpy())
    # float32 sums in another order
    np.testing.assert_allclose(raw, network.eval()(x).detach(), rtol=0, atol=1e-5)


def test_a_batch_says_the_same_as_its_rows_within_1e_5(name):
    network, x = make(name).eval(), inputs(5, name)
    rows = torch.cat([network(row[None]) for row in x])
    # other shapes take other BLAS kernels
    torch.testing.assert_close(network(x), rows, rtol=0, atol=1e-5)


def test_export_leaves_the_network_in_its_mode(name):
    size = NETWORKS[name].example().size
    network = Normalised(make(name), np.zeros(size), np.ones(size))
    to_onnx(network)
    assert network.network.training


@pytest.mark.parametrize(
    "name",
    [
        n
        for n, options in NETWORKS.items()
        if options.reads == "features" and not options.needs_electrodes
    ],
)
def test_a_network_that_needs_no_electrodes_works_on_the_one_row_of_several_blocks(name):
    shape = InputShape(electrodes=("all",), features=("eda.skin.EDA.level", "ppg.hrv.PPG.mean"))
    network = build(name, shape=shape, targets=TARGETS, rng=np.random.default_rng(0)).eval()
    assert network(torch.ones(2, 1, 2)).isfinite().all()


def test_a_network_whose_example_is_samples_says_that_it_reads_them(name):
    # A corpus is shown to the networks that read what its pipeline gives.
    assert (NETWORKS[name].reads == "samples") == (NETWORKS[name].example().rate_hz > 0)


def test_the_docstring_names_a_paper_and_where_to_find_it(name):
    text = NETWORKS[name].load().__doc__
    assert re.search(r"References\n.*\(\d{4}\).*(doi:10\.|arXiv:)", text, flags=re.DOTALL)


def test_every_network_that_is_fitted_has_a_function_that_fits_it():
    assert set(FITTERS) == set(FITTED)


def test_every_network_stands_in_a_file_of_its_own():
    files = {NETWORKS[name].load().__module__ for name in NETWORKS}
    assert len(files) == len(NETWORKS)
    assert all(importlib.import_module(file).__doc__ for file in files)


@pytest.mark.parametrize(
    ("electrodes", "classes", "parameters"),
    [
        (14, 2, 662_530),  # DREAMER binary
        (14, 5, 662_917),  # DREAMER five classes
        (32, 2, 664_834),  # DEAP binary
        (32, 9, 665_737),  # DEAP nine classes
        (62, 3, 668_803),  # SEED
    ],
)
def test_rbtransformer_has_the_papers_number_of_parameters(electrodes, classes, parameters):
    target = Target(dimension="valence", kind="ordinal", classes=tuple("abcdefghi"[:classes]))
    network = build("rbtransformer", shape=numbered(electrodes), targets=(target,))
    assert size(network) == parameters == 660_480 + 128 * electrodes + 129 * classes


def test_rbtransformer_with_the_papers_linear_head_is_smaller_by_the_hidden_layers():
    hidden = (128 * 256 + 256) + (256 * 256 + 256) + (256 * 128 + 128)
    assert size(make("rbtransformer")) - size(make("rbtransformer", readout="linear")) == hidden


def test_electrode_embeddings_start_as_a_standard_normal():
    network = build("rbtransformer", shape=numbered(62), targets=(VALENCE,))
    embedding = network.encoder.electrode
    assert embedding.shape == (1, 62, 128)
    # 7,936 draws: the standard error of the sd is 0.008
    assert abs(float(embedding.detach().std()) - 1) < 0.04


def test_electrodes_carried_with_their_embeddings_may_change_places():
    network = make("rbtransformer").eval()
    x, order = inputs(2), torch.tensor([3, 1, 5, 0, 2, 4])
    before = network(x)
    with torch.no_grad():
        network.encoder.electrode.copy_(network.encoder.electrode[:, order])
    # float32 sums in another order
    torch.testing.assert_close(network(x[:, order]), before, rtol=0, atol=1e-5)


def test_attention_is_torchs_scaled_dot_product_attention():
    torch_generator = torch.Generator().manual_seed(0)
    attention = Attention(RBTransformerOptions()).eval()
    x = torch.randn(2, ELECTRODES, 128, generator=torch_generator)
    q, k, v = (
        part.view(2, ELECTRODES, 6, 32).transpose(1, 2) for part in attention.qkv(x).chunk(3, dim=2)
    )
    y = functional.scaled_dot_product_attention(q, k, v).transpose(1, 2).reshape(2, ELECTRODES, 192)
    # float32 sums in another order
    torch.testing.assert_close(attention(x, everywhere(x)), attention.out(y), rtol=0, atol=1e-5)


def test_dgcnn_convolves_with_the_normalised_laplacian_of_its_learned_graph():
    encoder = make("dgcnn").encoder.eval()
    x = inputs(3)
    w = torch.relu(encoder.adjacency + encoder.bias) * (1 - torch.eye(ELECTRODES))
    root = w.sum(dim=1) ** -0.5
    scaled = -root[:, None] * w * root  # L = 1 - D^-½ W D^-½, so 2L/2 - 1, for T₀ = 1 and T₁
    t0, t1 = (layer.weight.T for layer in encoder.convolve.lins)
    h = torch.relu(x @ t0 + (scaled.T @ x) @ t1 + encoder.convolve.bias)
    # the least edge weight of 1e-6 is left out here
    torch.testing.assert_close(encoder(x, everywhere(x)), h.flatten(1), rtol=0, atol=1e-5)


def test_dgcnn_has_a_gradient_when_all_edges_have_died():
    network = make("dgcnn")
    with torch.no_grad():
        network.encoder.bias.fill_(-10.0)
    network(inputs(2)).sum().backward()
    assert all(torch.isfinite(p.grad).all() for p in network.parameters())


def test_dgcnn_refuses_a_single_electrode():
    with pytest.raises(ModelError, match="one electrode makes no graph"):
        build("dgcnn", shape=numbered(1), targets=(VALENCE,))
