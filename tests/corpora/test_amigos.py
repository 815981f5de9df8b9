import numpy as np
import pytest
from layouts import amigos as layout

from neuroaffect.catalog import load_pipeline
from neuroaffect.corpora import corpus_of
from neuroaffect.errors import EvaluationError
from neuroaffect.training.data.dataset import extract


def sessions(root, **settings):
    return list(corpus_of("amigos").sessions(root, **settings))


def names(root):
    return [session.trials[0].id for session in sessions(root)]


def test_films_that_nobody_saw_or_rated_are_left_out(tmp_path):
    layout.write_person(tmp_path, "P08", missing=layout.LONG)
    assert names(tmp_path) == [f"film-{n:02d}" for n in range(1, 17)]


def test_a_film_with_nan_in_its_eeg_is_left_out(tmp_path):
    films = [layout.samples(9, n) for n in range(20)]
    films[4][700, 3] = np.nan
    layout.write_person(tmp_path, "P09", films=films)
    assert "film-05" not in names(tmp_path)
    assert len(names(tmp_path)) == 19


def test_nan_in_the_ecg_leaves_the_film_in(tmp_path):
    films = [layout.samples(9, n) for n in range(20)]
    films[4][:, 15] = np.nan
    layout.write_person(tmp_path, "P09", films=films)
    assert len(names(tmp_path)) == 20


def test_a_film_with_a_rating_of_nan_is_left_out(tmp_path):
    labels = [layout.ratings(9, n) for n in range(20)]
    labels[0][0, 1] = np.nan
    layout.write_person(tmp_path, "P09", labels=labels)
    assert "film-01" not in names(tmp_path)


def test_labels_are_arousal_first_then_valence_and_dominance(tmp_path):
    layout.write_person(tmp_path, "P01")
    expected = layout.ratings(1, 2)[0, :3].tolist()
    assert list(sessions(tmp_path)[2].trials[0].ratings.items()) == list(
        zip(("arousal", "valence", "dominance"), expected, strict=True)
    )


def test_the_first_five_seconds_are_rest(tmp_path):
    layout.write_person(tmp_path, "P01")
    session = sessions(tmp_path)[0]
    assert session.rests == ((0.0, 5.0),)
    assert (session.trials[0].start, session.trials[0].stop) == (5.0, 12.0)


def test_short_and_long_films_are_two_sittings(tmp_path):
    layout.write_person(tmp_path, "P01")
    found = [session.session for session in sessions(tmp_path)]
    assert found == ["short films"] * 16 + ["long films"] * 4


def test_columns_are_fourteen_electrodes_two_of_the_ecg_and_skin(tmp_path):
    layout.write_person(tmp_path, "P01")
    chunks = {}
    for name, chunk in sessions(tmp_path)[0].open():
        chunks.setdefault(name, []).append(chunk.data)
    joined = np.hstack([np.concatenate(chunks[name]) for name in ("eeg", "ecg", "gsr")])
    np.testing.assert_array_equal(joined, layout.samples(1, 0))


def test_features_come_of_every_film(tmp_path):
    layout.write_person(tmp_path, "P01", missing=range(2, 20))
    data = extract(sessions(tmp_path), load_pipeline("amigos"))
    assert set(data.trial) == {"film-01", "film-02"}


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"films": [np.zeros((2000, 25))] * 20}, "samples by 17 channels"),
        ({"films": [np.zeros((100, 17))] * 20}, "come before it"),
        ({"labels": [np.full((1, 12), 11.0)] * 20}, "outside the scale from 1 to 9"),
        ({"labels": [np.full((1, 2), 5.0)] * 20}, "as published they are 12"),
    ],
)
def test_another_layout_is_refused(tmp_path, changed, said):
    layout.write_person(tmp_path, "P01", **changed)
    with pytest.raises(EvaluationError, match=said):
        sessions(tmp_path)
