import numpy as np
import pytest
from layouts import gameemo as layout

from neuroaffect.corpora import corpus_of
from neuroaffect.errors import EvaluationError


@pytest.fixture
def root(tmp_path):
    layout.write_all(tmp_path)
    return tmp_path


def sessions(root, **settings):
    return list(corpus_of("gameemo").sessions(root, **settings))


def test_four_games_for_each_person_and_nothing_of_the_raw_tables(root):
    found = sessions(root)
    assert [s.trials[0].id for s in found[:4]] == ["boring", "calm", "horror", "funny"]
    assert len(found) == 8


@pytest.mark.parametrize(
    ("game", "valence", "arousal"), [(1, 0, 0), (2, 1, 0), (3, 0, 1), (4, 1, 1)]
)
def test_each_game_has_its_quarter_of_the_plane(root, game, valence, arousal):
    ratings = sessions(root)[game - 1].trials[0].ratings
    assert (ratings["valence"], ratings["arousal"]) == (valence, arousal)
    assert ratings["emotion"] == game - 1


def test_columns_are_the_electrodes_of_the_header(root):
    source = sessions(root)[1].open()
    (info,) = source.streams.values()
    data = np.concatenate([chunk.data for _, chunk in source])
    written = np.loadtxt(
        layout.place(root, "S01", 2), delimiter=",", skiprows=1, usecols=range(14)
    )  # fmt: skip
    assert info.channels == tuple(layout.CHANNELS.split(","))
    assert np.array_equal(data, written)


def test_columns_in_another_order_are_refused(root):
    header = layout.CHANNELS.replace("AF3,AF4", "AF4,AF3")
    layout.write(layout.place(root, "S01", 1), header=header)
    with pytest.raises(EvaluationError, match="as published they are AF3, AF4"):
        sessions(root)


def test_a_row_with_too_few_numbers_is_refused(root):
    path = layout.place(root, "S01", 3)
    path.write_text(path.read_text() + "1.0,2.0,\n")
    with pytest.raises(EvaluationError, match="has 1 rows that are not 14 numbers"):
        sessions(root)


def test_a_table_without_rows_is_refused(root):
    layout.place(root, "S01", 3).write_text(layout.CHANNELS + ",\n")
    with pytest.raises(EvaluationError, match="holds 0 s; a game lasts about 300 s"):
        sessions(root)
