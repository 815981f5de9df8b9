"""What the one loop promises for every registered network."""

import numpy as np
import pytest
import torch
from data import dataset_of

from neuroaffect.affect import Target
from neuroaffect.models import NETWORKS
from neuroaffect.pipeline import Network, Recipe
from neuroaffect.training.loop import train
from neuroaffect.training.rows import Rows

TARGETS = (Target(dimension="valence"), Target(dimension="arousal", kind="continuous"))


@pytest.fixture(params=NETWORKS)
def name(request) -> str:
    return request.param


def one_epoch(name):
    """Return the network after an epoch on noise of two people."""
    shape, rng = NETWORKS[name].example(), np.random.default_rng(0)
    features = rng.normal(size=(40, *shape.size))
    features[::7, 1] = np.nan
    dataset = dataset_of(subjects=2, trials=4, features=features)
    return train(
        Network(name=name),
        Recipe(epochs=1, batch=16),
        rows=Rows(dataset, np.zeros(shape.size), np.ones(shape.size)),
        shape=shape,
        person=np.unique(dataset.subject, return_inverse=True)[1],
        labels={"valence": np.tile([0.0, 1.0], 20), "arousal": rng.uniform(-1, 1, 40)},
        targets=TARGETS,
        row_weights=np.ones(40),
        class_weights={},
    )


def test_an_epoch_from_the_same_seed_gives_the_same_weights(name):
    first, second = (one_epoch(name).state_dict() for _ in range(2))
    assert all(torch.equal(first[key], second[key]) for key in first)


def test_an_epoch_leaves_weights_that_are_finite(name):
    assert all(value.isfinite().all() for value in one_epoch(name).state_dict().values())
