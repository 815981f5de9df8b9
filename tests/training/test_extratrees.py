"""Trees as tensors against scikit-learn's trees."""

import numpy as np
import pytest
from sklearn.ensemble import ExtraTreesClassifier, ExtraTreesRegressor
from test_classical import AROUSAL, MOOD, VALENCE, fitted, trials_of

from neuroaffect.errors import ModelError

BOUNDS = {"n_estimators": 20, "max_depth": 10, "max_leaf_nodes": 32, "random_state": 0}
WEIGHTS = np.full(60, 0.2)  # five ticks a trial


def normalised(data, model):
    z = (data.features - model.mean) / model.sd
    return z.reshape(len(data), -1).astype(np.float32)


@pytest.mark.parametrize("target", [VALENCE, MOOD], ids=["two", "three"])
def test_classes_are_scikit_learns(target):
    data, other = trials_of("extratrees"), trials_of("extratrees", seed=1)
    model = fitted("extratrees", data, [target])
    y = data.labels[target.dimension]
    oracle = ExtraTreesClassifier(**BOUNDS).fit(normalised(data, model), y, sample_weight=WEIGHTS)
    p = oracle.predict_proba(normalised(other, model))
    # float32 sums over trees
    np.testing.assert_allclose(model.say(other.features)[target.dimension], p, rtol=0, atol=1e-5)


def test_values_are_scikit_learns():
    data, other = trials_of("extratrees"), trials_of("extratrees", seed=1)
    model = fitted("extratrees", data, [AROUSAL])
    oracle = ExtraTreesRegressor(**BOUNDS, max_features="sqrt")
    oracle.fit(normalised(data, model), data.labels["arousal"], sample_weight=WEIGHTS)
    said, expected = model.say(other.features)["arousal"], oracle.predict(normalised(other, model))
    # float32 sums over trees
    np.testing.assert_allclose(said, expected, rtol=0, atol=1e-5)


def test_targets_learned_together_have_the_trees_they_would_have_alone():
    data = trials_of("extratrees")
    both = fitted("extratrees", data, [VALENCE, MOOD]).say(data.features)["mood"]
    alone = fitted("extratrees", data, [MOOD]).say(data.features)["mood"]
    # float32 sums over trees
    np.testing.assert_allclose(both, alone, rtol=0, atol=1e-6)


def test_a_tree_is_no_larger_than_its_leaves_allow():
    model = fitted("extratrees", trials_of("extratrees"), [VALENCE], trees=7, leaves=4)
    trees, nodes = model.network.encoder.feature.shape
    assert trees == 7
    assert nodes <= 2 * 4 - 1


def test_a_tree_of_one_leaf_is_refused():
    with pytest.raises(ModelError, match="leaves = 1 is wrong; it must be a whole number of 2"):
        fitted("extratrees", trials_of("extratrees"), [VALENCE], leaves=1)
