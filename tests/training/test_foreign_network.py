"""A network from elsewhere, trained like any other."""

from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np
import pytest
from data import PIPELINE, dataset_of
from torch import nn

from neuroaffect.affect import SAM9, Target
from neuroaffect.models import ForeignOptions, register, registry
from neuroaffect.pipeline import Network, Recipe
from neuroaffect.training.fit import fit


@dataclass(frozen=True, kw_only=True)
class Theirs(ForeignOptions):
    network: ClassVar[str] = "theirs"

    hidden: int = 8

    def module(self, shape):
        electrodes, features = shape.size
        return nn.Sequential(
            nn.Flatten(), nn.Linear(electrodes * features, self.hidden), nn.BatchNorm1d(self.hidden)
        )


@pytest.fixture
def _registered(monkeypatch):
    monkeypatch.setitem(registry._KNOWN, "theirs", Theirs)  # forgotten again after the test
    register(Theirs)


@pytest.mark.usefixtures("_registered")
def test_a_pipeline_may_name_a_network_that_was_registered():
    dataset = dataset_of(subjects=1, trials=8, ticks=20)
    # The class can be read off one feature.
    dataset = replace(
        dataset, features=dataset.features + (dataset.labels["arousal"] > 5)[:, None, None] * 4.0
    )
    named = {
        "network": Network(name="theirs", options={"hidden": 4}),
        "training": Recipe(epochs=30, batch=16, learning_rate=0.01),
    }
    fitted = fit(
        dataset,
        targets=(Target(dimension="arousal", scale=SAM9, threshold=5.0),),
        pipeline=PIPELINE.model_copy(update=named),
    )
    said = fitted.say(dataset.features)["arousal"].argmax(axis=1)
    assert fitted.network.encoder.width == 4
    assert np.mean(said == (dataset.labels["arousal"] > 5)) > 0.95
