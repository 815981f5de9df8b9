"""A student made of a trained model."""

import json

import pytest


@pytest.fixture
def student(cli, model, rated, tmp_path):
    out = tmp_path / "student"
    return cli("distill", model, *rated, "-o", out, "--epochs", 5, "--json"), out


def test_distill_says_how_much_is_left_of_the_teacher(student):
    facts = student[0].json
    assert {row["dimension"] for row in facts["agreement"]} == {"valence", "arousal"}
    assert all(-1 <= row["ccc_small"] <= 1 for row in facts["agreement"])
    assert facts["student_kb"] < 60


def test_a_student_is_a_model_like_any_other(cli, student):
    assert cli("check", student[1]).code == 0
    assert json.loads((student[1] / "bundle.json").read_text())["quantised"] is True


def test_recordings_that_nobody_rated_teach_as_well(cli, model, session, tmp_path):
    refused = cli("distill", model, session, "-o", tmp_path / "student").sentence
    assert "lasts 20 s; 60 s are the least" in refused  # read, found unrated, and too short


def test_a_teacher_that_is_no_model_is_refused(cli, rated, tmp_path):
    assert "is no bundle folder" in cli("distill", tmp_path / "x", *rated, "-o", "s").sentence


def test_a_student_that_there_is_not_is_refused(cli, model, rated):
    refused = cli("distill", model, *rated, "-o", "s", "--student", "tinny").sentence
    assert "did you mean 'tiny'?" in refused


def test_a_student_that_cannot_be_taught_is_refused(cli, model, rated):
    refused = cli("distill", model, *rated, "-o", "s", "--student", "logistic").sentence
    assert "choose a network that is trained step by step" in refused


def test_a_recording_that_the_teacher_was_not_made_for_is_refused(cli, model, band_only):
    refused = cli("distill", model, band_only, "-o", "s").sentence
    assert "the model needs one stream" in refused


def test_a_student_hears_also_what_its_teacher_left_out(cli, rated, linear, tmp_path):
    choosy = tmp_path / "choosy.toml"
    recipe = "[training]\nselect = 5\ncalibration_folds = 0\n"
    choosy.write_text(linear.read_text().replace("[training]\n", recipe))
    assert "select = 5" in choosy.read_text()
    assert cli("train", *rated, "-p", choosy, "-o", tmp_path / "teacher").code == 0
    words = ["distill", tmp_path / "teacher", *rated, "-o", tmp_path / "student", "--epochs", 1]
    assert cli(*words).code == 0
