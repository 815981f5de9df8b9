"""Prototypes out of trials that a network was not trained on."""

from dataclasses import replace

import numpy as np
import pytest
from data import dataset_of

from neuroaffect.affect import SAM9, Target
from neuroaffect.errors import EvaluationError, ModelError
from neuroaffect.models import AffectModel, rebuild
from neuroaffect.training.learning.fit import fit
from neuroaffect.training.learning.prototypes import validation_rows

AROUSAL = Target(dimension="arousal", kind="continuous", scale=SAM9)


def with_prototypes(data, network="dgcnn"):
    changed = {"name": network, "readout": "prototypes"}
    network = data.pipeline.network.model_copy(update=changed)
    return replace(data, pipeline=data.pipeline.model_copy(update={"network": network}))


def planted(trials=20):
    data = dataset_of(subjects=1, trials=trials)
    shift = np.where(data.labels["arousal"] > 5, 1.5, -1.5)[:, None, None]
    return dataset_of(subjects=1, trials=trials, features=data.features + shift)


@pytest.fixture(scope="module", params=["dgcnn", "logistic"])
def fitted(request):
    return fit(with_prototypes(planted(), request.param), targets=[AROUSAL])


def test_a_fifth_of_the_trials_is_kept_back():
    data = planted()
    back = validation_rows(data, seed=0)
    assert len(np.unique(data.trials[back])) == 4
    assert not np.isin(data.trials[~back], data.trials[back]).any()


def test_too_few_trials_are_refused():
    with pytest.raises(EvaluationError, match="there are 4 trials, 5 are the least"):
        fit(with_prototypes(planted(trials=4)), targets=[AROUSAL])


def test_the_counts_are_those_of_the_trials_kept_back(fitted):
    counts = fitted.network.head.readout.counts.numpy().reshape(5, 5)
    assert counts.sum() == 4
    assert counts[2, [0, 4]].sum() == 4  # valence unknown: the middle; arousal 1 or 9: the ends


def test_high_is_told_from_low(fitted):
    data = planted()
    said = fitted.say(data.features)["arousal"]
    high = data.labels["arousal"] > 5
    assert said[high].mean() > said[~high].mean()


def test_a_bundle_keeps_the_prototypes(fitted, tmp_path):
    fitted.save(tmp_path / "model")
    features = planted().features[:5]
    expected = fitted.outputs(features)
    again = rebuild(tmp_path / "model").network.head.readout
    assert np.array_equal(again.prototypes, fitted.network.head.readout.prototypes)
    # float32 in another order of sums
    np.testing.assert_allclose(
        AffectModel.load(tmp_path / "model").outputs(features), expected, atol=1e-5
    )


QUADRANTS = Target(
    dimension="quadrant", kind="nominal", scale=SAM9, classes=("a", "b"), of=("arousal",)
)


@pytest.mark.parametrize(
    ("network", "target", "why"),
    [("svm", AROUSAL, "has no embedding"), ("dgcnn", QUADRANTS, "no place on the plane")],
)
def test_what_cannot_have_prototypes_is_refused_before_it_is_trained(network, target, why):
    epochs = []
    with pytest.raises(ModelError, match=why):
        fit(
            with_prototypes(planted(), network), targets=[target],
            progress=lambda *done: epochs.append(done),
        )  # fmt: skip
    assert not epochs


def test_a_trial_without_a_rating_is_behind_no_prototype():
    data = planted()
    rated = np.where(data.trials % 2, data.labels["arousal"], np.nan)
    back = validation_rows(data, seed=0)
    fitted = fit(
        with_prototypes(replace(data, labels={"arousal": rated}), "logistic"), targets=[AROUSAL]
    )
    assert fitted.network.head.readout.counts.sum() == len(
        np.unique(data.trials[back & np.isfinite(rated)])
    )
