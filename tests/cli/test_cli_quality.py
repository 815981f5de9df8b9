"""quality: verdicts on recordings, and on live streams with verdicts as LSL streams."""

import io
import json
import subprocess
import time

import numpy as np
import pytest
from networked import command, run
from rich.console import Console

from neuroaffect.acquire import Recorded
from neuroaffect.blocks import Flaw
from neuroaffect.cli.quality_view import drawn
from neuroaffect.contact import Verdict
from neuroaffect.session import Packet, RawStream, SessionWriter
from neuroaffect.stream import StreamInfo

PATIENCE_S = 60.0
CAP = StreamInfo(name="cap", kind="eeg", rate_hz=128.0, channels=("Fz", "C3"), unit="uV")


LABELS = ("Fz", "C3", "C4", "Pz")


@pytest.fixture
def one_flat(tmp_path):
    """A session whose second electrode is dead."""
    path = tmp_path / "one-flat.xdf"
    raw = RawStream(
        id=1, name="cap", type="EEG", source_id="test-cap", rate_hz=128.0, format="float32",
        labels=LABELS, units=("microvolts",) * 4, types=("EEG",) * 4,
    )  # fmt: skip
    x = np.random.default_rng(1).normal(5.0, 20.0, (20 * 128, 4)).astype(np.float32)
    x[:, 1] = 5.0
    with SessionWriter(path) as writer:
        writer.add(raw)
        for first in range(0, len(x), 64):
            stamps = 1000.0 + np.arange(first, first + 64) / 128.0
            writer.write(Packet(1, stamps, x[first : first + 64]))
    return path


def test_a_recording_is_judged_channel_by_channel(cli, one_flat):
    (cap,) = cli("quality", one_flat, "--json").json["streams"]
    assert cap["name"] == "cap"
    shares = {channel["channel"]: channel for channel in cap["channels"]}
    assert (shares["C3"]["bad"], shares["C3"]["flaws"]["flat"]) == (1.0, 1.0)
    assert shares["Fz"]["bad"] == 0.0
    for share in shares.values():
        assert share["good"] + share["poor"] + share["bad"] == pytest.approx(1.0)


def test_a_person_gets_a_table_with_reasons(cli, one_flat):
    lines = cli("quality", one_flat).stdout.splitlines()
    (dead,) = [line for line in lines if line.startswith("C3")]
    assert "bad" in dead
    assert "flat 100 %" in dead


def test_a_timeline_is_drawn(cli, one_flat, tmp_path):
    png = tmp_path / "timeline.png"
    cli("quality", one_flat, "--png", png)
    assert png.read_bytes().startswith(b"\x89PNG")


def test_only_the_streams_asked_for_are_judged(cli, session):
    streams = cli("quality", session, "--stream", "eda", "--json").json["streams"]
    assert [stream["name"] for stream in streams] == ["band"]


def test_a_gap_is_no_verdict(cli, gapped, session, foreign):
    whole, broken = (
        cli("quality", path, "--stream", "eeg", "--json").json["streams"][0]["verdicts"]
        for path in (session, foreign(gapped))
    )
    # Two seconds are lost, and for two more not all can be judged; a hop may be broken.
    assert whole - broken in {15, 16}


def test_a_file_that_is_none_is_one_sentence(cli, tmp_path):
    assert "nowhere.xdf" in cli("quality", tmp_path / "nowhere.xdf").sentence


def test_a_stream_that_is_not_there_is_one_sentence(cli, session):
    assert "'ecg'" in cli("quality", session, "--stream", "ecg").sentence


def test_a_picture_without_a_recording_is_one_sentence(cli):
    assert "--png" in cli("quality", "--png", "timeline.png").sentence


def test_markers_alone_cannot_be_judged(cli, session):
    outcome = cli("quality", session, "--stream", "markers")
    assert outcome.code == 1
    assert "no regular stream" in outcome.stderr


