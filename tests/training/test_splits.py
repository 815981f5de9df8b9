import numpy as np
import pytest
from data import dataset_of
from hypothesis import HealthCheck, given, reject, settings
from hypothesis import strategies as st
from sklearn.model_selection import KFold

from neuroaffect.errors import EvaluationError
from neuroaffect.training.splits import (
    SPLITS,
    Split,
    blocked,
    calibrated_subject_out,
    first_trials,
    inner,
    leaky,
    leave_one_trial_out,
    leave_session_out,
    leave_subject_out,
    leave_trials_out,
    make_splits,
    scheme_of,
)

HONEST = [name for name in SPLITS if not SPLITS[name].leaky]


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
    data = dataset_of(subjects=2, trials=5, sessions=2, ticks=20)
    made = {s.name for s in make_splits(data, name, folds=2, rng=rng())}
    if SPLITS[name].counted:
        assert {member.rpartition("-")[0] for member in made} == {name}
    else:
        assert made == {name}


@pytest.mark.parametrize("name", SPLITS)
def test_splits_are_leaky_as_their_scheme_says(name):
    data = dataset_of(subjects=2, trials=5, sessions=2, ticks=20)
    folds = make_splits(data, name, folds=2, rng=rng())
    assert {s.leaky for s in folds} == {SPLITS[name].leaky}
    shared = any(np.isin(data.trials[s.test], data.trials[s.train]).any() for s in folds)
    assert shared == SPLITS[name].leaky


@pytest.mark.parametrize("name", [name for name in SPLITS if SPLITS[name].leaky])
def test_a_leaky_split_is_measured_against_honest_ones(name):
    assert SPLITS[name].against
    assert not any(SPLITS[other].leaky for other in SPLITS[name].against)


def test_an_unknown_split_names_the_known_ones():
    with pytest.raises(EvaluationError, match="did you mean 'leaky'"):
        make_splits(dataset_of(subjects=1, trials=4), "leeky", folds=2, rng=rng())


def test_a_number_behind_a_split_that_is_no_family_is_refused():
    with pytest.raises(EvaluationError, match="no split is called 'blocked-3'"):
        scheme_of("blocked-3")


@st.composite
def datasets(draw):
    """Trials of random ratings, one after the other or apart, in up to three sessions."""
    data = dataset_of(
        subjects=draw(st.integers(2, 3)),
        trials=draw(st.integers(5, 8)),
        sessions=draw(st.integers(2, 3)),
        ticks=draw(st.integers(4, 12)),
        gap_s=draw(st.sampled_from([0.0, 0.5, 3.0, 10.0])),
        memory_s=draw(st.sampled_from([0.0, 1.0, 2.5, 6.0])),
    )
    seed = draw(st.integers(0, 2**16))
    shuffled = np.random.default_rng(seed)
    data.labels["arousal"][:] = shuffled.integers(1, 10, data.trials.max() + 1)[data.trials]
    kept = np.flatnonzero(shuffled.random(len(data)) < draw(st.sampled_from([0.6, 1.0])))
    return data.take(shuffled.permutation(kept))


def share_signal(data, train, test):
    """Tell whether any two rows of one recording remember the same sample."""
    same = data.sessions[train][:, None] == data.sessions[test]
    near = np.abs(data.time[train][:, None] - data.time[test]) <= data.memory_s
    return bool((same & near).any())


@pytest.mark.parametrize("name", HONEST)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
@given(data=datasets(), folds=st.integers(2, 4))
def test_no_honest_split_has_a_trial_or_a_sample_on_both_sides(name, data, folds):
    try:
        made = make_splits(data, name, folds=folds, rng=rng())
    except EvaluationError:
        reject()  # nothing is left of a side: refused, not leaked
    for fold in made:
        assert not np.isin(data.trials[fold.test], data.trials[fold.train]).any()
        assert not share_signal(data, fold.train, fold.test)


@pytest.mark.parametrize("name", [*HONEST, "leaky", "rbtransformer2025"])
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
@given(data=datasets())
def test_inner_folds_never_see_the_outer_test_side(name, data):
    try:
        outer = make_splits(data, name, folds=3, rng=rng())[-1]
        made = inner(data, outer, folds=3, rng=rng())
    except EvaluationError:
        reject()
    for fold in made:
        assert np.isin(np.union1d(fold.train, fold.test), outer.train).all()
        assert not np.isin(data.trials[fold.test], data.trials[fold.train]).any()
        assert not share_signal(data, fold.train, fold.test)


def test_each_trial_is_left_out_alone():
    data = dataset_of(subjects=2, trials=4)
    tested = [np.unique(data.trials[s.test]).tolist() for s in leave_one_trial_out(data)]
    assert sorted(tested) == [[n] for n in range(8)]


