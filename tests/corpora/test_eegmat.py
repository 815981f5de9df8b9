from pathlib import Path

import pytest
from layouts.eegmat import write, write_both

from neuroaffect.catalog import load_pipeline
from neuroaffect.corpora import corpus_of
from neuroaffect.errors import EvaluationError
from neuroaffect.training.data.dataset import extract

SHARED = Path(__file__).parents[3] / "shared" / "data" / "eegmat"


def sessions(root, **settings):
    return list(corpus_of("eegmat").sessions(root, **settings))


def test_rest_is_low_and_arithmetic_is_high(tmp_path):
    write_both(tmp_path)
    found = {s.session: s.trials[0].ratings["arousal"] for s in sessions(tmp_path)}
    assert found == {"rest": 0.0, "arithmetic": 1.0}


def test_a_recording_is_cut_into_whole_blocks_and_its_rest_left_out(tmp_path):
    write_both(tmp_path)
    rest, arithmetic = sessions(tmp_path)
    assert (len(rest.trials), len(arithmetic.trials)) == (3, 2)
    assert all(t.stop - t.start == 30.0 for t in rest.trials)


def test_blocks_of_the_two_recordings_of_a_person_have_different_names(tmp_path):
    write_both(tmp_path)
    names = [t.id for s in sessions(tmp_path) for t in s.trials]
    assert len(set(names)) == len(names)


def test_old_electrode_names_fit_the_pipeline_by_their_new_ones(tmp_path):
    write_both(tmp_path)
    data = extract(sessions(tmp_path), load_pipeline("eegmat"))
    assert len(data.input.channels) == 19
    assert {"T7", "T8", "P7", "P8"} <= set(data.input.channels)


def test_a_recording_too_short_for_two_blocks_is_refused(tmp_path):
    write(tmp_path / "Subject00_1.edf", 40)
    with pytest.raises(EvaluationError, match="at least 60 s"):
        sessions(tmp_path)


def test_a_file_that_is_no_edf_is_refused(tmp_path):
    (tmp_path / "Subject00_1.edf").write_bytes(b"nothing of the kind")
    with pytest.raises(EvaluationError, match="corpus 'eegmat'"):
        sessions(tmp_path)


@pytest.mark.skipif(
    not SHARED.is_dir(), reason="the shared recordings are not beside this checkout"
)
def test_the_real_files_give_79_blocks_of_ten_people():
    found = sessions(SHARED)
    assert len({s.subject for s in found}) == 10
    # Ten times two of arithmetic and six of rest; one rest is 12 s shorter than the others.
    assert sum(len(s.trials) for s in found) == 79
