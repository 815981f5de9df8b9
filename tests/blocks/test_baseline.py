import numpy as np
import pytest

from neuroaffect.blocks import Baseline, Context
from neuroaffect.errors import PipelineError
from neuroaffect.stream import FeatureInfo

INFO = FeatureInfo(
    name="entropy", channels=("Cz", "O1"), features=("alpha", "beta"), units=("nats", "nats"),
    memories_s=(0.0, 1.0), hop_s=0.5,
)  # fmt: skip


def run(block, y, rest, step=None):
    step = step or block.start(INFO)
    return np.array(
        [step.process(row, Context(rest=bool(at))) for row, at in zip(y, rest, strict=True)]
    )


def values(n=100, seed=0):
    return 3 + np.random.default_rng(seed).standard_normal((n, 2, 2))


def resting(*spans, n=100):
    rest = np.zeros(n, dtype=bool)
    for start, stop in spans:
        rest[start:stop] = True
    return rest


def test_there_is_no_value_until_a_rest_has_ended():
    out = run(Baseline(), values(), resting((10, 30)))
    assert np.isnan(out[:30]).all()
    assert np.isfinite(out[30:]).all()


def test_what_remains_is_the_distance_from_the_mean_at_rest():
    y = values()
    out = run(Baseline(), y, resting((10, 30)))
    # 1e-12: sums in another order.
    assert out[30:, :, 0] == pytest.approx(y[30:, :, 0] - y[10:30, :, 0].mean(axis=0), abs=1e-12)


def test_hops_that_remember_what_was_before_the_rest_are_left_out():
    y = values()
    y[10:12, :, 1] = 1e6
    out = run(Baseline(), y, resting((10, 30)))
    assert out[30:, :, 1] == pytest.approx(y[30:, :, 1] - y[12:30, :, 1].mean(axis=0), abs=1e-12)


def test_divided_by_the_mean_at_rest():
    y = values()
    out = run(Baseline(mode="divide"), y, resting((10, 30)))
    assert out[30:, :, 0] == pytest.approx(y[30:, :, 0] / y[10:30, :, 0].mean(axis=0), rel=1e-12)


def test_z_scored_against_the_rest():
    y = values()
    out = run(Baseline(mode="zscore"), y, resting((10, 30)))
    rest = y[10:30, :, 0]
    expected = (y[30:, :, 0] - rest.mean(axis=0)) / rest.std(axis=0)
    assert out[30:, :, 0] == pytest.approx(expected, rel=1e-9)


def test_an_old_baseline_holds_until_the_next_rest_has_ended():
    y = values()
    once = run(Baseline(), y, resting((10, 30)))
    twice = run(Baseline(), y, resting((10, 30), (50, 70)))
    assert np.array_equal(once[:70], twice[:70], equal_nan=True)
    expected = y[70:, :, 0] - y[50:70, :, 0].mean(axis=0)
    assert twice[70:, :, 0] == pytest.approx(expected, abs=1e-12)


def test_missing_values_are_left_out_of_the_mean():
    y = values()
    y[14:18, 0, 0] = np.nan
    out = run(Baseline(), y, resting((10, 30)))
    mean = np.nanmean(y[10:30, 0, 0])
    assert out[30:, 0, 0] == pytest.approx(y[30:, 0, 0] - mean, abs=1e-12)


def test_a_rest_that_tells_too_little_of_a_feature_leaves_its_old_baseline():
    y = values()
    y[52:70, 0, 0] = np.nan
    once = run(Baseline(), y, resting((10, 30)))
    twice = run(Baseline(), y, resting((10, 30), (50, 70)))
    assert np.array_equal(once[70:, 0, 0], twice[70:, 0, 0])
    assert not np.array_equal(once[70:, 1], twice[70:, 1])


def test_a_rest_that_is_too_short_is_no_baseline():
    assert np.isnan(run(Baseline(least_s=5.0), values(), resting((10, 19)))).all()


def test_a_feature_that_stood_still_at_rest_has_no_z_score():
    y = values()
    y[10:30, 0, 0] = 0.1
    out = run(Baseline(mode="zscore"), y, resting((10, 30)))
    assert np.isnan(out[:, 0, 0]).all()
    assert np.isfinite(out[30:, 1]).all()


def test_the_baseline_outlasts_a_gap():
    y, block, rest = values(), Baseline(), resting((10, 30))
    before = block.start(INFO)
    run(block, y[:50], rest[:50], before)
    after = block.start(INFO)
    after.resume(before)
    whole = run(block, y, rest)
    assert np.array_equal(run(block, y[50:], rest[50:], after), whole[50:])


def test_a_rest_goes_on_over_a_gap():
    y, block, rest = values(), Baseline(), resting((10, 30))
    before = block.start(INFO)
    run(block, y[:20], rest[:20], before)
    after = block.start(INFO)
    after.resume(before)
    assert np.array_equal(run(block, y[20:], rest[20:], after)[10:], run(block, y, rest)[30:])


def test_a_difference_keeps_its_unit_and_a_ratio_has_none():
    assert Baseline().start(INFO).info.units == ("nats", "nats")
    assert Baseline(mode="divide").start(INFO).info.units == ("", "")


def test_a_span_of_no_length_is_refused():
    with pytest.raises(PipelineError, match="least_s = 0"):
        Baseline(least_s=0.0).start(INFO)
