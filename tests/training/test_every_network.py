"""What training promises for every registered network."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from data import PIPELINE, dataset_of
from example_input import example_input

from neuroaffect.affect import Target
from neuroaffect.models import NETWORKS
from neuroaffect.pipeline import Network, Recipe
from neuroaffect.stream import FeatureInfo
from neuroaffect.training.learning.fit import fit

TARGETS = (Target(dimension="valence"), Target(dimension="arousal", kind="continuous"))


@pytest.fixture(params=NETWORKS)
def name(request) -> str:
    return request.param


def info_of(shape) -> FeatureInfo:
    """Return what a block says of features of this shape; samples remember their window."""
    count = len(shape.features)
    memories_s = (count / shape.rate_hz,) * count if shape.rate_hz else ()
    return FeatureInfo(
        name="input", channels=shape.electrodes, features=shape.features, memories_s=memories_s
    )


def one_epoch(name):
    """Return the network after an epoch, or a fit, on noise of two people."""
    shape, rng = NETWORKS[name].example(), np.random.default_rng(0)
    features = example_input(name, 40, rng)
    features[::7, 1] = np.nan
    dataset = replace(
        dataset_of(subjects=2, trials=4, features=features),
        input=info_of(shape),
        labels={"valence": np.repeat([0.0, 1.0] * 4, 5), "arousal": rng.uniform(-1, 1, 40)},
    )
    recipe = {"network": Network(name=name), "training": Recipe(epochs=1, batch=16)}
    return fit(dataset, targets=TARGETS, pipeline=PIPELINE.model_copy(update=recipe)).network


def test_training_from_the_same_seed_gives_the_same_weights(name):
    first, second = (one_epoch(name).state_dict() for _ in range(2))
    assert all(torch.equal(first[key], second[key]) for key in first)


def test_training_leaves_weights_that_are_finite(name):
    assert all(value.isfinite().all() for value in one_epoch(name).state_dict().values())
