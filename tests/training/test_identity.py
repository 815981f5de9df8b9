from dataclasses import replace

import numpy as np
import pytest
from data import dataset_of

from neuroaffect.training.data.mapped import Gathered
from neuroaffect.training.scoring.identity import trial_identity


def test_trials_with_offsets_of_their_own_are_always_named():
    data = dataset_of(subjects=2, trials=6, ticks=12)
    data.features[:] += 50.0 * np.random.default_rng(0).normal(size=(12, 3, 2))[data.trials]
    found = trial_identity(data)
    assert found.accuracy == 1.0
    assert (found.people, found.trials) == (2, 12)


def test_trials_of_noise_are_named_by_chance():
    data = dataset_of(subjects=8, trials=8, ticks=40)
    found = trial_identity(data)
    assert found.chance == 1 / 8
    assert found.accuracy == pytest.approx(1 / 8, abs=0.04)  # 64 trials, some 19 ticks each


def test_ticks_that_share_signal_name_nothing():
    """A trial is told by a moving average that its halves share, unless they are kept apart."""
    rng = np.random.default_rng(3)
    data = dataset_of(subjects=10, trials=6, ticks=20, memory_s=9.0)
    walk = rng.normal(size=(60, 29, 3, 2))
    summed = np.stack([walk[:, k : k + 10].mean(axis=1) for k in range(20)], axis=1)
    data.features[:] = summed.reshape(data.features.shape)
    found = trial_identity(data)
    assert found.accuracy == pytest.approx(1 / 6, abs=0.1)  # 60 trials: two standard errors


def test_trials_too_short_for_two_halves_apart_take_no_part():
    assert trial_identity(dataset_of(subjects=2, trials=4, ticks=5, memory_s=8.0)) is None


def test_a_feature_without_a_value_decides_nothing():
    data = dataset_of(subjects=1, trials=4, ticks=12)
    data.features[:] += 50.0 * np.random.default_rng(0).normal(size=(4, 3, 2))[data.trials]
    data.features[:, 0] = np.nan
    assert trial_identity(data).accuracy == 1.0


def test_features_in_a_file_name_trials_as_those_in_memory():
    data = dataset_of(subjects=2, trials=6, ticks=12)
    kept = Gathered(most_bytes=0)
    kept.add(data.features)
    assert trial_identity(replace(data, features=kept.whole())) == trial_identity(data)
