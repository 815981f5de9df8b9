"""Support vector machines against scikit-learn's."""

import numpy as np
import pytest
from sklearn.calibration import CalibratedClassifierCV
from sklearn.model_selection import StratifiedGroupKFold
from sklearn.svm import SVC, SVR
from test_classical import AROUSAL, MOOD, VALENCE, fitted, trials_of

from neuroaffect.errors import ModelError


def normalised(data, model):
    return ((data.features - model.mean) / model.sd).reshape(len(data), -1)


def probability(data, z, high, folds, **settings):
    """Return scikit-learn's probability of a class, calibrated on trials held out."""
    splits = StratifiedGroupKFold(folds).split(z, high, data.trials)
    gamma = 1 / (z.shape[1] * z.var())
    oracle = CalibratedClassifierCV(SVC(gamma=gamma, **settings), cv=list(splits), ensemble=False)
    return oracle.fit(z, high).predict_proba(z)[:, 1]


@pytest.mark.parametrize("settings", [{}, {"C": 5.0}, {"kernel": "linear"}])
def test_two_classes_are_scikit_learns(settings):
    data = trials_of("svm", trials=30)
    model = fitted("svm", data, [VALENCE], **{key.lower(): v for key, v in settings.items()})
    z = normalised(data, model)
    p = probability(data, z, data.labels["valence"] > 0, 5, **settings)
    # float32 inputs, and support vectors
    np.testing.assert_allclose(model.say(data.features)["valence"][:, 1], p, rtol=0, atol=1e-5)


def test_several_classes_are_one_against_the_rest_made_to_sum_1():
    data = trials_of("svm", trials=30)
    model = fitted("svm", data, [MOOD])
    z = normalised(data, model)
    p = np.stack([probability(data, z, data.labels["mood"] == k, 5) for k in range(3)], axis=1)
    p /= p.sum(axis=1, keepdims=True)
    # float32 inputs, and support vectors
    np.testing.assert_allclose(model.say(data.features)["mood"], p, rtol=0, atol=1e-5)


def test_values_are_those_of_support_vector_regression():
    data = trials_of("svm")
    model = fitted("svm", data, [AROUSAL])
    z = normalised(data, model)
    oracle = SVR(gamma="scale").fit(z, data.labels["arousal"])
    said = model.say(data.features)["arousal"]
    # float32 inputs, and support vectors
    np.testing.assert_allclose(said, oracle.predict(z).clip(-1, 1), rtol=0, atol=1e-5)


def test_noise_is_not_believed():
    data = trials_of("svm", trials=40)
    data.labels["valence"][:] = np.repeat(np.random.default_rng(3).permutation(40) % 2, 5)
    p = fitted("svm", data, [VALENCE]).say(data.features)["valence"]
    assert np.abs(p - 0.5).mean() < 0.15  # of rows that it knows by heart


def test_the_margin_is_the_logit_where_no_trial_of_a_class_can_be_held_out():
    data = trials_of("svm")
    data = data.take(np.flatnonzero((data.labels["valence"] > 0) | (data.trials == 0)))
    model = fitted("svm", data, [VALENCE])
    z, high = normalised(data, model), data.labels["valence"] > 0
    oracle = SVC(gamma="scale", class_weight="balanced").fit(z, high)
    p = 1 / (1 + np.exp(-oracle.decision_function(z)))
    # float32 inputs, and support vectors
    np.testing.assert_allclose(model.say(data.features)["valence"][:, 1], p, rtol=0, atol=1e-5)


def test_a_linear_machine_keeps_one_vector_per_output():
    encoder = fitted("svm", trials_of("svm"), [VALENCE], kernel="linear").network.encoder
    assert encoder.vectors.shape == (2, 24)


def test_of_many_ticks_of_a_trial_some_are_taken():
    data = trials_of("svm", ticks=20)
    encoder = fitted("svm", data, [VALENCE], rows=60).network.encoder
    assert len(encoder.vectors) <= 60


@pytest.mark.parametrize(("option", "value"), [("kernel", "poly"), ("c", 0.0)])
def test_a_wrong_setting_is_refused(option, value):
    with pytest.raises(ModelError, match=f"svm: {option} = {value!r} is wrong; it must be"):
        fitted("svm", trials_of("svm"), [VALENCE], **{option: value})
