import numpy as np
import pytest
from layouts import seed as layout
from scipy.io import loadmat, savemat

from neuroaffect.catalog import load_pipeline
from neuroaffect.corpora import corpus_of
from neuroaffect.errors import EvaluationError
from neuroaffect.training.data.dataset import extract
from neuroaffect.training.splits import leave_session_out


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    root = tmp_path_factory.mktemp("seed")
    layout.write_all(root)
    return root


def sessions(root, **settings):
    return list(corpus_of("seed").sessions(root, **settings))


def one_visit(root, **settings):
    """Write one visit of one person; return the folder in which it lies."""
    folder = root / "Preprocessed_EEG"
    folder.mkdir(parents=True, exist_ok=True)
    savemat(folder / "label.mat", {"label": np.array([layout.LABELS], np.int16)})
    layout.write(folder / "1_20131027.mat", **settings)
    return folder


def test_three_visits_of_fifteen_films_for_each_person(built):
    found = [(s.subject, s.session) for s in sessions(built)]
    assert len(found) == 2 * 3 * 15
    assert {place: found.count(place) for place in found} == {
        (person, f"session-{n}"): 15 for person in ("1", "10") for n in (1, 2, 3)
    }


def test_sessions_are_numbered_by_date(built):
    names = {s.session: s.files[0].name for s in sessions(built, subjects=["10"])}
    assert names["session-1"] == "10_20131130.mat"
    assert names["session-3"] == "10_20131211.mat"


def test_labels_are_those_of_label_mat(built):
    found = [s.trials[0].ratings["valence"] - 1 for s in sessions(built)[:15]]
    assert tuple(found) == layout.LABELS


def test_a_clip_is_the_array_of_its_film_in_microvolts(built):
    session = sessions(built)[11]
    ((_, info),) = session.open().streams.items()
    data = np.concatenate([chunk.data for _, chunk in session.open()])
    assert (info.rate_hz, info.unit, info.channels[:3]) == (200.0, "uV", ("Fp1", "Fpz", "Fp2"))
    assert np.array_equal(data, loadmat(session.files[0])["djc_eeg12"].T)


def test_films_of_a_visit_follow_each_other_with_the_pause_between_them(built):
    first, second = sessions(built)[:2]
    assert second.trials[0].start - first.trials[0].stop == 65.0


def test_films_come_by_number_and_not_by_name(built):
    lengths = [s.trials[0].stop - s.trials[0].start for s in sessions(built)[:15]]
    assert lengths == sorted(lengths)  # "eeg10" before "eeg2" would be longer


def test_leaving_a_session_out_leaves_all_its_films_out(tmp_path):
    folder = one_visit(tmp_path, seconds=8)
    layout.write(folder / "1_20131030.mat", seconds=8)
    some = [s for s in sessions(tmp_path) if s.trials[0].id.endswith(("-01", "-02"))]
    splits = leave_session_out(extract(some, load_pipeline("eeg-clips")))
    assert [len(np.unique(split.trials[split.test])) for split in splits] == [2, 2]


def test_the_pipeline_reads_the_sixty_electrodes_that_have_a_place(tmp_path):
    one_visit(tmp_path, seconds=8)
    data = extract(sessions(tmp_path)[:1], load_pipeline("eeg-clips"))
    assert data.features.shape[1:] == (60, 5)
    assert not {"CB1", "CB2"} & set(data.input.channels)


def test_a_file_with_fewer_films_is_refused(tmp_path):
    one_visit(tmp_path, films=14, seconds=1)
    with pytest.raises(EvaluationError, match=r"has 14 arrays .* as published there are 15"):
        sessions(tmp_path)


def test_an_array_of_another_shape_is_refused(tmp_path):
    one_visit(tmp_path, seconds=1)
    arrays = {f"djc_eeg{n}": np.zeros((200, 62)) for n in range(1, 16)}
    savemat(tmp_path / "Preprocessed_EEG" / "1_20131027.mat", arrays)
    with pytest.raises(EvaluationError, match=r"\(200, 62\); as published it is \(62, samples\)"):
        sessions(tmp_path)


def test_without_labels_the_place_of_the_file_is_said(tmp_path):
    one_visit(tmp_path, seconds=1)
    (tmp_path / "Preprocessed_EEG" / "label.mat").unlink()
    with pytest.raises(EvaluationError, match="it lies beside the recordings in Preprocessed_EEG"):
        sessions(tmp_path)


def test_labels_of_another_count_are_refused(tmp_path):
    one_visit(tmp_path, seconds=1)
    savemat(tmp_path / "Preprocessed_EEG" / "label.mat", {"label": np.zeros((1, 24))})
    with pytest.raises(EvaluationError, match="holds 24 labels; as published they are 15"):
        sessions(tmp_path)


def test_a_file_of_matlab_7_3_is_refused_with_its_version(tmp_path):
    one_visit(tmp_path, seconds=1)
    head = b"MATLAB 7.3 MAT-file, Platform: GLNXA64".ljust(124) + b"\x00\x02IM"
    (tmp_path / "Preprocessed_EEG" / "1_20131027.mat").write_bytes(head + bytes(512))
    with pytest.raises(EvaluationError, match=r"no whole MATLAB file of version 5 to 7\.2"):
        sessions(tmp_path)


def test_features_of_the_same_names_are_not_taken_for_recordings(tmp_path):
    one_visit(tmp_path, seconds=1)
    (tmp_path / "ExtractedFeatures").mkdir()
    savemat(tmp_path / "ExtractedFeatures" / "1_20131027.mat", {"de_LDS1": np.zeros((62, 4, 5))})
    assert len(sessions(tmp_path)) == 15
    assert len(sessions(tmp_path / "Preprocessed_EEG")) == 15


def test_features_in_the_place_of_recordings_are_another_edition(tmp_path):
    folder = one_visit(tmp_path, seconds=1)
    savemat(folder / "1_20131027.mat", {"de_LDS1": np.zeros((62, 4, 5))})
    with pytest.raises(EvaluationError, match="has 0 arrays named …_eeg1"):
        sessions(tmp_path)
