import shutil
from datetime import UTC, datetime

import numpy as np
import pytest
from layouts import biohack as layout

from neuroaffect.catalog import load_pipeline
from neuroaffect.corpora import corpus_of
from neuroaffect.errors import EvaluationError
from neuroaffect.training.data.dataset import extract
from neuroaffect.training.splits import leave_session_out


def sessions(root, **settings):
    return list(corpus_of("biohack").sessions(root, **settings))


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    root = tmp_path_factory.mktemp("biohack")
    layout.write(root, people=["s1"])
    return root


@pytest.fixture
def root(built, tmp_path):
    """The same files, to be changed."""
    return shutil.copytree(built, tmp_path / "copy")


def test_the_class_is_in_the_name_of_the_file(root):
    found = {s.files[0].name: s.trials[0].ratings["understanding"] for s in sessions(root)}
    assert found["s1-confused.csv.gz"] == 0.0
    assert found["s1-control2.csv.gz"] == 1.0
    assert found["s1-understanding2.csv.gz"] == 2.0


def test_the_three_recordings_of_a_day_are_one_session(root):
    found = [session.session for session in sessions(root)]
    assert {day: found.count(day) for day in set(found)} == {"day-1": 3, "day-2": 3}


def test_each_recording_is_one_trial_from_its_first_to_its_last_sample(root):
    session = sessions(root)[0]
    times = np.concatenate([chunk.times for _, chunk in session.open()])
    (trial,) = session.trials
    # Stamps are rounded to milliseconds; the intake puts them on a line.
    assert (trial.start, trial.stop) == pytest.approx((times[0], times[-1]), abs=0.001)


def test_leaving_a_session_out_leaves_a_whole_day_out(root):
    data = extract(sessions(root), load_pipeline("muse"))
    for split in leave_session_out(data):
        days = data.session[split.train], data.session[split.test]
        assert not set(days[0]) & set(days[1])
        assert set(data.labels["understanding"][split.test]) == {0.0, 1.0, 2.0}


def test_rows_written_twice_are_read_once(root):
    session = sessions(root)[0]
    assert sum(len(chunk) for _, chunk in session.open()) == 16 * layout.RATE_HZ


def test_the_empty_socket_is_no_channel(root):
    (info,) = sessions(root)[0].open().streams.values()
    assert info.channels == ("TP9", "AF7", "AF8", "TP10")


def test_a_trial_run_is_left_out(root):
    layout.write_file(root / "s1-understandingtest.csv.gz", seconds=3)
    assert all("test" not in session.files[0].name for session in sessions(root))


def test_files_of_other_names_are_refused_with_the_published_one(tmp_path):
    layout.write_file(tmp_path / "s1-bored.csv.gz")
    with pytest.raises(EvaluationError, match=r"'s1-bored.csv.gz' is not named as s1-confused2"):
        sessions(tmp_path)


def test_a_file_that_is_no_recording_is_refused(tmp_path):
    (tmp_path / "s1-confused.csv.gz").write_bytes(b"nothing of the kind")
    with pytest.raises(EvaluationError, match="corpus 'biohack'"):
        sessions(tmp_path)


def test_a_folder_without_recordings_is_refused(tmp_path):
    with pytest.raises(EvaluationError, match="give the folder it was unpacked to"):
        sessions(tmp_path)


def test_the_clips_of_real_files_are_read(clips, tmp_path):
    shutil.copy(clips / "biohack" / "s1-control-cut.csv.gz", tmp_path / "s1-control.csv.gz")
    shutil.copy(clips / "biohack" / "s1-understandingtest.csv.gz", tmp_path)
    assert [session.trials[0].id for session in sessions(tmp_path)] == ["control-1"]


def test_the_real_files_are_23_recordings_of_eight_days(shared):
    days = {}
    found = sessions(shared / "biohack")
    for session in found:
        day = datetime.fromtimestamp(session.trials[0].start, UTC).date()
        days.setdefault((session.subject, session.session), set()).add(day)
    assert (len(found), len(days)) == (23, 8)
    assert {len(dates) for dates in days.values()} == {1}
