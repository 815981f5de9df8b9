"""Which clock a live sender stamps with, and what becomes of its stamps when that changes."""

import time as wall
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neuroaffect.acquire import stamps as module
from neuroaffect.acquire.intake import Intake
from neuroaffect.acquire.stamps import Stamps
from neuroaffect.session.raw import ClockOffset, Packet

RATE_HZ = 256.0
UNIX, OWN = 1.7e9, 5e6  # what the clocks show when LSL's shows 0


class Bench:
    """A sender and its listener on clocks that a test turns by hand."""

    def __init__(self, stream) -> None:
        self.lsl, self.wall, self.sender = 100.0, UNIX, 0.0
        self.raw = stream(rate_hz=RATE_HZ)
        self.stamps = Stamps(RATE_HZ, offset_s=0.0, local_clock=lambda: self.lsl)
        self.intake = Intake(self.raw, name=self.raw.name)
        self.errors_s: list[float] = []

    def unix(self) -> float:
        return self.lsl + self.wall

    def offset(self, offset_s: float | None) -> None:
        if offset_s is not None:
            self.intake.set_offset(ClockOffset(self.raw.id, self.lsl - offset_s, offset_s))

    def send(self, packets: int = 1) -> None:
        """Send packets of 16 samples, the newest of them stamped at this moment."""
        for _ in range(packets):
            self.lsl += 16 / RATE_HZ
            sent = self.lsl + self.sender + np.arange(-15, 1) / RATE_HZ
            if not self.stamps.is_judged:
                self.offset(self.stamps.judge(sent))
            else:
                self.stamps.was_set(sent)
            packet = Packet(self.raw.id, self.stamps.believed(sent), np.zeros((16, 2), np.float32))
            for piece in self.intake.split(packet):
                chunk = self.intake.take(piece)
            self.errors_s.append(float(chunk.times[-1]) - self.lsl)

    def set_wall_clock(self, step_s: float) -> None:
        self.wall += step_s
        self.sender += step_s

    def come_back(self, sender: float) -> None:
        self.sender = sender
        self.stamps.begin_again(0.0)


@pytest.fixture
def bench(stream, monkeypatch):
    made = Bench(stream)
    monkeypatch.setattr(module, "time", SimpleNamespace(time=made.unix))
    return made


@pytest.mark.parametrize("step_s", [3600.0, 2.0, -2.0, -3600.0])
def test_a_wall_clock_that_is_set_moves_no_time_and_loses_no_sample(bench, step_s):
    bench.sender = UNIX
    bench.send(40)
    bench.set_wall_clock(step_s)
    bench.send(40)
    assert bench.stamps.shift_s == pytest.approx(-step_s, abs=1e-3)
    assert bench.intake.lost == 0
    # UNIX time in a double ends at 0.24 µs; the offset is kept to the microsecond.
    assert np.max(np.abs(bench.errors_s)) < 1e-3


@pytest.mark.parametrize("step_s", [3600.0, -3600.0])
def test_a_wall_clock_that_is_set_is_none_of_a_sender_that_does_not_go_with_it(bench, step_s):
    bench.sender = UNIX
    bench.send(40)
    bench.wall += step_s
    bench.send(40)
    assert bench.stamps.measure(None) is None
    assert np.max(np.abs(bench.errors_s)) < 1e-3


@pytest.mark.parametrize("before", [0.0, UNIX, OWN], ids=["lsl", "unix", "other"])
@pytest.mark.parametrize("after", [0.0, UNIX, OWN], ids=["lsl", "unix", "other"])
def test_a_sender_that_returns_with_another_clock_keeps_its_times_and_its_numbers(
    bench, before, after
):
    bench.sender = before
    bench.send(40)
    bench.come_back(after)
    bench.send(40)
    assert bench.intake.lost == 0
    assert np.max(np.abs(bench.errors_s)) < 1e-3


def test_an_offset_measured_on_a_shifted_clock_belongs_to_the_shifted_stamps(bench):
    bench.sender = UNIX
    bench.send(8)
    bench.come_back(0.0)
    bench.send(8)
    measured = bench.stamps.measure(SimpleNamespace(time_correction=lambda timeout: 0.002))
    sent = np.array([bench.lsl])
    assert bench.stamps.believed(sent)[0] + measured == pytest.approx(bench.lsl + 0.002, abs=1e-6)


def test_one_bad_measurement_is_not_believed_because_the_sender_came_back(bench):
    bench.send(8)
    bench.offset(bench.stamps.measure(SimpleNamespace(time_correction=lambda timeout: 500.0)))
    bench.come_back(0.0)
    bench.send(8)
    assert bench.stamps.shift_s == 0.0
    assert np.max(np.abs(bench.errors_s)) < 1e-3


@given(st.lists(st.integers(1, 64), min_size=1, max_size=8))
def test_stamps_of_the_first_clock_are_handed_on_bit_for_bit(sizes):
    stamps = Stamps(RATE_HZ, offset_s=0.0, local_clock=wall.monotonic)
    for n in sizes:
        sent = wall.monotonic() + np.arange(n) / RATE_HZ
        if not stamps.is_judged:
            stamps.judge(sent)
        assert np.array_equal(stamps.believed(sent), sent)
