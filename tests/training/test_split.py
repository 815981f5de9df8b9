import numpy as np
import pytest
from data import dataset_of

from neuroaffect.errors import EvaluationError
from neuroaffect.training.split import (
    SPLITS,
    Split,
    blocked,
    leaky,
    leave_session_out,
    leave_subject_out,
    leave_trials_out,
    make_splits,
)


def rng():
    return np.random.default_rng(0)


def split(train, test, trials, **settings):
    return Split(
        name="x", train=np.array(train), test=np.array(test), trials=np.array(trials), **settings
    )


def test_a_trial_on_both_sides_is_refused():
    with pytest.raises(EvaluationError, match="1 trials on both sides"):
        split([0, 1], [2, 3], [0, 1, 1, 2])


def test_a_split_called_leaky_may_have_a_trial_on_both_sides():
    assert split([0, 1], [2, 3], [0, 1, 1, 2], leaky=True).leaky


@pytest.mark.parametrize("is_leaky", [False, True])
def test_a_row_on_both_sides_is_refused_even_in_a_leaky_split(is_leaky):
    with pytest.raises(EvaluationError, match="rows on both sides"):
        split([0, 1], [1, 2], [0, 1, 2], leaky=is_leaky)


def test_an_empty_side_is_refused():
    with pytest.raises(EvaluationError, match="0 to test"):
        split([0], np.array([], dtype=int), [0])


def test_trials_of_one_name_of_two_people_are_two_trials():
    data = dataset_of(subjects=2, trials=3)
    assert len(np.unique(data.trials)) == 6


def test_every_trial_is_tested_once_when_trials_are_left_out():
    data = dataset_of(subjects=2, trials=6)
    tested = np.concatenate([s.test for s in leave_trials_out(data, folds=3, rng=rng())])
    assert np.array_equal(np.sort(tested), np.arange(len(data)))


def test_folds_of_left_out_trials_each_hold_high_and_low_ratings():
    data = dataset_of(subjects=1, trials=6)  # ratings 1, 1, 1, 9, 9, 9
    for fold in leave_trials_out(data, folds=3, rng=rng()):
        assert set(data.labels["arousal"][fold.test]) == {1.0, 9.0}


def test_more_folds_than_trials_are_refused():
    with pytest.raises(EvaluationError, match="choose 2 to 3"):
        leave_trials_out(dataset_of(subjects=1, trials=3), folds=4, rng=rng())


def test_models_that_leave_trials_out_know_one_person_only():
    data = dataset_of(subjects=3, trials=4)
    for fold in leave_trials_out(data, folds=2, rng=rng()):
        assert len(set(data.subject[fold.train]) | set(data.subject[fold.test])) == 1


def test_left_out_trials_are_apart_from_training_by_what_a_row_remembers():
    data = dataset_of(subjects=1, trials=6, gap_s=0.0, memory_s=3.0)
    for fold in leave_trials_out(data, folds=3, rng=rng()):
        assert np.abs(data.time[fold.train][:, None] - data.time[fold.test]).min() > 3.0


def test_blocks_are_apart_by_what_a_row_remembers():
    data = dataset_of(subjects=1, trials=6, gap_s=0.0, memory_s=3.0)
    for fold in blocked(data, folds=2):
        apart = np.abs(data.time[fold.train][:, None] - data.time[fold.test])
        assert apart.min() > 3.0


def test_blocks_are_contiguous_in_time():
    data = dataset_of(subjects=1, trials=6)
    first, second = blocked(data, folds=2)
    assert data.time[first.test].max() < data.time[second.test].min()


def test_a_purge_shorter_than_the_memory_is_refused():
    with pytest.raises(EvaluationError, match="would share signal"):
        blocked(dataset_of(subjects=1, trials=4, memory_s=3.0), folds=2, purge_s=2.9)


def test_a_session_left_out_is_nowhere_in_training():
    data = dataset_of(subjects=2, trials=4, sessions=2)
    for fold in leave_session_out(data):
        assert not np.isin(data.sessions[fold.test], data.sessions[fold.train]).any()


def test_two_clips_of_one_trial_in_two_sessions_cannot_be_split_by_session():
    data = dataset_of(subjects=1, trials=4, sessions=2, one_trial_over_sessions=True)
    with pytest.raises(EvaluationError, match="trials on both sides"):
        leave_session_out(data)


def test_a_person_left_out_is_nowhere_in_training():
    data = dataset_of(subjects=3, trials=2)
    for fold in leave_subject_out(data):
        assert not np.isin(data.subject[fold.test], data.subject[fold.train]).any()


def test_one_person_cannot_be_left_out():
    with pytest.raises(EvaluationError, match="needs two subjects"):
        leave_subject_out(dataset_of(subjects=1, trials=4))


def test_shuffled_windows_share_trials_and_are_called_leaky():
    data = dataset_of(subjects=1, trials=4)
    for fold in leaky(data, folds=3, rng=rng()):
        assert fold.leaky
        assert np.isin(data.trials[fold.test], data.trials[fold.train]).any()


@pytest.mark.parametrize("name", SPLITS)
def test_every_maker_gives_splits_of_its_own_name(name):
    data = dataset_of(subjects=2, trials=4, sessions=2)
    assert {s.name for s in make_splits(data, name, folds=2, rng=rng())} == {name}


def test_an_unknown_split_names_the_known_ones():
    with pytest.raises(EvaluationError, match="leave-trials-out, blocked"):
        make_splits(dataset_of(subjects=1, trials=4), "random", folds=2, rng=rng())
