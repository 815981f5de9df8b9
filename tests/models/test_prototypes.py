"""The affect plane as 25 prototypes."""

import numpy as np
import pytest
import torch

from neuroaffect.affect import Target
from neuroaffect.errors import ModelError
from neuroaffect.models.prototypes import PLACES, PrototypeReadout, bin_of, filled

VALENCE = Target(dimension="valence", kind="continuous")
AROUSAL = Target(dimension="arousal")


def settled(targets, prototypes, temperature=0.9):
    readout = PrototypeReadout(prototypes.shape[1], targets, temperature=temperature)
    readout.settle(prototypes, np.ones(25, dtype=int))
    return readout


@pytest.mark.parametrize(
    ("valence", "arousal", "place"),
    [(-1, -1, (-0.8, -0.8)), (0.15, -0.25, (0, -0.4)), (1, 0.61, (0.8, 0.8)), (0, np.nan, (0, 0))],
)
def test_a_rating_belongs_to_the_bin_whose_centre_is_nearest(valence, arousal, place):
    [number] = bin_of(np.array([valence]), np.array([arousal]))
    assert tuple(PLACES[number]) == place


def test_a_prototype_is_the_mean_direction_of_its_bin():
    h = np.array([[3.0, 0.0], [0.0, 0.5]])  # lengths do not count
    prototypes = filled(h, np.array([12, 12]), np.ones(2))
    np.testing.assert_allclose(prototypes[12], [0.5**0.5, 0.5**0.5])


def test_an_empty_bin_takes_over_the_nearest_filled_one():
    h = np.array([[1.0, 0.0], [0.0, 1.0]])
    prototypes = filled(h, bin_of(np.array([-0.8, 0.8]), np.zeros(2)), np.ones(2))
    left, right = PLACES[:, 0] < 0, PLACES[:, 0] > 0
    assert np.array_equal(prototypes[left], np.tile([1.0, 0.0], (10, 1)))
    assert np.array_equal(prototypes[right], np.tile([0.0, 1.0], (10, 1)))


def test_an_empty_bin_between_two_filled_ones_is_their_mean():
    h = np.array([[1.0, 0.0], [0.0, 1.0]])
    prototypes = filled(h, bin_of(np.array([-0.8, 0.8]), np.zeros(2)), np.ones(2))
    np.testing.assert_allclose(prototypes[12], [0.5**0.5, 0.5**0.5])


def test_likeness_is_the_softmax_of_cosines_over_the_temperature():
    h = torch.tensor([[0.6, 0.8, 0.0]])
    readout = settled([VALENCE], np.eye(25, 3))
    logits = np.zeros(25)
    logits[:2] = np.array([0.6, 0.8]) / 0.9
    expected = np.exp(logits) / np.exp(logits).sum()
    np.testing.assert_allclose(readout.likeness(h).exp()[0], expected, rtol=1e-5)  # float32


def test_an_embedding_like_one_prototype_alone_lies_in_its_bin():
    # cold enough that only the nearest counts
    readout = settled([VALENCE, AROUSAL], np.eye(25), temperature=0.01)
    raw = readout(torch.eye(25)[[24]])[0]
    assert raw[0] == pytest.approx(0.8)
    assert raw[2:].softmax(0)[1] == pytest.approx(1.0, abs=1e-5)


def test_the_middle_of_the_plane_belongs_to_both_classes():
    readout = settled([AROUSAL], np.eye(25), temperature=0.01)
    assert readout(torch.eye(25)[[12]])[0].softmax(0).tolist() == pytest.approx([0.5, 0.5])


def test_the_error_bar_is_the_spread_over_the_plane():
    readout = settled([VALENCE], np.ones((25, 2)) / 2**0.5)  # like all of them alike
    mean, log_sd = readout(torch.tensor([[1.0, 1.0]]))[0].tolist()
    assert mean == pytest.approx(0, abs=1e-6)
    assert np.exp(log_sd) == pytest.approx(np.std([-0.8, -0.4, 0, 0.4, 0.8]))


def test_a_target_without_a_place_on_the_plane_is_refused():
    with pytest.raises(ModelError, match=r"'dominance' .* has no place on the plane"):
        PrototypeReadout(4, [Target(dimension="dominance", kind="continuous")])
