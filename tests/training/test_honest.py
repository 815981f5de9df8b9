"""Where nothing is to be found, honest splits find nothing, and leaky ones do."""

import runpy
from pathlib import Path

import numpy as np
import pytest

from neuroaffect.training import SPLITS, evaluate, extract
from neuroaffect.training.scoring.identity import trial_identity
from neuroaffect.training.scoring.paired import holm

SIMULATED = runpy.run_path(
    str(Path(__file__).parents[2] / "benchmarks" / "drifting_people.py"), run_name="simulated"
)
PIPELINE = SIMULATED["PIPELINE"]
PER_PERSON = ("leaky", "histn2024")  # models of one person: what a line can learn by heart


def scored(dataset, names):
    rows = evaluate(
        dataset, targets=PIPELINE.labels.targets, models=["logistic"], splits=names, folds=4,
        rng=np.random.default_rng(0),
    )  # fmt: skip
    return {row["split"]: row for row in rows}


def dataset_of(effect):
    people = SIMULATED["people_of"](np.random.default_rng(1), people=6, trials=6, effect=effect)
    return extract(people, PIPELINE)


@pytest.fixture(scope="module")
def nothing():
    return dataset_of(effect=0.0)


@pytest.fixture(scope="module")
def of_nothing(nothing):
    return scored(nothing, list(SPLITS))


def test_no_honest_split_finds_what_is_not_there(of_nothing):
    honest = {name: row for name, row in of_nothing.items() if not row["leaky"]}
    assert len(honest) >= 10
    # Thirteen looks at nothing: one 95 % interval in twenty lies beside it by right.
    assert min(holm([row["p"] for row in honest.values()])) > 0.05
    # Of a dozen trials (libeer2024 tests a fifth of them) a bootstrap sees too narrow an interval.
    many = {name: row["ci_low"] for name, row in honest.items() if row["trials"] >= 36}
    assert len(many) >= 6
    assert max(many.values()) < 0.5


@pytest.mark.parametrize("name", PER_PERSON)
def test_a_leaky_split_of_one_persons_windows_scores_high_on_nothing(of_nothing, name):
    assert of_nothing[name]["ci_low"] > 0.8
    assert of_nothing[name]["tick_accuracy"] > 0.75
    assert "diagnostic" in of_nothing[name]["note"]


@pytest.mark.parametrize("name", [name for name in SPLITS if SPLITS[name].leaky])
def test_every_leaky_split_says_so_and_by_how_much_it_flatters(of_nothing, name):
    row = of_nothing[name]
    assert row["leaky"]
    assert f"optimistic by {row['optimistic_points']:.0f} points" in row["note"]


def test_features_that_drift_name_their_trial(nothing):
    found = trial_identity(nothing)
    assert found.accuracy > 4 * found.chance


def test_honest_splits_find_what_is_there():
    found = scored(dataset_of(effect=0.3), ["leave-trials-out", "leave-subject-out"])
    assert min(row["ci_low"] for row in found.values()) > 0.6
