"""``neuroaffect convert``: what is said, and what is refused."""

import json


def test_what_was_written_is_one_json_object(cli, clips, tmp_path):
    out = tmp_path / "out.xdf"
    found = cli("convert", clips / "openbci" / "cyton-cut.txt", out, "--json")
    facts = json.loads(found.stdout)
    assert found.code == 0
    assert facts["streams"] == [
        {"name": "OpenBCI EEG", "samples": 600}, {"name": "OpenBCI ACC", "samples": 600},
    ]  # fmt: skip
    assert facts["bytes"] == out.stat().st_size


def test_what_was_left_out_is_said(cli, clips, tmp_path):
    found = cli("convert", clips / "biohack" / "s1-control-cut.csv.gz", tmp_path / "out.xdf")
    assert "3 rows written twice; the second is left out" in found.stdout


def test_a_result_that_is_there_is_refused_in_one_sentence(cli, clips, tmp_path):
    out = tmp_path / "out.xdf"
    out.touch()
    found = cli("convert", clips / "insight" / "closed-cut.csv", out)
    assert (found.code, found.stdout) == (1, "")
    assert "already there" in found.sentence