def test_no_stream_is_one_sentence(network):
    result = run(network, "quality", "--timeout", "0.5")
    assert result.returncode == 1
    assert result.stderr.count("\n") == 1


def test_a_table_says_word_and_reason_and_doubts_that_it_is_worn():
    verdict = Verdict(
        "cap", CAP.channels, 1.0, np.array([0.5, 0.0]),
        np.array([int(Flaw.NOISY), int(Flaw.FLAT | Flaw.TWIN)]),
    )  # fmt: skip
    console = Console(width=100, record=True, file=io.StringIO())
    console.print(drawn({"cap": verdict}, {"cap": CAP}))
    text = console.export_text()
    assert "▲ Fz 0.50 noisy" in text
    assert "✕ C3 0.00 flat, twin" in text
    assert "is it worn?" in text


class Listening:
    """A `quality --json` at work, and what it has said."""

    def __init__(self, network, *words):
        self.process = subprocess.Popen(
            command("quality", "--json", *words), env=network,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        self.lines = []

    def until(self, wanted):
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            line = json.loads(self.process.stdout.readline())
            self.lines.append(line)
            if wanted(line):
                return line
        raise AssertionError(f"it never came; said were {self.lines}")

    def end(self):
        self.process.send_signal(2)
        _, said = self.process.communicate(timeout=30)
        assert "Traceback" not in said
        return self.process.returncode


@pytest.fixture
def replay_of(network):
    started = []

    def play(path):
        process = subprocess.Popen(
            command("replay", path, "--loop"), env=network, stderr=subprocess.PIPE
        )
        started.append(process)
        assert b"replaying" in process.stderr.readline()
        return process

    yield play
    for process in started:
        process.kill()
        process.communicate()


def test_a_dead_electrode_is_told_live_and_ctrl_c_ends_it(network, one_flat, replay_of):
    replay_of(one_flat)
    listening = Listening(network)
    told = listening.until(lambda line: line.get("channel") == "C3")
    assert (told["stream"], told["verdict"]) == ("cap", "bad")
    assert "flat" in told["flaws"]
    assert listening.end() == 0


def test_verdicts_leave_as_streams_with_the_labels_of_the_sender(
    network, one_flat, replay_of, tmp_path
):
    replay_of(one_flat)
    listening = Listening(network, "--rate", "10")
    listening.until(lambda line: "channel" in line)
    out = tmp_path / "verdicts.xdf"
    run(network, "record", out, "--for", "3", "--stream", "type=Quality", "--stream", "type=Flaws")
    assert listening.end() == 0
    heard = Recorded(out)
    values = {name: [] for name in heard.streams}
    for name, chunk in heard:
        values[name].append(chunk.data)
    assert heard.streams["cap quality"].channels == LABELS
    assert len(np.concatenate(values["cap quality"])) > 10
    assert np.all(np.concatenate(values["cap quality"])[:, 1] == 0.0)
    assert np.all(np.concatenate(values["cap flaws"])[:, 1].astype(int) & int(Flaw.FLAT))


def test_a_lost_stream_is_told_and_missing_until_it_is_back(network, session, replay_of):
    sender = replay_of(session)
    listening = Listening(network, "--stream", "eeg")
    listening.until(lambda line: line.get("channel") == "Pz")
    sender.kill()
    listening.until(lambda line: line.get("state") in {"lost", "stale"})
    gone = listening.until(lambda line: line.get("channel") == "Pz")
    assert (gone["verdict"], gone["flaws"]) == ("bad", ["missing"])
    replay_of(session)
    listening.until(lambda line: line.get("state") == "recovered")
    back = listening.until(lambda line: line.get("channel") == "Pz")
    assert "missing" not in back["flaws"]
    assert listening.end() == 0


def test_it_ends_after_the_time_asked_for(network, session, replay_of):
    replay_of(session)
    result = run(network, "quality", "--for", "3", "--stream", "eeg")
    assert result.returncode == 0
    assert "cap  Fz: " in result.stdout
