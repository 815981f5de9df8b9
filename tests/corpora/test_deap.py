import numpy as np
import pytest
from layouts import deap as layout

from neuroaffect.catalog import load_pipeline
from neuroaffect.corpora import corpus_of
from neuroaffect.errors import EvaluationError
from neuroaffect.training.data.dataset import extract


def sessions(root, **settings):
    return list(corpus_of("deap").sessions(root, **settings))


def samples(session, stream):
    chunks = [chunk.data for name, chunk in session.open() if name == stream]
    return np.concatenate(chunks)


def original(root, subject="s01", **settings):
    layout.write_ratings(root)
    layout.write_original(root, subject, **settings)
    return sessions(root)[0]


@pytest.mark.parametrize("write", [layout.write_python, layout.write_matlab])
def test_a_clip_gives_its_electrodes_in_the_published_order(tmp_path, write):
    write(tmp_path, "s07")
    session = sessions(tmp_path)[1]
    assert session.open().streams["eeg"].channels == tuple(layout.PREPROCESSED)
    np.testing.assert_array_equal(samples(session, "eeg"), layout.clips(7)["data"][1, :32].T)


def test_both_preprocessed_editions_give_the_same_sessions(tmp_path):
    layout.write_python(tmp_path / "a", "s01")
    layout.write_matlab(tmp_path / "b", "s01")
    for one, other in zip(sessions(tmp_path / "a"), sessions(tmp_path / "b"), strict=True):
        assert one.trials == other.trials
        for (name, chunk), (also, same) in zip(one.open(), other.open(), strict=True):
            assert name == also
            np.testing.assert_array_equal(chunk.data, same.data)


def test_the_first_three_seconds_are_rest_and_the_video_follows(tmp_path):
    layout.write_python(tmp_path, "s01")
    (session, *_) = sessions(tmp_path)
    (start, stop), trial = session.rests[0], session.trials[0]
    assert (stop - start, trial.start, trial.stop - trial.start) == (3.0, stop, 5.0)


def test_labels_are_valence_arousal_dominance_liking(tmp_path):
    layout.write_python(tmp_path, "s01")
    assert sessions(tmp_path)[0].trials[0].ratings == {
        "valence": 7.71, "arousal": 7.6, "dominance": 6.9, "liking": 7.83,
    }  # fmt: skip


def test_skin_comes_as_resistance_and_is_refused_where_conductance_is_wanted(tmp_path):
    layout.write_python(tmp_path, "s01")
    streams = sessions(tmp_path)[0].open().streams
    assert streams["eda"].unit == "kOhm"


def test_the_data_set_is_read_from_the_pickles_where_there_are_several_editions(tmp_path):
    layout.write_matlab(tmp_path, "s01")
    layout.write_python(tmp_path, "s01")
    assert {s.files[0].suffix for s in sessions(tmp_path)} == {".dat"}


def test_features_come_of_every_video(tmp_path):
    layout.write_python(tmp_path, "s01", seconds=9)
    data = extract(sessions(tmp_path), load_pipeline("deap"))
    assert set(data.trial) == {"video-01", "video-02", "video-03"}
    assert data.input.shape == (32, 4)


def test_clips_with_fewer_channels_are_another_edition(tmp_path):
    path = layout.write_python(tmp_path, "s01")
    clips = layout.clips()
    path.write_bytes(layout.dumps({**clips, "data": clips["data"][:, :32]}, 2))
    with pytest.raises(EvaluationError, match=r"as published they are \(40, 40, 8064\)"):
        sessions(tmp_path)


def test_ratings_off_the_scale_are_refused(tmp_path):
    path = layout.write_python(tmp_path, "s01")
    path.write_bytes(layout.dumps({**layout.clips(), "labels": np.full((3, 4), 9.5)}, 2))
    with pytest.raises(EvaluationError, match="outside the scale from 1 to 9"):
        sessions(tmp_path)


