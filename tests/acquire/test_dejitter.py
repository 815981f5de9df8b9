"""Times of regular streams: a straight line, right after every gap, and never backward."""

from collections.abc import Iterable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neuroaffect.acquire import Intake, Recorded
from neuroaffect.acquire.dejitter import Dejitter, known
from neuroaffect.session import ClockOffset


def timed(intake: Intake, packets: Iterable) -> np.ndarray:
    return np.concatenate(
        [intake.take(piece).times for packet in packets for piece in intake.split(packet)]
    )


@pytest.fixture
def intake(stream):
    return lambda rate_hz: Intake(stream(rate_hz=rate_hz), name="eeg")


@pytest.fixture
def rng():
    return np.random.default_rng(5)


@pytest.mark.parametrize(
    ("rate_hz", "gap_s"), [(256.0, 1.0), (256.0, 3.0), (64.0, 10.0), (4.0, 30.0), (4.0, 60.0)]
)
@pytest.mark.parametrize("size", [1, 2, 8, 30])
def test_every_time_is_right_from_the_first_packet_after_a_gap_on(
    intake, packets, rate_hz, gap_s, size
):
    true = np.arange(120 * rate_hz) / rate_hz
    true = true[(true < 30) | (true >= 30 + gap_s)]
    known = intake(rate_hz)
    times = timed(known, packets(true, [size] * len(true)))
    assert [gap.lost for gap in known.gaps] == [gap_s * rate_hz]
    assert np.allclose(times, true, rtol=0, atol=1e-9)  # rounding of sums


@pytest.mark.parametrize("rate_hz", [256.0, 64.0, 4.0])
def test_late_stamps_cost_less_than_a_sample_after_a_gap(intake, packets, rng, rate_hz):
    true = np.arange(240 * rate_hz) / rate_hz
    true = true[(true < 120) | (true >= 130)]
    late = np.maximum.accumulate(true + rng.uniform(0.0, 0.4 / rate_hz, len(true)))
    times = timed(intake(rate_hz), packets(late, [max(1, round(rate_hz / 8))] * len(true)))
    after = true >= 130
    assert np.abs(times - true)[after].max() < 1.0 / rate_hz


