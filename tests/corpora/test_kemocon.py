from itertools import pairwise

import numpy as np
import pytest
from layouts import kemocon as layout

from neuroaffect.corpora import corpus_of
from neuroaffect.errors import EvaluationError

START = layout.START_MS / 1e3


def sessions(root, **settings):
    return list(corpus_of("kemocon").sessions(root, **settings))


@pytest.fixture
def root(tmp_path):
    layout.write_subjects(tmp_path, people=(1, 31))
    layout.write_annotations(tmp_path, 1)
    return tmp_path


def test_a_trial_is_a_whole_minute_of_the_debate(root):
    layout.write_person(root, 1)
    found = [(t.id, t.start, t.stop) for t in sessions(root)[0].trials]
    assert found == [("minute-01", START, START + 60), ("minute-02", START + 60, START + 120)]


def test_a_rating_holds_for_the_five_seconds_before_its_number(root):
    layout.write_person(root, 1)
    course = sessions(root)[0].trials[0].courses["arousal"]
    np.testing.assert_array_equal(course.times, START + 5.0 * np.arange(12))
    np.testing.assert_array_equal(course.values, 1 + np.arange(12) % 5)


def test_ratings_longer_than_the_debate_lose_their_first_ones(root):
    layout.write_person(root, 1)
    layout.write_annotations(root, 1, count=28)  # two more than the debate has room for
    course = sessions(root)[0].trials[0].courses["arousal"]
    assert course.values[0] == 3


def test_the_two_minutes_of_the_baseline_are_rest(root):
    layout.write_person(root, 1)
    assert sessions(root)[0].rests == ((START - 130, START - 10),)


def test_minutes_without_all_signals_are_no_trials(root):
    layout.write_person(root, 1, gap=range(200, 400))  # the last 70 s
    assert [t.id for t in sessions(root)[0].trials] == ["minute-01"]


def test_lost_samples_are_a_gap_in_their_stream(root):
    layout.write_person(root, 1, gap=range(100, 110))
    chunks = [chunk for name, chunk in sessions(root)[0].open() if name == "eda"]
    jumps = [(b.first - a.end) for a, b in pairwise(chunks)]
    assert [jump for jump in jumps if jump] == [40]


def test_of_two_wristbands_the_one_of_the_authors_is_taken(root):
    layout.write_annotations(root, 31)
    layout.write_person(root, 31, serials=("A013E1", "A00002"))
    (session,) = sessions(root, subjects=["P31"])
    temperatures = np.concatenate([c.data for name, c in session.open() if name == "temp"])
    assert temperatures.max() < 50


def test_motion_comes_in_g(root):
    layout.write_person(root, 1)
    motion = np.concatenate([c.data for name, c in sessions(root)[0].open() if name == "acc"])
    np.testing.assert_allclose(motion, 37 / 64, atol=0.01)  # the spread that was written


def test_people_without_a_wristband_are_left_out(root):
    layout.write_person(root, 1)
    layout.write_annotations(root, 2)
    assert {s.subject for s in sessions(root)} == {"P1"}


def test_ratings_off_the_scale_are_refused(root):
    layout.write_person(root, 1)
    layout.write_annotations(root, 1, rating=7)
    with pytest.raises(EvaluationError, match="outside the scale from 1 to 5"):
        sessions(root)
