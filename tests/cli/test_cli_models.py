"""train, evaluate, live and check on models."""

import hashlib
import json
import shutil
from types import SimpleNamespace

import pytest

from neuroaffect.cli.states import print_line

ROW_KEYS = {
    "corpus", "model", "split", "leaky", "dimension", "subjects", "trials", "balanced_accuracy",
    "macro_f1", "majority", "ci_low", "ci_high", "p",
}  # fmt: skip
PREDICTION_KEYS = {"time", "valence", "arousal", "dominance", "sd", "abstained", "age_ms"}


@pytest.fixture
def damaged(model, tmp_path):
    """Return a copy of the bundle with one byte of one file changed."""

    def damage(name):
        copy = tmp_path / "damaged"
        shutil.copytree(model, copy)
        data = bytearray((copy / name).read_bytes())
        data[len(data) // 2] ^= 1
        (copy / name).write_bytes(data)
        return copy

    return damage


def test_train_gives_rows_with_the_stable_keys(model):
    rows = json.loads((model.parent / "train.json").read_text())["rows"]
    assert rows
    assert all(set(row) >= ROW_KEYS for row in rows)


def test_train_leaves_whole_recordings_out_where_there_are_several(model):
    rows = json.loads((model.parent / "train.json").read_text())["rows"]
    assert {row["split"] for row in rows} == {"leave-session-out"}


def test_train_finds_an_effect_that_is_there(model):
    rows = json.loads((model.parent / "train.json").read_text())["rows"]
    # Variances that differ ninefold cannot be missed.
    assert min(row["balanced_accuracy"] for row in rows) > 0.9


def test_one_recording_is_scored_on_trials_left_out(cli, rated, linear, tmp_path):
    facts = cli("train", rated[0], "-p", linear, "-o", tmp_path / "m", "--json").json
    assert {row["split"] for row in facts["rows"]} == {"leave-trials-out"}


def test_a_recording_without_trials_cannot_be_trained_on(cli, session, linear, tmp_path):
    refused = cli("train", session, "-p", linear, "-o", tmp_path / "m").sentence
    assert "tells of no trial" in refused
    assert not (tmp_path / "m").exists()


def test_a_folder_that_is_no_model_is_not_overwritten(cli, rated, linear, tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("years of work")
    assert cli("train", *rated, "-p", linear, "-o", tmp_path / "mine").sentence
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["thesis.txt"]


def test_evaluate_scores_recordings_and_shows_what_leaking_would_flatter(cli, rated, linear):
    rows = cli("evaluate", *rated, "-p", linear, "--json").json["rows"]
    assert all(set(row) >= ROW_KEYS for row in rows)
    assert {(row["split"], row["leaky"]) for row in rows} == {
        ("leave-session-out", False), ("leaky", True),
    }  # fmt: skip


def test_evaluate_chooses_inside_the_folds_if_told_to(cli, rated, linear):
    rows = cli("evaluate", *rated, "-p", linear, "--choose", "--json").json["rows"]
    best = [row for row in rows if row["model"] == "best of logistic"]
    assert {(row["split"], sum(row["chosen"].values())) for row in best} >= {
        ("leave-session-out", len(rated)),
    }  # fmt: skip


def test_a_protocol_of_a_paper_is_named_beside_its_score(cli, rated, linear):
    (row, *_) = cli(
        "evaluate", *rated, "-p", linear, "--split", "rbtransformer2025", "--json"
    ).json["rows"]
    assert row["leaky"]
    assert "diagnostic: trials are on both sides; protocol of arXiv:2511.13954" in row["note"]


def test_evaluate_writes_a_report_with_pictures(cli, rated, linear, tmp_path):
    out = tmp_path / "report"
    assert cli("evaluate", *rated, "-p", linear, "-o", out).code == 0
    kinds = ("scores", "inflation", "people", "confusion", "reliability")
    pictures = {f"{kind}-{name}.png" for kind in kinds for name in ("valence", "arousal")}
    heads = {"r2-valence-1.png", "r2-arousal-1.png"}
    assert {path.name for path in out.iterdir() if path.is_file()} == {
        "report.json", "report.html", *pictures, *heads,
    }  # fmt: skip


def test_a_report_names_its_data_by_their_bytes(cli, rated, linear, tmp_path):
    cli("evaluate", *rated, "-p", linear, "-o", tmp_path / "report")
    told = json.loads((tmp_path / "report" / "report.json").read_text())
    assert told["data"]["files"] == {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in rated
    }


def test_evaluate_again_runs_no_fold_again_unless_asked_to(cli, rated, linear, tmp_path):
    words = ["evaluate", *rated, "-p", linear, "-o", tmp_path / "report", "--json"]
    first, again, fresh = cli(*words).json, cli(*words).json, cli(*words, "--fresh").json
    assert first == again  # the seconds too: nothing was run
    assert first != fresh


def test_a_cluster_that_is_not_there_is_one_sentence(cli, rated, linear, monkeypatch):
    pytest.importorskip("dask.distributed", reason="the extra 'cluster' is optional")
    monkeypatch.setattr("neuroaffect.training.jobs.cluster._PATIENCE_S", 1.0)
    words = ["evaluate", *rated, "-p", linear, "--cluster", "tcp://127.0.0.1:1"]
    assert "no Dask scheduler answers at 'tcp://127.0.0.1:1'" in cli(*words).sentence


@pytest.mark.parametrize(
    "words",
    [[], ["a.xdf"], ["a.xdf", "--corpus", "dasps"], ["--corpus", "dasps"]],
    ids=["nothing", "no pipeline", "both", "no root"],
)
def test_evaluate_wants_recordings_or_a_corpus(cli, words):
    assert cli("evaluate", *words).code == 2


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--corpus", "sead", "--root", "."], "no corpus is called 'sead'"),
        (["--corpus", "eegmat", "--root", "."], "has no file"),
    ],
)
def test_a_corpus_that_is_not_there_is_refused(cli, tmp_path, monkeypatch, words, said):
    monkeypatch.chdir(tmp_path)
    assert said in cli("evaluate", *words).sentence


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [("--split", "at-random", "no split is called"), ("--model", "gpt", "no network is called")],
)
def test_an_unknown_split_or_model_is_refused(cli, rated, linear, option, value, said):
    assert said in cli("evaluate", rated[0], "-p", linear, option, value).sentence


