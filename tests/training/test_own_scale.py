"""Features on each person's own scale."""

from dataclasses import replace

import numpy as np
import pytest
from data import dataset_of
from sklearn.preprocessing import StandardScaler

from neuroaffect.affect import SAM9, Target
from neuroaffect.training import compare_rows
from neuroaffect.training.data.own_scale import on_own_scale
from neuroaffect.training.evaluate import evaluate

AROUSAL = Target(dimension="arousal", scale=SAM9, threshold="median")


def test_each_person_is_scaled_as_scikit_learn_scales():
    data = dataset_of(subjects=3, trials=4)
    own = data.subject == "S1"
    expected = StandardScaler().fit_transform(data.features[own].reshape(own.sum(), -1))
    found = on_own_scale(data, "person").features[own].reshape(own.sum(), -1)
    np.testing.assert_allclose(found, expected, atol=1e-12)  # sums in another order


def test_what_has_no_value_stays_without_one():
    data = dataset_of(subjects=1, trials=4)
    data.features[3, 1, 0] = np.nan
    found = on_own_scale(data, "person").features
    assert np.isnan(found).sum() == 1
    assert np.nanmean(found[:, 1, 0]) == pytest.approx(0, abs=0.1)


def test_people_with_another_offset_are_told_apart_no_more():
    data = dataset_of(subjects=6, trials=10)
    offset = 50.0 * np.array([int(s[1:]) for s in data.subject])[:, None, None]
    high = np.where(data.labels["arousal"] > 5, 1.0, -1.0)[:, None, None]
    data = replace(data, features=data.features + offset + high)
    settings = {"targets": [AROUSAL], "models": ["logistic"], "splits": ["leave-subject-out"],
                "folds": 2}  # fmt: skip
    [plain] = evaluate(data, rng=np.random.default_rng(0), **settings)
    [own] = evaluate(data, normalise="person", rng=np.random.default_rng(0), **settings)
    assert own["balanced_accuracy"] > plain["balanced_accuracy"]
    assert "on their own scale" in own["note"]
    assert (plain["normalised"], own["normalised"]) == ("training", "person")
    [pair] = compare_rows([plain], [own], rng=np.random.default_rng(0))
    assert (pair["first"], pair["second"]) == ("logistic", "logistic (own scale: person)")


def test_each_sitting_is_scaled_by_itself():
    data = dataset_of(subjects=2, trials=4, sessions=2)
    found = on_own_scale(data, "session").features
    for sitting in np.unique(data.sessions):
        assert np.allclose(found[data.sessions == sitting].mean(axis=0), 0)
