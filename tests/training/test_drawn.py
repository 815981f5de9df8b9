"""Rows that training draws from: SMOTE beside imbalanced-learn, and what is left out."""

import numpy as np
import pytest
from data import PIPELINE, dataset_of
from imblearn.over_sampling import SMOTE

from neuroaffect.affect import SAM9, Target
from neuroaffect.errors import EvaluationError
from neuroaffect.pipeline import Recipe
from neuroaffect.training.data.rows import Rows
from neuroaffect.training.learning import drawn as module
from neuroaffect.training.learning.drawn import Drawn, filled_up, undropped
from neuroaffect.training.learning.fit import fit
from neuroaffect.training.scoring.folds import with_network

AROUSAL = Target(dimension="arousal")
VALENCE = Target(dimension="valence")
PLAIN = np.zeros((3, 2)), np.ones((3, 2))


def drawn_of(arousal, valence=None, trials=8, ticks=5):
    data = dataset_of(subjects=2, trials=trials, ticks=ticks)
    labels = {"arousal": np.asarray(arousal, float)}
    if valence is not None:
        labels["valence"] = np.asarray(valence, float)
    weights = np.full(len(data), 1 / ticks)
    person = np.unique(data.subject, return_inverse=True)[1]
    return data, Drawn(rows=Rows(data, *PLAIN), labels=labels, person=person, weights=weights)


def rare(n=80, count=12):
    return np.arange(n) >= n - count


def test_the_made_rows_are_those_of_imbalanced_learn():
    data, given = drawn_of(rare())
    filled = filled_up(given, [AROUSAL], seed=3)
    x = data.features.reshape(80, -1).astype(np.float32)
    oracle, _ = SMOTE(random_state=3).fit_resample(x, rare().astype(int))
    made, _ = filled.rows.take(np.arange(80, len(filled.rows)))
    assert np.array_equal(made.reshape(-1, 6), oracle[80:])


def test_every_class_has_as_many_rows_as_the_most_frequent_one():
    filled = filled_up(drawn_of(rare())[1], [AROUSAL], seed=0)
    assert np.bincount(filled.labels["arousal"].astype(int)).tolist() == [68, 68]
    assert (filled.made, len(filled.rows), len(filled.person)) == (56, 136, 136)


def test_classes_weigh_the_same_in_draws():
    filled = filled_up(drawn_of(rare())[1], [AROUSAL], seed=0)
    total = np.bincount(filled.labels["arousal"].astype(int), weights=filled.weights)
    assert total[0] == pytest.approx(total[1])


def test_recorded_rows_stay_as_they_are():
    data, given = drawn_of(rare())
    filled = filled_up(given, [AROUSAL], seed=0)
    x, present = filled.rows.take(np.arange(80))
    assert np.array_equal(x, data.features.astype(np.float32))
    assert present.all()


def test_a_missing_value_makes_no_row_without_a_value():
    data, given = drawn_of(rare())
    data.features[::3, 1, 0] = np.nan
    filled = filled_up(given, [AROUSAL], seed=0)
    assert np.isfinite(filled.rows.take(np.arange(len(filled.rows)))[0]).all()


def test_nothing_follows_a_made_row():
    filled = filled_up(drawn_of(rare())[1], [AROUSAL], seed=0)
    assert np.isnan(filled.rows.following(np.arange(80, 136))).all()
    assert np.isfinite(filled.rows.following(np.arange(4))).all()


def test_a_made_row_belongs_to_a_person_who_has_its_class():
    # The rare class is the end of the second person's recording.
    filled = filled_up(drawn_of(rare())[1], [AROUSAL], seed=0)
    assert (filled.person[80:] == 1).all()


def test_of_two_targets_each_combination_that_occurs_is_filled_up():
    valence = np.arange(80) % 4 == 0
    filled = filled_up(drawn_of(rare(), valence)[1], [AROUSAL, VALENCE], seed=0)
    pairs = np.stack([filled.labels["arousal"], filled.labels["valence"]], axis=1)
    assert np.unique(pairs, axis=0, return_counts=True)[1].tolist() == [51, 51, 51, 51]


def test_a_row_without_a_rating_is_kept_and_never_copied():
    arousal = rare().astype(float)
    arousal[:10] = np.nan
    filled = filled_up(drawn_of(arousal)[1], [AROUSAL], seed=0)
    assert np.isnan(filled.labels["arousal"]).sum() == 10


def test_a_class_of_one_row_is_left_as_it_is():
    filled = filled_up(drawn_of(rare(count=1))[1], [AROUSAL], seed=0)
    assert filled.made == 0


def test_two_rows_of_a_class_are_enough():
    filled = filled_up(drawn_of(rare(count=2))[1], [AROUSAL], seed=0)
    assert filled.made == 76


def test_a_number_cannot_be_filled_up():
    _, given = drawn_of(rare())
    target = Target(dimension="arousal", kind="continuous")
    with pytest.raises(EvaluationError, match="'arousal' is a number"):
        filled_up(given, [target], seed=0)


def test_rows_too_large_to_hold_are_refused_in_one_sentence(monkeypatch):
    monkeypatch.setattr(module, "_MOST_BYTES", 1000)
    with pytest.raises(EvaluationError, match="use class_weights = true"):
        filled_up(drawn_of(rare())[1], [AROUSAL], seed=0)


def test_a_tenth_of_the_rows_is_left_out_the_same_tenth_each_time():
    data = dataset_of(subjects=2, trials=8)
    one, two = (undropped(data, Recipe(drop_share=0.1)) for _ in range(2))
    assert len(one) == 72
    assert np.array_equal(one.time, two.time)


def test_filling_up_teaches_a_network():
    data = dataset_of(subjects=1, trials=12)
    data.labels["arousal"][:] = np.where(data.trials < 9, 1.0, 9.0)
    data.features[:] += 2.0 * (data.labels["arousal"] > 5)[:, None, None]
    training = Recipe(epochs=20, batch=16, oversample="smote", drop_share=0.1)
    pipeline = with_network(PIPELINE, "dgcnn").model_copy(update={"training": training})
    target = Target(dimension="arousal", scale=SAM9, threshold=5)
    said = fit(data, targets=[target], pipeline=pipeline).say(data.features)["arousal"]
    high = data.labels["arousal"] > 5
    assert said[high, 1].mean() > said[~high, 1].mean() + 0.3
