"""The recorder watches over what it writes: anchors, figures per stream, alarms."""

import errno
import subprocess
import sys
import time
from dataclasses import replace
from io import FileIO
from types import SimpleNamespace

import numpy as np
import pytest

from neuroaffect.acquire import RawSource, Recorder, recorder
from neuroaffect.errors import SessionError
from neuroaffect.session import Packet, SessionWriter, open_recording, xdf_write

RATE_HZ = 100


class Clock:
    """Steady time that goes on only when somebody waits."""

    def __init__(self) -> None:
        self.now = 50.0

    def monotonic(self) -> float:
        return self.now

    def time(self) -> float:
        return 1.7e9 + self.now


class Sender(RawSource):
    """A source whose stream delivers ten times a second, by a rule, on a clock of its own.

    Parameters
    ----------
    samples : callable
        Given the second, how many samples arrive in that tenth.
    """

    def __init__(self, raws, clock, samples) -> None:
        self.clock = clock
        self.samples = samples
        self.state = {}
        super().__init__(raws)

    def _next(self, timeout_s):
        self.clock.now += 0.1
        raw = self.raws[0]
        count = self.samples(self.clock.now)
        stamps = self.clock.now + np.arange(-count, 0) / raw.rate_hz if count else np.empty(0)
        return Packet(raw.id, stamps, np.zeros((count, 2), np.float32)) if count else None

    def states(self):
        return {
            name: replace(state, state=self.state.get(name, "live"))
            for name, state in super().states().items()
        }


@pytest.fixture
def clock(monkeypatch):
    clock = Clock()
    monkeypatch.setattr(recorder, "time", clock)
    monkeypatch.setattr("neuroaffect.acquire.source.time", clock)
    monkeypatch.setattr("neuroaffect.session.xdf_write.clock", clock)
    return clock


@pytest.fixture
def record(clock, stream, tmp_path):
    """Record a stream that delivers as `samples` says; return reports and the file."""

    def run(samples, *, for_s, free=10**15, more=(), state=None):
        path, reports = tmp_path / "session.xdf", []
        source = Sender([stream(rate_hz=RATE_HZ), *more], clock, samples)
        source.state = state or {}
        with SessionWriter(path) as writer:
            running = Recorder(
                source, writer, local_clock=clock.monotonic, free_bytes=lambda path: free
            )
            last = running.run(for_s=for_s, show=reports.append)
        return SimpleNamespace(path=path, last=last, reports=reports)

    return run


def events(path, kind):
    return [event for event in open_recording(path).events if event.kind == kind]


def test_a_pair_of_clocks_is_written_at_the_start_each_minute_and_at_the_end(record):
    anchors = events(record(lambda now: 10, for_s=150).path, "clock-anchor")
    assert [anchor.time for anchor in anchors] == pytest.approx([50, 110, 170, 200], abs=1.0)
    assert {anchor.detail["unix"] - anchor.time for anchor in anchors} == {1.7e9}


def test_the_report_of_the_end_counts_what_is_in_the_file(record):
    ended = record(lambda now: 10, for_s=30)
    (stream,) = ended.last.streams
    written = sum(len(item) for item in open_recording(ended.path).items())
    assert stream.samples == written >= 3000
    assert stream.samples_per_s == pytest.approx(RATE_HZ)
    assert 3000 * 17 < stream.bytes < ended.path.stat().st_size
    assert (stream.lost, stream.alarm, ended.last.alarms) == (0, "", ())


def test_a_report_comes_every_second(record):
    assert len(record(lambda now: 10, for_s=30).reports) == pytest.approx(29, abs=2)


def test_a_stream_that_delivers_nothing_is_said_within_seconds(record):
    reports = record(lambda now: 0, for_s=6).reports
    said = next(report for report in reports if report.alarms)
    assert said.seconds < 5
    assert "'stream 1' has sent nothing for" in said.alarms[0]


