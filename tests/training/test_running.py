import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from data import dataset_of

from neuroaffect.affect import SAM9, Target
from neuroaffect.errors import EvaluationError
from neuroaffect.training.data.mapped import Gathered
from neuroaffect.training.evaluate import evaluate
from neuroaffect.training.jobs import running

AROUSAL = Target(dimension="arousal", scale=SAM9, threshold="median")


def rows_of(data, **settings):
    rows = evaluate(
        data, targets=[AROUSAL], models=["logistic"], splits=["leave-trials-out"], folds=3,
        rng=np.random.default_rng(0), **settings,
    )  # fmt: skip
    return [{**row, "seconds": 0} for row in rows]


@pytest.fixture
def data():
    return dataset_of(subjects=2, trials=6)


@pytest.fixture
def kept(tmp_path) -> Path:
    return tmp_path / "folds"


@pytest.fixture
def run_folds_of(monkeypatch):
    """Return a list that grows with every fold that is really run."""
    really, ran = running.answer_fold, []
    monkeypatch.setattr(running, "answer_fold", lambda *a: ran.append(a) or really(*a))
    return ran


def test_folds_that_are_done_are_not_run_again_and_say_the_same(data, kept, run_folds_of):
    first, again = rows_of(data, kept=kept), rows_of(data, kept=kept)
    assert len(run_folds_of) == 6
    assert first == again == rows_of(data)


def test_progress_counts_what_was_done_before(data, kept):
    rows_of(data, kept=kept)
    told = []
    rows_of(data, kept=kept, progress=lambda *done: told.append(done))
    assert told == [(6, 6)]


def test_a_damaged_fold_is_run_again(data, kept, run_folds_of):
    rows = rows_of(data, kept=kept)
    path = sorted(kept.iterdir())[0]
    path.write_bytes(path.read_bytes()[:-9])
    assert rows_of(data, kept=kept) == rows
    assert len(run_folds_of) == 7


@pytest.mark.parametrize(
    "change",
    [
        lambda d: replace(d, features=d.features + 1.0),
        lambda d: replace(d, labels={"arousal": 10 - d.labels["arousal"]}),
        lambda d: replace(d, time=d.time + 1.0),
        lambda d: replace(d, pipeline=d.pipeline.model_copy(
            update={"training": d.pipeline.training.model_copy(update={"seed": 1})})),
    ],
    ids=["features", "labels", "times", "recipe"],
)  # fmt: skip
def test_whatever_decides_a_fold_makes_it_run_anew(data, kept, change, run_folds_of):
    rows_of(data, kept=kept)
    other = change(data)
    rows_of(other, kept=kept)
    assert len(run_folds_of) == 12


@pytest.mark.parametrize("other", [{"calibrate": True}, {"normalise": "person"}])
def test_a_fold_of_another_question_is_no_answer_to_this_one(data, kept, other, run_folds_of):
    rows_of(data, kept=kept)
    rows_of(data, kept=kept, **other)
    assert len(run_folds_of) == 12


@pytest.mark.parametrize("mapped", [False, True])
def test_two_processes_say_what_one_says(data, mapped):
    if mapped:
        gathered = Gathered(most_bytes=0)
        gathered.add(data.features)
        data = replace(data, features=gathered.whole())
    assert rows_of(data, workers=2) == rows_of(data)


_KILLED = """
import sys, time
sys.path.insert(0, sys.argv[1])
from pathlib import Path
from data import dataset_of
from test_running import AROUSAL, rows_of
from neuroaffect.training.jobs import running
really = running.answer_fold
def slow(*given):
    time.sleep(0.3)
    return really(*given)
running.answer_fold = slow
data = dataset_of(subjects=2, trials=6)
rows_of(data, kept=Path(sys.argv[2]),
        progress=lambda *done: print(*done, flush=True))
"""


def test_a_killed_evaluation_goes_on_where_it_stopped(data, kept, run_folds_of):
    running_one = subprocess.Popen(
        [sys.executable, "-c", _KILLED, str(Path(__file__).parent), str(kept)],
        stdout=subprocess.PIPE,
    )
    while running_one.stdout.readline() != b"2 6\n":
        assert running_one.poll() is None
    running_one.send_signal(signal.SIGKILL)
    running_one.communicate()
    before = len(list(kept.iterdir()))
    assert rows_of(data, kept=kept) == rows_of(data)
    assert len(run_folds_of) == (6 - before) + 6


@pytest.fixture(scope="module")
def cluster():
    """Return the address of a scheduler with two worker processes of two threads."""
    distributed = pytest.importorskip("dask.distributed", reason="the extra 'cluster' is optional")
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=2, processes=True, dashboard_address=None
    ) as local:
        yield local.scheduler_address


def test_a_cluster_says_what_one_process_says(data, cluster):
    assert rows_of(data, cluster=cluster) == rows_of(data)


def test_a_cluster_runs_the_folds_elsewhere(data, cluster, run_folds_of):
    rows_of(data, cluster=cluster)
    assert run_folds_of == []


def test_a_cluster_goes_on_where_one_process_stopped(data, kept, cluster, run_folds_of):
    rows = rows_of(data, kept=kept)
    assert rows_of(data, kept=kept, cluster=cluster) == rows


def test_features_larger_than_memory_are_not_sent_to_a_cluster(data):
    gathered = Gathered(most_bytes=0)
    gathered.add(data.features)
    with pytest.raises(EvaluationError, match="--memory-mb"):
        rows_of(replace(data, features=gathered.whole()), cluster="tcp://127.0.0.1:1")


def test_a_scheduler_that_is_not_there_is_one_sentence(data, monkeypatch):
    pytest.importorskip("dask.distributed", reason="the extra 'cluster' is optional")
    monkeypatch.setattr("neuroaffect.training.jobs.cluster._PATIENCE_S", 1.0)
    with pytest.raises(EvaluationError, match=r"no Dask scheduler answers at 'tcp://127.0.0.1:1'"):
        rows_of(data, cluster="tcp://127.0.0.1:1")
