import json
from pathlib import Path

import pytest


@pytest.fixture
def run_of(cli, rated, linear, tmp_path):
    """Evaluate in a folder of this name; return the folder."""

    def evaluate(name: str, *words: str) -> Path:
        folder = tmp_path / name
        ran = cli(
            "evaluate", *rated, "-p", linear, "-o", folder, "--split", "leave-session-out", *words
        )
        assert ran.code == 0
        return folder

    return evaluate


def test_a_run_against_itself_differs_by_nothing(cli, run_of, tmp_path):
    run = run_of("one")
    found = cli("compare", run, run, "-o", tmp_path / "p.png", "--json").json["comparisons"]
    assert {(one["dimension"], one["difference"]) for one in found} == {
        ("valence", 0.0), ("arousal", 0.0),
    }  # fmt: skip
    assert all(one["p"] == 1.0 for one in found)


def test_the_comparison_is_shown_and_drawn(cli, run_of, tmp_path):
    outcome = cli("compare", run_of("one"), run_of("two"), "-o", tmp_path / "p.png")
    assert outcome.code == 0
    assert "leave-session-out" in outcome.stdout
    assert (tmp_path / "p.png").read_bytes().startswith(b"\x89PNG")


def test_models_of_one_run_are_compared_with_each_other(cli, run_of):
    run = run_of("one", "--model", "logistic", "--model", "svm")
    found = cli("compare", run, "--json").json["comparisons"]
    assert {(one["first"], one["second"]) for one in found} == {("logistic", "svm")}


def test_another_split_is_refused(cli, run_of, rated, linear, tmp_path):
    other = tmp_path / "other"
    cli("evaluate", *rated, "-p", linear, "-o", other, "--split", "leave-trials-out")
    assert "no two rows have the same" in cli("compare", run_of("one"), other).sentence


def test_other_trials_are_refused(cli, run_of, tmp_path):
    run = run_of("one")
    told = json.loads((run / "report.json").read_text())
    for row in told["rows"]:
        row["answers"]["trial"] = [f"other {name}" for name in row["answers"]["trial"]]
    (tmp_path / "report.json").write_text(json.dumps(told))
    assert "no trial is in both runs" in cli("compare", run, tmp_path).sentence


@pytest.mark.parametrize("text", [None, "no json", "[]", '{"rows": []}', '{"rows": [{"p": 1}]}'])
def test_a_folder_that_is_no_run_is_refused(cli, tmp_path, text):
    if text is not None:
        (tmp_path / "report.json").write_text(text)
    assert "report.json" in cli("compare", tmp_path).sentence
