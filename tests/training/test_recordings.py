"""Recordings with marks of their own, from the file to the score."""

from pathlib import Path

import numpy as np
import pytest
from scipy import signal
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import balanced_accuracy_score
from sklearn.model_selection import LeaveOneGroupOut, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from neuroaffect.catalog import load_pipeline
from neuroaffect.errors import EvaluationError
from neuroaffect.session import Packet, RawStream, SessionWriter
from neuroaffect.training.data.dataset import extract
from neuroaffect.training.data.labels import labelled_session, marked_rests
from neuroaffect.training.evaluate import evaluate

SHARED = Path(__file__).parents[3] / "shared" / "data" / "magicblink"
needs_shared = pytest.mark.skipif(
    not SHARED.is_dir(), reason="the shared recordings are not beside this checkout"
)
GESTURES = load_pipeline("gestures")


def write_session(path, *, rated=True):
    stream = RawStream(
        id=1, name="cap", type="EEG", rate_hz=100.0, format="float32", labels=("Fz", "Cz"),
        units=("microvolts",) * 2, types=("EEG",) * 2,
    )  # fmt: skip
    values = np.random.default_rng(0).normal(0, 10, (2000, 2)).astype(np.float32)
    with SessionWriter(path) as writer:
        writer.add(stream)
        writer.event("trial-start", time=105.0, trial="a")
        writer.write(Packet(1, 100.0 + np.arange(2000) / 100.0, values))
        if rated:
            writer.event("trial-stop", time=115.0, trial="a", ratings={"arousal": 7})


def test_a_session_of_ours_tells_its_trials_by_its_events(tmp_path):
    write_session(tmp_path / "one.xdf")
    found = labelled_session(tmp_path / "one.xdf", load_pipeline("eeg-de"))
    (trial,) = found.trials
    assert (trial.start, trial.stop, trial.ratings) == (105.0, 115.0, {"arousal": 7.0})


def test_a_session_without_a_rated_trial_is_refused(tmp_path):
    write_session(tmp_path / "one.xdf", rated=False)
    with pytest.raises(EvaluationError, match=r"one\.xdf tells of no trial"):
        labelled_session(tmp_path / "one.xdf", load_pipeline("eeg-de"))


def test_markers_without_a_marker_stream_are_refused(tmp_path):
    write_session(tmp_path / "one.xdf")
    with pytest.raises(EvaluationError, match="0 fitting marker streams"):
        labelled_session(tmp_path / "one.xdf", GESTURES)


@needs_shared
@pytest.mark.parametrize(("name", "trials"), [("one", 108), ("two", 80), ("three", 108)])
def test_paired_markers_of_the_real_recordings_give_every_trial(name, trials):
    found = labelled_session(SHARED / f"three_motion_{name}.xdf", GESTURES)
    assert len(found.trials) == trials
    lengths = [t.stop - t.start for t in found.trials]
    assert 1.25 < min(lengths) < max(lengths) < 3.0


def plain_accuracy(sessions, trials):
    """What scikit-learn makes of one log variance per channel and trial, each recording held out.

    A trial that lacks contact is not among `trials`; it is then in neither method's training.
    """
    x, y, group = [], [], []
    sos = signal.butter(4, (20, 110), "bandpass", fs=250, output="sos")
    for session in sessions:
        emg = [chunk for name, chunk in session.open() if chunk.data.shape[1] == 8]
        times = np.concatenate([chunk.times for chunk in emg])
        filtered = signal.sosfilt(sos, np.concatenate([chunk.data for chunk in emg]), axis=0)
        for trial in (trial for trial in session.trials if trial.id in trials):
            inside = (trial.start <= times) & (times <= trial.stop)
            x.append(np.log(filtered[inside].var(axis=0)))
            y.append(trial.ratings["gesture"])
            group.append(session.session)
    model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=2000))
    said = cross_val_predict(model, np.array(x), y, groups=group, cv=LeaveOneGroupOut())
    return balanced_accuracy_score(y, said)


@needs_shared
def test_real_gestures_are_told_apart_no_worse_than_by_log_variances_of_whole_trials():
    sessions = [
        labelled_session(SHARED / f"three_motion_{name}.xdf", GESTURES)
        for name in ("one", "two", "three")
    ]
    data = extract(sessions, GESTURES)
    (row,) = evaluate(
        data,
        targets=GESTURES.labels.targets,
        models=["logistic"],
        splits=["leave-session-out"],
        folds=3,
        rng=np.random.default_rng(0),
    )
    assert row["balanced_accuracy"] >= plain_accuracy(sessions, trials=set(data.trial))
    assert row["balanced_accuracy"] >= 0.8  # chance is 0.25
    assert not row["confounded"]


def test_a_marker_of_rest_opens_a_period_that_the_same_rule_closes():
    labels = GESTURES.labels.model_copy(update={"rest": "baseline"})
    marks = [(1.0, "baseline"), (5.0, "baseline"), (6.0, "0"), (7.0, "0"), (8.0, "baseline")]
    assert marked_rests(marks, labels) == ((1.0, 5.0),)
    until_next = labels.model_copy(update={"trials": "until-next"})
    assert marked_rests(marks[1:3], until_next) == ((5.0, 6.0),)
