from collections import Counter

import pytest
from layouts import seed_iv as layout

from neuroaffect.corpora import corpus_of
from neuroaffect.corpora.seed_iv import LABELS


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    root = tmp_path_factory.mktemp("seed-iv")
    layout.write_all(root)
    return list(corpus_of("seed-iv").sessions(root))


def test_three_sessions_of_24_films_for_each_person(found):
    assert Counter(s.session for s in found if s.subject == "15") == {
        "session-1": 24, "session-2": 24, "session-3": 24,
    }  # fmt: skip


@pytest.mark.parametrize("session", LABELS)
def test_each_session_shows_six_films_of_each_emotion(session):
    """As in the data set's description: 24 trials, 6 per emotional category."""
    assert Counter(LABELS[session]) == {0: 6, 1: 6, 2: 6, 3: 6}


def test_the_folder_tells_the_session_and_with_it_the_labels(found):
    films = [s for s in found if (s.subject, s.session) == ("1", "session-3")]
    assert {s.files[0].parent.name for s in films} == {"3"}
    assert [s.trials[0].ratings["emotion"] for s in films[:5]] == [1, 2, 2, 1, 3]
