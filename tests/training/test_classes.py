import numpy as np
import pytest

from neuroaffect.affect import QUADRANTS, SAM9, Target
from neuroaffect.errors import EvaluationError
from neuroaffect.training.data.classes import PersonThresholds, encode, fit_thresholds

AROUSAL = Target(dimension="arousal", scale=SAM9, threshold="median")
OWN = Target(dimension="arousal", scale=SAM9, threshold="subject-median")
QUADRANT = Target(
    dimension="quadrant", kind="nominal", of=("valence", "arousal"), classes=QUADRANTS, scale="sam9"
)
PEOPLE = np.array(["a", "a", "a", "b", "b", "b"])
RATINGS = {"arousal": np.array([1.0, 2, 3, 7, 8, 9])}


def test_a_median_counts_each_trial_once_whatever_its_ticks():
    ratings = {"arousal": np.array([1.0, 5.0, 9.0, 9.0, 9.0])}
    trials = np.array([0, 1, 2, 2, 2])
    assert fit_thresholds(ratings, trials, [AROUSAL]) == {"arousal": 5.0}


def test_a_median_that_is_the_highest_rating_moves_below_it():
    ratings = {"arousal": np.array([8.0, 8.0, 8.0, 5.0])}
    assert fit_thresholds(ratings, np.arange(4), [AROUSAL]) == {"arousal": 6.5}


def test_a_rating_equal_to_the_threshold_is_low():
    labels = {"arousal": np.array([5.0, 5.5])}
    assert encode(labels, AROUSAL, {"arousal": 5.0}).tolist() == [0.0, 1.0]


def test_a_binary_target_without_a_threshold_is_cut_at_the_middle_of_its_scale():
    target = Target(dimension="arousal", scale=SAM9)
    assert fit_thresholds({"arousal": np.array([9.0])}, np.array([0]), [target]) == {"arousal": 5.0}


def test_a_trial_without_a_rating_has_no_class():
    assert np.isnan(encode({"arousal": np.array([np.nan])}, AROUSAL, {"arousal": 5.0}))[0]


def test_a_continuous_target_lies_between_minus_one_and_one():
    target = Target(dimension="arousal", kind="continuous", scale=SAM9)
    assert encode({"arousal": np.array([1.0, 5.0, 9.0])}, target, {}).tolist() == [-1.0, 0.0, 1.0]


def test_a_class_beyond_the_declared_ones_is_refused():
    with pytest.raises(EvaluationError, match="labelled 2, but has the 2 classes"):
        encode({"arousal": np.array([2.0])}, Target(dimension="arousal"), {})


def test_an_unlabelled_dimension_names_the_labelled_ones():
    with pytest.raises(EvaluationError, match="labelled are valence"):
        encode({"valence": np.array([2.0])}, AROUSAL, {})


def test_a_rule_of_at_least_makes_the_threshold_itself_high():
    target = Target(dimension="arousal", scale=SAM9, threshold=5, rule=">=")
    labels = {"arousal": np.array([4.5, 5.0, 5.5])}
    assert encode(labels, target, {"arousal": 5.0}).tolist() == [0.0, 1.0, 1.0]


def test_at_least_the_median_of_many_lowest_ratings_moves_above_them():
    target = Target(dimension="arousal", scale=SAM9, threshold="median", rule=">=")
    ratings = {"arousal": np.array([2.0, 2.0, 2.0, 5.0])}
    assert fit_thresholds(ratings, np.arange(4), [target]) == {"arousal": 3.5}


def test_a_persons_median_halves_that_persons_trials():
    thresholds = fit_thresholds(RATINGS, np.arange(6), [OWN], PEOPLE)
    assert thresholds == {"arousal": PersonThresholds(pooled=5.0, of={"a": 2.0, "b": 8.0})}
    assert encode(RATINGS, OWN, thresholds, PEOPLE).tolist() == [0, 0, 1, 0, 0, 1]


def test_a_person_whom_training_never_saw_has_the_median_of_all_it_saw():
    thresholds = fit_thresholds(RATINGS, np.arange(6), [OWN], PEOPLE)
    other = {"arousal": np.array([4.0, 6.0])}
    assert encode(other, OWN, thresholds, np.array(["c", "c"])).tolist() == [0.0, 1.0]


def test_a_threshold_of_each_person_asks_whose_ratings_these_are():
    thresholds = fit_thresholds(RATINGS, np.arange(6), [OWN], PEOPLE)
    with pytest.raises(EvaluationError, match="say whose ratings these are"):
        encode(RATINGS, OWN, thresholds)


def test_a_dropped_middle_has_no_class_both_ends_included():
    target = Target(dimension="arousal", scale=SAM9, threshold=5, drop=(4, 6))
    labels = {"arousal": np.array([3.9, 4.0, 5.0, 6.0, 6.1])}
    classes = encode(labels, target, {"arousal": 5.0})
    assert np.array_equal(classes, [0, np.nan, np.nan, np.nan, 1], equal_nan=True)


def test_a_dropped_middle_still_counts_for_the_median():
    target = Target(dimension="arousal", scale=SAM9, threshold="median", drop=(4, 6))
    ratings = {"arousal": np.array([5.0, 5.0, 5.0, 8.0, 9.0])}
    assert fit_thresholds(ratings, np.arange(5), [target]) == {"arousal": 5.0}


def test_quadrants_are_two_ratings_with_a_threshold_each():
    labels = {"valence": np.array([2.0, 2, 8, 8, np.nan]), "arousal": np.array([2.0, 8, 2, 8, 8])}
    thresholds = fit_thresholds(labels, np.arange(5), [QUADRANT])
    assert thresholds == {"quadrant.valence": 5.0, "quadrant.arousal": 5.0}
    classes = encode(labels, QUADRANT, thresholds)
    assert [QUADRANTS[int(c)] for c in classes[:4]] == ["LVLA", "LVHA", "HVLA", "HVHA"]
    assert np.isnan(classes[4])


@pytest.mark.parametrize(("rule", "classes"), [(">", [0, 0, 1, 1, 2]), (">=", [0, 1, 1, 2, 2])])
def test_edges_cut_a_scale_into_ordered_classes(rule, classes):
    target = Target(
        dimension="valence", kind="ordinal", scale=SAM9, classes=("low", "mid", "high"),
        edges=(3.5, 6.5), rule=rule,
    )  # fmt: skip
    labels = {"valence": np.array([1.0, 3.5, 4.0, 6.5, 9.0])}
    assert encode(labels, target, {}).tolist() == classes


def test_a_rating_that_moves_counts_once_by_its_median():
    ratings = {"arousal": np.array([1.0, 2.0, 9.0, 5.0, 7.0])}
    trials = np.array([0, 0, 0, 1, 2])
    assert fit_thresholds(ratings, trials, [AROUSAL]) == {"arousal": 5.0}


def test_a_target_out_of_a_bundle_brings_its_own_number():
    target = Target(dimension="arousal", scale=SAM9, threshold=6)
    assert encode({"arousal": np.array([6.0, 7.0])}, target, {}).tolist() == [0.0, 1.0]
