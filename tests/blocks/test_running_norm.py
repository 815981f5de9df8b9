import numpy as np
import pytest

from neuroaffect.blocks import RunningNorm
from neuroaffect.errors import PipelineError
from neuroaffect.stream import FeatureInfo

INFO = FeatureInfo(
    name="entropy", channels=("Cz", "O1"), features=("alpha",), units=("nats",),
    memories_s=(2.0,), hop_s=0.5,
)  # fmt: skip


def run(block, y):
    step = block.start(INFO)
    return np.array([step.process(row) for row in y])


def values(n=120, seed=0):
    return 3 + 0.5 * np.random.default_rng(seed).standard_normal((n, 2, 1))


def test_a_score_is_the_z_score_against_all_values_before_it():
    y = values()
    out = run(RunningNorm(warmup_s=5.0), y)
    for n in (10, 11, 119):
        expected = (y[n] - y[:n].mean(axis=0)) / y[:n].std(axis=0)
        # 1e-9: sums in another order.
        assert out[n] == pytest.approx(expected, abs=1e-9)


def test_there_is_no_score_before_the_warm_up_is_over():
    out = run(RunningNorm(warmup_s=5.0), values())
    assert np.isnan(out[:10]).all()
    assert np.isfinite(out[10:]).all()


def test_a_full_exponential_window_weighs_values_by_their_age():
    y, out = values(800), None
    out = run(RunningNorm(warmup_s=5.0, window_s=20.0), y)
    weight = np.exp(-np.arange(799)[::-1] / 40)[:, None, None]  # 20 s are 40 hops
    mean = (weight * y[:-1]).sum(axis=0) / weight.sum()
    variance = (weight * (y[:-1] - mean) ** 2).sum(axis=0) / weight.sum()
    # 1e-6: the first values weighed more, exp(−20) of that is left.
    assert out[-1] == pytest.approx((y[-1] - mean) / np.sqrt(variance), abs=1e-6)


def test_a_frozen_scale_is_that_of_the_warm_up():
    y = values()
    y[60:] += 100
    out = run(RunningNorm(warmup_s=5.0, freeze=True), y)
    expected = (y[10:] - y[:10].mean(axis=0)) / y[:10].std(axis=0)
    # 1e-9: sums in another order.
    assert out[10:] == pytest.approx(expected, rel=1e-9)


def test_missing_values_are_left_out_of_the_statistics():
    y = values()
    holes = y.copy()
    holes[20:30, 0] = np.nan
    out = run(RunningNorm(warmup_s=5.0), holes)
    kept = np.delete(y[:-1, 0, 0], slice(20, 30))
    assert np.isnan(out[20:30, 0]).all()
    assert out[-1, 0, 0] == pytest.approx((y[-1, 0, 0] - kept.mean()) / kept.std(), abs=1e-9)


def test_the_warm_up_counts_values_and_not_time():
    y = values()
    y[:8, 0] = np.nan
    out = run(RunningNorm(warmup_s=5.0), y)
    assert np.isnan(out[:18, 0]).all()
    assert np.isfinite(out[18:, 0]).all()
    assert np.isfinite(out[10:, 1]).all()


def test_a_feature_that_stands_still_has_no_scale():
    assert np.isnan(run(RunningNorm(warmup_s=5.0), np.full((50, 2, 1), 0.1))).all()


def test_the_statistics_outlast_a_gap():
    y, block = values(), RunningNorm(warmup_s=5.0)
    before = block.start(INFO)
    for row in y[:60]:
        before.process(row)
    after = block.start(INFO)
    after.resume(before)
    assert np.array_equal([after.process(row) for row in y[60:]], run(block, y)[60:])


def test_settling_takes_the_warm_up():
    assert RunningNorm(warmup_s=12.0).start(INFO).settle_s == 12.0


def test_a_warm_up_goes_on_after_a_gap_where_it_stood():
    block = RunningNorm(warmup_s=12.0)
    before, after = block.start(INFO), block.start(INFO)
    for row in values()[:10]:
        before.process(row)
    after.resume(before)
    assert after.settle_s == 7.0


@pytest.mark.parametrize(
    ("settings", "words"),
    [({"warmup_s": 0.5}, "two hops"), ({"warmup_s": 20.0, "window_s": 10.0}, "at least the warm")],
)
def test_too_short_a_span_is_refused(settings, words):
    with pytest.raises(PipelineError, match=words):
        RunningNorm(**settings).start(INFO)
