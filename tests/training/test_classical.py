"""What every model promises that is fitted in one go."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from data import PIPELINE, dataset_of
from example_input import QUICK, example_input

from neuroaffect.affect import Target
from neuroaffect.models import NETWORKS, AffectModel, rebuild
from neuroaffect.pipeline import Network
from neuroaffect.stream import FeatureInfo
from neuroaffect.training.learning.classical import FITTERS
from neuroaffect.training.learning.fit import fit

VALENCE = Target(dimension="valence")
MOOD = Target(dimension="mood", kind="ordinal", classes=("low", "middle", "high"))
AROUSAL = Target(dimension="arousal", kind="continuous")
TARGETS = (VALENCE, MOOD, AROUSAL)


@pytest.fixture(params=FITTERS)
def name(request) -> str:
    return request.param


def trials_of(name, *, trials=12, ticks=5, seed=0):
    """Return trials of a person; each class shows in a feature of its own."""
    shape, rng = NETWORKS[name].example(), np.random.default_rng(seed)
    features = example_input(name, trials * ticks, rng)
    high, third = np.arange(trials) % 2, np.arange(trials) % 3
    dataset = dataset_of(subjects=1, trials=trials, ticks=ticks, features=features)
    labels = {"valence": high, "mood": third, "arousal": high - 0.5}
    labels = {d: np.repeat(y.astype(float), ticks) for d, y in labels.items()}
    features[:, 0, 0] += 3 * labels["valence"]
    for k in range(1, 4):
        features[:, k, k] += 3 * (labels["mood"] == k - 1)
    channels = {"channels": shape.electrodes, "features": shape.features}
    return replace(dataset, labels=labels, input=FeatureInfo(name="input", **channels))


def fitted(name, dataset, targets=TARGETS, **options):
    network = {"network": Network(name=name, options=QUICK.get(name, {}) | options)}
    return fit(dataset, targets=targets, pipeline=PIPELINE.model_copy(update=network))


def test_a_plain_signal_is_learned(name):
    data, other = trials_of(name, trials=24), trials_of(name, seed=1)
    said = fitted(name, data).say(other.features)
    assert np.mean(said["valence"].argmax(axis=1) == other.labels["valence"]) > 0.8
    assert np.mean(said["mood"].argmax(axis=1) == other.labels["mood"]) > 0.6
    assert np.corrcoef(said["arousal"], other.labels["arousal"])[0, 1] > 0.6


def test_a_bundle_says_bit_for_bit_what_was_fitted(name, tmp_path):
    data = trials_of(name)
    model = fitted(name, data)
    model.save(tmp_path / "model")
    x = torch.from_numpy(data.features.astype(np.float32))
    assert np.array_equal(rebuild(tmp_path / "model")(x).detach(), model.outputs(data.features))


def test_a_bundle_says_live_what_was_fitted_within_1e_5(name, tmp_path):
    data = trials_of(name)
    data.features[::4, 2] = np.nan
    if NETWORKS[name].reads == "covariance":  # without a row there is no column
        data.features[::4, :, 2] = np.nan
    model = fitted(name, data)
    model.save(tmp_path / "model")
    live = AffectModel.load(tmp_path / "model").outputs(data.features)
    # float32 sums in another order
    np.testing.assert_allclose(live, model.outputs(data.features), rtol=0, atol=1e-5)


def test_a_bundle_of_fitted_trees_or_vectors_is_no_pickle(name, tmp_path):
    fitted(name, trials_of(name)).save(tmp_path / "model")
    files = {path.suffix for path in (tmp_path / "model").iterdir()}
    assert files == {".json", ".onnx", ".toml", ".safetensors", ""}


def test_a_target_is_learned_from_the_rows_that_have_its_label(name):
    data = trials_of(name)
    whole = fitted(name, data, [VALENCE, AROUSAL])
    data.labels["arousal"][:20] = np.nan
    holed = fitted(name, data, [VALENCE, AROUSAL])
    said, again = (model.say(data.features) for model in (whole, holed))
    assert np.array_equal(said["valence"], again["valence"])
    assert not np.array_equal(said["arousal"], again["arousal"])


def test_a_class_that_training_never_showed_is_never_said(name):
    data = trials_of(name)
    data = data.take(np.flatnonzero(data.labels["mood"] != 1))
    said = fitted(name, data, [MOOD]).say(data.features)["mood"]
    assert said[:, 1].max() < 1e-9
    assert np.mean(said.argmax(axis=1) == data.labels["mood"]) > 0.9


def test_a_single_class_is_said_for_certain(name):
    data = trials_of(name)
    data.labels["valence"][:] = 1.0
    said = fitted(name, data, [VALENCE]).say(data.features)["valence"]
    assert said[:, 1].min() > 1 - 1e-9


def test_a_trial_of_many_ticks_weighs_as_much_as_one_of_few(name):
    data = trials_of(name)
    # Each row of the first trial ten times: the trial is one observation as before.
    rows = np.concatenate([np.repeat(np.arange(5), 10), np.arange(5, 60)])
    once, often = fitted(name, data, [VALENCE]), fitted(name, data.take(rows), [VALENCE])
    said, again = (model.say(data.features)["valence"] for model in (once, often))
    assert np.abs(said - again).max() < 0.1


def test_a_feature_that_never_has_a_value_does_no_harm(name):
    data = trials_of(name)
    data.features[:, 2] = np.nan
    if NETWORKS[name].reads == "covariance":  # without a row there is no column
        data.features[:, :, 2] = np.nan
    assert np.isfinite(fitted(name, data).outputs(data.features)).all()


def test_the_error_bar_of_a_value_is_that_of_trials_held_out(name):
    data = trials_of(name)
    data.labels["arousal"][:] = np.repeat(np.random.default_rng(0).uniform(-1, 1, 12), 5)
    model = fitted(name, data, [AROUSAL])
    sd = np.exp(model.outputs(data.features)[:, 1])
    assert np.ptp(sd) < 1e-6  # the same for each row
    if name in {"svm", "extratrees"}:  # noise is learned by heart, and of no use for new trials
        assert sd[0] > data.labels["arousal"].std() * 0.9
