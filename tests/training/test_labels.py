import pytest

from neuroaffect.affect import Target
from neuroaffect.errors import EvaluationError
from neuroaffect.pipeline import Labels
from neuroaffect.training.data.labels import marked_trials

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
