import numpy as np
import pytest
from layouts import folder as layout

from neuroaffect.catalog import load_pipeline
from neuroaffect.corpora import corpus_of
from neuroaffect.errors import EvaluationError
from neuroaffect.training.data.dataset import extract


def sessions(root, **settings):
    return list(corpus_of("folder").sessions(root, **settings))


@pytest.mark.parametrize(
    ("place", "subject", "session"),
    [
        ("P1/monday.xdf", "P1", "monday"),
        ("P1/week-2/monday.xdf", "P1", "week-2/monday"),
        ("P1_monday.xdf", "P1", "P1_monday"),
        ("sub-01/ses-1/eeg/sub-01_ses-1_eeg.xdf", "sub-01", "ses-1/eeg/sub-01_ses-1_eeg"),
    ],
)
def test_person_and_session_are_told_by_where_a_file_lies(tmp_path, place, subject, session):
    layout.write(tmp_path / place)
    (found,) = sessions(tmp_path)
    assert (found.subject, found.session) == (subject, session)


def test_trials_are_those_that_were_rated(tmp_path):
    layout.write(tmp_path / "P1_a.xdf", ratings=({"valence": 7}, None, {"valence": 2}))
    (found,) = sessions(tmp_path)
    assert [(t.start, t.ratings["valence"]) for t in found.trials] == [(1001.0, 7), (1023.0, 2)]


def test_a_recording_without_a_rated_trial_is_left_out(tmp_path):
    layout.write(tmp_path / "P1_a.xdf", ratings=(None,))
    layout.write(tmp_path / "P2_a.xdf")
    assert [s.subject for s in sessions(tmp_path)] == ["P2"]


def test_a_folder_in_which_nothing_was_rated_is_refused(tmp_path):
    layout.write(tmp_path / "P1_a.xdf", ratings=(None,))
    with pytest.raises(EvaluationError, match="corpus 'folder' has no labelled session"):
        sessions(tmp_path)


def test_what_is_learned_is_the_pipelines_to_say(tmp_path):
    from neuroaffect.cli.material import material_of

    layout.write_all(tmp_path)
    material = material_of([], "folder", tmp_path, None, "eeg-de")
    assert material.targets == load_pipeline("eeg-de").labels.targets


def test_sessions_go_through_the_pipeline_with_their_people(tmp_path):
    layout.write_all(tmp_path)
    data = extract(sessions(tmp_path), load_pipeline("eeg-clips"))
    assert set(data.subject) == {"P1", "P2"}
    assert set(np.unique(data.labels["valence"])) == {2.0, 7.0}
