"""streams, record and replay over LSL, on a network of their own."""

import json
import subprocess

import pytest
from networked import command, run

from neuroaffect.acquire import Recorded


def test_no_stream_is_one_sentence(network):
    result = run(network, "streams", "--timeout", "0.5")
    assert result.returncode == 1
    assert result.stderr.count("\n") == 1
    assert "no LSL stream was found within 0.5 s" in result.stderr


def test_no_stream_in_json_is_still_an_object(network):
    assert json.loads(run(network, "streams", "--timeout", "0.5", "--json").stdout) == {
        "streams": []
    }


@pytest.mark.parametrize("query", ["eeg", "name=nobody"])
def test_recording_a_stream_that_is_not_there_is_one_sentence(network, tmp_path, query):
    out = tmp_path / "out.xdf"
    result = run(network, "record", out, "--stream", query, "--timeout", "0.5", "--for", "1")
    assert result.returncode == 1
    assert result.stderr.count("\n") == 1
    assert query in result.stderr
    assert not out.exists()


def test_a_query_that_asks_for_nothing_known_is_one_sentence(network, tmp_path):
    result = run(network, "record", tmp_path / "out.xdf", "--stream", "moood")
    assert (result.returncode, result.stderr.count("\n")) == (1, 1)


def test_what_is_replayed_is_listed(network, playing):
    result = run(network, "streams", "--timeout", "2", "--json")
    streams = {stream["name"]: stream for stream in json.loads(result.stdout)["streams"]}
    assert set(streams) == {"cap", "band", "marks"}
    cap = streams["cap"]
    assert (cap["kind"], cap["nominal_rate_hz"], cap["clock"]) == ("eeg", 128.0, "lsl")
    assert cap["channels"] == ["Fz", "C3", "C4", "Pz"]
    assert cap["device"] == "generic-eeg"
    assert cap["measured_rate_hz"] == pytest.approx(128, rel=0.1)


def test_what_is_replayed_is_recorded(network, playing, tmp_path):
    out = tmp_path / "again.xdf"
    result = run(network, "record", out, "--for", "3", "--stream", "eeg", "--json")
    facts = json.loads(result.stdout)
    (cap,) = facts["streams"]
    assert (cap["name"], cap["lost"], facts["bytes"]) == ("cap", 0, out.stat().st_size)
    recorded = sum(len(chunk) for _, chunk in Recorded(out))
    assert cap["samples"] == recorded > 128


def test_a_recording_ended_by_ctrl_c_is_whole(network, playing, tmp_path, cli):
    out = tmp_path / "again.xdf"
    recording = subprocess.Popen(
        command("record", out, "--stream", "eeg"), env=network, stderr=subprocess.PIPE, text=True
    )
    while not (out.exists() and out.stat().st_size > 20_000):
        assert recording.poll() is None
    recording.send_signal(2)
    _, said = recording.communicate(timeout=30)
    assert recording.returncode == 0
    assert "Traceback" not in said
    assert cli("info", out, "--json").json["defects"] == []


def test_a_replay_ended_by_ctrl_c_is_clean(network, session):
    replay = subprocess.Popen(
        command("replay", session), env=network, stderr=subprocess.PIPE, text=True
    )
    assert "replaying cap" in replay.stderr.readline()
    replay.send_signal(2)
    _, said = replay.communicate(timeout=30)
    assert replay.returncode == 0
    assert "Traceback" not in said


def test_replay_at_the_highest_speed_ends(network, session):
    assert run(network, "replay", session, "--speed", "max").returncode == 0


def test_what_was_completed_and_what_is_odd_is_listed(network, clips):
    muse = clips / "muselsl2" / "sub-P001.xdf"
    replay = subprocess.Popen(
        command("replay", muse, "--loop"), env=network, stderr=subprocess.PIPE
    )
    assert b"replaying" in replay.stderr.readline()
    listed = json.loads(run(network, "streams", "--timeout", "2", "--json").stdout)["streams"]
    replay.kill()
    replay.communicate()
    assert {stream["name"] for stream in listed} == {"Muse"}
    streams = {stream["unique_name"]: stream for stream in listed}
    assert streams["Muse PPG"]["completed"] == ["unit"]
    eeg = streams["Muse EEG"]
    assert (eeg["device"], eeg["left_out"]) == ("muse-2", ["AUX_RIGHT"])
    assert eeg["channels"] == ["TP9", "AF7", "AF8", "TP10", "AUX_RIGHT"]
