from itertools import pairwise

import numpy as np
import pytest
from layouts import dreamer as layout
from scipy.io import savemat

from neuroaffect.catalog import load_pipeline
from neuroaffect.corpora import corpus_of
from neuroaffect.errors import EvaluationError
from neuroaffect.training.data.dataset import extract


def sessions(root, **settings):
    return list(corpus_of("dreamer").sessions(root, **settings))


@pytest.fixture
def session(tmp_path):
    layout.write_file(tmp_path, [layout.person(1)])
    return sessions(tmp_path)[1]


def test_the_trial_is_the_last_minute_of_the_film(session):
    (trial,) = session.trials
    assert trial.stop - trial.start == 60.0
    assert trial.stop == 1000.0 + 61.0 + 1.0 + 70.0


def test_the_baseline_is_rest_and_a_gap_lies_before_the_film(session):
    chunks = [chunk for name, chunk in session.open() if name == "eeg"]
    jumps = [b.first - a.end for a, b in pairwise(chunks)]
    assert session.rests == ((1000.0, 1061.0),)
    assert sorted(jumps)[-2:] == [0, 128]


def test_samples_are_those_of_the_file(session):
    person = layout.person(1)
    eeg = np.concatenate([chunk.data for name, chunk in session.open() if name == "eeg"])
    expected = [person["EEG"][part][1, 0] for part in ("baseline", "stimuli")]
    np.testing.assert_array_equal(eeg, np.concatenate(expected))


def test_ratings_are_those_of_the_film(session):
    assert session.trials[0].ratings == {"valence": 3.0, "arousal": 5.0, "dominance": 1.0}


def test_the_ecg_has_its_own_rate(session):
    assert session.open().streams["ecg"].rate_hz == 256.0


def test_features_come_of_the_last_minute(tmp_path):
    layout.write_file(
        tmp_path, [layout.person(1, films_s=(65,), scores=dict.fromkeys(layout.SCORES, (3,)))]
    )
    data = extract(sessions(tmp_path), load_pipeline("dreamer"))
    assert data.input.shape == (14, 3)
    assert len(data) > 150  # of 240 ticks in a minute, those whose window lies in it


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"ScoreValence": np.array([[9], [1], [1]])}, "outside the scale from 1 to 5"),
        ({"ScoreValence": np.array([[3], [1]])}, "as published it is 18 of each"),
        ({"EEG": {"baseline": layout.person(1)["EEG"]["baseline"]}}, "no field 'stimuli'"),
    ],
)
def test_another_layout_is_refused(tmp_path, change, said):
    layout.write_file(tmp_path, [layout.person(1) | change])
    with pytest.raises(EvaluationError, match=said):
        sessions(tmp_path)


def test_a_file_of_something_else_is_refused(tmp_path):
    savemat(tmp_path / "DREAMER.mat", {"DREAMER": np.zeros(3)})
    with pytest.raises(EvaluationError, match="no field 'Data'"):
        sessions(tmp_path)
