import pytest
from layouts import mahnob_hci as layout

from neuroaffect.catalog import load_pipeline
from neuroaffect.corpora import corpus_of
from neuroaffect.errors import EvaluationError
from neuroaffect.training.data.dataset import extract


@pytest.fixture
def clip(tmp_path):
    """Where one clip of one person lies; its sheet is written."""
    folder = tmp_path / "Sessions" / "10"
    layout.write_sheet(folder / "session.xml")
    return folder / "Part_1_S_Trial5_emotion.bdf"


def sessions(root, **settings):
    return list(corpus_of("mahnob-hci").sessions(root, **settings))


def test_a_clip_lies_between_the_two_pulses_of_the_status_channel(clip, tmp_path):
    layout.write(clip, clip_s=8.0)
    (session,) = sessions(tmp_path)
    assert (session.trials[0].start, session.trials[0].stop) == (30.0, 38.0)


def test_what_was_felt_is_on_the_sheet(clip, tmp_path):
    layout.write(clip)
    (session,) = sessions(tmp_path)
    assert session.trials[0].ratings == {"valence": 7.0, "arousal": 5.0, "dominance": 6.0}


def test_the_pipeline_reads_the_32_electrodes(clip, tmp_path):
    layout.write(clip, clip_s=8.0)
    data = extract(sessions(tmp_path), load_pipeline("eeg-clips"))
    assert set(data.input.channels) == set(layout.EEG)
    assert data.time.min() >= 32.0  # a window of 2 s lies in the clip


def test_neutral_clips_are_left_out(tmp_path):
    layout.write_all(tmp_path)
    assert [(s.subject, s.session) for s in sessions(tmp_path)] == [
        ("1", "clip-05"), ("1", "clip-06"), ("2", "clip-01"),
    ]  # fmt: skip


def test_a_clip_that_was_not_rated_is_left_out(clip, tmp_path):
    layout.write(clip)
    layout.write_sheet(clip.with_name("session.xml"), feltVlnc=None)
    with pytest.raises(EvaluationError, match="has no labelled session"):
        sessions(tmp_path)


def test_a_rating_off_the_scale_is_refused(clip, tmp_path):
    layout.write(clip)
    layout.write_sheet(clip.with_name("session.xml"), feltArsl=0)
    with pytest.raises(EvaluationError, match="outside the nine-point scale"):
        sessions(tmp_path)


@pytest.mark.parametrize("pulses", [(), (30.0,), (10.0, 30.0, 36.0)])
def test_another_number_of_pulses_is_refused(clip, tmp_path, pulses):
    layout.write(clip, pulses=pulses)
    with pytest.raises(EvaluationError, match=f"has {len(pulses)} pulses; as published it has two"):
        sessions(tmp_path)


def test_a_clip_without_its_sheet_is_refused(clip, tmp_path):
    layout.write(clip)
    clip.with_name("session.xml").unlink()
    with pytest.raises(EvaluationError, match=r"session\.xml is no sheet with feltVlnc"):
        sessions(tmp_path)
