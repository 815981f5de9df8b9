import numpy as np
import pytest

from neuroaffect.affect import SAM9, Target
from neuroaffect.errors import EvaluationError
from neuroaffect.pipeline import Labels
from neuroaffect.training.labels import encode, fit_thresholds, marked_trials

AROUSAL = Target(dimension="arousal", scale=SAM9, threshold="median")
HAND = Labels(
    trials="pairs",
    markers={"0": "snap", "1": "tap"},
    targets=(Target(dimension="hand", kind="nominal", classes=("snap", "tap")),),
)


def spans(marks, labels=HAND):
    found = marked_trials(marks, labels, session="one")
    return [(t.start, t.stop, t.ratings["hand"]) for t in found]


def test_the_same_marker_opens_and_closes_a_trial():
    marks = [(1.0, "0"), (2.0, "0"), (3.0, "1"), (4.5, "1")]
    assert spans(marks) == [(1.0, 2.0, 0.0), (3.0, 4.5, 1.0)]


def test_a_trial_whose_end_was_lost_is_dropped_and_the_next_one_kept():
    assert spans([(1.0, "0"), (3.0, "1"), (4.0, "1")]) == [(3.0, 4.0, 1.0)]


def test_a_marker_lasts_until_the_next_one_known_or_not():
    labels = HAND.model_copy(update={"trials": "until-next"})
    marks = [(1.0, "0"), (2.0, "1"), (4.0, "pause"), (9.0, "0")]
    assert spans(marks, labels) == [(1.0, 2.0, 0.0), (2.0, 4.0, 1.0)]


def test_trials_of_two_recordings_have_two_names():
    marks = [(1.0, "0"), (2.0, "0")]
    names = {marked_trials(marks, HAND, session=s)[0].id for s in ("one", "two")}
    assert len(names) == 2


def test_a_marker_for_a_class_that_is_not_there_is_refused():
    labels = HAND.model_copy(update={"markers": {"0": "wave"}})
    with pytest.raises(EvaluationError, match="'wave', which is no class of 'hand'"):
        marked_trials([], labels, session="one")


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
