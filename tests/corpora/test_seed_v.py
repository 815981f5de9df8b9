from collections import Counter

import numpy as np
import pytest
from layouts import seed_v as layout

from neuroaffect.catalog import load_pipeline
from neuroaffect.corpora import corpus_of
from neuroaffect.corpora.seed_v import LABELS
from neuroaffect.errors import EvaluationError
from neuroaffect.training.data.dataset import extract


@pytest.fixture
def root(tmp_path):
    layout.write_all(tmp_path)
    return tmp_path


def sessions(root, **settings):
    return list(corpus_of("seed-v").sessions(root, **settings))


@pytest.mark.parametrize("session", LABELS)
def test_each_session_shows_three_films_of_each_emotion(session):
    """As in the data set's description: 15 trials, 3 per emotional category."""
    assert Counter(LABELS[session]) == dict.fromkeys(range(5), 3)


def test_films_lie_where_the_table_says(root):
    found = [(trial.start, trial.stop) for trial in sessions(root)[0].trials]
    assert found == layout.SPANS[1]


def test_labels_go_by_the_number_in_the_name(root):
    for session in sessions(root):
        number = session.files[0].name.split("_")[1]
        labels = tuple(int(trial.ratings["emotion"]) for trial in session.trials)
        assert (session.session, labels) == (f"session-{number}", LABELS[number])


def test_samples_are_microvolts_by_the_headers_calibration(root):
    written = layout.write_cnt(root / "EEG_raw" / "1_1_20180804.cnt")
    source = sessions(root)[0].open()
    data = np.concatenate([chunk.data for _, chunk in source])
    np.testing.assert_allclose(data, written, atol=1e-4)  # the calibration is of single precision


def test_eyes_mastoids_and_places_unknown_are_left_out_by_the_pipeline(root):
    session = sessions(root)[0]
    data = extract([session], load_pipeline("eeg-clips"))
    assert data.features.shape[1:] == (60, 5)
    assert not {"VEO", "HEO", "M1", "M2", "CB1", "CB2"} & set(data.input.channels)


def test_a_header_that_miscounts_its_samples_is_read_by_the_size_of_the_file(root):
    path = root / "EEG_raw" / "1_1_20180804.cnt"
    written = layout.write_cnt(path, counted=77)
    data = np.concatenate([chunk.data for _, chunk in sessions(root)[0].open()])
    assert len(data) == len(written)


def test_a_recording_that_ends_before_its_last_film_is_refused(root):
    layout.write_cnt(root / "EEG_raw" / "1_2_20180810.cnt", seconds=30)
    with pytest.raises(EvaluationError, match=r"holds 30 s .* its last film ends at 61 s"):
        sessions(root)


def test_without_the_table_its_place_is_said(root):
    (root / "trial_start_end_timestamp.txt").unlink()
    with pytest.raises(EvaluationError, match="which lies beside EEG_raw"):
        sessions(root)


def test_a_table_of_fewer_films_is_refused(root):
    layout.write_table(root, {session: layout.SPANS[1][:14] for session in (1, 2, 3)})
    with pytest.raises(EvaluationError, match="does not give 15 films"):
        sessions(root)
