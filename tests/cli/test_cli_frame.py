"""What holds for every verb: exit codes, one sentence, help, pipes."""

import subprocess
import sys

import pytest

from neuroaffect.cli import app

VERBS = app.VERBS


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_has_help(cli, verb):
    outcome = cli(verb, "--help")
    assert outcome.code == 0
    assert f"neuroaffect {verb}" in outcome.stdout


def test_the_help_lists_every_verb(cli):
    listed = cli("--help").stdout
    assert all(verb in listed for verb in VERBS)


def test_version_is_said(cli):
    assert cli("--version").stdout.startswith("neuroaffect")


@pytest.mark.parametrize("words", [["no-such-verb"], ["info"], ["check", "a", "b", "c"]])
def test_wrong_usage_leaves_with_2(cli, words):
    assert cli(*words).code == 2


@pytest.mark.parametrize("speed", ["0", "-1", "fast", "inf", "nan"])
def test_a_speed_that_is_none_is_wrong_usage(cli, speed):
    assert cli("replay", "x.xdf", "--speed", speed).code == 2


def test_debug_anywhere_shows_the_traceback():
    command = [sys.executable, "-m", "neuroaffect", "info", "nothing.xdf", "--debug"]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 1
    assert "Traceback" in result.stderr


def test_a_closed_pipe_is_no_fault():
    command = f"{sys.executable} -m neuroaffect devices --json | true; exit ${{PIPESTATUS[0]}}"
    result = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)
    assert "Traceback" not in result.stderr
    assert "Exception" not in result.stderr


def test_a_missing_library_names_the_extra_that_brings_it(cli, monkeypatch, tmp_path):
    monkeypatch.setattr("neuroaffect.acquire.recorded.open_recording", _needs("torch"))
    assert "pip install 'neuroaffect[train]'" in cli("replay", tmp_path / "x.xdf").sentence


def test_a_fault_of_our_own_is_one_sentence_too(cli, monkeypatch):
    def fail(_shelf):
        raise ZeroDivisionError("division by zero")

    monkeypatch.setattr("neuroaffect.catalog.list_names", fail)
    assert "ZeroDivisionError" in cli("devices").sentence


def _needs(library: str):
    def fail(*_args, **_options):
        raise ModuleNotFoundError(f"No module named '{library}'", name=library)

    return fail
