"""A rate that is not what it should be is found; unevenness alone is not taken for one."""

from itertools import pairwise

import numpy as np
import pytest

from neuroaffect.acquire.flow import Flow


def flow(nominal_hz: float, *, true_hz: float, seconds: float, every_s: float = 0.25) -> Flow:
    """Return the flow of a stream whose samples are delivered `every_s`."""
    flow = Flow(nominal_hz)
    edges = np.arange(0.0, seconds + every_s / 2, every_s)
    for now, then in pairwise(edges):
        if count := int(then * true_hz) - int(now * true_hz):
            flow.take(100.0 + then, count)
    return flow


@pytest.mark.parametrize(("nominal_hz", "true_hz"), [(256, 250), (250, 256), (10, 1), (1000, 500)])
def test_a_rate_more_than_two_percent_off_is_found_within_a_minute(nominal_hz, true_hz):
    found = flow(nominal_hz, true_hz=true_hz, seconds=60)
    assert found.off() == pytest.approx(true_hz / nominal_hz - 1, abs=0.005)


@pytest.mark.parametrize("true_hz", [256, 252, 260])
def test_a_rate_within_two_percent_is_right(true_hz):
    assert flow(256, true_hz=true_hz, seconds=120).off() is None


@pytest.mark.parametrize("every_s", [0.05, 0.3, 1.0, 3.0])
def test_bunches_are_no_wrong_rate(every_s):
    assert flow(256, true_hz=256, seconds=60, every_s=every_s).off() is None


def test_nothing_is_said_in_the_first_ten_seconds():
    assert flow(256, true_hz=128, seconds=9).off() is None


def test_an_irregular_stream_is_never_off():
    assert flow(0.0, true_hz=3.0, seconds=60).off() is None


@pytest.mark.parametrize("stall_s", [3.0, 30.0])
@pytest.mark.parametrize("caught_up", [True, False])
def test_a_stall_is_no_wrong_rate(stall_s, caught_up):
    found = flow(256, true_hz=256, seconds=60)
    end = 160.0 + stall_s
    if caught_up:
        for _ in range(10):
            found.take(end, round(25.6 * stall_s))
    for k in range(1, 240):
        found.take(end + k / 4, 64)
        assert found.off() is None


def test_the_mean_rate_is_that_of_the_whole_recording():
    assert flow(256, true_hz=250, seconds=300).mean_hz == pytest.approx(250, rel=1e-3)


def test_the_recent_rate_forgets_within_ten_seconds():
    found = flow(256, true_hz=256, seconds=60)
    for k in range(1, 61):
        found.take(160.0 + k / 4, 16)
    assert found.recent_hz(175.0) == pytest.approx(64, rel=0.01)


def test_the_recent_rate_of_a_stream_that_fell_silent_is_zero():
    assert flow(256, true_hz=256, seconds=60).recent_hz(200.0) == 0.0


def test_no_rate_is_known_before_anything_arrived():
    found = Flow(256)
    assert (found.mean_hz, found.recent_hz(5.0), found.measured_hz()) == (None, None, None)
