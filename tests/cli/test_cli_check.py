"""check on recordings: problems, notes, repair."""

import gzip

import numpy as np
import pytest

from neuroaffect.session import Packet, open_recording

STREAM_KEYS = {"id", "name", "samples", "duration_s", "lost_samples", "lost_s"}


def test_a_footer_of_labrecorder_is_noted_and_no_problem(cli, clips):
    facts = cli("check", clips / "muselsl2/sub-P001.xdf", "--json").json
    assert any("572 samples, there are 573" in note for note in facts["notes"])
    assert facts["problems"] == ["stream 'Muse PPG': holds no sample"]


def test_notes_alone_leave_a_file_ok(cli, session):
    foreign = session.with_name("noted.xdf")
    # One sample fewer in a footer, as LabRecorder counts.
    data = session.read_bytes().replace(b"<sample_count>2560<", b"<sample_count>2559<")
    foreign.write_bytes(data)
    outcome = cli("check", foreign, "--json")
    assert (outcome.code, outcome.json["ok"]) == (0, True)
    assert "says 2559 samples, there are 2560" in outcome.json["notes"][0]


def test_notes_are_shown_to_people(cli, clips):
    assert "note: the footer of stream" in cli("check", clips / "muselsl2/sub-P001.xdf").stdout


def test_stamps_that_run_backward_are_a_problem(cli, shared):
    problems = cli("check", shared / "eeglab/test.xdf", "--json").json["problems"]
    assert any("its stamps run backward 58 times" in problem for problem in problems)


def test_repair_says_what_was_saved_and_lost(cli, truncated, tmp_path):
    outcome = cli("check", truncated, "--repair", tmp_path / "saved.xdf", "--json")
    assert (outcome.code, outcome.json["ok"]) == (0, False)
    assert outcome.json["problems"]
    assert outcome.json["repaired"].endswith("saved.xdf")
    assert all(set(stream) == STREAM_KEYS for stream in outcome.json["streams"])
    samples = open_recording(tmp_path / "saved.xdf").samples
    counted = dict(zip(["cap", "band", "marks"], samples, strict=True))
    assert counted == {s["name"]: s["samples"] for s in outcome.json["streams"] if s["id"] < 9}


def test_a_repaired_recording_is_ok_and_holds_what_could_be_read(cli, truncated, tmp_path):
    out = tmp_path / "saved.xdf"
    cli("check", truncated, "--repair", out)
    problems = cli("check", out, "--json").json["problems"]
    assert problems == ["stream 'marks': holds no sample"]
    before, after = ([i for i in open_recording(p).items() if isinstance(i, Packet)]
                     for p in (truncated, out))  # fmt: skip
    for read, saved in zip(before, after, strict=False):
        assert np.array_equal(read.values, saved.values)
    assert len(after) >= len(before) > 0


def test_repair_is_told_to_people_as_a_table(cli, truncated, tmp_path):
    shown = cli("check", truncated, "--repair", tmp_path / "saved.xdf").stdout
    assert "samples lost" in shown
    assert "the file is cut" in shown


def test_repair_never_overwrites(cli, truncated, session):
    before = session.read_bytes()
    assert "already there" in cli("check", truncated, "--repair", session).sentence
    assert session.read_bytes() == before


def test_repair_of_a_text_is_refused(cli, text_file, tmp_path):
    assert "no XDF file" in cli("check", text_file, "--repair", tmp_path / "out.xdf").sentence
    assert not (tmp_path / "out.xdf").exists()


def test_repair_does_not_go_with_parity(cli, session):
    assert cli("check", "parity", session, "--repair", "out.xdf").code == 2


@pytest.mark.parametrize("name", ["session.xdf", "session.xdf.gz"])
def test_repair_of_a_whole_recording_changes_no_sample(cli, session, tmp_path, name):
    path = tmp_path / "in" / name
    path.parent.mkdir()
    data = session.read_bytes()
    path.write_bytes(gzip.compress(data) if name.endswith("gz") else data)
    facts = cli("check", path, "--repair", tmp_path / "out.xdf", "--json").json
    assert facts["ok"]
    before, after = open_recording(session).load(), open_recording(tmp_path / "out.xdf").load()
    for id, stream in before.items():
        assert np.array_equal(stream.stamps, after[id].stamps)
        assert np.array_equal(stream.values, after[id].values)
