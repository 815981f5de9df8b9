import numpy as np
import pytest
from data import dataset_of

from neuroaffect.affect import SAM9, Target
from neuroaffect.errors import EvaluationError
from neuroaffect.training.evaluate import evaluate
from neuroaffect.training.scoring import choice
from neuroaffect.training.scoring.choice import answer_fold, best_of, choose
from neuroaffect.training.scoring.folds import run_fold
from neuroaffect.training.splits import leave_one_trial_out, leave_trials_out

AROUSAL = Target(dimension="arousal", scale=SAM9, threshold=5.0)
MODELS = ("dgcnn", "logistic")


@pytest.fixture
def data():
    """Return an effect that a line finds, and that five epochs of a network cannot."""
    data = dataset_of(subjects=1, trials=12, ticks=3)
    data.features[:, 0, 0] += 2.0 * np.sign(data.labels["arousal"] - 5.0)
    return data


def split_of(data):
    return leave_trials_out(data, folds=3, rng=np.random.default_rng(0))[0]


def test_the_choice_never_looks_at_the_test_side(data):
    split = split_of(data)
    before = choose(data, ["logistic"], split, [AROUSAL])
    data.features[split.test] = 1e6
    data.labels["arousal"][split.test] = 10.0 - data.labels["arousal"][split.test]
    assert choose(data, ["logistic"], split, [AROUSAL]) == before


def test_the_better_model_is_chosen_and_named(data):
    fold = answer_fold(data, best_of(MODELS), split_of(data), [AROUSAL])
    scores = choose(data, MODELS, split_of(data), [AROUSAL])
    assert fold.model == max(MODELS, key=scores.get)


def test_a_choice_is_one_more_row_that_says_what_was_chosen(data):
    rows = evaluate(
        data, targets=[AROUSAL], models=["logistic"], splits=["leave-trials-out"], folds=3,
        rng=np.random.default_rng(0), choose=True,
    )  # fmt: skip
    assert [(row["model"], row["chosen"]) for row in rows] == [
        ("logistic", None), ("best of logistic", {"logistic": 3}),
    ]  # fmt: skip
    assert rows[0]["balanced_accuracy"] == rows[1]["balanced_accuracy"]


def test_inside_one_trial_nothing_is_chosen():
    data = dataset_of(subjects=1, trials=2)
    with pytest.raises(EvaluationError, match="nothing can be chosen"):
        choose(data, MODELS, leave_one_trial_out(data)[0], [AROUSAL])


def test_choosing_among_models_does_not_calibrate_each(data, monkeypatch):
    folds = []
    monkeypatch.setattr(choice, "run_fold", lambda *a: folds.append(run_fold(*a)) or folds[-1])
    assert data.pipeline.training.calibration_folds
    choose(data, ["logistic"], split_of(data), [AROUSAL])
    assert {fold.level for fold in folds} == {0.0}
