"""Streams of nominal rate 0: some have a rate all the same, most have none."""

import numpy as np
import pytest

from neuroaffect.acquire import Intake


@pytest.fixture
def rng():
    return np.random.default_rng(2)


def play(intake: Intake, packets: list) -> list[tuple[int, int]]:
    for packet in packets:
        for piece in intake.split(packet):
            intake.take(piece)
    return [(gap.first, gap.lost) for gap in intake.gaps]


@pytest.fixture
def unsaid(stream):
    return lambda type="EEG": Intake(stream(type=type, rate_hz=0.0), name="x")


@pytest.mark.parametrize("size", [1, 4, 50])
def test_a_regular_stream_is_found_out_and_its_gaps_are_told(unsaid, packets, size):
    stamps = np.arange(2000) / 32.0
    stamps[1500:] += 5.0
    intake = unsaid()
    assert play(intake, packets(stamps, [size] * 2000)) == [(1500, 160)]
    assert intake.effective_hz == pytest.approx(32.0)
    assert (intake.info.rate_hz, intake.rate_ppm) == (0.0, None)


def test_bunched_delivery_has_a_rate_too(unsaid, packets):
    stamps = np.repeat(np.arange(400) * 12 / 256.0, 12)
    intake = unsaid()
    assert play(intake, packets(stamps, [12] * 400)) == []
    assert intake.effective_hz == pytest.approx(256.0, rel=1e-3)


@pytest.mark.parametrize("spread", [0.03, 0.2, 1.0])
def test_intervals_that_vary_are_no_rate(unsaid, packets, rng, spread):
    stamps = np.cumsum(rng.gamma(1 / spread**2, spread**2, 3000))
    intake = unsaid()
    play(intake, packets(stamps, [1] * 3000))
    assert intake.effective_hz == 0.0
    assert intake.newest == stamps[-1]


@pytest.mark.parametrize("type", ["Markers", "HR", "IBI", "Affect"])
def test_events_have_no_rate_however_even_they_come(unsaid, packets, type):
    intake = unsaid(type)
    play(intake, packets(np.arange(1000.0), [1] * 1000))
    assert intake.effective_hz == 0.0


def test_a_replay_that_is_told_the_gaps_finds_the_same_rate_and_times(stream, packets, rng):
    stamps = np.arange(2000) / 32.0 + rng.uniform(0, 0.01, 2000)
    stamps[1500:] += 5.0
    live = Intake(stream(rate_hz=0.0), name="x")
    told = Intake(stream(rate_hz=0.0), name="x", told=True)
    for packet in packets(stamps, [7] * 300):
        for piece in live.split(packet):
            chunk = live.take(piece)
            if live.gaps and live.gaps[-1].first == told.received:
                told.tell_gap(live.gaps[-1].lost)
            again = told.take(piece)
            assert (again.first, again.times.tobytes()) == (chunk.first, chunk.times.tobytes())
    assert told.gaps == live.gaps != []
