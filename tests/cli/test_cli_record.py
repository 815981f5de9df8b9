"""record: what it shows, what it refuses, what it leaves behind."""

import io
import json
import os
import resource
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from pathlib import Path
from types import SimpleNamespace

import pytest
from networked import command, run
from rich.console import Console

from neuroaffect.acquire import RecordingReport, StreamReport
from neuroaffect.cli.recording_view import RecordingView, size
from neuroaffect.session import Packet, open_recording


def test_figures_of_every_stream_are_in_the_result(network, playing, tmp_path):
    out = tmp_path / "out.xdf"
    facts = json.loads(run(network, "record", out, "--for", "3", "--json").stdout)
    streams = {stream["name"]: stream for stream in facts["streams"]}
    assert set(streams) == {"cap", "band", "marks"}
    cap = streams["cap"]
    assert cap["samples_per_s"] == pytest.approx(128, rel=0.1)
    assert (cap["nominal_rate_hz"], cap["lost"], cap["state"]) == (128.0, 0, "live")
    assert sum(stream["bytes"] for stream in streams.values()) < facts["bytes"]
    assert cap["bytes"] > cap["samples"] * 4 * 4
    anchors = [event for event in open_recording(out).events if event.kind == "clock-anchor"]
    assert len(anchors) == 2


def test_who_recorded_stays_out_of_the_file_unless_asked(network, playing, tmp_path):
    hostname = os.uname().nodename.encode()
    for word, private in (("--json", False), ("--keep-names", True)):
        out = tmp_path / f"{word}.xdf"
        run(network, "record", out, "--for", "1", "--stream", "eeg", word)
        assert (b"<hostname>" + hostname in out.read_bytes()) is private


def limited() -> None:
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))


def test_a_disk_that_fills_up_is_one_sentence_and_what_is_written_stays(network, playing, tmp_path):
    out = tmp_path / "out.xdf"
    result = run(network, "record", out, "--stream", "eeg", preexec_fn=limited)
    assert result.returncode == 1
    *_, last = result.stderr.splitlines()
    assert last.startswith(f"neuroaffect: cannot write to '{out}': ")
    assert last.endswith("stay readable")
    assert "Traceback" not in result.stderr
    recorded = [item for item in open_recording(out).items() if isinstance(item, Packet)]
    assert sum(map(len, recorded)) > 128


def test_a_file_that_is_there_is_not_overwritten(cli, session):
    before = session.read_bytes()
    assert "already holds something" in cli("record", session).sentence
    assert session.read_bytes() == before


def test_a_folder_that_is_not_there_is_one_sentence(cli, tmp_path):
    assert "make it first" in cli("record", tmp_path / "none" / "out.xdf").sentence


CAP = StreamReport(
    name="cap", samples=2560, samples_per_s=256.02, nominal_rate_hz=256.0, bytes=62_000, lost=0,
    state="live",
)  # fmt: skip
SICK = StreamReport(
    name="band", samples=0, samples_per_s=None, nominal_rate_hz=4.0, bytes=600, lost=0,
    state="waiting", alarm="stream 'band' has sent nothing for 4 s",
)  # fmt: skip


def report(seconds: float, *streams: StreamReport, alarms: tuple[str, ...] = ()):
    alarms = (*(stream.alarm for stream in streams if stream.alarm), *alarms)
    return RecordingReport(seconds=seconds, bytes=62_000, streams=streams, alarms=alarms)


def test_a_line_comes_every_five_seconds_where_nobody_looks_on(capsys):
    view = RecordingView(console=Console(file=io.StringIO()))
    for seconds in range(1, 12):
        view.draw(report(seconds, CAP))
    assert capsys.readouterr().err.splitlines() == [
        "5 s, 62 kB: cap 2560 (256/s, 62 kB)", "10 s, 62 kB: cap 2560 (256/s, 62 kB)",
    ]  # fmt: skip


def test_an_alarm_is_said_once_and_once_when_it_is_over(capsys):
    view = RecordingView(console=Console(file=io.StringIO()))
    for streams in ([SICK], [SICK], [CAP], [CAP]):
        view.draw(report(1, *streams))
    view.draw(report(1, CAP, alarms=("the disk will be full in 5 min",)))
    assert capsys.readouterr().err.splitlines() == [
        SICK.alarm, "band is well again", "the disk will be full in 5 min",
    ]  # fmt: skip


def test_a_terminal_shows_a_table_of_all_streams_with_their_alarms():
    screen = io.StringIO()
    view = RecordingView(console=Console(file=screen, force_terminal=True, width=100))
    view.draw(report(10, CAP, SICK))
    drawn = screen.getvalue()
    assert all(word in drawn for word in ("256.02", "62 kB", "waiting", SICK.alarm, "Ctrl-C"))


