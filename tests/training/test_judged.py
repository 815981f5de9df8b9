"""Error bars calibrated inside each fold, and judged outside it."""

from dataclasses import replace

import numpy as np
import pytest
from data import dataset_of

from neuroaffect.affect import Target
from neuroaffect.training.evaluate import evaluate
from neuroaffect.training.learning.calibrate import fit_calibrated, held
from neuroaffect.training.scoring.folds import Fold
from neuroaffect.training.scoring.judged import judge

AROUSAL = Target(dimension="arousal")
NUMBER = Target(dimension="arousal", kind="continuous")


def rated(values, subjects=1, trials=30):
    """Return features of which one says a little of the rating."""
    data = dataset_of(subjects=subjects, trials=trials)
    rng = np.random.default_rng(0)
    label = rng.choice(values, size=data.trials.max() + 1)[data.trials]
    return replace(data, features=data.features + label[:, None, None], labels={"arousal": label})


def scored(data, target, **settings):
    [row] = evaluate(
        data, targets=[target], models=["logistic"], splits=["leave-trials-out"], folds=3,
        rng=np.random.default_rng(0), **settings,
    )  # fmt: skip
    return row


def test_error_bars_are_judged_where_they_were_asked_for():
    row = scored(rated([0.0, 1.0]), AROUSAL, calibrate=True)
    assert row["interval_level"] == 0.9
    assert 1 <= row["interval_size"] <= 2
    assert row["interval_coverage"] > 0.75  # 30 trials: two standard errors below
    assert "90 % intervals held" in row["note"]


def test_numbers_have_intervals_and_no_calibration_error():
    row = scored(rated([-0.5, 0.5]), NUMBER, calibrate=True)
    assert row["ece_calibrated"] is None
    assert row["interval_coverage"] > 0.75


def test_without_calibration_nothing_is_said_of_error_bars():
    row = scored(rated([0.0, 1.0]), AROUSAL)
    assert (row["interval_level"], row["ece_calibrated"]) == (None, None)


def test_calibration_changes_no_answer():
    data = rated([0.0, 1.0])
    first, second = scored(data, AROUSAL, calibrate=True), scored(data, AROUSAL)
    assert first["answers"]["predicted"] == second["answers"]["predicted"]


@pytest.mark.parametrize("target", [AROUSAL, NUMBER])
def test_what_is_held_is_what_the_live_interval_says(target):
    data = rated([0.0, 1.0])
    fitted = fit_calibrated(data, targets=[target], rng=np.random.default_rng(0))
    bars = held(fitted, data.features, {"arousal": data.labels["arousal"]})["arousal"]
    from neuroaffect.models import read_out

    said = read_out(fitted.outputs(data.features), [target], data.time, fitted.calibration)
    low, high = np.array([one.interval["arousal"] for one in said]).T
    true = data.labels["arousal"] * (2 if target.classes else 1) - (1 if target.classes else 0)
    assert np.array_equal(bars.inside, (low <= true) & (true <= high))


def test_people_who_are_not_scored_are_not_judged():
    data = dataset_of(subjects=2, trials=4)

    def fold(person, inside, one_class):
        rows = np.flatnonzero(data.subject == person)
        each = {"arousal": np.full((len(rows), 2), 0.5)}
        return Fold(
            model="logistic", test=rows, said=each, cooled=each,
            truth={"arousal": np.zeros(len(rows))}, majority={"arousal": 0.0},
            shares={"arousal": np.full(2, 0.5)}, trained=3, one_class=frozenset(one_class),
            seconds=0.0, level=0.9, inside={"arousal": np.full(len(rows), inside)},
            size={"arousal": np.ones(len(rows))},
        )  # fmt: skip

    folds = [fold("S0", True, []), fold("S1", False, ["arousal"])]
    assert judge(data, AROUSAL, folds)["interval_coverage"] == 1.0
