"""How sure a model may be, against theory."""

import math
from dataclasses import replace

import numpy as np
import pytest
import torch
from data import dataset_of

from neuroaffect.affect import Abstention, Target
from neuroaffect.models import AffectModel, rebuild
from neuroaffect.models.readout import LOG_SD_RANGE, read_out
from neuroaffect.pipeline import Tick
from neuroaffect.training.learning.calibrate import (
    fit_calibrated,
    group_quantile,
    held,
    temperature_of,
)

AROUSAL = Target(dimension="arousal")
NUMBER = Target(dimension="arousal", kind="continuous")


def separable(subjects=1, trials=20, **changes):
    """Return noise in which the rating shows weakly in one cell."""
    data = dataset_of(subjects=subjects, trials=trials, **changes)
    high = data.labels["arousal"] > 5
    features = data.features + np.where(high, 0.7, -0.7)[:, None, None]
    return dataset_of(subjects=subjects, trials=trials, features=features, **changes)


def fitted(recipe=(), **changes):
    data = separable(**changes)
    data = replace(data, labels={"arousal": (data.labels["arousal"] > 5).astype(float)})
    training = data.pipeline.training.model_copy(update=dict(recipe))
    pipeline = data.pipeline.model_copy(update={"training": training})
    rng = np.random.default_rng(0)
    return data, fit_calibrated(data, targets=[AROUSAL], pipeline=pipeline, rng=rng)


@pytest.mark.parametrize("factor", [0.5, 1.0, 3.0])
def test_logits_blown_up_by_a_factor_are_cooled_by_that_factor(factor):
    rng = np.random.default_rng(0)
    logits = rng.normal(size=(20_000, 3))
    p = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    y = (rng.random((len(p), 1)) > p.cumsum(axis=1)).sum(axis=1)  # labels as the logits say
    target = Target(dimension="valence", kind="ordinal", classes=("a", "b", "c"))
    heat = temperature_of(factor * logits, y.astype(float), target, np.ones(len(y)))
    assert heat == pytest.approx(factor, rel=0.03)  # of 20,000 draws


def test_error_bars_half_too_short_are_doubled():
    rng = np.random.default_rng(1)
    outputs = np.column_stack([np.zeros(20_000), np.full(20_000, math.log(0.2))])
    y = rng.normal(0, 0.4, 20_000)
    assert temperature_of(outputs, y, NUMBER, np.ones(len(y))) == pytest.approx(2, rel=0.03)


def test_a_temperature_is_never_endless():
    outputs, y = np.array([[1.0, 0.0]] * 4), np.ones(4)  # always sure, always wrong
    assert temperature_of(outputs, y, AROUSAL, np.ones(4)) <= 100.5


def test_the_quantile_of_single_ticks_is_that_of_split_conformal_prediction():
    scores = np.random.default_rng(2).normal(size=99)
    # ceil((n + 1) · level): the 90th smallest of 99
    assert group_quantile(scores, np.arange(99), 0.9) == np.sort(scores)[89]


def test_too_few_groups_for_the_level_give_no_bound():
    assert group_quantile(np.zeros(80), np.repeat(np.arange(8), 10), 0.9) == math.inf


def test_a_new_groups_ticks_stay_below_the_quantile_as_often_as_promised():
    rng = np.random.default_rng(3)
    covered = []
    for _ in range(2000):
        centre = rng.normal(size=21)  # groups differ by more than their ticks
        ticks = centre[:, None] + 0.3 * rng.normal(size=(21, 8))
        bound = group_quantile(ticks[1:].ravel(), np.repeat(np.arange(20), 8), 0.9)
        covered.append((ticks[0] <= bound).mean())
    # at least 0.9, at most one group's share more; the standard error is 0.006
    assert 0.88 < np.mean(covered) < 0.97


def test_each_group_counts_the_same_however_many_its_ticks():
    scores = np.array([0.0] * 1000 + [1.0, 2.0])
    group = np.array([0] * 1000 + [1, 2])
    assert group_quantile(scores, group, 0.5, endless=False) == 1.0


def test_a_model_of_few_trials_is_not_calibrated():
    assert fitted(trials=2)[1].calibration is None


def test_a_recipe_may_leave_calibration_out():
    assert fitted({"calibration_folds": 0})[1].calibration is None


def test_people_are_held_out_where_there_are_several():
    assert fitted(subjects=4, trials=6)[1].calibration.groups == 4


