"""Selection by the training trials, and by nothing else."""

from dataclasses import replace

import numpy as np
import pytest
from data import PIPELINE, dataset_of

from neuroaffect.affect import SAM9, Target
from neuroaffect.models.graph import open_session, raw_outputs
from neuroaffect.stream import FeatureInfo
from neuroaffect.training.evaluate import evaluate
from neuroaffect.training.learning.calibrate import fit_calibrated
from neuroaffect.training.learning.fit import fit
from neuroaffect.training.scoring.folds import run_fold
from neuroaffect.training.splits import leave_trials_out

AROUSAL = Target(dimension="arousal", scale=SAM9)


def selecting(count, dataset):
    recipe = PIPELINE.training.model_copy(update={"select": count})
    return replace(dataset, pipeline=PIPELINE.model_copy(update={"training": recipe}))


def planted(cell=(1, 0), **settings):
    """Noise, but one cell is higher in the trials rated high."""
    dataset = dataset_of(subjects=1, trials=20, **settings)
    dataset.features[:, *cell] += dataset.labels["arousal"]
    return dataset


def selected(fitted):
    return np.argwhere(np.isfinite(fitted.sd)).tolist()


def test_the_cell_that_separates_is_selected():
    assert selected(fit(selecting(1, planted()), targets=[AROUSAL])) == [[1, 0]]


def test_without_a_number_every_cell_takes_part():
    assert len(selected(fit(planted(), targets=[AROUSAL]))) == 6


def test_what_is_not_selected_contributes_exactly_nothing():
    dataset = selecting(2, planted())
    fitted = fit(dataset, targets=[AROUSAL])
    other = dataset.features.copy()
    other[:, ~np.isfinite(fitted.sd)] = np.random.default_rng(3).choice([1e9, -1e9, 0.0, np.nan])
    assert np.array_equal(fitted.outputs(other), fitted.outputs(dataset.features))


@pytest.mark.parametrize("network", ["logistic", "rbtransformer"])
def test_a_saved_model_looks_at_the_selected_cells_only(tmp_path, network):
    dataset = selecting(1, planted())
    pipeline = dataset.pipeline
    pipeline = pipeline.model_copy(
        update={"network": pipeline.network.model_copy(update={"name": network})}
    )
    fitted = fit(dataset, targets=[AROUSAL], pipeline=pipeline)
    fitted.save(tmp_path / "model")
    graph = open_session((tmp_path / "model" / "network.onnx").read_bytes())
    other = dataset.features.copy()
    other[:, ~np.isfinite(fitted.sd)] = np.nan
    raw = [raw_outputs(graph, x.astype(np.float32)) for x in (dataset.features, other)]
    assert np.isfinite(raw[0]).all()
    assert np.array_equal(*raw)


def test_test_rows_cannot_change_what_is_selected():
    dataset = selecting(1, planted())
    (split, *_) = leave_trials_out(dataset, folds=5, rng=np.random.default_rng(0))
    half = split.test[: len(split.test) // 2]
    revealed = replace(dataset, features=dataset.features.copy(),
                       labels={"arousal": dataset.labels["arousal"].copy()})  # fmt: skip
    # A cell that gives the labels of half the test rows away, and labels turned round.
    revealed.features[half, 2, 1] = 1000 * dataset.labels["arousal"][half]
    revealed.labels["arousal"][half] = 10 - dataset.labels["arousal"][half]
    said, again = (run_fold(d, "logistic", split, [AROUSAL]).said for d in (dataset, revealed))
    kept = ~np.isin(split.test, half)
    assert kept.any()
    assert np.array_equal(said["arousal"][kept], again["arousal"][kept])


def test_selecting_from_much_noise_inside_the_folds_scores_like_chance():
    rng = np.random.default_rng(4)
    features = np.repeat(rng.standard_normal((40, 20, 10)), 2, axis=0)
    dataset = selecting(5, dataset_of(subjects=1, trials=40, ticks=2, features=features))
    dataset = replace(
        dataset,
        input=FeatureInfo(
            name="entropy",
            channels=tuple(f"c{i}" for i in range(20)),
            features=tuple(f"f{i}" for i in range(10)),
        ),
    )
    (row,) = evaluate(
        dataset, targets=[AROUSAL], models=["logistic"], splits=["leave-trials-out"], folds=5,
        rng=np.random.default_rng(0),
    )  # fmt: skip
    # Chosen on all 40 trials, five such cells score 0.78 to 0.83.
    assert row["ci_low"] < 0.5


def test_every_person_counts_against_their_own_mean():
    dataset = planted(cell=(2, 1))
    two = dataset_of(subjects=2, trials=20)
    two.features[:, 2, 1] += two.labels["arousal"]
    # A cell that tells the people apart, by far, and nothing else.
    two.features[two.subject == "S1", 0, 0] += 1000.0
    assert selected(fit(selecting(1, two), targets=[AROUSAL])) == [[2, 1]]
    assert selected(fit(selecting(1, dataset), targets=[AROUSAL])) == [[2, 1]]


@pytest.mark.parametrize("count", [1, 2, 3])
def test_a_calibrated_model_of_few_cells_is_saved(tmp_path, count):
    """Its graph tells novelty too, and must agree with torch."""
    dataset = selecting(count, planted())
    fitted = fit_calibrated(dataset, targets=[AROUSAL], rng=np.random.default_rng(0))
    fitted.save(tmp_path / "model")


@pytest.mark.parametrize("count", [2, 6])
def test_training_rows_are_as_novel_as_usual_however_few_cells_are_looked_at(count):
    dataset = selecting(count, planted())
    _, novelty = fit(dataset, targets=[AROUSAL]).answers(dataset.features)
    assert novelty.mean() == pytest.approx(1.0, abs=0.01)  # of its own rows, by construction
