"""Each metric against scikit-learn or a closed form."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics
from sklearn.calibration import calibration_curve

from neuroaffect.errors import EvaluationError
from neuroaffect.training.scoring.metrics import abstention, ordinal
from neuroaffect.training.scoring.metrics.abstention import coverage_area, coverage_curve
from neuroaffect.training.scoring.metrics.calibration import expected_calibration_error, reliability
from neuroaffect.training.scoring.metrics.classification import (
    accuracy,
    auc,
    balanced_accuracy,
    confusion,
    macro_f1,
)
from neuroaffect.training.scoring.metrics.ordinal import seq2hr
from neuroaffect.training.scoring.metrics.regression import concordance, rmse


def some(seed, classes, trials=40):
    rng = np.random.default_rng(seed)
    truth = rng.permutation(np.arange(trials) % classes)
    probabilities = rng.dirichlet(np.ones(classes), trials)
    return truth, probabilities


OF_SCIKIT_LEARN = {
    accuracy: metrics.accuracy_score,
    balanced_accuracy: metrics.balanced_accuracy_score,
    macro_f1: lambda truth, said, **how: metrics.f1_score(truth, said, average="macro", **how),
}


@pytest.mark.parametrize("score", OF_SCIKIT_LEARN, ids=lambda score: score.__name__)
@pytest.mark.parametrize("classes", [2, 3, 5])
@pytest.mark.parametrize("seed", range(3))
def test_a_score_of_classes_is_that_of_scikit_learn(score, seed, classes):
    truth, probabilities = some(seed, classes)
    said = probabilities.argmax(axis=1)
    assert score(truth, said) == pytest.approx(OF_SCIKIT_LEARN[score](truth, said))


@pytest.mark.parametrize("score", OF_SCIKIT_LEARN, ids=lambda score: score.__name__)
def test_weighted_draws_at_once_are_those_of_scikit_learn_one_by_one(score):
    truth, probabilities = some(0, 3)
    said = probabilities.argmax(axis=1)
    weights = np.random.default_rng(1).multinomial(40, np.full(40, 1 / 40), size=7)
    expected = [OF_SCIKIT_LEARN[score](truth, said, sample_weight=w) for w in weights]
    assert score(truth, said, weights=weights) == pytest.approx(expected)


@pytest.mark.parametrize("score", OF_SCIKIT_LEARN, ids=lambda score: score.__name__)
def test_many_truths_at_once_are_those_of_scikit_learn_one_by_one(score):
    truth, probabilities = some(0, 3)
    said = probabilities.argmax(axis=1)
    truths = np.random.default_rng(1).permuted(np.tile(truth, (6, 1)), axis=1)
    expected = [OF_SCIKIT_LEARN[score](one, said) for one in truths]
    assert score(truths, said) == pytest.approx(expected)


def test_a_class_that_never_occurs_does_not_count_in_balanced_accuracy():
    assert balanced_accuracy(np.array([2, 2]), np.array([2, 0])) == 0.5


def test_a_class_predicted_but_absent_lowers_macro_f1_as_in_scikit_learn():
    truth, predicted = np.array([2, 2]), np.array([2, 0])
    assert macro_f1(truth, predicted) == metrics.f1_score(truth, predicted, average="macro")


def test_confusion_has_the_truth_in_its_rows():
    assert confusion(np.array([0, 1]), np.array([1, 1])).tolist() == [[0, 1], [0, 1]]


@pytest.mark.parametrize("classes", [2, 3, 5])
@pytest.mark.parametrize("seed", range(3))
def test_the_auc_is_that_of_scikit_learn(seed, classes):
    truth, probabilities = some(seed, classes)
    given_ = probabilities[:, 1] if classes == 2 else probabilities
    expected = metrics.roc_auc_score(truth, given_, multi_class="ovr")
    assert auc(truth, probabilities) == pytest.approx(expected)


def test_the_auc_counts_ties_half():
    assert auc(np.array([0, 1]), np.full((2, 2), 0.5)) == 0.5


def test_one_class_has_no_auc():
    assert auc(np.array([1, 1]), np.full((2, 2), 0.5)) is None


def test_concordance_of_equal_values_is_one_and_of_a_constant_zero():
    x = np.array([-0.5, 0.0, 0.5])
    assert concordance(x, x) == pytest.approx(1.0)
    assert concordance(x, np.zeros(3)) == 0.0


def test_concordance_falls_with_an_offset_that_correlation_does_not_see():
    x = np.array([-0.5, 0.0, 0.5])
    # 2 var / (2 var + 1) with var = 1/6
    assert concordance(x, x + 1.0) == pytest.approx(0.25)


@pytest.mark.parametrize("score", [concordance, rmse])
def test_weights_of_values_are_as_if_trials_came_as_often(score):
    truth, predicted = np.random.default_rng(0).normal(size=(2, 12))
    weights = np.random.default_rng(1).integers(0, 4, size=(5, 12))
    expected = [score(np.repeat(truth, w), np.repeat(predicted, w)) for w in weights]
    assert score(truth, predicted, weights=weights) == pytest.approx(expected)


def test_rmse_is_that_of_scikit_learn():
    truth, predicted = np.random.default_rng(0).normal(size=(2, 20))
    assert rmse(truth, predicted) == pytest.approx(
        metrics.root_mean_squared_error(truth, predicted)
    )


@pytest.mark.parametrize(
    ("truth", "probabilities", "hit"),
    [
        (2, [0.0, 0.0, 0.6, 0.4, 0.0], 1),  # right, and a neighbour second
        (3, [0.0, 0.0, 0.6, 0.4, 0.0], 1),  # the second is right
        (1, [0.0, 0.0, 0.6, 0.4, 0.0], 0),  # neighbours, both wrong
        (2, [0.0, 0.0, 0.6, 0.0, 0.4], 0),  # right, but wavers between 2 and 4
    ],
)
def test_seq2hr_wants_two_neighbours_of_which_one_is_right(truth, probabilities, hit):
    assert seq2hr(np.array([truth]), np.array([probabilities])) == hit


def test_seq2hr_of_guesses_is_four_over_the_square_of_the_classes():
    rng = np.random.default_rng(0)
    truth, probabilities = rng.integers(5, size=20_000), rng.dirichlet(np.ones(5), 20_000)
    assert seq2hr(truth, probabilities) == pytest.approx(4 / 25, abs=0.01)  # 4 standard errors


def test_seq2hr_says_nothing_of_two_classes():
    assert ordinal.evaluate(*some(0, 2)) == {"seq2hr": None}


def test_the_reliability_of_two_classes_is_that_of_scikit_learn():
    rng = np.random.default_rng(0)
    high = rng.uniform(0.5, 1.0, 300)  # the surer class is always 1
    truth = (rng.random(300) < high).astype(int)
    found = reliability(truth, np.stack([1 - high, high], axis=1))
    shares, means = calibration_curve(truth, high, n_bins=10)
    filled = found.count > 0
    assert found.accuracy[filled] == pytest.approx(shares)
    assert found.confidence[filled] == pytest.approx(means)


def test_the_calibration_error_is_the_mean_distance_weighted_by_trials():
    high = np.array([0.95] * 4 + [0.65] * 6)
    truth = np.array([1, 1, 1, 0] + [1] * 6)
    # 4 of 10 at |0.75 - 0.95|, 6 of 10 at |1 - 0.65|
    found = expected_calibration_error(truth, np.stack([1 - high, high], axis=1))
    assert found == pytest.approx(0.4 * 0.2 + 0.6 * 0.35)


def test_probabilities_that_mean_what_they_say_have_a_small_calibration_error():
    rng = np.random.default_rng(0)
    probabilities = rng.dirichlet(np.ones(3), 20_000)
    truth = (rng.random(20_000)[:, None] > probabilities.cumsum(axis=1)).sum(axis=1)
    assert expected_calibration_error(truth, probabilities) < 0.02


def test_accuracy_grows_as_the_unsure_are_left_out():
    high = np.array([0.9, 0.8, 0.7, 0.6])
    truth = np.array([1, 1, 1, 0])
    kept, right = coverage_curve(truth, np.stack([1 - high, high], axis=1))
    assert kept.tolist() == [0.25, 0.5, 0.75, 1.0]
    assert right.tolist() == [1.0, 1.0, 1.0, 0.75]


def test_a_confidence_that_is_always_the_same_gains_nothing():
    truth = np.array([1, 0, 1, 1])
    assert coverage_area(truth, np.tile([0.3, 0.7], (4, 1))) == pytest.approx(0.75)


@given(st.integers(0, 1000), st.integers(2, 5))
def test_keeping_all_is_the_plain_accuracy(seed, classes):
    truth, probabilities = some(seed, classes)
    curve = abstention.evaluate(truth, probabilities)["coverage"]
    assert curve[-1]["accuracy"] == pytest.approx(accuracy(truth, probabilities.argmax(axis=1)))


@pytest.mark.parametrize(
    ("probabilities", "said"),
    [
        ([[0.5, 0.5]], r"must be \(n,\) and \(n, classes\)"),
        ([[0.5, 0.5]] * 2, "names class 2"),
        ([[0.5, 0.5, 0.5]] * 2, "sum to 1.5"),
    ],
)
def test_what_is_no_distribution_for_each_truth_is_refused(probabilities, said):
    with pytest.raises(EvaluationError, match=said):
        auc(np.array([0, 2]), np.array(probabilities))