def test_trials_are_held_out_of_one_person():
    assert fitted(trials=20)[1].calibration.groups == 20


def test_calibration_leaves_the_network_as_it_is():
    _, with_it = fitted()
    _, without = fitted({"calibration_folds": 0})
    first, second = with_it.network.state_dict(), without.network.state_dict()
    assert all(torch.equal(first[key], second[key]) for key in first)


def test_training_rows_are_as_novel_as_usual():
    data, model = fitted()
    assert model.answers(data.features)[1].mean() == pytest.approx(1, abs=0.05)


def test_a_lost_electrode_is_nothing_novel():
    data, model = fitted()
    features = data.features.copy()
    features[:, 1] = np.nan
    assert model.answers(features)[1].mean() == pytest.approx(1, abs=0.3)


def tick(values) -> Tick:
    return Tick(
        index=0, time=1.0, tracks={"eeg": {"entropy": values}}, settled=True,
        quality={"eeg": np.ones(3)},
    )  # fmt: skip


@pytest.fixture
def bundle(tmp_path):
    data, model = fitted({"coverage": 0.8})
    model.save(tmp_path / "model")
    return data, model, tmp_path / "model"


def test_a_bundle_keeps_its_calibration(bundle):
    _, model, folder = bundle
    assert AffectModel.load(folder).card.calibration == model.calibration


def test_a_bundle_says_live_what_the_fitted_model_says(bundle):
    data, model, folder = bundle
    said = AffectModel.load(folder).predict([tick(x) for x in data.features[:5]])
    p = model.say(data.features[:5])["arousal"]
    # float32 in another order of sums
    np.testing.assert_allclose([one.probabilities["arousal"] for one in said], p, atol=1e-5)


def test_an_input_unlike_training_is_passed_over(bundle):
    data, _, folder = bundle
    (said,) = AffectModel.load(folder).predict([tick(data.features[0] + 50.0)])
    assert said.abstained == Abstention.OUT_OF_DISTRIBUTION
    assert said.novelty > 1
    assert said.arousal is None


def test_an_interval_holds_the_value_it_is_about(bundle):
    data, _, folder = bundle
    for said in AffectModel.load(folder).predict([tick(x) for x in data.features]):
        if said.abstained is None:
            low, high = said.interval["arousal"]
            assert (low, high) in {(-1.0, -1.0), (-1.0, 1.0), (1.0, 1.0)}


def test_a_rebuilt_network_tells_novelty_to_the_bit(bundle):
    data, model, folder = bundle
    x = torch.from_numpy(data.features[:4].astype(np.float32))
    with torch.no_grad():
        raw, novelty = rebuild(folder)(x)
    assert np.array_equal(raw, model.answers(data.features[:4])[0])
    assert np.array_equal(novelty, model.answers(data.features[:4])[1])


def test_the_least_sure_ticks_are_not_spoken_of(tmp_path):
    data, model = fitted({"keep": 0.5})
    model.save(tmp_path / "model")
    said = AffectModel.load(tmp_path / "model").predict([tick(x) for x in data.features])
    silent = np.mean([one.abstained == Abstention.UNCERTAIN for one in said])
    assert 0.3 < silent < 0.7  # half of the held-out ones; of these, about as many
    sure = [max(one.probabilities["arousal"]) for one in said if one.abstained is None]
    unsure = [max(p.probabilities["arousal"]) for p in said if p.abstained == "too uncertain"]
    assert min(sure) >= max(unsure)


def test_intervals_are_judged_as_they_are_said_live():
    """Also where a network is surer than anything that is ever said."""
    data = dataset_of(subjects=1, trials=20)
    data.features[:] = (data.labels["arousal"] / 5 - 1)[:, None, None]  # told without an error
    data = replace(data, labels={"arousal": data.labels["arousal"] / 5 - 1})
    one = fit_calibrated(data, targets=[NUMBER], rng=np.random.default_rng(0))
    raw = one.outputs(data.features)
    assert raw[:, 1].max() < LOG_SD_RANGE[0]
    said = read_out(raw, [NUMBER], data.time, one.calibration)
    widths = [high - low for low, high in (p.interval["arousal"] for p in said)]
    size = held(one, data.features, data.labels)["arousal"].size
    np.testing.assert_allclose(size, widths, rtol=1e-9)  # the same sums in another order
