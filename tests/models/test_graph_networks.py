"""Networks on a graph of electrodes, on caps of 2 to 62 electrodes."""

import numpy as np
import pytest
import torch

from neuroaffect.affect import Target
from neuroaffect.models import InputShape, build
from neuroaffect.models.export import Normalised, to_onnx

SEED = (
    "Fp1 Fpz Fp2 AF3 AF4 F7 F5 F3 F1 Fz F2 F4 F6 F8 FT7 FC5 FC3 FC1 FCz FC2 FC4 FC6 FT8 "
    "T7 C5 C3 C1 Cz C2 C4 C6 T8 TP7 CP5 CP3 CP1 CPz CP2 CP4 CP6 TP8 P7 P5 P3 P1 Pz P2 P4 P6 P8 "
    "PO7 PO5 PO3 POz PO4 PO6 PO8 P9 O1 Oz O2 P10"
).split()
CAPS = {
    "two": ("AF7", "AF8"),
    "midline": ("Fz", "Cz", "Pz"),
    "muse": ("TP9", "AF7", "AF8", "TP10"),
    "seed": SEED,
}
NETWORKS = {"dgcnn": {}, "histn": {}, "rgnn": {}, "lggnet": {"kernels": 4}}
SAMPLES = tuple(f"t-{n}" for n in reversed(range(128)))
BANDS = ("delta", "theta", "alpha", "beta", "gamma")
READS = {"dgcnn": (BANDS, 0.0), "rgnn": (BANDS, 0.0)}


@pytest.fixture(params=NETWORKS)
def name(request) -> str:
    return request.param


def network_on(name, cap):
    """Return the network on a cap, with the normaliser in front that a bundle has."""
    features, rate_hz = READS.get(name, (SAMPLES, 128.0))
    shape = InputShape(electrodes=tuple(CAPS[cap]), features=features, rate_hz=rate_hz)
    targets, rng = (Target(dimension="valence"),), np.random.default_rng(0)
    network = build(name, shape=shape, targets=targets, options=NETWORKS[name], rng=rng)
    return Normalised(network, np.zeros(shape.size), np.ones(shape.size)).eval()


def inputs(network, n=3):
    size = (n, *network.mean.shape)
    return torch.from_numpy(np.random.default_rng(1).normal(size=size).astype(np.float32))


@pytest.mark.parametrize("cap", CAPS)
def test_a_graph_network_is_exported_for_any_cap(name, cap):
    assert to_onnx(network_on(name, cap))  # which refuses a graph that disagrees by 1e-5


@pytest.mark.parametrize("cap", CAPS)
def test_any_single_electrode_may_be_lost(name, cap):
    network = network_on(name, cap)
    x = inputs(network, len(CAPS[cap]))
    x[torch.arange(len(x)), torch.arange(len(x))] = torch.nan
    assert network(x).isfinite().all()


@pytest.mark.parametrize("cap", CAPS)
def test_any_single_electrode_may_be_all_that_is_left(name, cap):
    network = network_on(name, cap)
    x = inputs(network, len(CAPS[cap]))
    x[~torch.eye(len(x), dtype=torch.bool)] = torch.nan
    assert network(x).isfinite().all()


def test_a_batch_in_which_each_row_lost_another_electrode_is_its_rows_together(name):
    network = network_on(name, "seed")
    x = inputs(network, 5)
    x[torch.arange(5), torch.tensor([0, 7, 7, 30, 61])] = torch.nan
    rows = torch.cat([network(row[None]) for row in x])
    # other shapes take other BLAS kernels
    torch.testing.assert_close(network(x), rows, rtol=1e-4, atol=1e-5)