def test_the_first_trials_train_and_the_same_later_ones_test_whatever_their_number():
    data = dataset_of(subjects=1, trials=8)
    found = first_trials(data, counts=(1, 3))
    assert [s.name for s in found] == ["first-trials-1", "first-trials-3"]
    assert [np.unique(data.trial[s.train]).tolist() for s in found] == [
        ["0t0"], ["0t0", "0t1", "0t2"],
    ]  # fmt: skip
    assert np.array_equal(found[0].test, found[1].test)
    assert data.time[found[0].test].min() > data.time[found[1].train].max()


def test_the_curve_doubles_up_to_half_of_the_fewest_trials():
    names = [s.name for s in first_trials(dataset_of(subjects=1, trials=9))]
    assert names == ["first-trials-2", "first-trials-4"]


def test_one_member_of_a_family_can_be_named():
    data = dataset_of(subjects=2, trials=6)
    made = make_splits(data, "calibrated-subject-out-3", folds=2, rng=rng())
    assert {s.name for s in made} == {"calibrated-subject-out-3"}


def test_no_calibration_trial_is_leave_subject_out_on_the_later_trials():
    data = dataset_of(subjects=3, trials=4)
    none = [s for s in calibrated_subject_out(data) if s.name.endswith("-0")]
    for fold, whole in zip(none, leave_subject_out(data), strict=True):
        assert np.array_equal(fold.train, whole.train)
        assert set(fold.test) < set(whole.test)


def test_as_many_first_trials_as_there_are_leave_none_to_test():
    with pytest.raises(EvaluationError, match="choose 1 to 3"):
        first_trials(dataset_of(subjects=1, trials=4), counts=(4,))


def test_trials_of_later_sessions_come_later_whatever_their_clocks_say():
    data = dataset_of(subjects=1, trials=2, sessions=2)
    second = data.session == "session-1"
    data.time[:] = np.where(second, data.time - 1000.0, data.time)
    (split,) = first_trials(data, counts=(2,))
    assert set(data.session[split.train]) == {"session-0"}


def test_inner_folds_leave_people_out_where_the_outer_split_does():
    data = dataset_of(subjects=4, trials=3)
    for fold in inner(data, leave_subject_out(data)[0], folds=3, rng=rng()):
        assert not np.isin(data.subject[fold.test], data.subject[fold.train]).any()


def test_inner_folds_leave_sessions_out_where_the_outer_split_does():
    data = dataset_of(subjects=1, trials=3, sessions=3)
    for fold in inner(data, leave_session_out(data)[0], folds=3, rng=rng()):
        assert not np.isin(data.sessions[fold.test], data.sessions[fold.train]).any()


def test_nothing_can_be_chosen_inside_one_trial():
    data = dataset_of(subjects=1, trials=2)
    with pytest.raises(EvaluationError, match="nothing can be chosen"):
        inner(data, leave_one_trial_out(data)[0], folds=3, rng=rng())


def test_rbtransformer2025_is_the_shuffled_five_folds_of_scikit_learn_on_nine_tenths():
    data = dataset_of(subjects=3, trials=10)
    made = make_splits(data, "rbtransformer2025", folds=2, rng=rng())
    rows = np.sort(np.concatenate([s.test for s in made]))
    assert len(rows) == 135
    expected = KFold(5, shuffle=True, random_state=23).split(rows)
    for fold, (train, test) in zip(made, expected, strict=True):
        assert np.array_equal(fold.train, rows[train])
        assert np.array_equal(fold.test, rows[test])


def test_histn2024_trains_on_every_trial_it_tests_but_for_two_tenths_of_it():
    data = dataset_of(subjects=2, trials=3, ticks=20)
    made = make_splits(data, "histn2024", folds=2, rng=rng())
    assert len(made) == 20
    for fold in made:
        assert np.unique(data.trials[fold.test], return_counts=True)[1].tolist() == [2, 2, 2]
        assert np.unique(data.trials[fold.train], return_counts=True)[1].tolist() == [16, 16, 16]


def test_histn2024_finetuned_learns_the_start_of_the_trials_it_tests():
    data = dataset_of(subjects=2, trials=3, ticks=12)
    fold = make_splits(data, "histn2024-finetuned", folds=2, rng=rng())[0]
    mine = fold.train[data.subject[fold.train] == "S0"]
    assert set(data.trials[mine]) == set(data.trials[fold.test])
    assert len(mine) == 3 * 2  # a sixth of 12 ticks each
    assert (data.subject[fold.train] == "S1").sum() == 36


def test_libeer2024_trains_on_three_fifths_of_the_trials_and_tests_one_fifth():
    data = dataset_of(subjects=1, trials=10)
    (fold,) = make_splits(data, "libeer2024", folds=2, rng=rng())
    assert len(np.unique(data.trials[fold.train])) == 6
    assert set(data.labels["arousal"][fold.test]) == {1.0, 9.0}
    assert len(np.unique(data.trials[fold.test])) == 2
