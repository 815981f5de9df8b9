"""What is written into a bundle, and what is not written at all."""

import hashlib
from dataclasses import replace

import numpy as np
import pytest
import torch
from small_bundle import BANDS, CHANNELS, PIPELINE, RATE_HZ, streams, tick

from neuroaffect.affect import Target
from neuroaffect.errors import ModelError
from neuroaffect.models import AffectModel, build, save
from neuroaffect.models.saving import rebuild
from neuroaffect.pipeline import Pipeline

FILES = ("bundle.json", "network.onnx", "pipeline.toml", "weights.safetensors")


def test_a_bundle_is_five_files_and_none_is_a_pickle(bundle):
    assert sorted(path.name for path in bundle.iterdir()) == ["SHA256SUMS", *FILES]


def test_coreutils_can_check_the_sums(bundle):
    lines = (bundle / "SHA256SUMS").read_text().splitlines()
    expected = {n: hashlib.sha256((bundle / n).read_bytes()).hexdigest() for n in FILES}
    assert lines == [f"{digest}  {name}" for name, digest in expected.items()]


def test_a_loaded_model_knows_what_it_was_trained_on(model):
    assert (model.channels, model.rates_hz) == ({"eeg": CHANNELS}, {"eeg": RATE_HZ})
    assert model.fingerprint == model.pipeline.fingerprint
    assert model.card.features == BANDS
    assert model.card.sessions == {"first.xdf": "ab" * 32}
    assert model.card.network == "rbtransformer"
    assert "torch" in model.card.versions


def test_a_loaded_model_has_its_thresholds_as_numbers(model):
    valence, arousal = model.targets
    assert (valence.dimension, valence.threshold, valence.scale.high) == ("valence", 4.5, 9.0)
    assert (arousal.kind, arousal.classes) == ("continuous", ())


def test_a_score_that_is_no_number_comes_back_as_none(model):
    assert model.scores == ({"dimension": "valence", "balanced_accuracy": 0.61, "p": None},)


def test_positions_of_known_electrodes_are_kept(model):
    left, right = model.card.positions_m[2], model.card.positions_m[3]  # O1, O2
    assert left[0] < 0 < right[0]
    assert left[1] < 0  # behind


def test_channels_that_are_no_electrodes_have_no_positions(parts, tmp_path):
    names = ("ch1", "ch2", "ch3", "ch4")
    pipeline = Pipeline.from_toml(PIPELINE).resolve(streams(channels=names))
    shape = replace(parts["shape"], electrodes=names)
    save(tmp_path / "model", **{**parts, "pipeline": pipeline, "shape": shape})
    assert AffectModel.load(tmp_path / "model").card.positions_m is None


def test_a_folder_of_something_else_is_left_alone(parts, tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(ModelError, match=r"holds notes\.txt and is not a bundle"):
        save(tmp_path, **parts)
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


def test_a_file_is_left_alone(parts, tmp_path):
    (tmp_path / "model").write_text("mine")
    with pytest.raises(ModelError, match="is a file and is not a bundle"):
        save(tmp_path / "model", **parts)


def test_an_older_bundle_is_replaced_and_nothing_stays_behind(parts, copy):
    save(copy, **{**parts, "thresholds": {"valence": 6.0}})
    assert AffectModel.load(copy).targets[0].threshold == 6.0
    assert [path.name for path in copy.parent.iterdir()] == ["copy"]


def test_a_save_that_fails_leaves_the_older_bundle_whole(parts, copy, monkeypatch):
    def full(self, content):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pathlib.Path.write_bytes", full)
    with pytest.raises(ModelError, match="No space left on device"):
        save(copy, **parts)
    monkeypatch.undo()
    assert AffectModel.load(copy).targets[0].threshold == 4.5
    assert [path.name for path in copy.parent.iterdir()] == ["copy"]


def test_saving_changes_nothing_in_the_network(parts, tmp_path):
    parts["network"].train()
    before = torch.get_rng_state()
    save(tmp_path / "model", **parts)
    assert parts["network"].training
    assert torch.equal(before, torch.get_rng_state())


def test_a_pipeline_without_listed_channels_is_refused(parts, tmp_path):
    with pytest.raises(ModelError, match=r"save the pipeline that resolve\(streams\) returns"):
        save(tmp_path / "model", **{**parts, "pipeline": Pipeline.from_toml(PIPELINE)})


def test_a_network_other_than_declared_is_refused(parts, tmp_path):
    network = build("logistic", shape=parts["shape"], targets=parts["targets"])
    with pytest.raises(ModelError, match="is not the rbtransformer that the pipeline declares"):
        save(tmp_path / "model", **{**parts, "network": network})


def test_a_threshold_still_to_be_found_is_refused(parts, tmp_path):
    with pytest.raises(ModelError, match="'valence' has threshold = 'median'"):
        save(tmp_path / "model", **{**parts, "thresholds": {}})


def test_a_threshold_of_no_target_is_refused(parts, tmp_path):
    with pytest.raises(ModelError, match="threshold of 'anger' belongs to no target"):
        save(tmp_path / "model", **{**parts, "thresholds": {"anger": 1.0}})


@pytest.mark.parametrize("sd", [0.0, np.nan])
def test_a_normaliser_that_divides_by_nothing_is_refused(parts, tmp_path, sd):
    mean, _ = parts["normaliser"]
    with pytest.raises(ModelError, match="use 1 for features that never change"):
        save(tmp_path / "model", **{**parts, "normaliser": (mean, np.full(mean.shape, sd))})


def test_a_normaliser_of_another_shape_is_refused(parts, tmp_path):
    with pytest.raises(ModelError, match=r"shape \(2, 4\); features have \(4, 2\)"):
        save(tmp_path / "model", **{**parts, "normaliser": (np.zeros((2, 4)), np.ones((2, 4)))})


def test_a_nominal_target_goes_through_a_bundle(parts, tmp_path):
    targets = (Target(dimension="gesture", kind="nominal", classes=("fist", "palm", "rest")),)
    pipeline = parts["pipeline"]
    logistic = pipeline.network.model_copy(update={"name": "logistic", "options": {}})
    pipeline = pipeline.model_copy(update={"network": logistic})
    network = build("logistic", shape=parts["shape"], targets=targets)
    changed = {"network": network, "pipeline": pipeline, "targets": targets, "thresholds": {}}
    save(tmp_path / "model", **{**parts, **changed})
    (said,) = AffectModel.load(tmp_path / "model").predict([tick()])
    assert sum(said.probabilities["gesture"]) == pytest.approx(1.0)
    assert (said.valence, said.arousal, said.dominance) == (None, None, None)


def test_a_feature_without_a_value_counts_as_its_mean_in_training(bundle, model):
    mean = rebuild(bundle).mean.numpy()
    x = np.stack([mean, mean])
    x[0, 1, 0] = np.nan
    missing, at_its_mean = model.outputs(x)
    assert np.array_equal(missing, at_its_mean)
