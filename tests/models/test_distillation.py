"""Losses of a student, and weights of eight bits."""

import numpy as np
import pytest
import torch
from scipy.special import log_softmax, rel_entr

from neuroaffect.affect import Target
from neuroaffect.models import InputShape, build
from neuroaffect.models.export import Normalised, to_onnx
from neuroaffect.models.graph import open_session, raw_outputs
from neuroaffect.models.lessons.losses import softened_kl
from neuroaffect.models.novelty import Novelty
from neuroaffect.models.quantise import quantised

VALENCE = Target(dimension="valence", kind="continuous")


def test_the_softened_divergence_is_scipys_relative_entropy():
    said, meant = np.random.default_rng(1).normal(size=(2, 6, 3))
    p, q = (np.exp(log_softmax(x / 5, axis=1)) for x in (meant, said))
    expected = 25 * rel_entr(p, q).sum(axis=1).mean()
    loss = softened_kl(torch.from_numpy(said), torch.from_numpy(meant), temperature=5.0)
    assert float(loss) == pytest.approx(expected)


def tiny(electrodes):
    """Return a student with a normaliser and novelty in front, and its input's shape."""
    shape = InputShape(
        electrodes=tuple(f"E{n}" for n in range(electrodes)),
        features=("delta", "theta", "alpha", "beta", "gamma"),
    )
    network = build("tiny", shape=shape, targets=[VALENCE], rng=np.random.default_rng(0))
    components = torch.eye(5 * electrodes)[:16]
    novelty = Novelty(components, torch.ones(16), torch.tensor(1.0))
    mean, sd = np.full(shape.size, 3.0), np.full(shape.size, 0.5)
    return Normalised(network, mean, sd, novelty), shape


@pytest.mark.parametrize("electrodes", [14, 62])
def test_a_student_of_eight_bits_is_below_60_kb(electrodes):
    network, _ = tiny(electrodes)
    assert len(quantised(to_onnx(network))) < 60_000


def test_eight_bits_say_nearly_the_same():
    network, shape = tiny(14)
    x = np.random.default_rng(2).normal(3.0, 0.5, size=(50, *shape.size)).astype(np.float32)
    x[0, 3] = np.nan
    graph = to_onnx(network)
    exact, coarse = (raw_outputs(open_session(g), x) for g in (graph, quantised(graph)))
    # weights in steps of a 127th of the largest, activations in steps of a 255th
    assert np.abs(coarse - exact).max() < 0.05 * np.ptp(exact)
