"""replay without LSL: a file played through, faults listed and refused."""

import subprocess
import sys

import pytest

from neuroaffect.acquire import FAULTS


def test_a_file_played_through_says_what_came_out(cli, gapped, foreign):
    facts = cli("replay", foreign(gapped), "--speed", "max", "--json").json
    streams = {stream["name"]: stream for stream in facts["streams"]}
    assert streams["cap"]["samples"] == 18 * 128
    assert (streams["cap"]["gaps"], streams["cap"]["lost"]) == (1, 256)
    assert (streams["band"]["samples"], streams["band"]["gaps"]) == (80, 0)
    assert streams["marks"]["samples"] == 1
    assert facts["length_s"] == pytest.approx(20.0, abs=0.1)
    assert facts["times_real_time"] == pytest.approx(facts["length_s"] / facts["took_s"])


def test_a_person_reads_the_same(cli, session):
    shown = cli("replay", session, "--speed", "max", "--stream", "eeg").stdout
    assert "cap" in shown
    assert "band" not in shown
    assert "times real time" in shown


def test_a_file_is_played_through_without_lsl(session):
    code = (
        "import sys; from neuroaffect.cli import main\n"
        f"try: main(['replay', {str(session)!r}, '--speed', 'max', '--faults', 'dropout=1s@5s'])\n"
        "finally: sys.exit('pylsl' in sys.modules)"
    )
    result = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True)
    assert result.returncode == 0


def test_faults_are_played_through_too(cli, session):
    words = ["--speed", "max", "--faults", "eeg:dropout=2s@5s,loss=10%", "--json"]
    one, other, third = (
        cli("replay", session, *words, "--seed", seed).json["streams"] for seed in (1, 1, 2)
    )
    assert one == other != third
    assert one[0]["lost"] > 256


def test_every_fault_is_listed_in_the_help(cli):
    shown = cli("replay", "--faults", "help")
    assert shown.code == 0
    assert set(FAULTS) <= {line.split()[0] for line in shown.stdout.splitlines()}


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--faults", "dropuot=3s@60s"], "did you mean 'dropout'"),
        (["--faults", "restart=3s@5s"], "happens to an LSL outlet"),
        (["--stream", "ecg"], "no stream fits 'ecg'; there is 'cap' (eeg), 'band' (eda)"),
        (["--stream", "moood"], "asks for no stream"),
    ],
)
def test_what_cannot_be_played_is_one_sentence(cli, session, words, says):
    assert says in cli("replay", session, "--speed", "max", *words).sentence


def test_a_broken_file_is_one_sentence(cli, text_file):
    assert "text.xdf" in cli("replay", text_file).sentence


@pytest.mark.parametrize(
    "words",
    [
        ["--speed", "max", "--loop"],
        ["--speed", "max", "--wait", "3"],
        ["--from", "5", "--to", "3"],
        ["--json"],
    ],
)
def test_options_that_contradict_each_other_are_wrong_usage(cli, session, words):
    assert cli("replay", session, *words).code == 2