def test_a_bundle_is_ok(cli, model):
    assert cli("check", model, "--json").json == {"ok": True, "problems": [], "notes": []}


@pytest.mark.parametrize(
    "name", ["bundle.json", "network.onnx", "pipeline.toml", "weights.safetensors"]
)
def test_a_bundle_with_a_changed_byte_is_refused_naming_the_file(cli, damaged, name, rated):
    folder = damaged(name)
    assert name in cli("check", folder).sentence
    assert name in cli("live", "--model", folder, "--source", rated[0], "--headless").sentence


def test_a_folder_without_a_bundle_is_refused(cli, tmp_path):
    assert cli("check", tmp_path).sentence


def test_a_line_of_json_is_written_in_one_piece(monkeypatch):
    pieces = []
    monkeypatch.setattr("sys.stdout", SimpleNamespace(write=pieces.append, flush=lambda: None))
    print_line({"event": "state", "age_s": float("nan")})
    assert pieces == ['{"event": "state", "age_s": null}\n']


def test_headless_prints_one_line_of_json_per_prediction(cli, model, rated):
    lines = cli("live", "--model", model, "--source", rated[0], "--headless").stdout.splitlines()
    predictions = [json.loads(line) for line in lines]
    assert len(predictions) == 54 * 4  # seconds, hops per second
    assert all(set(prediction) >= PREDICTION_KEYS for prediction in predictions)
    assert predictions[0]["abstained"] == "unsettled"
    assert predictions[0]["valence"] is None
    assert -1 <= predictions[-1]["valence"] <= 1
    assert predictions[-1]["sd"]["valence"] > 0
    assert predictions[-1]["dominance"] is None


def test_a_recorded_live_run_predicts_the_same_again(cli, model, rated, tmp_path):
    out = tmp_path / "again.xdf"
    words = ["live", "--model", model, "--headless", "--source"]
    first = cli(*words, rated[0], "--record", out).stdout
    assert cli(*words, out).stdout == first


def test_a_picture_of_the_window_is_written(cli, model, rated, tmp_path):
    out = tmp_path / "window.png"
    assert cli("live", "-m", model, "--source", rated[0], "--headless", "--png", out).code == 0
    assert out.read_bytes().startswith(b"\x89PNG")


def test_a_recording_with_other_electrodes_is_refused(cli, model, band_only):
    assert cli("live", "-m", model, "--source", band_only, "--headless").sentence


def test_without_a_display_the_window_is_refused_in_one_sentence(cli, model, rated, monkeypatch):
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    assert "run headless" in cli("live", "-m", model, "--source", rated[0]).sentence
