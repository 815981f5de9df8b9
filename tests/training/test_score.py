import json

import numpy as np
import pytest
from scipy import stats
from sklearn.dummy import DummyClassifier

from neuroaffect.errors import EvaluationError
from neuroaffect.training.scoring.answers import Answers
from neuroaffect.training.scoring.metrics.classification import balanced_accuracy
from neuroaffect.training.scoring.metrics.regression import concordance
from neuroaffect.training.scoring.resampling import bootstrap_interval, permutation_p
from neuroaffect.training.scoring.score import evaluate_answers, stratified_guess


def answers(truth, predicted, *, subject=None, unit=None, majority=None):
    truth = np.asarray(truth)
    return Answers(
        truth=truth,
        predicted=np.asarray(predicted),
        majority=np.zeros_like(truth) if majority is None else np.asarray(majority),
        subject=np.zeros(len(truth), int) if subject is None else np.asarray(subject),
        unit=np.arange(len(truth)) if unit is None else np.asarray(unit),
    )


def some(seed, classes, trials=40):
    rng = np.random.default_rng(seed)
    return rng.integers(classes, size=trials), rng.integers(classes, size=trials)


def test_the_majority_guess_has_its_plain_accuracy_and_chance_as_balanced_accuracy():
    found = evaluate_answers(
        answers([0, 0, 0, 1], [0, 1, 0, 1], majority=[0, 0, 0, 0]), rng=np.random.default_rng(0)
    )
    assert (found["majority"], found["majority_accuracy"]) == (0.5, 0.75)


def test_the_interval_of_one_person_covers_as_often_as_it_says():
    rng, hits = np.random.default_rng(3), 0
    for _ in range(100):
        truth = np.arange(60) % 2
        right = rng.random(60) < 0.7
        found = answers(truth, np.where(right, truth, 1 - truth))
        low, high = bootstrap_interval(found, balanced_accuracy, rng=rng, draws=200)
        hits += low <= 0.7 <= high
    assert 88 <= hits <= 100  # 95 expected; three standard errors and the bootstrap's own bias


