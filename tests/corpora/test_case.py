import numpy as np
import pytest
from layouts import case as layout

from neuroaffect.corpora import corpus_of
from neuroaffect.errors import EvaluationError


def sessions(root, **settings):
    return list(corpus_of("case").sessions(root, **settings))


@pytest.fixture
def session(tmp_path):
    layout.write_person(tmp_path, 1)
    return sessions(tmp_path)[0]


def test_a_trial_is_a_film_and_begins_when_it_is_shown(session):
    found = [(t.id, t.start, t.stop) for t in session.trials]
    assert found == [("film-3", 6, 14), ("film-1", 18, 26), ("film-8", 30, 36)]


def test_what_is_shown_between_the_films_is_rest(session):
    assert session.rests == ((0, 6), (14, 18), (26, 30), (36, 38.95))


def test_a_rating_is_a_course_of_twenty_values_a_second(session):
    rows = layout.annotations(1)
    course = session.trials[0].courses["valence"]
    np.testing.assert_allclose(course.times, rows[120:280, 0] / 1e3, rtol=0, atol=1e-9)
    np.testing.assert_allclose(course.values, rows[120:280, 1], rtol=0, atol=1e-4)  # as written


def test_beside_a_course_stands_its_mean(session):
    trial = session.trials[0]
    assert trial.ratings["arousal"] == pytest.approx(trial.courses["arousal"].values.mean())


@pytest.mark.parametrize(
    ("stream", "columns", "factor"), [("ecg", [1], 1e3), ("eda", [3], 1.0), ("emg", [6, 7, 8], 1.0)]
)
def test_signals_come_in_our_units(session, stream, columns, factor):
    found = np.concatenate([chunk.data for name, chunk in session.open() if name == stream])
    # Four decimals are written.
    np.testing.assert_allclose(found, layout.physiology(1)[:, columns] * factor, atol=1e-4 * factor)


def test_people_come_by_number(tmp_path):
    layout.write_person(tmp_path, 12)
    layout.write_person(tmp_path, 2)
    assert [s.subject for s in sessions(tmp_path)] == ["sub_2", "sub_12"]


def test_the_raw_edition_alone_is_refused(tmp_path):
    folder = tmp_path / "data" / "raw" / "annotations"
    folder.mkdir(parents=True)
    (folder / "sub1_joystick.txt").write_text("0.05\t120\t-340\n")
    with pytest.raises(EvaluationError, match="no file interpolated/annotations"):
        sessions(tmp_path)


def changed(column, value):
    rows = layout.annotations(1)
    rows[:, column] = value
    return rows


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"rated": changed(1, -340)}, "outside the scale from 0.5 to 9.5"),
        ({"rated": changed(0, 5)}, "times that do not rise"),
        ({"rated": changed(3, 11)}, "shows 0 films"),
        ({"header": "jstime,X,Y,video"}, "no column 'valence'"),
    ],
)
def test_another_layout_is_refused(tmp_path, settings, said):
    layout.write_person(tmp_path, 1, **settings)
    with pytest.raises(EvaluationError, match=said):
        sessions(tmp_path)


def test_annotations_without_their_signals_are_refused(tmp_path):
    layout.write_person(tmp_path, 1)
    (tmp_path / "data/interpolated/physiological/sub_1.csv").unlink()
    with pytest.raises(EvaluationError, match="annotations but no signals"):
        sessions(tmp_path)
