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
from neuroaffect.training.jobs.kept import KeptFolds
from neuroaffect.training.jobs.running import run_folds
from neuroaffect.training.learning.fit import fit
from neuroaffect.training.splits import Split

AROUSAL = Target(dimension="arousal", scale=SAM9, threshold=5.0)


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
def test_folds_in_other_processes_know_what_was_registered_here(tmp_path):
    pipeline = PIPELINE.model_copy(update={"training": Recipe(epochs=1, batch=16)})
    dataset = replace(dataset_of(subjects=1, trials=6), pipeline=pipeline)
    kept = KeptFolds(tmp_path / "folds", dataset, [AROUSAL])
    halves = [np.flatnonzero(dataset.trials % 2 == side) for side in (0, 1)]
    splits = [
        Split(name="halves", train=train, test=test, trials=dataset.trials)
        for train, test in (halves, halves[::-1])
    ]
    jobs = [("theirs", split) for split in splits]
    folds = list(run_folds(dataset, jobs, [AROUSAL], workers=2, kept=kept))
    assert [fold.model for fold in folds] == ["theirs", "theirs"]
    assert not (tmp_path / "folds").exists()  # nobody knows whether its code has changed


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
        targets=(AROUSAL,),
        pipeline=PIPELINE.model_copy(update=named),
    )
    said = fitted.say(dataset.features)["arousal"].argmax(axis=1)
    assert fitted.network.encoder.width == 4
    assert np.mean(said == (dataset.labels["arousal"] > 5)) > 0.95
