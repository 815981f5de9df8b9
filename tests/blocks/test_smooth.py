import numpy as np
import pytest
from scipy import signal

from neuroaffect.blocks import Smooth
from neuroaffect.blocks.derived.smooth import steady_gain, time_constant_hops
from neuroaffect.errors import PipelineError
from neuroaffect.stream import FeatureInfo, StreamInfo

INFO = FeatureInfo(
    name="entropy", channels=("Cz", "O1"), features=("alpha",), memories_s=(2.0,), hop_s=0.5
)


def run(block, y):
    step = block.start(INFO)
    return np.array([step.process(row) for row in y])


def values(n, seed=0):
    return 3 + np.random.default_rng(seed).standard_normal((n, 2, 1))


def least_squares(y, q, r):
    """Return the newest state of the walk that fits all values best: what the filter must give."""
    n = len(y)
    step = np.diff(np.eye(n), axis=0)
    return np.linalg.solve(np.eye(n) / r + step.T @ step / q, y / r)[-1]


@pytest.mark.parametrize("n", [1, 2, 3, 10, 60])
def test_the_answer_is_the_best_fitting_random_walk_through_the_past(n):
    y = values(n)
    expected = least_squares(y[:, 0, 0], q=0.05, r=2.0)
    # 1e-10: the solution of a linear system against a recursion.
    assert run(Smooth(q=0.05, r=2.0), y)[-1, 0, 0] == pytest.approx(expected, abs=1e-10)


def test_the_steady_filter_is_a_first_order_recursion():
    y = values(600)
    gain = steady_gain(0.01, 1.0)
    expected = signal.lfilter([gain], [1, gain - 1], y, axis=0)
    # The two begin differently; 500 hops of time constant 10 later nothing is left of it.
    assert run(Smooth(), y)[-50:] == pytest.approx(expected[-50:], abs=1e-12)


def test_the_first_answers_are_the_running_mean():
    y = values(20)
    expected = np.cumsum(y, axis=0) / np.arange(1, 21)[:, None, None]
    # A walk of 1e-9 per hop is as good as none.
    assert run(Smooth(q=1e-9), y) == pytest.approx(expected, abs=1e-6)


def test_a_constant_stays_as_it_is_from_the_first_hop_on():
    assert np.array_equal(run(Smooth(), np.full((50, 2, 1), 4.25)), np.full((50, 2, 1), 4.25))


def test_the_steady_gain_solves_the_riccati_equation():
    q, r = 0.03, 0.7
    gain = steady_gain(q, r)
    prior = gain * r + q  # P after an update is gain·r; predicting adds q
    assert gain == pytest.approx(prior / (prior + r), rel=1e-12)


def test_the_variances_of_libeer_forget_in_a_hundred_hops():
    assert time_constant_hops(1e-4, 1.0) == pytest.approx(100, abs=0.5)


def test_the_time_constant_is_declared_beside_the_features_memory():
    expected = 2.0 + 0.5 * time_constant_hops(0.01, 1.0)
    assert Smooth().start(INFO).info.memories_s == pytest.approx((expected,))


def test_a_missing_value_stays_missing_and_the_state_waits():
    y = values(40)
    y[10:20, 0] = np.nan
    out = run(Smooth(), y)
    assert np.isnan(out[10:20, 0]).all()
    assert np.isfinite(out[20:]).all()
    assert np.isfinite(out[:, 1]).all()


def test_a_state_that_waited_long_gives_way_to_the_next_value():
    y = np.zeros((2000, 2, 1))
    y[100:-1] = np.nan
    y[-1] = 1.0
    assert run(Smooth(q=0.1), y)[-1, 0, 0] > 0.99


def test_other_features_are_no_business_of_a_missing_one():
    y = values(40)
    broken = y.copy()
    broken[5:15, 0] = np.inf
    assert np.array_equal(run(Smooth(), y)[:, 1], run(Smooth(), broken)[:, 1])


@pytest.mark.parametrize("settings", [{"q": 0.0}, {"r": -1.0}, {"q": np.inf}])
def test_what_is_no_variance_is_refused(settings):
    with pytest.raises(PipelineError, match="is no variance"):
        Smooth(**settings).start(INFO)


def test_a_signal_is_refused():
    info = StreamInfo(name="cap", kind="eeg", rate_hz=128.0, channels=("Cz",), unit="uV")
    with pytest.raises(PipelineError, match="reads features"):
        Smooth().start(info)