@pytest.mark.parametrize("rate_hz", [64.0, 250.0, 1000.0])
@pytest.mark.parametrize("ppm", [-200.0, 40.0])
def test_drift_is_found_under_bunched_and_late_delivery(intake, packets, rng, rate_hz, ppm):
    n = round(200 * rate_hz)
    true = np.arange(n) / (rate_hz * (1 + ppm * 1e-6))
    bunch = max(1, round(0.047 * rate_hz))
    ends = np.minimum((np.arange(n) // bunch + 1) * bunch - 1, n - 1)
    late = true[ends] + np.repeat(rng.exponential(0.01, n // bunch + 1), bunch)[:n]
    known = intake(rate_hz)
    times = timed(known, packets(np.maximum.accumulate(late), rng.integers(1, bunch * 3, n)))
    assert known.gaps == []
    assert known.rate_ppm == pytest.approx(ppm, abs=5)
    error = (times - true)[n // 3 :]
    assert error.min() >= -0.001
    assert error.max() < 0.01  # single delays reach 0.1 s


def test_samples_of_equal_stamps_are_spread_over_the_time_they_took(intake, packets):
    stamps = np.repeat(np.arange(1, 400) * 12 / 256.0, 12)
    times = timed(intake(256.0), packets(stamps, [12] * 400))
    steps = np.diff(times[2000:])
    assert np.allclose(steps, 1 / 256.0, rtol=0, atol=1e-9)


def test_a_stall_leaves_the_line_where_it_was(intake, packets):
    true = np.arange(256 * 60) / 256.0
    stamps = true.copy()
    stamps[7680:7936] = stamps[7936]  # a second
    times = timed(intake(256.0), packets(stamps, [256] * 60))
    assert np.abs(times - true).max() < 0.006  # the release, over a second


def test_an_offset_that_jumps_is_no_loss_and_no_step_backward(intake, packets):
    stamps = np.arange(5120) / 256.0
    known, taken = intake(256.0), []
    for k, packet in enumerate(packets(stamps, [64] * 80)):
        known.set_offset(ClockOffset(1, 0.0, 100.0 if k < 40 else 100.3))
        taken.append(known.take(packet).times)
    times = np.concatenate(taken)
    assert known.gaps == []
    assert np.all(np.diff(times) > 0)
    assert times[-1] == pytest.approx(stamps[-1] + 100.3)


def test_missing_stamps_are_filled_from_the_line(intake, packets):
    true = 50.0 + np.arange(2560) / 256.0
    stamps = true.copy()
    stamps[100:120] = np.nan
    stamps[640:704] = np.nan
    stamps[1000] = np.inf
    known = intake(256.0)
    times = timed(known, packets(stamps, [64] * 40))
    assert known.gaps == []
    assert np.allclose(times, true, rtol=0, atol=1e-9)


@pytest.mark.parametrize("nothing", [0.0, np.nan])
def test_a_stream_without_stamps_counts_at_its_nominal_rate(intake, packets, nothing):
    times = timed(intake(256.0), packets(np.full(512, nothing), [37] * 20))
    assert np.allclose(times, np.arange(512) / 256.0, rtol=0, atol=1e-9)


def test_stamps_that_begin_late_are_no_loss(intake, packets):
    stamps = np.concatenate([np.zeros(64), 700.0 + np.arange(512) / 256.0])
    known = intake(256.0)
    times = timed(known, packets(stamps, [64] * 9))
    assert known.gaps == []
    assert times[-1] == stamps[-1]


def test_zero_is_a_stamp_where_time_begins_there():
    assert known(np.array([0.0, 0.1])).tolist() == [0.0, 0.1]
    assert np.isnan(known(np.zeros(2))).all()
    assert np.isnan(known(np.zeros(1), newest=5.0)).all()


def test_ten_hertz_said_and_one_hertz_sent_is_timed_by_its_stamps_from_the_start(intake, packets):
    stamps = 9.0 + np.arange(40.0)
    known = intake(10.0)
    assert np.allclose(timed(known, packets(stamps, [1] * 40)), stamps, rtol=0, atol=1e-9)
    assert (known.gaps, known.effective_hz) == ([], 1.0)


def test_a_real_muse_keeps_its_pace(clips):
    source = Recorded(clips / "muselsl2" / "sub-P001.xdf")
    steps = {
        name: np.diff(np.concatenate([chunk.times for stream, chunk in source if stream == name]))
        for name in ("Muse EEG", "Muse ACC")
    }
    # Raw steps: standard deviation 0.02 ms and 4 ms.
    assert np.std(steps["Muse EEG"][256:]) < 5e-6
    assert np.std(steps["Muse ACC"][52:]) < 2e-4


def test_a_real_openbci_is_smoothed_a_hundredfold(shared):
    source = Recorded(shared / "magicblink" / "three_motion_one.xdf", streams=["obci_eeg1"])
    stamps, times = [], []
    for _, packet, chunk in source.walk():
        stamps.append(packet.stamps)
        times.append(chunk.times)
    stamps, times = np.diff(np.concatenate(stamps)), np.diff(np.concatenate(times))
    assert np.std(times) < np.std(stamps) / 100
    assert source.states()["obci_eeg1"].effective_hz == pytest.approx(250.2, abs=0.05)


@given(
    st.lists(
        st.lists(st.one_of(st.floats(-1e9, 1e9), st.just(0.0), st.just(np.nan)), min_size=1),
        min_size=1,
        max_size=30,
    ),
    st.sampled_from([0.01, 1.0, 256.0, 10_000.0]),
)
def test_whatever_is_stamped_the_line_has_a_time_for_it(pieces, rate_hz):
    line = Dejitter(rate_hz)
    for piece in pieces:
        times = line.take(known(np.array(piece), newest=line.newest_s))
        assert len(times) == len(piece)
        assert np.isfinite(times).all()
        assert 0 < line.rate_hz < np.inf
