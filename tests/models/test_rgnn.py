"""RGNN: its first graph, its convolution, and what it learns beside the labels."""

import warnings
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch.nn import functional

from neuroaffect.affect import Target
from neuroaffect.errors import ModelError
from neuroaffect.models import InputShape, build
from neuroaffect.models.head import affect_loss
from neuroaffect.models.lessons.batch import Batch
from neuroaffect.models.networks.rgnn import class_spread, distance_graph
from neuroaffect.montage import Montage

with warnings.catch_warnings():
    # torch_geometric scripts two of its types on import; nothing of ours goes through torch.jit.
    warnings.filterwarnings("ignore", r".*torch\.jit\.script.* is deprecated", DeprecationWarning)
    from torch_geometric.nn import SGConv

SEED = (
    "Fp1 Fpz Fp2 AF3 AF4 F7 F5 F3 F1 Fz F2 F4 F6 F8 FT7 FC5 FC3 FC1 FCz FC2 FC4 FC6 FT8 "
    "T7 C5 C3 C1 Cz C2 C4 C6 T8 TP7 CP5 CP3 CP1 CPz CP2 CP4 CP6 TP8 P7 P5 P3 P1 Pz P2 P4 P6 P8 "
    "PO7 PO5 PO3 POz PO4 PO6 PO8 P9 O1 Oz O2 P10"
).split()
SIX = ("AF3", "AF4", "T7", "T8", "O1", "O2")
BANDS = ("delta", "theta", "alpha", "beta", "gamma")
THREE = Target(dimension="valence", kind="ordinal", classes=("negative", "neutral", "positive"))
PLACES = Target(dimension="place", kind="nominal", classes=("a", "b", "c", "d"))
VALUE = Target(dimension="arousal", kind="continuous")
EXACT = {"rtol": 0, "atol": 1e-5}  # float32 sums in another order


def network_of(electrodes=SIX, *, targets=(THREE,), **options):
    shape = InputShape(electrodes=tuple(electrodes), features=BANDS)
    rng = np.random.default_rng(0)
    return build("rgnn", shape=shape, targets=targets, options=options, rng=rng).eval()


def batch_of(n=9):
    x = torch.from_numpy(np.random.default_rng(1).normal(size=(n, 6, 5)).astype(np.float32))
    return Batch(
        x=x,
        present=torch.ones(n, 6, dtype=torch.bool),
        labels={"valence": torch.arange(n) % 3 * 1.0, "arousal": torch.linspace(-1, 1, n)},
        rows=torch.arange(n),
        person=torch.arange(n) % 2,
        following=x,
        done=0.5,
    )


def added(network, batch, *, people=2):
    """Return what the auxiliary adds to the loss, and the auxiliary."""
    with torch.random.fork_rng():
        torch.manual_seed(0)
        auxiliary = network.encoder.auxiliary(people=people)
    return auxiliary(network, batch, network.embed(batch.x, batch.present)), auxiliary


def test_the_first_graph_falls_with_the_square_of_the_distance():
    at = 100 * Montage.of(("Cz", "Pz")).positions_m
    graph = distance_graph(("Cz", "Pz"))
    assert graph[0, 1] == graph[1, 0] == pytest.approx(5 / np.sum((at[0] - at[1]) ** 2))
    assert graph.diagonal().tolist() == [1, 1]


def test_the_nine_pairs_across_the_head_start_negative_and_no_others_do():
    graph = distance_graph(tuple(SEED))
    negative = {frozenset((SEED[i], SEED[j])) for i, j in np.argwhere(graph < 0)}
    pairs = "Fp1-Fp2 AF3-AF4 F5-F6 FC5-FC6 C5-C6 CP5-CP6 P5-P6 PO5-PO6 O1-O2"
    assert negative == {frozenset(pair.split("-")) for pair in pairs.split()}


def test_edges_across_the_head_are_less_by_one():
    at = 100 * Montage.of(("O1", "O2")).positions_m
    near = 5 / np.sum((at[0] - at[1]) ** 2)
    assert distance_graph(("O1", "O2"))[0, 1] == pytest.approx(near - 1)


def test_about_a_fifth_of_the_first_graph_of_seed_is_not_negligible():
    assert 0.15 < (np.abs(distance_graph(tuple(SEED))) > 0.1).mean() < 0.25


def test_the_number_of_parameters_follows_from_the_graph():
    parameters = sum(p.numel() for p in network_of(SEED).parameters())
    assert parameters == 62 * 63 // 2 + (5 * 32 + 32) + (32 * 3 + 3)


@pytest.mark.parametrize("lost", [[], [1], [0, 5]])
@pytest.mark.parametrize("hops", [1, 2, 3])
def test_the_convolution_is_torch_geometrics_on_the_electrodes_that_are_left(hops, lost):
    encoder = network_of(hops=hops).encoder
    with torch.no_grad():
        encoder.edges.abs_()  # SGConv has no negative edges
    graph = encoder.edges[encoder.place].view(6, 6)
    present = torch.ones(6, dtype=torch.bool)
    present[lost] = False
    x = batch_of(1).x * present[:, None]
    left = graph[present][:, present]
    edges = torch.nonzero(left).T
    peer = SGConv(5, 32, K=hops)
    peer.lin = encoder.convolve
    expected = torch.relu(peer(x[0, present], edges, left[edges[0], edges[1]]))
    found = encoder.nodes(x, present[None])
    torch.testing.assert_close(found[0, present], expected, **EXACT)
    assert not found[0, ~present].any()