def test_people_who_differ_widen_the_interval():
    truth = np.arange(80) % 2
    predicted = np.where(np.arange(80) < 40, truth, 1 - truth)  # two all right, two all wrong
    alone = answers(truth, predicted)
    people = answers(truth, predicted, subject=np.arange(80) // 20)
    widths = [
        np.diff(bootstrap_interval(a, balanced_accuracy, rng=np.random.default_rng(0)))[0]
        for a in (alone, people)
    ]
    assert widths[1] > 2 * widths[0]


def test_p_is_uniform_when_there_is_no_signal():
    rng = np.random.default_rng(5)
    p = [
        permutation_p(
            answers(rng.permutation(np.arange(40) % 2), rng.integers(2, size=40)),
            balanced_accuracy, rng=rng, draws=99,
        )
        for _ in range(200)
    ]  # fmt: skip
    # Ties make p a little large, never small: 10 expected below .05, 100 below .5.
    assert np.sum(np.array(p) <= 0.05) <= 20
    assert 60 <= np.sum(np.array(p) <= 0.5) <= 125


def test_p_of_right_answers_is_as_small_as_the_draws_allow():
    truth = np.arange(40) % 2
    p = permutation_p(
        answers(truth, truth), balanced_accuracy, rng=np.random.default_rng(0), draws=999
    )
    assert p == 1 / 1000


def test_two_recordings_of_one_class_each_are_no_evidence_however_many_trials():
    truth = np.repeat([0, 1], 50)
    p = permutation_p(
        answers(truth, truth, unit=truth), balanced_accuracy, rng=np.random.default_rng(0)
    )
    assert p > 0.4  # two arrangements of the labels, one of them true


def test_labels_stay_within_their_person():
    truth = np.repeat([0, 1], 20)  # two people of one class each: nothing to exchange
    p = permutation_p(
        answers(truth, truth, subject=truth), balanced_accuracy, rng=np.random.default_rng(0)
    )
    assert p == 1.0


def test_the_same_seed_gives_the_same_scores():
    found = answers(*some(0, 2), subject=np.arange(40) // 8)
    first, second = (evaluate_answers(found, rng=np.random.default_rng(7)) for _ in range(2))
    assert first == second


def test_answers_of_different_lengths_are_refused():
    with pytest.raises(EvaluationError, match="all must have as many"):
        answers([0, 1], [0])


def test_the_stratified_guess_is_what_many_guesses_of_scikit_learn_reach():
    truth = np.repeat([0, 1, 2], [50, 30, 20])
    shares = np.tile([0.5, 0.3, 0.2], (100, 1))
    dummy = DummyClassifier(strategy="stratified").fit(np.zeros((100, 1)), truth)
    rng = np.random.RandomState(0)
    hits = [
        np.mean(dummy.set_params(random_state=rng).predict(np.zeros((100, 1))) == truth)
        for _ in range(400)
    ]
    balanced, plain = stratified_guess(truth, shares)
    assert balanced == pytest.approx(1 / 3)
    assert plain == pytest.approx(0.25 + 0.09 + 0.04)
    assert np.mean(hits) == pytest.approx(plain, abs=0.01)  # 4 standard errors


def test_each_person_has_a_score_and_an_interval_of_their_own():
    truth = np.arange(80) % 2
    predicted = np.where(np.arange(80) < 40, truth, 1 - truth)
    people = evaluate_answers(
        answers(truth, predicted, subject=np.arange(80) // 40), rng=np.random.default_rng(0)
    )["people"]
    assert [(p["subject"], p["trials"], p["score"]) for p in people] == [("0", 40, 1), ("1", 40, 0)]
    assert [(p["ci_low"], p["ci_high"]) for p in people] == [(1, 1), (0, 0)]


def test_values_have_their_error_beside_that_of_the_mean_guess():
    truth = np.array([-0.5, 0.0, 0.5])
    found = evaluate_answers(
        answers(truth, truth + 0.1, majority=np.zeros(3)), rng=np.random.default_rng(0)
    )
    assert found["rmse"] == pytest.approx(0.1)
    assert found["majority_rmse"] == pytest.approx(np.sqrt(1 / 6))
    assert found["balanced_accuracy"] is None


def test_the_interval_of_a_mean_has_the_width_of_theory():
    rng = np.random.default_rng(0)
    truth = np.arange(400) % 2
    found = answers(truth, np.where(rng.random(400) < 0.7, truth, 1 - truth))
    low, high = bootstrap_interval(found, balanced_accuracy, rng=rng)
    assert high - low == pytest.approx(2 * 1.96 * np.sqrt(0.7 * 0.3 / 400), rel=0.1)


def test_a_correlation_by_chance_has_the_p_of_the_permutation_test_of_scipy():
    rng = np.random.default_rng(2)
    truth, predicted = rng.normal(size=(2, 30))
    predicted = predicted + 0.3 * truth
    expected = stats.permutation_test(
        (truth,), lambda y, axis: concordance(y, predicted), permutation_type="pairings",
        alternative="greater", vectorized=True, n_resamples=9999, rng=3,
    )  # fmt: skip
    found = permutation_p(answers(truth, predicted), concordance, rng=rng, draws=9999)
    assert found == pytest.approx(expected.pvalue, abs=0.02)  # 4 standard errors of either


def test_answers_come_back_from_json_as_they_were():
    truth, predicted = some(0, 3)
    before = answers(truth, predicted, subject=np.repeat(["a", "b"], 20))
    after = Answers.heard(json.loads(json.dumps(before.told())))
    assert after.told() == before.told()
    assert not after.continuous


def test_values_come_back_from_json_as_values():
    truth = np.array([0.0, 1.0])
    assert Answers.heard(json.loads(json.dumps(answers(truth, truth).told()))).continuous


def test_answers_without_a_truth_are_refused():
    with pytest.raises(EvaluationError, match="they need majority"):
        Answers.heard({"predicted": [1]})


@pytest.mark.parametrize("wrong", ["yes", ["yes", "no"], [1, None], [[1], [1, 2]]])
def test_answers_that_are_no_numbers_are_refused(wrong):
    told = answers([0, 1], [0, 1]).told()
    with pytest.raises(EvaluationError, match="'predicted' of the answers"):
        Answers.heard({**told, "predicted": wrong})
