from pathlib import Path

import numpy as np
import pytest
from edfio import Edf, EdfSignal
from scipy import signal

from neuroaffect.catalog import load_pipeline
from neuroaffect.corpora import CORPORA, corpus_of
from neuroaffect.errors import EvaluationError
from neuroaffect.training.dataset import extract

SHARED = Path(__file__).parents[3] / "shared" / "data" / "eegmat"
NAMES = (
    "Fp1 Fp2 F3 F4 F7 F8 T3 T4 C3 C4 T5 T6 P3 P4 O1 O2 Fz Cz Pz A2-A1".split()
)  # fmt: skip


def write(path, seconds):
    """Write a file laid out as the published ones, at a fifth of their rate."""
    rng = np.random.default_rng(0)
    eeg = [
        # Falling with the frequency: white noise is what a cap on a desk gives.
        EdfSignal(
            signal.lfilter([1.0], [1.0, -0.9], rng.normal(0, 5, 100 * seconds)),
            100,
            label=f"EEG {name}",
            physical_dimension="uV",
        )
        for name in NAMES
    ]
    ecg = EdfSignal(
        rng.normal(0, 0.1, 100 * seconds), 100, label="ECG ECG", physical_dimension="mV"
    )
    Edf([*eeg, ecg]).write(path)


def write_both(folder, subject="Subject00"):
    write(folder / f"{subject}_1.edf", 92)
    write(folder / f"{subject}_2.edf", 62)


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


@pytest.mark.parametrize("name", ["dasps", "eegmat"])
def test_the_pipeline_made_for_a_corpus_learns_what_the_corpus_labels(name):
    corpus = corpus_of(name)
    assert load_pipeline(corpus.pipeline).labels.targets == corpus.targets


@pytest.mark.parametrize("name", CORPORA)
def test_the_pipeline_that_a_corpus_names_is_on_the_shelf(name):
    assert load_pipeline(corpus_of(name).pipeline).name == corpus_of(name).pipeline


def test_an_unknown_corpus_names_the_known_ones():
    with pytest.raises(EvaluationError, match=r"known are .*dasps, eegmat"):
        corpus_of("affectnet")


@pytest.mark.skipif(
    not SHARED.is_dir(), reason="the shared recordings are not beside this checkout"
)
def test_the_real_files_give_79_blocks_of_ten_people():
    found = sessions(SHARED)
    assert len({s.subject for s in found}) == 10
    # Ten times two of arithmetic and six of rest; one rest is 12 s shorter than the others.
    assert sum(len(s.trials) for s in found) == 79