@pytest.mark.parametrize(
    ("subject", "order", "offset", "name"),
    [
        ("s01", layout.TWENTE, 0, "Status"),
        ("s24", layout.PREPROCESSED, 0x18FF00, ""),
        ("s29", layout.PREPROCESSED, 0x18FF00, "-1"),
    ],
)
def test_electrodes_of_a_recording_are_put_in_the_order_of_the_clips(
    tmp_path, subject, order, offset, name
):
    session = original(tmp_path, subject, order=order, offset=offset, name=name)
    assert session.open().streams["eeg"].channels == tuple(layout.PREPROCESSED)
    means = samples(session, "eeg").mean(axis=0)
    # Each electrode was written around a hundred times its place; 24 bits over 524 mV are 0.03 uV.
    expected = [100.0 * order.index(label) for label in layout.PREPROCESSED]
    np.testing.assert_allclose(means, expected, atol=0.1)


def test_a_trial_of_a_recording_is_rated_by_its_place_and_named_by_its_video(tmp_path):
    trials = original(tmp_path).trials
    assert [trial.id for trial in trials] == ["video-03", "video-01", "video-02"]
    assert [trial.ratings["valence"] for trial in trials] == [9.0, 7.71, 2.0]


def test_a_video_lasts_from_its_code_to_the_next(tmp_path):
    trials = original(tmp_path, "s24", offset=0x18FF00).trials
    assert [(t.start, t.stop) for t in trials] == [(5.0, 10.0), (16.0, 21.0), (27.0, 32.0)]


def test_the_three_seconds_before_a_video_are_rest(tmp_path):
    assert original(tmp_path).rests == ((2.0, 5.0), (13.0, 16.0), (24.0, 27.0))


def test_eog_and_emg_are_differences_of_two_electrodes(tmp_path):
    session = original(tmp_path)
    np.testing.assert_allclose(samples(session, "eog"), -10.0, atol=0.1)  # as above
    assert session.open().streams["emg"].channels == ("zEMG", "tEMG")


def test_skin_of_twente_is_in_nanosiemens_and_of_geneva_in_ohms(tmp_path):
    twente, geneva = original(tmp_path / "a", "s01"), original(tmp_path / "b", "s24")
    number = 10.0 * layout.PERIPHERAL.index("GSR1")
    np.testing.assert_allclose(samples(twente, "eda"), number * 1e-3, rtol=1e-3)  # as above
    np.testing.assert_allclose(samples(geneva, "eda"), 1e6 / number, rtol=1e-3)


def test_a_recording_without_the_table_of_ratings_is_refused(tmp_path):
    layout.write_original(tmp_path, "s01")
    with pytest.raises(EvaluationError, match=r"no participant_ratings\.csv"):
        sessions(tmp_path)


def test_a_recording_with_more_videos_than_ratings_is_refused(tmp_path):
    layout.write_ratings(tmp_path, people=(2,))
    layout.write_original(tmp_path, "s01")
    with pytest.raises(EvaluationError, match="shows 3 videos"):
        sessions(tmp_path)


def test_a_recording_without_electrodes_of_deap_is_refused(tmp_path):
    layout.write_ratings(tmp_path)
    layout.write_original(tmp_path, "s01", order=layout.TWENTE[:-1])
    with pytest.raises(EvaluationError, match="lacks Cz"):
        sessions(tmp_path)


@pytest.mark.parametrize("kept", [0, 100, 20_000, 0.7])
def test_a_truncated_recording_is_refused_or_has_its_first_trials(tmp_path, kept):
    layout.write_ratings(tmp_path)
    path = layout.write_original(tmp_path, "s01")
    whole = path.read_bytes()
    path.write_bytes(whole[: kept if isinstance(kept, int) else int(kept * len(whole))])
    if kept == 0.7:
        assert [trial.id for trial in sessions(tmp_path)[0].trials] == ["video-03", "video-01"]
    else:
        with pytest.raises(EvaluationError):
            sessions(tmp_path)