def test_a_negative_edge_counts_by_its_size_in_the_degree():
    encoder = network_of(("O1", "O2"), hops=1).encoder
    a = encoder.edges[encoder.place].view(2, 2)
    assert a[0, 1] < 0
    x = torch.eye(2)[None] @ torch.ones(1, 2, 5)
    degree = a.abs().sum(dim=1)
    heard = (a / torch.outer(degree, degree).sqrt()) @ x[0]
    everywhere = torch.ones(1, 2, dtype=torch.bool)
    expected = torch.relu(encoder.convolve(heard))
    torch.testing.assert_close(encoder.nodes(x, everywhere)[0], expected, **EXACT)


def test_with_half_of_the_electrodes_the_sum_is_as_large():
    encoder = network_of().encoder
    with torch.no_grad():
        encoder.convolve.weight.zero_()
        encoder.convolve.bias.fill_(1.0)
    half = torch.tensor([[True, True, True, False, False, False]])
    assert torch.equal(encoder(torch.zeros(1, 6, 5), half), torch.full((1, 32), 6.0))


def test_the_spread_of_three_classes_is_the_papers_table():
    e = 0.3
    table = [[1 - 2 * e / 3, 2 * e / 3, 0], [e / 3, 1 - 2 * e / 3, e / 3]]
    np.testing.assert_allclose(class_spread(THREE, e), [*table, table[0][::-1]])


def test_classes_without_order_share_the_spread_among_all_others():
    np.testing.assert_allclose(class_spread(PLACES, 0.3)[1], [0.2 / 3, 0.8, 0.2 / 3, 0.2 / 3])


def test_both_losses_together_are_the_cross_entropy_of_the_spread_labels():
    network, batch = network_of(sparsity=0, adversary=0, spread=0.3), batch_of()
    raw = network(batch.x)
    loss = affect_loss(raw, batch.labels, targets=(THREE,)) + added(network, batch)[0]
    q = torch.tensor(class_spread(THREE, 0.3))[batch.labels["valence"].long()]
    torch.testing.assert_close(loss, functional.cross_entropy(raw, q.float()), **EXACT)


def test_a_target_without_classes_is_not_spread():
    network, batch = network_of(targets=(VALUE,), sparsity=0, adversary=0), batch_of()
    assert added(network, batch)[0] == 0


def test_sparsity_is_the_sum_of_all_edges():
    network, batch = network_of(sparsity=0.5, adversary=0, spread=0), batch_of()
    loss, _ = added(network, batch)
    assert loss.item() == pytest.approx(0.5 * network.encoder.edges.abs().sum().item())


def test_the_adversary_learns_who_it_is():
    network, batch = network_of(sparsity=0, spread=0), batch_of()
    loss, auxiliary = added(network, batch)
    h = network.encoder.nodes(batch.x, batch.present)
    who = batch.person.repeat_interleave(6)
    plain = functional.cross_entropy(auxiliary.who(h.flatten(0, 1)), who)
    torch.testing.assert_close(loss, plain, **EXACT)


@pytest.mark.parametrize(("done", "strength"), [(0.0, 0.0), (0.1, 0.46212), (1.0, 0.99991)])
def test_the_network_unlearns_what_tells_the_adversary(done, strength):
    network, batch = network_of(sparsity=0, spread=0), batch_of()
    loss, auxiliary = added(network, replace(batch, done=done))
    (reversed_,) = torch.autograd.grad(loss, network.encoder.convolve.weight)
    h = network.encoder.nodes(batch.x, batch.present).flatten(0, 1)
    plain = functional.cross_entropy(auxiliary.who(h), batch.person.repeat_interleave(6))
    (gradient,) = torch.autograd.grad(plain, network.encoder.convolve.weight)
    torch.testing.assert_close(reversed_, -strength * gradient, **EXACT)


def test_a_lost_electrode_tells_the_adversary_nothing():
    network, batch = network_of(sparsity=0, spread=0), batch_of()
    present = batch.present.clone()
    present[:, 1] = False
    other = batch.x.clone()
    other[:, 1] = 100.0
    lost = replace(batch, present=present)
    assert torch.equal(added(network, lost)[0], added(network, replace(lost, x=other))[0])


def test_one_person_has_no_adversary():
    network = network_of()
    assert network.encoder.auxiliary(people=1).who is None


def test_without_regularisers_nothing_is_learned_beside_the_labels():
    network = network_of(sparsity=0, adversary=0, spread=0)
    assert network.encoder.auxiliary(people=5) is None


@pytest.mark.parametrize("option", ["sparsity", "adversary", "spread"])
def test_a_negative_weight_is_refused(option):
    with pytest.raises(ModelError, match=f"rgnn: {option} = -0.1 is wrong"):
        network_of(**{option: -0.1})


def test_rgnn_refuses_a_single_electrode():
    with pytest.raises(ModelError, match="rgnn: one electrode makes no graph"):
        network_of(("Cz",))
