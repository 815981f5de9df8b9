"""Layers and graphs that leave out what is not there."""

import warnings

import numpy as np
import pytest
import torch
from torch import nn

from neuroaffect.models.layers.chebyshev import chebyshev_terms, masked_edges
from neuroaffect.models.layers.masking import MaskedBatchNorm, Usual, masked_softmax
from neuroaffect.models.networks.dgcnn import ChebyshevConvolution

with warnings.catch_warnings():
    # torch_geometric scripts two of its types on import; nothing of ours goes through torch.jit.
    warnings.filterwarnings("ignore", r".*torch\.jit\.script.* is deprecated", DeprecationWarning)
    from torch_geometric.nn import ChebConv

EXACT = {"rtol": 0, "atol": 1e-5}  # float32 sums in another order


def normal(*shape, seed=0):
    return torch.from_numpy(np.random.default_rng(seed).normal(size=shape).astype(np.float32))


def test_batch_norm_of_everything_is_torchs():
    ours, theirs = MaskedBatchNorm(3), nn.BatchNorm1d(3)
    x, everywhere = normal(4, 3, 7), torch.ones(4, 3, 1, dtype=torch.bool)
    torch.testing.assert_close(ours(x, everywhere), theirs(x), **EXACT)
    torch.testing.assert_close(ours.running_mean, theirs.running_mean, **EXACT)
    torch.testing.assert_close(ours.running_var, theirs.running_var, **EXACT)
    torch.testing.assert_close(ours.eval()(x, everywhere), theirs.eval()(x), **EXACT)


def test_batch_norm_of_what_is_there_is_torchs_of_the_rest():
    ours, theirs = MaskedBatchNorm(1), nn.BatchNorm1d(1)
    x, present = normal(6, 1, 5), torch.tensor([1, 1, 0, 1, 0, 1]).bool()
    y = ours(x, present[:, None, None])
    torch.testing.assert_close(y[present], theirs(x[present]), **EXACT)
    torch.testing.assert_close(ours.running_var, theirs.running_var, **EXACT)
    assert not y[~present].any()


def test_batch_norm_of_a_channel_that_is_nowhere_keeps_its_statistics():
    norm = MaskedBatchNorm(2)
    present = torch.tensor([[True, False]]).expand(4, 2)[..., None]
    norm(5 + normal(4, 2, 3), present)
    assert norm.running_mean[1] == 0
    assert norm.running_var[1] == 1
    assert norm.running_mean[0] > 0


def test_what_is_not_there_counts_as_its_mean_in_training():
    usual, x = Usual(2), torch.tensor([[1.0, 10.0], [3.0, 20.0], [50.0, 30.0]])
    present = torch.tensor([[True, True], [True, True], [False, True]])
    for _ in range(200):
        usual(x, present)
    said = usual.eval()(torch.zeros(1, 2), torch.tensor([[False, True]]))
    torch.testing.assert_close(said, torch.tensor([[2.0, 0.0]]), **EXACT)


def test_softmax_of_what_is_there_is_torchs_of_the_rest():
    scores, present = normal(2, 5), torch.tensor([True, False, True, True, False])
    p = masked_softmax(scores, present.expand(2, 5))
    torch.testing.assert_close(p[:, present], scores[:, present].softmax(dim=1), **EXACT)
    assert not p[:, ~present].any()


def test_softmax_of_nothing_is_nothing():
    assert not masked_softmax(normal(2, 3), torch.zeros(2, 3, dtype=torch.bool)).any()


@pytest.mark.parametrize("order", [1, 2, 3, 5])
def test_chebyshev_terms_are_numpys_polynomials_of_the_eigenvalues(order):
    symmetric = np.random.default_rng(1).uniform(-0.2, 0.2, size=(4, 4))
    symmetric = symmetric + symmetric.T
    values, vectors = np.linalg.eigh(symmetric)
    x = np.random.default_rng(2).normal(size=(4, 3))
    last = chebyshev_terms(torch.tensor(symmetric)[None], torch.tensor(x)[None], order)[-1]
    polynomial = np.polynomial.chebyshev.Chebyshev.basis(order - 1)(values)
    np.testing.assert_allclose(last[0], vectors * polynomial @ vectors.T @ x, atol=1e-12)


@pytest.mark.parametrize("order", [1, 2, 4])
@pytest.mark.parametrize("lost", [[], [2], [0, 4]])
def test_the_convolution_of_dgcnn_is_torch_geometrics_on_the_electrodes_that_are_left(order, lost):
    present = torch.ones(6, dtype=torch.bool)
    present[lost] = False
    w = normal(6, 6, seed=3).abs() * (1 - torch.eye(6))
    ours = ChebyshevConvolution(4, 8, order=order)
    theirs = ChebConv(4, 8, K=order, normalization="sym")
    theirs.load_state_dict(ours.state_dict())
    x = normal(1, 6, 4) * present[:, None]
    left = w[present][:, present]
    edges = torch.nonzero(left).T
    expected = theirs(x[0, present], edges, left[edges[0], edges[1]], lambda_max=torch.tensor(2.0))
    found = ours(x, masked_edges(w, present[None]))[0, present]
    torch.testing.assert_close(found, expected, **EXACT)
