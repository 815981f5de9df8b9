"""Lost samples found by their stamps: none made up, none missed."""

import numpy as np
import pytest

from neuroaffect.acquire import Intake


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
