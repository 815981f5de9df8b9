"""MATLAB files are walked before scipy reads them: a damaged one must not end the process."""

import struct

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy.io import savemat

from neuroaffect.corpora.matcheck import check_matlab
from neuroaffect.corpora.matfile import read_array
from neuroaffect.errors import EvaluationError

CELLS = np.empty((1, 3), dtype=object)
CELLS[0, :] = [np.zeros((0, 0)), np.arange(6.0).reshape(2, 3), "text"]
VALUES = {
    "numbers": np.arange(12.0).reshape(3, 4),
    "small numbers": np.uint8([[1, 2, 3]]),
    "complex numbers": np.array([[1 + 2j, 3]]),
    "booleans": np.array([[True, False]]),
    "nothing": np.zeros((0, 5)),
    "a text": "abc",
    "letters beyond ASCII": "aé€",
    "cells": CELLS,
    "a structure": {"x": np.arange(3), "y": {"z": CELLS, "empty": np.zeros((0, 0))}},
    "structures": np.array([(1, 2), (3, 4)], dtype=[("a", object), ("b", object)]),
}


@pytest.mark.parametrize("compressed", [False, True])
@pytest.mark.parametrize("value", VALUES.values(), ids=VALUES.keys())
def test_what_scipy_writes_passes(tmp_path, value, compressed):
    path = tmp_path / "x.mat"
    savemat(path, {"x": value, "other": 1.0}, do_compression=compressed)
    check_matlab(path)


def written(tmp_path, value, **changes):
    """Return a file in which the first occurrence of some bytes was changed."""
    path = tmp_path / "x.mat"
    savemat(path, {"x": value}, do_compression=False)
    whole = path.read_bytes()
    for before, after in changes.values():
        assert before in whole[128:]
        place = whole.index(before, 128)
        whole = whole[:place] + after + whole[place + len(before) :]
    path.write_bytes(whole)
    return path


NUMBERS = np.arange(12.0)[None]
DATA_TAG = struct.pack("<II", 9, 96)
SHAPE = struct.pack("<IIii", 5, 8, 1, 12)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        # Beyond the table of types, where scipy reads on.
        (DATA_TAG, struct.pack("<II", 20_000, 96)),
        (DATA_TAG, struct.pack("<II", 9, 88)),
        (DATA_TAG, struct.pack("<II", 9, 2**31)),
        (DATA_TAG, struct.pack("<II", 9 | 5 << 16, 96)),
        (SHAPE, struct.pack("<IIii", 5, 8, 1, 2**30)),
        (SHAPE, struct.pack("<IIii", 5, 8, -1, 12)),
        (SHAPE, struct.pack("<IIii", 5, 7, 1, 12)),
        (struct.pack("<III", 6, 8, 6), struct.pack("<III", 6, 8, 17)),  # an opaque object
        (struct.pack("<III", 6, 8, 6), struct.pack("<III", 6, 8, 200)),
        (struct.pack("<III", 6, 8, 6), struct.pack("<III", 6, 8, 6 | 0x800)),  # complex
    ],
)
def test_a_damaged_array_is_refused(tmp_path, before, after):
    path = written(tmp_path, NUMBERS, change=(before, after))
    with pytest.raises(EvaluationError, match="no whole MATLAB file"):
        read_array(path, "x", corpus="deap")


def test_an_array_as_deep_as_it_likes_is_refused(tmp_path):
    value = np.zeros(1)
    for _ in range(40):
        cell = np.empty((1, 1), dtype=object)
        cell[0, 0] = value
        value = cell
    with pytest.raises(ValueError, match="too deep"):
        check_matlab(written(tmp_path, value))


def test_a_variable_that_unpacks_to_more_than_is_there_is_refused(tmp_path):
    path = tmp_path / "x.mat"
    savemat(path, {"x": NUMBERS}, do_compression=True)
    whole = path.read_bytes()
    path.write_bytes(whole[:-6])
    with pytest.raises(ValueError, match="ends early"):
        check_matlab(path)


@pytest.mark.parametrize("text", [b"", b"\x89HDF\r\n\x1a\n" * 40, b"MATLAB 5.0 MAT-file" * 20])
def test_what_is_no_file_of_version_5_is_refused(tmp_path, text):
    path = tmp_path / "x.mat"
    path.write_bytes(text)
    with pytest.raises(EvaluationError, match="no whole MATLAB file"):
        read_array(path, "x", corpus="deap")


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    path = tmp_path_factory.mktemp("whole") / "x.mat"
    savemat(path, {"x": VALUES["a structure"], "y": NUMBERS}, do_compression=False)
    return path


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(changes=st.lists(st.tuples(st.integers(124, 2**16), st.binary(max_size=4)), max_size=4))
def test_changed_bytes_end_in_an_array_or_in_one_sentence(whole, tmp_path, changes):
    spoilt = bytearray(whole.read_bytes())
    for place, content in changes:
        place %= len(spoilt)
        spoilt[place : place + len(content)] = content
    path = tmp_path / "spoilt.mat"
    path.write_bytes(bytes(spoilt))
    try:
        found = read_array(path, "x", corpus="deap")
    except EvaluationError as error:
        found = str(error)
    assert isinstance(found, np.ndarray) or "\n" not in found
