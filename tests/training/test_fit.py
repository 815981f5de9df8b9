import numpy as np
import pytest
from data import PIPELINE, dataset_of
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.preprocessing import StandardScaler

from neuroaffect.affect import SAM9, Target
from neuroaffect.errors import EvaluationError
from neuroaffect.models import AffectModel
from neuroaffect.training.learning.fit import fit
from neuroaffect.training.scoring.folds import run_fold, with_network
from neuroaffect.training.splits import Split

AROUSAL = Target(dimension="arousal", scale=SAM9, threshold="median")
DGCNN = with_network(PIPELINE, "dgcnn")


def signal(**settings):
    """Return a dataset whose high trials have higher features."""
    data = dataset_of(subjects=1, trials=12, **settings)
    data.features[:] += 2.0 * (data.labels["arousal"] > 5)[:, None, None]
    return data


def test_the_logistic_baseline_says_what_scikit_learn_says():
    data = signal()
    x = data.features.reshape(len(data), -1)
    scaler = StandardScaler().fit(x)
    weights = np.full(len(data), 1 / 5)  # five ticks per trial, classes equal
    oracle = LogisticRegression(max_iter=2000).fit(
        scaler.transform(x), data.labels["arousal"] > 5, sample_weight=weights
    )
    said = fit(data, targets=[AROUSAL]).say(data.features)["arousal"]
    # 1e-5: the network is float32
    assert np.allclose(said, oracle.predict_proba(scaler.transform(x)), atol=1e-5)


def test_a_rating_on_the_test_side_does_not_move_the_threshold():
    data = signal()
    split = Split(name="x", train=np.arange(40), test=np.arange(40, 60), trials=data.trials)
    before = run_fold(data, "logistic", split, [AROUSAL])
    data.labels["arousal"][40:] = 1.0
    after = run_fold(data, "logistic", split, [AROUSAL])
    assert np.array_equal(before.said["arousal"], after.said["arousal"])
    assert (after.truth["arousal"] == 0).all()


def test_test_features_do_not_move_the_normaliser():
    data = signal()
    before = fit(data.take(np.arange(40)), targets=[AROUSAL])
    data.features[40:] += 100.0
    after = fit(data.take(np.arange(40)), targets=[AROUSAL])
    assert np.array_equal(before.mean, after.mean)


def test_a_trial_of_many_ticks_weighs_as_much_as_one_of_few():
    data = dataset_of(subjects=1, trials=4, ticks=6)
    # Leave one tick of the first trial: its weight must grow, the majority must not move.
    few = data.take(np.flatnonzero((data.trials > 0) | (np.arange(len(data)) == 0)))
    assert fit(few, targets=[AROUSAL]).thresholds == fit(data, targets=[AROUSAL]).thresholds


@pytest.mark.parametrize(
    ("network", "options"), [("rbtransformer", {"width": 32, "depth": 1}), ("dgcnn", {})]
)
def test_every_network_learns_a_plain_signal(network, options):
    data = signal()
    pipeline = with_network(PIPELINE, network)
    small = pipeline.network.model_copy(update={"options": options})
    pipeline = pipeline.model_copy(update={"network": small})
    said = fit(data, targets=[AROUSAL], pipeline=pipeline).say(data.features)
    high = data.labels["arousal"] > 5
    assert roc_auc_score(high, said["arousal"][:, 1]) > 0.95


def test_the_same_seed_gives_the_same_network():
    data = signal()
    first, second = (fit(data, targets=[AROUSAL], pipeline=DGCNN) for _ in range(2))
    assert np.array_equal(first.outputs(data.features), second.outputs(data.features))


def test_training_leaves_torchs_own_generator_alone():
    torch = pytest.importorskip("torch")
    before = torch.random.get_rng_state()
    fit(signal(), targets=[AROUSAL], pipeline=DGCNN)
    assert torch.equal(before, torch.random.get_rng_state())


@pytest.mark.parametrize("pipeline", [PIPELINE, DGCNN], ids=["logistic", "dgcnn"])
def test_a_continuous_target_is_learned(pipeline):
    data = signal()
    target = Target(dimension="arousal", kind="continuous", scale=SAM9)
    recipe = pipeline.training.model_copy(update={"epochs": 30})
    pipeline = pipeline.model_copy(update={"training": recipe})
    said = fit(data, targets=[target], pipeline=pipeline).say(data.features)["arousal"]
    assert np.corrcoef(said, data.labels["arousal"])[0, 1] > 0.7


def test_one_class_in_training_is_told():
    data = dataset_of(subjects=1, trials=4)
    data.labels["arousal"][:] = 3.0
    assert fit(data, targets=[AROUSAL]).one_class == {"arousal"}


def test_progress_is_told_once_per_epoch():
    told = []
    fit(signal(), targets=[AROUSAL], pipeline=DGCNN, progress=lambda *done: told.append(done))
    assert told == [(epoch, 5) for epoch in range(1, 6)]


def test_labels_that_are_all_missing_are_refused():
    data = dataset_of(subjects=1, trials=4)
    data.labels["arousal"][:] = np.nan
    with pytest.raises(EvaluationError, match="no training trial is labelled with 'arousal'"):
        fit(data, targets=[AROUSAL])


@pytest.mark.parametrize("pipeline", [PIPELINE, DGCNN], ids=["logistic", "dgcnn"])
def test_a_saved_model_says_the_same_live(tmp_path, pipeline):
    data = signal()
    fitted = fit(data, targets=[AROUSAL], pipeline=pipeline)
    fitted.save(tmp_path / "model", sessions={"one": "0" * 64}, scores=[{"split": "blocked"}])
    model = AffectModel.load(tmp_path / "model")
    # 1e-5: another order of sums in the exported graph
    assert np.allclose(model.outputs(data.features), fitted.outputs(data.features), atol=1e-5)
    assert model.targets[0].threshold == 5.0


def test_a_feature_without_a_value_counts_as_the_mean_of_those_that_have_one():
    data = signal()
    data.features[::7, 1, 0] = np.nan
    fitted = fit(data, targets=[AROUSAL])
    weights = np.isfinite(data.features[:, 1, 0]).astype(float)
    known = data.features[weights > 0, 1, 0]
    assert fitted.mean[1, 0] == pytest.approx(np.mean(known))
    filled = data.features.copy()
    filled[::7, 1, 0] = fitted.mean[1, 0]
    assert np.array_equal(fitted.outputs(data.features), fitted.outputs(filled))


def test_a_feature_that_never_has_a_value_does_no_harm():
    data = signal()
    data.features[:, 2, 1] = np.nan
    assert np.isfinite(fit(data, targets=[AROUSAL]).outputs(data.features)).all()