class HeldTerminal(io.StringIO):
    """A terminal in which somebody pressed Ctrl-S."""

    def __init__(self) -> None:
        super().__init__()
        self.asked, self.let_go = threading.Event(), threading.Event()

    def write(self, text: str) -> int:
        self.asked.set()
        self.let_go.wait()
        return super().write(text)


def test_a_terminal_that_is_held_does_not_hold_the_recording():
    terminal = HeldTerminal()
    with RecordingView(console=Console(file=terminal, force_terminal=True, width=100)) as view:
        view.show(report(1, CAP))
        terminal.asked.wait()
        for seconds in range(2, 100):
            view.show(report(seconds, CAP))  # returns, or the test runs into its time limit
        terminal.let_go.set()


@pytest.mark.parametrize(
    ("count", "text"),
    [(0, "0 B"), (999, "999 B"), (1000, "1 kB"), (62_345, "62.3 kB"), (5_300_000, "5.3 MB"),
     (12_345_000_000, "12.35 GB")],
)  # fmt: skip
def test_bytes_are_written_for_people(count, text):
    assert size(count) == text


SENDER = """
import sys, time
import numpy as np
import pylsl

name, rate, channels = sys.argv[1], float(sys.argv[2]), int(sys.argv[3])
info = pylsl.StreamInfo(name, "EEG", channels, rate, "float32", "id-" + name)
outlet = pylsl.StreamOutlet(info)
start, sent = pylsl.local_clock(), 0
while True:
    time.sleep(0.02)
    due = int((pylsl.local_clock() - start) * rate)
    if due > sent:
        index = np.arange(sent, due)
        values = np.repeat(index[:, None], channels, axis=1).astype(np.float32)
        outlet.push_chunk(values, (start + index / rate).tolist())
        sent = due
"""


@pytest.fixture
def sending(network):
    """Return a function that starts a sender in a process of its own."""
    started = []

    def start(name: str, rate_hz: float, channels: int = 2) -> subprocess.Popen:
        words = [sys.executable, "-c", SENDER, name, str(rate_hz), str(channels)]
        started.append(subprocess.Popen(words, env=network, stderr=subprocess.DEVNULL))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.wait()


@pytest.fixture
def recording(network, tmp_path):
    """Start a recording; give a function that waits for samples of a stream in its file."""
    out = tmp_path / "out.xdf"
    process = subprocess.Popen(
        command("record", out, "--json"), env=network, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
    )  # fmt: skip

    def until(*described: tuple[str, float]) -> None:
        while not set(described) <= flowing(out):
            assert process.poll() is None
            time.sleep(0.2)

    def end() -> dict:
        process.send_signal(signal.SIGINT)
        return json.loads(process.communicate(timeout=30)[0])

    yield SimpleNamespace(out=out, until=until, end=end)
    process.kill()
    process.wait()


def flowing(path: Path) -> set[tuple[str, float]]:
    """Return name and rate of the streams of which at least 50 samples are in the file."""
    if not path.exists():
        return set()
    recording = open_recording(path)
    counts = Counter()
    for item in recording.items():
        if isinstance(item, Packet):
            counts[item.stream] += len(item)
    return {(raw.name, raw.rate_hz) for raw in recording.streams if counts[raw.id] >= 50}


def test_a_stream_that_appears_later_is_recorded_from_then_on(sending, recording):
    sending("early", 100.0)
    recording.until(("early", 100.0))
    sending("late", 200.0)
    recording.until(("late", 200.0))
    facts = {stream["name"]: stream for stream in recording.end()["streams"]}
    assert facts["late"]["samples"] >= 50
    assert facts["early"]["samples"] > 0
    assert open_recording(recording.out).defects == ()


def test_a_stream_that_comes_back_is_recorded_on(sending, recording):
    first = sending("cap", 100.0)
    recording.until(("cap", 100.0))
    first.kill()
    first.wait()
    count = sum(1 for _ in open_recording(recording.out).items())
    sending("cap", 100.0)
    while sum(1 for _ in open_recording(recording.out).items()) < count + 10:
        time.sleep(0.2)
    (cap,) = recording.end()["streams"]
    assert cap["name"] == "cap"


def test_a_stream_that_comes_back_with_another_rate_is_a_stream_of_its_own(sending, recording):
    first = sending("cap", 100.0)
    recording.until(("cap", 100.0))
    first.kill()
    first.wait()
    sending("cap", 250.0)
    recording.until(("cap", 100.0), ("cap", 250.0))
    recording.end()
    ids = [raw.id for raw in open_recording(recording.out).streams if raw.name == "cap"]
    assert len(ids) == len(set(ids)) == 2
