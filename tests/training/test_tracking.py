import builtins
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import ClassVar

import numpy as np
import pytest
from data import dataset_of

from neuroaffect.affect import SAM9, Target
from neuroaffect.errors import EvaluationError
from neuroaffect.training.evaluate import evaluate
from neuroaffect.training.jobs.tracking import Tracking

AROUSAL = Target(dimension="arousal", scale=SAM9, threshold="median")


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """Return what MLflow has of one evaluation, by split; "" is the one with the report."""
    mlflow = pytest.importorskip("mlflow", reason="the extra 'mlflow' is optional")
    folder = tmp_path_factory.mktemp("tracked")
    (folder / "report").mkdir()
    (folder / "report" / "report.html").write_text("a page")
    rows = evaluate(
        dataset_of(subjects=2, trials=6), targets=[AROUSAL], models=["logistic"],
        splits=["leave-trials-out", "leaky"], folds=3, rng=np.random.default_rng(0),
    )  # fmt: skip
    uri = (folder / "runs").as_uri()
    Tracking(uri).log(rows, report=folder / "report", title="small", params={"seed": 0})
    client = mlflow.MlflowClient(tracking_uri=uri)
    (experiment,) = [e for e in client.search_experiments() if e.name == "neuroaffect"]
    found = client.search_runs([experiment.experiment_id])
    by_split = {run.data.tags.get("split", ""): run for run in found}
    return client, by_split, {row["split"]: row for row in rows}


def test_each_row_is_a_run_with_its_numbers(runs):
    _, found, rows = runs
    metrics = found["leave-trials-out"].data.metrics
    assert metrics["balanced_accuracy"] == rows["leave-trials-out"]["balanced_accuracy"]
    assert metrics["trials"] == 12


def test_each_run_is_tagged_with_split_model_and_dimension(runs):
    tags = runs[1]["leave-trials-out"].data.tags
    assert (tags["model"], tags["dimension"], tags["leaky"]) == ("logistic", "arousal", "False")


def test_a_leaky_run_is_called_so_and_has_no_number_of_an_honest_name(runs):
    run = runs[1]["leaky"]
    assert run.data.tags["warning"] == "leaky: no score"
    assert "balanced_accuracy" not in run.data.metrics
    assert "leaky_balanced_accuracy" in run.data.metrics


def test_the_report_is_kept_once_above_its_rows(runs):
    client, found, _ = runs
    parent = found[""].info.run_id
    assert [file.path for file in client.list_artifacts(parent)] == ["report.html"]
    assert found["leaky"].data.tags["mlflow.parentRunId"] == parent
    assert found[""].data.params == {"seed": "0"}


def test_runs_are_finished(runs):
    assert {run.info.status for run in runs[1].values()} == {"FINISHED"}


def test_an_address_that_cannot_be_is_one_sentence():
    pytest.importorskip("mlflow", reason="the extra 'mlflow' is optional")
    with pytest.raises(EvaluationError, match="MLflow cannot keep runs at 'gopher://x'"):
        Tracking("gopher://x")


class Unwell(BaseHTTPRequestHandler):
    """A server that has no answer, and counts how often it is asked."""

    asked: ClassVar[list[str]] = []

    def do_GET(self):
        self.asked.append(self.path)
        self.send_error(503)

    def log_message(self, *words):
        pass


def test_a_server_without_an_answer_is_asked_once_more_and_no_oftener(monkeypatch):
    pytest.importorskip("mlflow", reason="the extra 'mlflow' is optional")
    monkeypatch.delenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", raising=False)
    monkeypatch.setattr(Unwell, "asked", [])
    with HTTPServer(("127.0.0.1", 0), Unwell) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        with pytest.raises(EvaluationError, match="MLflow cannot keep runs at 'http"):
            Tracking(f"http://127.0.0.1:{server.server_port}")
        server.shutdown()
    assert len(Unwell.asked) == 2


def test_a_server_that_goes_away_leaves_the_report_and_one_sentence(tmp_path, monkeypatch):
    mlflow = pytest.importorskip("mlflow", reason="the extra 'mlflow' is optional")
    tracking = Tracking(f"file:{tmp_path / 'runs'}")

    def gone(*given, **named):
        raise mlflow.exceptions.MlflowException("connection refused")

    monkeypatch.setattr(mlflow.MlflowClient, "create_run", gone)
    with pytest.raises(EvaluationError, match=r"took not all runs: .*refused; the report in '.*'"):
        tracking.log([], report=tmp_path, title="small", params={})


def test_a_missing_mlflow_names_the_extra(monkeypatch):
    from neuroaffect.cli.app import _sentence

    real = builtins.__import__

    def without(name, *given, **named):
        if name.partition(".")[0] == "mlflow":
            raise ModuleNotFoundError("No module named 'mlflow'", name="mlflow")
        return real(name, *given, **named)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(ImportError) as raised:
        Tracking("file:runs")
    assert "neuroaffect[mlflow]" in _sentence(raised.value)
