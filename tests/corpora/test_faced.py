from collections import Counter

import numpy as np
import pytest
from layouts import faced as layout

from neuroaffect.catalog import load_pipeline
from neuroaffect.corpora import corpus_of
from neuroaffect.corpora.faced import EMOTIONS
from neuroaffect.errors import EvaluationError
from neuroaffect.training.data.dataset import extract

FACED = corpus_of("faced")


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    root = tmp_path_factory.mktemp("faced")
    layout.write_all(root)
    return root


def sessions(root, **settings):
    return list(FACED.sessions(root, **settings))


def samples(session):
    return np.concatenate([chunk.data for _, chunk in session.open()])


def test_28_clips_of_nine_emotions_for_each_person(built):
    found = sessions(built, subjects=["sub000"])
    counts = Counter(EMOTIONS[int(s.trials[0].ratings["emotion"])] for s in found)
    assert counts == {name: 4 if name == "neutral" else 3 for name in EMOTIONS}


@pytest.mark.parametrize(
    ("clip", "emotion"), [(1, "anger"), (13, "neutral"), (16, "neutral"), (17, "amusement"),
                          (28, "tenderness")],
)  # fmt: skip
def test_clips_are_ordered_by_their_numbers(built, clip, emotion):
    trial = sessions(built)[clip - 1].trials[0]
    assert EMOTIONS[int(trial.ratings["emotion"])] == emotion


def test_ratings_belong_to_the_clip_and_not_to_its_place_in_the_showing(built):
    first, *_, last = (s.trials[0].ratings for s in sessions(built, subjects=["sub000"]))
    assert (first["arousal"], first["valence"]) == (0.0, 7.0)
    assert (last["arousal"], last["valence"]) == (7.0, 0.0)


def test_a_file_in_volts_is_read_in_microvolts(built):
    micro, volts = (samples(sessions(built, subjects=[s])[0]) for s in ("sub000", "sub001"))
    np.testing.assert_allclose(volts, micro, rtol=1e-6)  # float32


def test_the_mastoids_are_no_electrodes(built):
    (info,) = sessions(built)[0].open().streams.values()
    assert (len(info.channels), info.rate_hz) == (30, 250.0)
    assert info.channels[-3:] == ("Oz", "O1", "O2")


def test_what_is_learned_depends_on_whether_ratings_are_there(built, tmp_path):
    layout.write(
        tmp_path / "Processed_data" / "sub000.pkl", data=np.zeros(layout.SHAPE, np.float32)
    )
    assert [t.dimension for t in FACED.targets_at(tmp_path)] == ["emotion"]
    assert [t.dimension for t in FACED.targets_at(built)] == ["emotion", "valence", "arousal"]


def test_a_clip_leaves_more_than_twenty_ticks_once_filters_have_settled(built):
    data = extract(sessions(built)[:1], load_pipeline("eeg-clips"))
    assert len(data) > 20


def test_features_of_the_same_names_are_not_taken_for_clips(built, tmp_path):
    layout.write(tmp_path / "Processed_data" / "sub000.pkl", data=np.zeros(layout.SHAPE, "f4"))
    layout.write(tmp_path / "EEG_Features" / "DE" / "sub000.pkl", data=np.zeros((28, 32, 30, 5)))
    assert len(sessions(tmp_path)) == len(sessions(tmp_path / "Processed_data")) == 28


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (np.zeros((32, 28, 100), np.float32), r"holds float32 \(32, 28, 100\); as published"),
        (np.zeros(layout.SHAPE, np.int16), r"holds int16"),
        ({"data": np.zeros(3)}, "holds dict; as published"),
    ],
    ids=["shape", "integers", "dict"],
)
def test_another_content_is_refused_with_the_published_one(tmp_path, data, said):
    layout.write(tmp_path / "Processed_data" / "sub000.pkl", data=data)
    with pytest.raises(EvaluationError, match=said):
        sessions(tmp_path)


def test_ratings_off_the_scale_are_refused(tmp_path):
    layout.write(
        tmp_path / "Processed_data" / "sub000.pkl", data=np.zeros(layout.SHAPE, np.float32)
    )
    layout.write_remarks(tmp_path / "Data" / "sub000" / "After_remarks.mat", highest=9.0)
    with pytest.raises(EvaluationError, match="outside the scale from 0 to 7"):
        sessions(tmp_path)
