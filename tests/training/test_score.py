import numpy as np
import pytest
from sklearn import metrics

from neuroaffect.errors import EvaluationError
from neuroaffect.training.score import (
    Answers,
    balanced_accuracy,
    bootstrap_interval,
    concordance,
    evaluate_answers,
    macro_f1,
    permutation_p,
)


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


@pytest.mark.parametrize("classes", [2, 3, 5])
@pytest.mark.parametrize("seed", range(5))
def test_balanced_accuracy_is_that_of_scikit_learn(seed, classes):
    truth, predicted = some(seed, classes)
    expected = metrics.balanced_accuracy_score(truth, predicted)
    assert balanced_accuracy(truth, predicted) == pytest.approx(expected)


@pytest.mark.parametrize("classes", [2, 3, 5])
@pytest.mark.parametrize("seed", range(5))
def test_macro_f1_is_that_of_scikit_learn(seed, classes):
    truth, predicted = some(seed, classes)
    expected = metrics.f1_score(truth, predicted, average="macro")
    assert macro_f1(truth, predicted) == pytest.approx(expected)


def test_a_class_that_never_occurs_does_not_count_in_balanced_accuracy():
    assert balanced_accuracy(np.array([2, 2]), np.array([2, 0])) == 0.5


def test_a_class_predicted_but_absent_lowers_macro_f1_as_in_scikit_learn():
    truth, predicted = np.array([2, 2]), np.array([2, 0])
    assert macro_f1(truth, predicted) == metrics.f1_score(truth, predicted, average="macro")


def test_concordance_of_equal_values_is_one_and_of_a_constant_zero():
    x = np.array([-0.5, 0.0, 0.5])
    assert concordance(x, x) == pytest.approx(1.0)
    assert concordance(x, np.zeros(3)) == 0.0


def test_concordance_falls_with_an_offset_that_correlation_does_not_see():
    x = np.array([-0.5, 0.0, 0.5])
    # 2 var / (2 var + 1) with var = 1/6
    assert concordance(x, x + 1.0) == pytest.approx(0.25)


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
