import json

import numpy as np
import pytest
from edfio import read_edf
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from layouts import bids as layout

from neuroaffect.affect import RatingScale
from neuroaffect.catalog import load_pipeline
from neuroaffect.corpora import corpus_of
from neuroaffect.errors import EvaluationError, NeuroaffectError
from neuroaffect.training.data.dataset import extract

BIDS = corpus_of("bids")


@pytest.fixture
def root(tmp_path):
    layout.write_all(tmp_path)
    return tmp_path


def sessions(root, **settings):
    return list(BIDS.sessions(root, **settings))


def with_events(root, text, *, scales=layout.SCALES):
    """Write a folder of one recording with these events."""
    layout.write_all(root, scales=scales)
    for person in ("01", "02"):
        for table in (root / f"sub-{person}").rglob("*_events.tsv"):
            table.write_text(text)
    return root


def test_a_trial_is_an_event_that_lasts_and_is_rated(root):
    first, second = sessions(root)[0].trials
    assert (first.start, first.stop) == (1.0, 9.0)
    assert first.ratings == {"valence": 7.0, "arousal": 3.0, "dominance": 5.0}
    assert second.ratings == {"valence": 2.0, "arousal": 8.0}


def test_people_and_sessions_are_called_as_in_the_folder(root):
    found = [(s.subject, s.session) for s in sessions(root)]
    assert found == [("sub-01", "ses-01"), ("sub-02", "ses-a"), ("sub-02", "ses-a")]


def test_runs_of_a_session_lie_a_day_apart(root):
    _, first, second = sessions(root)
    assert second.trials[0].start - first.trials[0].start == 86400.0
    assert next(iter(second.open()))[1].times[0] == 86400.0


def test_samples_are_those_of_the_file_in_microvolts(root):
    session = sessions(root)[0]
    data = np.concatenate([c.data for name, c in session.open() if name == "eeg"])
    written = np.stack(
        [
            s.data
            for s in read_edf(root / "sub-01" / "eeg" / "sub-01_task-films_eeg.edf").signals[:6]
        ],
        axis=1,
    )
    np.testing.assert_allclose(data, written, atol=1e-9)  # to volts and back


def test_channels_tsv_says_what_a_channel_measures(root):
    streams = sessions(root)[0].open().streams
    assert {name: info.kind for name, info in streams.items()} == {"eeg": "eeg", "ecg": "ecg"}
    assert streams["ecg"].channels == ("heart",)


def test_scales_are_those_of_the_sidecar_by_limits_or_levels(root):
    targets = BIDS.targets_at(root)
    assert [t.dimension for t in targets] == ["valence", "arousal", "dominance"]
    assert {t.scale for t in targets} == {RatingScale(1.0, 9.0)}


def test_only_what_is_rated_is_learned(tmp_path):
    with_events(tmp_path, "onset\tduration\tarousal\n1\t8\t4\n10\t8\t6\n")
    assert [t.dimension for t in BIDS.targets_at(tmp_path)] == ["arousal"]


def test_a_single_column_of_ratings_is_learned_as_that(tmp_path):
    scale = {"rating": {"Minimum": 0, "Maximum": 100}}
    with_events(tmp_path, "onset\tduration\trating\n1\t8\t40\n10\t8\t60\n", scales=scale)
    (target,) = BIDS.targets_at(tmp_path)
    assert (target.dimension, target.scale) == ("rating", RatingScale(0.0, 100.0))


def test_without_such_a_column_those_found_are_named(tmp_path):
    with_events(tmp_path, "onset\tduration\tmood\n1\t8\t4\n")
    with pytest.raises(EvaluationError, match="or rating; there are duration, mood, onset"):
        sessions(tmp_path)


@pytest.mark.parametrize("scales", [{}, {"valence": {"Description": "how pleasant"}}])
def test_a_rating_without_a_scale_is_refused(tmp_path, scales):
    with_events(tmp_path, layout.EVENTS, scales=scales)
    with pytest.raises(EvaluationError, match="does not say the scale of 'valence'"):
        sessions(tmp_path)


def test_a_rating_off_its_scale_is_refused(tmp_path):
    with_events(tmp_path, layout.EVENTS.replace("\t7\t3", "\t10\t3"))
    with pytest.raises(EvaluationError, match="valence 10, outside its scale from 1 to 9"):
        sessions(tmp_path)


def test_a_rating_that_is_no_number_is_refused(tmp_path):
    with_events(tmp_path, layout.EVENTS.replace("\t7\t3", "\thigh\t3"))
    with pytest.raises(EvaluationError, match="holds 'high' as valence"):
        sessions(tmp_path)


CELLS = st.text(alphabet='0123456789.-+eninfa/_ \t\n"\u00e9', max_size=12)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(st.lists(CELLS, max_size=5), max_size=4))
def test_whatever_a_table_holds_it_gives_trials_or_one_sentence(rows, root):
    table = root / "sub-01" / "eeg" / "sub-01_task-films_events.tsv"
    lines = ["onset\tduration\tvalence\tarousal\tdominance", *("\t".join(row) for row in rows)]
    table.write_text("\n".join(lines), encoding="utf-8")
    trials, said = [], ""
    try:
        trials = [t for s in sessions(root, subjects=["sub-01"]) for t in s.trials]
    except NeuroaffectError as error:
        said = str(error)
    assert bool(trials) != bool(said)
    assert "\n" not in said


def test_a_person_is_asked_for_with_the_name_of_the_folder(root):
    assert {s.subject for s in sessions(root, subjects=["sub-02"])} == {"sub-02"}


def test_whatever_decides_what_is_read_is_among_the_files(root):
    names = {path.name.removeprefix("sub-01_task-films") for path in sessions(root)[0].files}
    assert names == {"_eeg.edf", "_eeg.json", "_channels.tsv", "_events.tsv"}


def test_a_folder_without_eeg_names_what_it_needs(tmp_path):
    (tmp_path / "dataset_description.json").write_text(json.dumps({"Name": "x"}))
    with pytest.raises(EvaluationError, match="sub-01_task-films_eeg"):
        sessions(tmp_path)


def test_the_pipeline_learns_from_it(root):
    data = extract(sessions(root), load_pipeline("eeg-clips"))
    assert set(np.unique(data.labels["valence"])) == {2.0, 7.0}
    assert len(np.unique(data.trials)) == 6
