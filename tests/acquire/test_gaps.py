"""Lost samples found by their stamps: none made up, none missed."""

import gzip

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from neuroaffect.acquire import Intake
from neuroaffect.session import Packet, RawStream


def losses(intake: Intake, packets: list) -> list[tuple[int, int]]:
    for packet in packets:
        for piece in intake.split(packet):
            intake.take(piece)
    return [(gap.first, gap.lost) for gap in intake.gaps]


@pytest.fixture
def intake(stream):
    return lambda rate_hz: Intake(stream(rate_hz=rate_hz), name="eeg")


@pytest.mark.parametrize("size", [1, 12, 37, 64, 256, 1000])
def test_a_dropout_of_half_a_second_is_found_with_its_place_and_length(intake, packets, size):
    stamps = np.arange(2560) / 256.0
    stamps[1000:] += 0.5
    [(first, lost)] = losses(intake(256.0), packets(stamps, [size] * 3000))
    assert first == 1000
    assert abs(lost - 128) <= 1


def test_a_lost_packet_of_a_muse_is_found_once_the_stream_is_known_to_be_regular(intake, packets):
    stamps = np.arange(256 * 120) / 256.0
    stamps[256 * 100 :] += 12 / 256.0
    assert losses(intake(256.0), packets(stamps, [12] * 3000)) == [(25600, 12)]


def test_several_dropouts_in_one_packet_are_all_found(intake, packets):
    stamps = np.arange(2000) / 250.0
    stamps[700:] += 0.4
    stamps[1500:] += 1.0
    assert losses(intake(250.0), packets(stamps, [])) == [(700, 100), (1500, 250)]


@pytest.mark.parametrize("bunch", [5, 25, 50])
def test_bunched_stamps_are_no_loss(intake, packets, bunch):
    stamps = np.repeat(np.arange(200) * bunch / 250.0, bunch)
    assert losses(intake(250.0), packets(stamps, [bunch] * 1000)) == []


def test_late_samples_that_are_caught_up_within_a_packet_are_no_loss(intake, packets):
    stamps = np.arange(2500) / 250.0
    stamps[1000:1060] = stamps[1060]  # a stall of 0.24 s
    assert losses(intake(250.0), packets(stamps, [125] * 100)) == []


@pytest.mark.parametrize("effective_hz", [85.0, 92.9, 107.0])
@pytest.mark.parametrize("size", [1, 50, 500])
def test_a_wrong_nominal_rate_makes_up_no_loss(intake, packets, effective_hz, size):
    stamps = np.arange(6000) / effective_hz
    assert losses(intake(100.0), packets(stamps, [size] * 6000)) == []


def test_a_loss_is_counted_at_the_effective_rate(intake, packets):
    stamps = np.arange(9000) / 92.9
    stamps[8000:] += 10.0
    [(first, lost)] = losses(intake(100.0), packets(stamps, [46] * 1000))
    assert first == 8000
    assert lost == pytest.approx(929, abs=5)  # the nominal rate would say 1000


def test_jitter_of_a_normal_sender_is_no_loss(intake, packets):
    rng = np.random.default_rng(3)
    stamps = np.arange(25_000) / 250.0 + rng.exponential(0.006, 25_000)
    assert losses(intake(250.0), packets(stamps, rng.integers(1, 130, 20_000))) == []


def test_a_clock_that_was_reset_counts_as_one_second(intake, packets):
    stamps = 5000.0 + np.arange(512) / 256.0
    stamps[300:] -= 4990.0
    assert losses(intake(256.0), packets(stamps, [100] * 6)) == [(300, 256)]


def test_two_lost_samples_of_a_slow_stream_are_found(intake, packets):
    stamps = np.arange(100) / 4.0
    stamps[50:] += 0.5
    assert losses(intake(4.0), packets(stamps, [1] * 100)) == [(50, 2)]


def test_irregular_streams_have_no_gaps(intake, packets):
    stamps = np.cumsum(np.random.default_rng(0).exponential(5.0, 200))
    assert losses(intake(0.0), packets(stamps, [3] * 100)) == []


def test_the_effective_rate_is_learned(intake, packets):
    known = intake(100.0)
    losses(known, packets(np.arange(30_000) / 92.9, [46] * 1000))
    assert known.effective_hz == pytest.approx(92.9, abs=0.1)


@pytest.mark.parametrize(("said_hz", "sent_hz"), [(10.0, 1.0), (1.0, 10.0), (256.0, 128.0)])
@pytest.mark.parametrize("size", [1, 7, 40])
def test_a_grossly_wrong_rate_makes_up_no_loss_and_hides_none(
    intake, packets, said_hz, sent_hz, size
):
    stamps = np.arange(4000) / sent_hz
    stamps[3000:] += 30.0
    known = intake(said_hz)
    assert losses(known, packets(stamps, [size] * 4000)) == [(3000, round(30 * sent_hz))]
    assert known.effective_hz == pytest.approx(sent_hz, rel=1e-4)


