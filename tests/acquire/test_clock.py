"""Stamps of senders on this machine's clock."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neuroaffect.acquire.clock import BACKWARD_S, UNKNOWN_S, StreamClock, classify
from neuroaffect.session import ClockOffset


def offset(seconds: float) -> ClockOffset:
    return ClockOffset(1, 0.0, seconds)


@pytest.mark.parametrize(
    ("newest", "regular", "clock"),
    [
        (1000.2, True, "lsl"),
        (1.7e9 - 3.0, True, "unix"),
        (50_000.0, True, "other"),
        (50_000.0, False, "lsl"),
        (1.7e9, False, "unix"),
    ],
)
def test_a_stamp_belongs_to_the_clock_it_is_near(newest, regular, clock):
    assert classify(newest, lsl=1000.0, unix=1.7e9, regular=regular) == clock


def test_the_measured_offset_is_added():
    clock = StreamClock()
    clock.set_offset(offset(5.0))
    assert clock.times(np.array([1.0])).tolist() == [6.0]


def test_an_offset_that_is_measured_again_is_followed():
    clock = StreamClock()
    for seconds in (5.0, 5.25, 5.25):
        clock.set_offset(offset(seconds))
    assert clock.times(np.array([2.0])).tolist() == [7.25]


@pytest.mark.parametrize("wrong", [-0.4, 0.03, 0.9, 86_000.0, float("nan")])
def test_one_bad_measurement_bends_no_time(wrong):
    clock, other = StreamClock(), StreamClock()
    for seconds in (5.0, 5.0, wrong + 5.0, 5.0):
        clock.set_offset(offset(seconds))
        other.set_offset(offset(5.0))
        assert clock.times(np.array([1.0])) == other.times(np.array([1.0]))


def test_offsets_that_drift_are_followed_one_measurement_late():
    clock = StreamClock()
    for k in range(100):
        clock.set_offset(offset(1.0 + 2.5e-4 * k))  # 50 ppm, measured every 5 s
    assert clock.offset.offset == 1.0 + 2.5e-4 * 98


def test_a_new_offset_is_gone_over_to_within_a_packet():
    clock = StreamClock(smooth=True)
    clock.set_offset(offset(0.0))
    clock.times(np.array([1.0]))
    for _ in range(2):
        clock.set_offset(offset(0.4))
    assert clock.times(np.array([2.0, 3.0, 4.0, 5.0])) == pytest.approx([2.1, 3.2, 4.3, 5.4])


def test_an_offset_that_falls_holds_time_until_it_is_true():
    clock = StreamClock()
    clock.set_offset(offset(10.0))
    clock.times(np.array([1.0]))
    for _ in range(2):
        clock.set_offset(offset(5.0))
    assert [float(clock.times(np.array([s]))[0]) for s in (2.0, 5.5, 7.0)] == [11.0, 11.0, 12.0]


@pytest.mark.parametrize("absurd", [float("nan"), float("inf"), -1e300])
def test_an_offset_no_clock_can_have_is_dropped(absurd):
    clock = StreamClock()
    assert not clock.set_offset(offset(absurd))
    assert clock.times(np.array([1.0])).tolist() == [1.0]


def test_an_offset_that_jumps_is_believed_when_measured_twice():
    clock = StreamClock()
    measured = [0.0, 86_000.0, 0.001, 500.0, 500.0002]
    assert [clock.set_offset(offset(x)) for x in measured] == [True, False, True, False, True]


def test_stamps_that_fall_back_a_little_are_held():
    clock = StreamClock()
    assert clock.times(np.array([1.0, 1.5, 1.2, 1.6])).tolist() == [1.0, 1.5, 1.5, 1.6]
    assert clock.times(np.array([1.4, 1.7])).tolist() == [1.6, 1.7]


def test_time_goes_on_after_a_clock_reset():
    clock = StreamClock()
    clock.times(np.array([500.0]))
    assert clock.times(np.array([3.0, 3.5])).tolist() == [500 + UNKNOWN_S, 500.5 + UNKNOWN_S]


def test_the_offset_to_the_new_clock_ends_the_guess_after_a_reset():
    clock = StreamClock()
    clock.set_offset(offset(0.0))
    clock.times(np.array([500.0]))
    clock.times(np.array([3.0]))
    clock.set_offset(offset(505.0))
    clock.set_offset(offset(505.0))
    assert clock.times(np.array([10.0])).tolist() == [515.0]


def test_stamps_are_not_changed_in_place():
    stamps = np.array([2.0, 1.9])
    StreamClock().times(stamps)
    assert stamps.tolist() == [2.0, 1.9]


@given(st.lists(st.lists(st.floats(0, 1e6), min_size=1, max_size=5), min_size=1, max_size=20))
def test_time_never_runs_backward(pieces):
    clock = StreamClock()
    times = np.concatenate([clock.times(np.array(piece)) for piece in pieces])
    assert np.all(np.diff(times) >= 0)


def test_the_threshold_of_a_reset_is_above_ordinary_jitter():
    assert BACKWARD_S >= 1.0
