from pathlib import Path

import numpy as np
import pytest
from layouts.dasps import write

from neuroaffect.corpora import corpus_of
from neuroaffect.errors import EvaluationError

SHARED = Path(__file__).parents[3] / "shared" / "data" / "dasps"


def sessions(root, **settings):
    return list(corpus_of("dasps").sessions(root, **settings))


def test_each_clip_is_a_session_of_its_own(tmp_path):
    write(tmp_path / "S01.mat")
    found = sessions(tmp_path)
    assert len({s.session for s in found}) == len(found) == 12
    assert all(s.whole_trials for s in found)


def test_the_two_clips_of_a_situation_are_one_trial(tmp_path):
    write(tmp_path / "S01.mat")
    names = [s.trials[0].id for s in sessions(tmp_path)]
    assert names[0::2] == names[1::2]
    assert len(set(names)) == 6


def test_ratings_are_valence_first_then_arousal(tmp_path):
    write(tmp_path / "S01.mat")
    assert sessions(tmp_path)[2].trials[0].ratings == {"valence": 3.0, "arousal": 5.0}


def test_a_clip_is_fifteen_seconds_of_fourteen_electrodes(tmp_path):
    write(tmp_path / "S01.mat")
    source = sessions(tmp_path)[0].open()
    (info,) = source.streams.values()
    assert (info.rate_hz, len(info.channels), info.unit) == (128.0, 14, "uV")
    assert sum(len(chunk) for _, chunk in source) == 15 * 128


def test_another_layout_is_refused_with_the_published_one(tmp_path):
    write(tmp_path / "S01.mat", data=np.zeros((14, 1920, 12)))
    with pytest.raises(EvaluationError, match=r"as published they are \(12, 1920, 14\)"):
        sessions(tmp_path)


def test_ratings_off_the_scale_are_refused(tmp_path):
    write(tmp_path / "S01.mat", labels=np.full((2, 12), 0.0))
    with pytest.raises(EvaluationError, match="outside the nine-point scale"):
        sessions(tmp_path)


def test_a_file_that_is_no_hdf5_is_refused(tmp_path):
    (tmp_path / "S01.mat").write_bytes(b"MATLAB 5.0")
    with pytest.raises(EvaluationError, match=r"is not a MATLAB v7\.3 file"):
        sessions(tmp_path)


def test_an_empty_folder_is_refused(tmp_path):
    with pytest.raises(EvaluationError, match="give the folder it was unpacked to"):
        sessions(tmp_path)


def test_an_unknown_subject_names_the_known_ones(tmp_path):
    write(tmp_path / "S01.mat")
    with pytest.raises(EvaluationError, match=r"no subject 'S09'.*it has S01"):
        sessions(tmp_path, subjects=["S09"])


@pytest.mark.skipif(
    not SHARED.is_dir(), reason="the shared recordings are not beside this checkout"
)
def test_the_real_files_give_the_documented_ratings():
    found = [s.trials[0].ratings["valence"] for s in sessions(SHARED)]
    values, counts = np.unique(found, return_counts=True)
    assert dict(zip(values, counts.tolist(), strict=True)) == {1: 70, 2: 8, 3: 42, 5: 44, 7: 4}