def test_a_stall_is_no_loss_though_its_backlog_comes_in_several_packets(intake, packets):
    stamps = np.arange(5000) / 250.0
    stamps[2000:2500] = stamps[2500]  # 2 s
    assert losses(intake(250.0), packets(stamps, [50] * 100)) == []


def test_a_loss_in_bunched_delivery_is_told_once_the_next_packet_shows_it_was_no_stall(
    intake, packets
):
    stamps = np.repeat(np.arange(400) * 12 / 256.0, 12)
    stamps[2400:] += 2.0
    assert losses(intake(256.0), packets(stamps, [12] * 400)) == [(2412, 512)]


def test_a_loss_between_late_stamps_is_counted_from_the_line(intake, packets):
    stamps = np.arange(5120) / 256.0
    stamps[1::2] += 0.002  # the last sample before the loss came late
    stamps[2560:] += 1.0
    assert losses(intake(256.0), packets(stamps, [32] * 160)) == [(2560, 256)]


def test_a_gap_says_how_long_it_was(intake, packets):
    stamps = np.arange(4000) / 50.0
    stamps[2000:] += 3.0
    known = intake(100.0)
    losses(known, packets(stamps, [20] * 200))
    assert known.gaps[0].length_s == pytest.approx(3.0, rel=1e-4)


def test_a_real_gap_in_a_real_muse_recording_is_the_only_one(shared, intake, packets):
    rows = gzip.open(shared / "biohack" / "s2-confused3.csv.gz", "rt")
    with rows:
        stamps = np.genfromtxt(rows, delimiter=",", skip_header=1, usecols=0)
    assert losses(intake(256.0), packets(stamps, [12] * 6000)) == [(19300, 36)]


@st.composite
def arrivals(draw):
    """Return a true stream with losses, its late stamps and how they were cut into packets.

    Within the limits of what stamps tell: each stretch between losses lasts, losses are longer
    than twice the delays, the sample just behind a loss is on time, and what is not yet known of
    the rate is under half a sample over the longest loss.
    """
    rate_hz = draw(st.sampled_from([4.0, 52.0, 64.0, 250.0, 256.0, 1000.0]))
    ppm = draw(st.floats(-1.0, 1.0)) * min(100.0, 0.25e6 / (20.0 * rate_hz))
    delay_s = draw(st.floats(0.0, 0.04))
    stretches = draw(st.lists(st.floats(6.0, 12.0), min_size=1, max_size=4))
    lost = draw(st.lists(st.floats(0.8, 20.0), min_size=3, max_size=3))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    indices, start, sizes = [], 0, []
    most = draw(st.sampled_from([0.02, 0.1, 0.5]))
    for seconds, gap_s in zip(stretches, [*lost, 0.0], strict=False):
        stop = start + int(seconds * rate_hz)
        indices.append(np.arange(start, stop))
        start = stop + max(2, int(gap_s * rate_hz))
    index = np.concatenate(indices)
    times = index / (rate_hz * (1 + ppm * 1e-6))
    punctual = rng.random(len(index)) < draw(st.sampled_from([0.1, 0.5, 1.0]))
    punctual |= np.diff(index, append=index[-1] + 2) > 1
    punctual |= np.diff(index, prepend=-2) > 1
    # A connection keeps the order: none is later than the next one that is not delayed.
    following = np.flatnonzero(punctual)[np.cumsum(punctual) - punctual]
    stamps = np.minimum(times + rng.uniform(0.0, delay_s, len(index)), times[following])
    sizes = rng.integers(1, max(2, int(most * rate_hz)), len(index))
    return rate_hz, index, np.maximum.accumulate(stamps), sizes


@given(arrivals())
@settings(max_examples=40, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate])
def test_the_sample_number_never_runs_backward_and_ends_exact(arrival):
    rate_hz, index, stamps, sizes = arrival
    intake = Intake(described(rate_hz), name="eeg")
    numbers = []
    for packet in cut(stamps, sizes):
        for piece in intake.split(packet):
            chunk = intake.take(piece)
            numbers.append(np.arange(chunk.first, chunk.end))
    numbers = np.concatenate(numbers)
    assert np.all(np.diff(numbers) >= 1)
    assert numbers[-1] == index[-1]


def described(rate_hz: float) -> RawStream:
    return RawStream(
        id=1, name="eeg", type="EEG", rate_hz=rate_hz, format="float32",
        labels=("Cz",), units=("uV",), types=("EEG",),
    )  # fmt: skip


def cut(stamps: np.ndarray, sizes: np.ndarray) -> list[Packet]:
    edges = np.cumsum(sizes)
    pieces = np.split(stamps, edges[edges < len(stamps)])
    return [Packet(1, piece, np.zeros((len(piece), 1), np.float32)) for piece in pieces]


@pytest.mark.parametrize("lost", [0, 1, 3, 40])
def test_over_a_new_connection_the_smallest_hole_counts(intake, packets, lost):
    stamps = np.arange(64) / 256.0
    stamps[32:] += lost / 256.0
    first, second = packets(stamps, [32, 32])
    known = intake(256.0)
    known.take(first)
    known.begin_connection()
    assert known.take(second).first == 32 + lost
