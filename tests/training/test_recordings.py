"""Recordings with marks of their own, from the file to the score."""

from pathlib import Path

import numpy as np
import pytest

from neuroaffect.catalog import load_pipeline
from neuroaffect.errors import EvaluationError
from neuroaffect.session import Packet, RawStream, SessionWriter
from neuroaffect.training.dataset import extract
from neuroaffect.training.evaluate import evaluate
from neuroaffect.training.labels import labelled_session

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


@needs_shared
def test_real_gestures_are_told_apart_in_a_recording_never_seen():
    sessions = [
        labelled_session(SHARED / f"three_motion_{name}.xdf", GESTURES)
        for name in ("one", "two", "three")
    ]
    (row,) = evaluate(
        extract(sessions, GESTURES),
        targets=GESTURES.labels.targets,
        models=["logistic"],
        splits=["leave-session-out"],
        folds=3,
        rng=np.random.default_rng(0),
    )
    # Log variances of whole trials give .84 on the average of the three recordings.
    assert row["balanced_accuracy"] >= 0.84
    assert row["majority"] == 0.25
    assert not row["confounded"]
