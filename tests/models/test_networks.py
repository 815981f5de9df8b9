"""What every registered network must do, and what each one's paper says of it."""

import importlib
import re

import numpy as np
import pytest
import torch
from safetensors.torch import load, save
from torch.nn import functional

from neuroaffect.affect import Target
from neuroaffect.errors import ModelError
from neuroaffect.models import NETWORKS, build
from neuroaffect.models.export import Normalised, to_onnx
from neuroaffect.models.graph import open_session, raw_outputs
from neuroaffect.models.head import affect_loss
from neuroaffect.models.linear import logistic_from
from neuroaffect.models.options import RBTransformerOptions
from neuroaffect.models.rbtransformer import Attention

ELECTRODES, BANDS = 6, 4
VALENCE = Target(dimension="valence")
TARGETS = (VALENCE, Target(dimension="arousal", kind="continuous"))
DIMENSION_AND_MORE = (*TARGETS, Target(dimension="grip", kind="nominal", classes=("a", "b", "c")))


@pytest.fixture(params=NETWORKS)
def name(request) -> str:
    return request.param


def make(name, *, targets=TARGETS, seed=0, **options):
    rng = np.random.default_rng(seed)
    return build(
        name, electrodes=ELECTRODES, features=BANDS, targets=targets, options=options, rng=rng
    )


def inputs(n, seed=1):
    return torch.from_numpy(
        np.random.default_rng(seed).normal(size=(n, ELECTRODES, BANDS)).astype(np.float32)
    )


def size(network) -> int:
    return sum(parameter.numel() for parameter in network.parameters())


def test_a_network_gives_every_target_its_outputs(name):
    raw = make(name, targets=DIMENSION_AND_MORE)(inputs(5))
    assert raw.shape == (5, 2 + 2 + 3)


def test_gradient_reaches_every_parameter(name):
    network = make(name)
    labels = {"valence": torch.tensor([0.0, 1.0] * 4), "arousal": torch.linspace(-1, 1, 8)}
    affect_loss(network(inputs(8)), labels, targets=TARGETS).backward()
    silent = [key for key, p in network.named_parameters() if p.grad is None or not p.grad.any()]
    assert silent == []


def test_a_network_overfits_eight_trials(name):
    network = make(name, targets=(VALENCE,))
    x, y = inputs(8), torch.tensor([0.0, 1.0, 1.0, 0.0, 0.0, 0.0, 1.0, 1.0])
    # 26 weights on raw features take larger steps than a deep network bears.
    optimizer = torch.optim.Adam(network.parameters(), lr=0.1 if name == "logistic" else 0.001)
    with torch.random.fork_rng():
        torch.manual_seed(0)
        for _ in range(100):
            optimizer.zero_grad()
            affect_loss(network(x), {"valence": y}, targets=(VALENCE,)).backward()
            optimizer.step()
    assert network.eval()(x).argmax(dim=1).tolist() == y.int().tolist()


def test_weights_survive_saving_bit_for_bit(name):
    network, other = make(name, seed=0).eval(), make(name, seed=1).eval()
    other.load_state_dict(load(save(network.state_dict())))
    assert torch.equal(network(inputs(3)), other(inputs(3)))


def test_the_same_seed_gives_the_same_weights(name):
    first, second = make(name, seed=3).state_dict(), make(name, seed=3).state_dict()
    assert all(torch.equal(first[key], second[key]) for key in first)


def test_another_seed_gives_other_weights(name):
    assert not torch.equal(make(name, seed=3)(inputs(1)), make(name, seed=4)(inputs(1)))


def test_building_leaves_torchs_own_generator_alone(name):
    before = torch.get_rng_state()
    make(name)
    assert torch.equal(before, torch.get_rng_state())


@pytest.mark.parametrize("batch", [1, 7])
def test_onnx_agrees_with_torch_within_1e_5(name, batch):
    rng = np.random.default_rng(2)
    shape = (ELECTRODES, BANDS)
    network = Normalised(make(name), rng.normal(size=shape), rng.uniform(0.5, 2, size=shape))
    x = inputs(batch)
    raw = raw_outputs(open_session(to_onnx(network)), x.numpy())
    # float32 sums in another order
    np.testing.assert_allclose(raw, network.eval()(x).detach(), rtol=0, atol=1e-5)


