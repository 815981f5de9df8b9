import numpy as np
import pytest
from data import dataset_of

from neuroaffect.affect import SAM9, Target
from neuroaffect.errors import EvaluationError
from neuroaffect.training.evaluate import evaluate

AROUSAL = Target(dimension="arousal", scale=SAM9, threshold="median")
KEYS = {
    "corpus", "model", "split", "leaky", "dimension", "subjects", "trials", "balanced_accuracy",
    "macro_f1", "majority", "ci_low", "ci_high", "p", "confounded", "optimistic_points",
}  # fmt: skip


def scores(data, *splits, folds=4, models=("logistic",), targets=(AROUSAL,), **settings):
    rows = evaluate(
        data, targets=targets, models=models, splits=splits, folds=folds,
        rng=np.random.default_rng(0), **settings,
    )  # fmt: skip
    return {row["split"]: row for row in rows}


@pytest.fixture(scope="module")
def offsets():
    """Return trials that a model can tell apart, and that say nothing of their ratings."""
    data = dataset_of(subjects=6, trials=12, ticks=12)
    rng = np.random.default_rng(4)
    data.features[:] += rng.normal(0, 5.0, (data.trials.max() + 1, 3, 2))[data.trials]
    rating_of = rng.permuted(np.tile([1.0, 9.0], (6, 6)), axis=1).reshape(-1)
    data.labels["arousal"][:] = rating_of[data.trials]
    return data


@pytest.fixture(scope="module")
def found(offsets):
    return scores(offsets, "leave-trials-out", "blocked", "leaky")


def test_no_signal_scores_at_chance_with_trials_left_out_and_high_with_shuffled_windows(found):
    honest, flattered = found["leave-trials-out"], found["leaky"]
    # 72 trials: three standard errors of a coin are 0.18.
    assert abs(honest["balanced_accuracy"] - 0.5) < 0.18
    assert flattered["balanced_accuracy"] > 0.75
    assert honest["p"] > 0.05


def test_the_leaky_row_says_by_how_many_points_it_flatters(found):
    points = 100 * (
        found["leaky"]["balanced_accuracy"] - found["leave-trials-out"]["balanced_accuracy"]
    )
    assert found["leaky"]["optimistic_points"] == points
    assert found["leave-trials-out"]["optimistic_points"] is None
    assert f"optimistic by {points:.0f} points" in found["leaky"]["note"]


def test_rows_have_the_agreed_keys(found):
    assert all(set(row) >= KEYS for row in found.values())


def test_only_the_shuffled_split_is_called_leaky(found):
    assert {name: row["leaky"] for name, row in found.items()} == {
        "leave-trials-out": False, "blocked": False, "leaky": True,
    }  # fmt: skip


def test_one_class_per_recording_is_confounded_within_a_person_but_not_across_people():
    data = dataset_of(subjects=4, trials=4, sessions=2)
    data.labels["arousal"][:] = np.where(data.session == "session-0", 1.0, 9.0)
    found = scores(data, "blocked", "leave-subject-out", folds=2)
    assert {name: row["confounded"] for name, row in found.items()} == {
        "blocked": True, "leave-subject-out": False,
    }  # fmt: skip


def test_people_of_one_class_in_a_training_side_are_left_out_and_counted():
    data = dataset_of(subjects=3, trials=6)
    data.labels["arousal"][data.subject == "S1"] = 2.0
    row = scores(data, "leave-trials-out", folds=3)["leave-trials-out"]
    assert (row["subjects"], row["subjects_left_out"], row["trials"]) == (2, 1, 12)


def test_nobody_left_to_score_is_refused():
    data = dataset_of(subjects=1, trials=6)
    data.labels["arousal"][:] = 2.0
    with pytest.raises(EvaluationError, match="no training side with two classes of 'arousal'"):
        scores(data, "leave-trials-out", folds=3)


def test_a_curve_over_the_first_trials_begins_where_both_classes_were_seen():
    data = dataset_of(subjects=2, trials=16)  # the first eight are rated low
    data.labels["arousal"][:] = np.where(data.time // 15 % 16 % 4 < 2, 1.0, 9.0)
    found = scores(data, "first-trials")
    assert [(name, row["trials"]) for name, row in found.items()] == [
        ("first-trials-4", 16), ("first-trials-8", 16),
    ]  # fmt: skip


def test_people_of_one_class_have_no_curve():
    data = dataset_of(subjects=1, trials=16)
    with pytest.raises(EvaluationError, match="no training side has two classes"):
        scores(data, "first-trials")


def test_every_trial_is_counted_once_however_many_ticks_it_has():
    row = scores(dataset_of(subjects=2, trials=6, ticks=9), "leave-trials-out", folds=3)
    assert row["leave-trials-out"]["trials"] == 12


def test_workers_change_nothing():
    data = dataset_of(subjects=2, trials=6)
    alone = scores(data, "leave-trials-out", folds=3)["leave-trials-out"]
    shared = scores(data, "leave-trials-out", folds=3, workers=2)["leave-trials-out"]
    assert {**alone, "seconds": 0} == {**shared, "seconds": 0}


def test_a_continuous_target_is_scored_by_concordance():
    target = Target(dimension="arousal", kind="continuous", scale=SAM9)
    data = dataset_of(subjects=2, trials=6)
    data.features[:] += data.labels["arousal"][:, None, None]
    row = scores(data, "leave-trials-out", folds=3, targets=(target,))["leave-trials-out"]
    assert row["balanced_accuracy"] is None
    assert row["concordance"] > 0.9


def test_a_split_scores_the_same_whatever_else_is_asked(offsets):
    told = ("balanced_accuracy", "ci_low", "ci_high", "p", "answers")
    alone = scores(offsets, "leave-trials-out")["leave-trials-out"]
    among = scores(offsets, "leaky", "leave-trials-out", models=("svm", "logistic"))
    assert among["leave-trials-out"]["model"] == "logistic"
    assert [alone[key] for key in told] == [among["leave-trials-out"][key] for key in told]
