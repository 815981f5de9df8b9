"""Scores as MLflow runs: one per row, below one that holds the report."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from neuroaffect.errors import EvaluationError
from neuroaffect.training.evaluate import Row

__all__ = ["Tracking"]

_EXPERIMENT = "neuroaffect"
_TAGS = ("corpus", "model", "split", "dimension", "leaky", "confounded", "note")
_COUNTS = ("subjects", "subjects_left_out", "trials", "ticks", "folds")
_LONGEST = 5000  # letters of a tag
_RETRIES = "MLFLOW_HTTP_REQUEST_MAX_RETRIES"
_TRIES_TO_OPEN = "1"  # MLflow's 7 take minutes, in which nothing is said


class Tracking:
    """An MLflow server or folder that scores go to.

    It is opened before anything is computed, so that a wrong address costs no evaluation.

    Parameters
    ----------
    uri : str
        ``http://host:5000``, ``sqlite:///runs.db`` or ``file:folder``.

    Raises
    ------
    EvaluationError
        If it cannot be opened.
    ImportError
        If MLflow is not installed.
    """

    def __init__(self, uri: str) -> None:
        if "://" not in uri or uri.startswith("file:"):
            # Newer versions refuse a folder unless told that it is meant; who names one means it.
            os.environ.setdefault("MLFLOW_ALLOW_FILE_STORE", "true")
        from mlflow import MlflowClient
        from mlflow.exceptions import MlflowException

        try:
            with _asked_once_more():
                self._client = MlflowClient(tracking_uri=uri)
                found = self._client.get_experiment_by_name(_EXPERIMENT)
                self._experiment = (
                    found.experiment_id if found else self._client.create_experiment(_EXPERIMENT)
                )
        except (MlflowException, OSError, ValueError) as error:
            raise EvaluationError(
                f"MLflow cannot keep runs at '{uri}': {_first_line(error)}; give http://host:5000, "
                "sqlite:///runs.db or file:folder"
            ) from None
        self._uri = uri

    def log(
        self, rows: list[Row], *, report: Path, title: str, params: Mapping[str, object]
    ) -> None:
        """Keep the report's folder in a run of its own, and one run per row below it.

        Parameters
        ----------
        rows : list of dict
            From :func:`neuroaffect.training.evaluate.evaluate`.
        report : Path
            Folder; its files, without the folds in it, become artifacts.
        title : str
        params : mapping
            What was asked for.

        Raises
        ------
        EvaluationError
            If MLflow no longer takes them.
        """
        from mlflow.exceptions import MlflowException

        try:
            self._log(rows, report, title, params)
        except (MlflowException, OSError) as error:
            raise EvaluationError(
                f"MLflow at '{self._uri}' took not all runs: {_first_line(error)}; the report in "
                f"'{report}' is whole, and the same command again is quick and logs it anew"
            ) from None

    def _log(self, rows: list[Row], report: Path, title: str, params: Mapping[str, object]) -> None:
        parent = self._run(title, {}, params)
        for path in sorted(path for path in report.iterdir() if path.is_file()):
            self._client.log_artifact(parent, str(path))
        for row in rows:
            name = f"{row['model']} {row['split']} {row['dimension']}"
            tags = {key: str(row[key])[:_LONGEST] for key in _TAGS}
            leaky = {"warning": "leaky: no score"} if row["leaky"] else {}
            below = {"mlflow.parentRunId": parent}
            run = self._run(name, {**tags, **leaky, **below}, params)
            for key, value in _metrics(row).items():
                self._client.log_metric(run, key, value)
            self._client.set_terminated(run)
        self._client.set_terminated(parent)

    def _run(self, name: str, tags: Mapping[str, str], params: Mapping[str, object]) -> str:
        run = self._client.create_run(self._experiment, tags=dict(tags), run_name=name)
        for key, value in params.items():
            self._client.log_param(run.info.run_id, key, value)
        return run.info.run_id


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0] if str(error) else type(error).__name__


@contextmanager
def _asked_once_more() -> Iterator[None]:
    """Let a server that does not answer be asked once more, unless the user says how often."""
    if _RETRIES in os.environ:
        yield
        return
    os.environ[_RETRIES] = _TRIES_TO_OPEN
    try:
        yield
    finally:
        del os.environ[_RETRIES]


def _metrics(row: Row) -> dict[str, float]:
    """Return the row's numbers; of a leaky row all are named so, that no table mixes them."""
    before = "leaky_" if row["leaky"] else ""
    return {
        (key if key in _COUNTS else before + key): float(value)
        for key, value in row.items()
        if isinstance(value, int | float) and not isinstance(value, bool)
    }