def test_a_batch_says_the_same_as_its_rows_within_1e_5(name):
    network = make(name).eval()
    x = inputs(5)
    rows = torch.cat([network(row[None]) for row in x])
    # other shapes take other BLAS kernels
    torch.testing.assert_close(network(x), rows, rtol=0, atol=1e-5)


def test_export_leaves_the_network_in_its_mode(name):
    network = Normalised(make(name), np.zeros((ELECTRODES, BANDS)), np.ones((ELECTRODES, BANDS)))
    to_onnx(network)
    assert network.network.training


def test_the_docstring_names_a_paper_and_where_to_find_it(name):
    text = NETWORKS[name].load().__doc__
    assert re.search(r"References\n.*\(\d{4}\).*(doi:10\.|arXiv:)", text, flags=re.DOTALL)


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
    network = build("rbtransformer", electrodes=electrodes, features=4, targets=(target,))
    assert size(network) == parameters == 660_480 + 128 * electrodes + 129 * classes


def test_rbtransformer_with_the_papers_linear_head_is_smaller_by_the_hidden_layers():
    hidden = (128 * 256 + 256) + (256 * 256 + 256) + (256 * 128 + 128)
    assert size(make("rbtransformer")) - size(make("rbtransformer", readout="linear")) == hidden


def test_electrode_embeddings_start_as_a_standard_normal():
    network = build("rbtransformer", electrodes=62, features=4, targets=(VALENCE,))
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
    torch.testing.assert_close(attention(x), attention.out(y), rtol=0, atol=1e-5)


def test_dgcnn_convolves_with_the_normalised_laplacian_of_its_learned_graph():
    encoder = make("dgcnn").encoder.eval()
    x = inputs(3)
    w = torch.relu(encoder.adjacency + encoder.bias) * (1 - torch.eye(ELECTRODES))
    root = w.sum(dim=1) ** -0.5
    scaled = -root[:, None] * w * root  # L = 1 - D^-½ W D^-½, so 2L/2 - 1, for T₀ = 1 and T₁
    t0, t1 = (layer.weight.T for layer in encoder.convolve.lins)
    h = torch.relu(x @ t0 + (scaled.T @ x) @ t1 + encoder.convolve.bias)
    # the least edge weight of 1e-6 is left out here
    torch.testing.assert_close(encoder(x), h.flatten(1), rtol=0, atol=1e-5)


def test_dgcnn_has_a_gradient_when_all_edges_have_died():
    network = make("dgcnn")
    with torch.no_grad():
        network.encoder.bias.fill_(-10.0)
    network(inputs(2)).sum().backward()
    assert all(torch.isfinite(p.grad).all() for p in network.parameters())


def test_dgcnn_refuses_a_single_electrode():
    with pytest.raises(ModelError, match="one electrode makes no graph"):
        build("dgcnn", electrodes=1, features=4, targets=(VALENCE,))


def test_logistic_says_what_scikit_learn_says():
    from sklearn.linear_model import LogisticRegression

    rng = np.random.default_rng(0)
    x = rng.normal(size=(60, ELECTRODES, BANDS))
    flat = x.reshape(60, -1)
    two, three = (flat[:, 0] > 0).astype(int), np.digitize(flat[:, 1], [-0.5, 0.5])
    models = {
        "valence": LogisticRegression().fit(flat, two),
        "arousal": LogisticRegression().fit(flat, three),
    }
    targets = (VALENCE, Target(dimension="arousal", kind="ordinal", classes=("a", "b", "c")))
    network = logistic_from(
        {name: (model.coef_, model.intercept_) for name, model in models.items()},
        electrodes=ELECTRODES,
        features=BANDS,
        targets=targets,
    )
    raw = network(torch.from_numpy(x).float())
    for model, outputs in zip(models.values(), raw.split([2, 3], dim=1), strict=True):
        p = outputs.softmax(dim=1).detach()
        np.testing.assert_allclose(p, model.predict_proba(flat), atol=1e-5)  # float32


def test_logistic_refuses_coefficients_of_another_shape():
    with pytest.raises(ModelError, match=r"shapes \(1, 3\) and \(1,\)"):
        logistic_from(
            {"valence": (np.zeros((1, 3)), np.zeros(1))},
            electrodes=2,
            features=2,
            targets=(VALENCE,),
        )