def test_a_marker_stream_may_be_silent(record, stream):
    marks = stream(id=2, labels=("m",), format="string", rate_hz=0.0)
    assert record(lambda now: 10, for_s=30, more=[marks]).last.alarms == ()


def test_a_rate_that_is_wrong_is_an_alarm_and_one_line_in_the_session(record):
    ended = record(lambda now: 9 if round(now * 10) % 2 else 10, for_s=30)
    assert "'stream 1' delivers 95 samples/s, -5.0 % from the 100 it says" in ended.last.alarms[0]
    (event,) = events(ended.path, "rate")
    assert event.detail["stream"] == "stream 1"
    assert event.detail["measured_hz"] == pytest.approx(95, rel=0.01)


@pytest.mark.parametrize("state", ["stale", "lost", "changed", "refused"])
def test_a_stream_that_is_not_well_is_an_alarm(record, state):
    ended = record(lambda now: 10, for_s=5, state={"stream 1": state})
    assert ended.last.alarms == (f"stream 'stream 1' is {state}",)


@pytest.mark.parametrize("state", ["live", "waiting", "recovered"])
def test_a_stream_that_is_well_is_none(record, state):
    assert record(lambda now: 10, for_s=5, state={"stream 1": state}).last.alarms == ()


def test_a_disk_that_will_be_full_in_ten_minutes_is_an_alarm(record):
    # 100 samples a second of 17 bytes each, and a little for chunks.
    alarms = record(lambda now: 10, for_s=30, free=300 * 100 * 17).last.alarms
    assert "the disk will be full in 5 min" in alarms[0].replace("4 min", "5 min")


def test_a_quiet_stretch_is_forced_to_disk(record, clock, monkeypatch):
    at = []
    monkeypatch.setattr("neuroaffect.session.xdf_write.os.fsync", lambda file: at.append(clock.now))
    record(lambda now: 10 if now < 51 else 0, for_s=10)
    assert any(51 < now < 53 for now in at)


class SmallDisk(FileIO):
    """A file on a disk that has room for 20 kB."""

    def write(self, data):
        if self.tell() + len(data) > 20_000:
            raise OSError(errno.ENOSPC, "No space left on device")
        return super().write(data)


def test_a_full_disk_ends_the_recording_and_what_is_written_stays(
    clock, stream, tmp_path, monkeypatch
):
    monkeypatch.setattr(xdf_write, "_create", lambda path: SmallDisk(path, "ab"))
    source = Sender([stream(rate_hz=RATE_HZ)], clock, lambda now: 10)
    with (
        SessionWriter(tmp_path / "session.xdf") as writer,
        pytest.raises(SessionError, match=r"No space left on device; the .* stay readable"),
    ):
        Recorder(source, writer, local_clock=clock.monotonic).run()
    assert sum(len(item) for item in open_recording(writer.path).items()) > 500


def test_an_anchor_pairs_the_clocks_to_within_the_time_it_took(tmp_path):
    path = tmp_path / "session.xdf"
    with SessionWriter(path) as writer:
        before = time.time() - time.monotonic()
        recorder.anchor(writer, local_clock=time.monotonic)
        after = time.time() - time.monotonic()
    (event,) = events(path, "clock-anchor")
    pair = event.detail["unix"] - event.time
    within = event.detail["within_s"] + 1e-6  # float64 holds UNIX time to 0.2 µs
    assert min(before, after) - within <= pair <= max(before, after) + within


def test_what_a_recorder_needs_is_light():
    """Once the device files brought the blocks with them: 80 MB, and 0.7 s until it records."""
    code = (
        "import sys; from neuroaffect.acquire import LslSource, Recorder\n"
        "from neuroaffect.catalog import load_devices; load_devices()\n"
        "print([m for m in ('scipy', 'mne', 'torch', 'PySide6') if m in sys.modules])"
    )
    command = [sys.executable, "-c", code]
    loaded = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert loaded.strip() == "[]"
