"""Markers as words."""

import numpy as np
import pytest

from neuroaffect.acquire.marks import Marks
from neuroaffect.stream import Chunk


@pytest.fixture
def marked(stream):
    """Return a function that reads the markers of values sent in chunks of three."""

    def of(values, **said):
        data = np.asarray(values).reshape(len(values), -1)
        marks = Marks(stream(labels=("m",) * data.shape[1], **said))
        found = []
        for at in range(0, len(data), 3):
            times = np.arange(at, min(at + 3, len(data)), dtype=float)
            found += marks.take(Chunk(at, times, data[at : at + 3]))
        return found

    return of


def test_words_stay_words(marked):
    words = np.array(["start", "", "0"], object)
    assert marked(words, format="string", rate_hz=0.0) == [
        (0.0, ("start",)), (1.0, ("",)), (2.0, ("0",)),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("value", "word"),
    [(7.0, "7"), (0.0, "0"), (-1.0, "-1"), (12345678.0, "12345678"), (0.5, "0.5")],
)
def test_numbers_are_written_as_by_hand(marked, value, word):
    assert marked([value], format="float32", rate_hz=0.0) == [(0.0, (word,))]


def test_equal_markers_that_come_singly_are_all_there(marked):
    assert len(marked([1.0, 1.0, 1.0, 1.0], format="int32", rate_hz=0.0)) == 4


def test_a_trigger_line_marks_where_it_changes_to_something_across_chunks(marked):
    line = [0.0, 0.0, 3.0, 3.0, 3.0, 0.0, 5.0, 6.0, 0.0]
    assert marked(line, format="int32", rate_hz=100.0) == [
        (2.0, ("3",)), (6.0, ("5",)), (7.0, ("6",)),
    ]  # fmt: skip


def test_words_at_a_rate_are_no_trigger_line(marked):
    words = np.array(["a", "a"], object)
    assert len(marked(words, format="string", rate_hz=10.0)) == 2
