"""Pickles of arrays are read as pickle reads them; everything else is refused and runs nothing."""

import collections
import contextlib
import datetime
import pickle
import pickletools
import re
import struct
import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from layouts.python2 import dumps

from neuroaffect.corpora.pickled import read_pickle
from neuroaffect.errors import EvaluationError

DATA = {
    "subject": "S2",
    "labels": np.arange(12.0).reshape(3, 4),
    "label": np.arange(7, dtype=np.int32),
    "signal": {"wrist": {"ACC": np.linspace(-1, 1, 3000).reshape(-1, 3)}, "rates": [32, 64.5]},
    "big": np.arange(6, dtype=">i2"),
    "none": np.empty((0, 3), dtype="f4"),
}


def read(tmp_path, text):
    path = tmp_path / "x.pkl"
    path.write_bytes(text)
    return read_pickle(path)


def refusal(tmp_path, text):
    with pytest.raises(EvaluationError) as raised:
        read(tmp_path, text)
    assert "\n" not in str(raised.value)
    return str(raised.value)


def assert_same(one, other):
    assert type(one) is type(other)
    if isinstance(one, dict):
        assert one.keys() == other.keys()
        for key in one:
            assert_same(one[key], other[key])
    elif isinstance(one, np.ndarray):
        # numpy turns what the other kind of machine wrote to the order of this one.
        assert one.dtype.newbyteorder("=") == other.dtype.newbyteorder("=")
        np.testing.assert_array_equal(one, other)
    else:
        assert one == other


@pytest.mark.parametrize("protocol", [0, 2])
def test_a_pickle_of_python_2_is_read_as_pickle_reads_it(tmp_path, protocol):
    text = dumps(DATA, protocol)
    assert_same(read(tmp_path, text), pickle.loads(text, encoding="latin1"))


@pytest.mark.parametrize("protocol", [0, 2])
def test_the_files_written_for_tests_hold_what_was_put_in(protocol):
    assert_same(pickle.loads(dumps(DATA, protocol), encoding="latin1"), DATA)


@pytest.mark.parametrize("protocol", [3, 4, 5])
def test_a_pickle_saved_again_by_python_3_is_read_too(tmp_path, protocol):
    assert_same(read(tmp_path, pickle.dumps(DATA, protocol)), DATA)


def test_an_array_in_fortran_order_keeps_its_places(tmp_path):
    array = np.asfortranarray(np.arange(6.0).reshape(2, 3))
    np.testing.assert_array_equal(read(tmp_path, pickle.dumps({"x": array}, 4))["x"], array)


def test_a_number_of_numpy_is_a_number(tmp_path):
    assert read(tmp_path, pickle.dumps({"x": np.float32(0.5)}, 4)) == {"x": 0.5}


def test_arrays_are_views_of_the_file_and_not_copies(tmp_path):
    array = read(tmp_path, dumps({"x": np.zeros(4000)}, 2))["x"]
    assert not array.flags.owndata
    assert not array.flags.writeable


class Ran(Exception):
    """Raised if anything of a pickle is ever run."""


def run():
    raise Ran


class Reduced:
    def __reduce__(self):
        return run, ()


class Subclass(np.ndarray):
    pass


class Stateful:
    def __setstate__(self, state):
        raise Ran

    def __getstate__(self):
        return {"x": 1}


@pytest.mark.parametrize("protocol", range(6))
@pytest.mark.parametrize(
    "value",
    [
        Reduced(), Stateful(), np.zeros(3).view(Subclass), np.array([Reduced()], dtype=object),
        np.array(["text"]), np.zeros(2, dtype=[("a", "f8")]), datetime.datetime(2026, 1, 1),
        collections.OrderedDict(a=1), {1, 2}, frozenset({1}), 1 + 2j, print, np.float64, run,
        np.array(["2026-01-01"], dtype="M8[D]"), {("a", "b"): 1}, np.dtype("f8"), range(3),
    ],
    ids=lambda value: re.sub(r" at 0x\w+", "", repr(value)),  # the same in every worker
)  # fmt: skip
def test_what_is_no_plain_data_is_refused_and_runs_nothing(tmp_path, protocol, value):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        text = pickle.dumps({"x": value}, protocol)
    assert "nothing in it was run" in refusal(tmp_path, text)


def test_the_name_asked_for_is_told(tmp_path):
    assert "'os.system'" in refusal(tmp_path, b"cos\nsystem\n(S'id'\ntR.")


BLANK = b"cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\n(I0\ntS'b'\ntR"
HOSTILE = {
    "a name of a class and its arguments": b"(S'id'\nios\nsystem\n.",
    "an object of a class": b"(cos\nsystem\nS'id'\no.",
    "a new object": b"cnumpy\nndarray\n)\x81.",
    "an extension of copyreg": b"\x80\x02\x82\x01.",
    "a persistent id": b"Pid\n.",
    "a persistent id on the stack": b"\x80\x02K\x01Q.",
    "a buffer from elsewhere": b"\x80\x05\x97.",
    "names on the stack": b"\x80\x04\x8c\x02os\x8c\x06system\x93.",
    "a name with dots": b"\x80\x04\x8c\x05numpy\x8c\x10ndarray.__init__\x93.",
    "a bare name": b"cnumpy\nndarray\n.",
    "a bare element type": b"cnumpy\ndtype\n(S'f8'\nI0\nI1\ntR.",
    "a name in a list": b"(cnumpy\nndarray\nl.",
    "a blank without content": BLANK + b".",
    "a call of what is no name": b"S'id'\n(tR.",
    "a call of an element type": b"cnumpy\ndtype\n(S'O8'\nI0\nI1\ntR.",
    "a state for a dict": b"}}b.",
    "a state for a number": b"I1\n(I1\ntb.",
    "a stack with nothing on it": b"a.",
    "a mark with nothing below": b"(a.",
    "a mark at the end": b"(.",
    "no mark": b"t.",
    "a place in the memo that was never filled": b"h\x05.",
    "a text longer than the file": b"\x80\x02T\xff\xff\xff\x7fabc.",
    "a text of a negative length": b"\x80\x02T\xff\xff\xff\xffabc.",
    "bytes longer than memory": b"\x80\x04\x8e" + struct.pack("<Q", 2**63) + b"abc.",
    "an integer of two gigabytes": b"\x80\x02\x8b\xff\xff\xff\x7fabc.",
    "an integer of a thousand digits": b"I" + b"9" * 1000 + b"\n.",
    "a line that is too long": b"I" + b"9" * 10_000 + b"\n.",
    "a line without end": b"I12345",
    "a number that is none": b"Fabc\n.",
    "a text without quotes": b"Sabc\n.",
    "a text with a wrong escape": b"S'\\xZZ'\n.",
    "a text that is no UTF-8": b"\x80\x02X\x01\x00\x00\x00\xff.",
    "keys that are no texts": b"(I1\nI2\nd.",
    "a key without a value": b"(S'a'\nd.",
    "no end": b"I1\n",
    "nothing but steps": b"N0" * 200_000 + b"N.",
}  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_every_trick_is_one_sentence(tmp_path, text):
    assert "nothing in it was run" in refusal(tmp_path, text)


ARRAY = dumps(np.arange(4.0), 0)


@pytest.mark.parametrize(
    ("published", "changed"),
    [
        (b"(I4\nt", b"(I5\nt"),  # more than there is
        (b"(I4\nt", b"(I4\nI1099511627776\nt"),  # a terabyte
        (b"(I4\nt", b"(I-4\nI-1\nt"),
        (b"(I4\nt", b"(" + b"I1\n" * 40 + b"I4\nt"),
        (b"(I4\nt", b"(I0\nI99999999999999999999\nt"),
        (b"(I4\nt", b"(F4.0\nt"),
        (b"(I4\nt", b"N"),
        (b"S'f8'", b"S'O8'"),
        (b"S'f8'", b"S'V8'"),
        (b"S'f8'", b"S'S8'"),
        (b"S'f8'", b"S'c8'"),
        (b"S'f8'", b"S'f8,f8'"),
        (b"S'<'", b"S'x'"),
        (b"NNNI-1", b"N(S'a'\ntNI-1"),  # fields
        (b"NNNI-1", b"(I2\ntNNI-1"),
        (b"I-1\nI-1\nI0\n", b"I-1\nI-1\nI63\n"),  # flags: elements are objects
        (b"I-1\nI-1\nI0\n", b"I64\nI-1\nI0\n"),
        (b"S'b'", b"S'O'"),
        (b"(I0\nt", b"(I7\nt"),
        (b"numpy\nndarray", b"numpy\nmatrix"),
        (b"numpy.core.multiarray", b"numpy.core.multiarray.x"),
    ],
)  # fmt: skip
def test_an_array_that_is_not_as_numpy_writes_it_is_refused(tmp_path, published, changed):
    assert published in ARRAY
    assert "nothing in it was run" in refusal(tmp_path, ARRAY.replace(published, changed, 1))


def test_an_array_of_letters_beyond_latin_1_is_refused(tmp_path):
    text = pickle.dumps({"x": "€" * 4}, 2)
    array = BLANK + b"(I1\n(I4\nt"
    dtype = b"cnumpy\ndtype\n(S'u1'\nI0\nI1\ntR(I3\nS'|'\nNNNI-1\nI-1\nI0\ntb"
    letters = b"X\x0c\x00\x00\x00" + ("€" * 4).encode()
    assert read(tmp_path, text) == {"x": "€€€€"}
    assert "no bytes" in refusal(tmp_path, array + dtype + b"I00\n" + letters + b"tb.")


def test_data_that_double_at_each_step_take_no_more_than_their_steps(tmp_path):
    bomb = b"]" + b"2a" + b"".join(b"q\x00(h\x00h\x00l" for _ in range(100)) + b"."
    assert isinstance(read(tmp_path, b"]" + bomb[3:]), list)


def test_an_empty_file_is_one_sentence(tmp_path):
    assert "cannot be read" in refusal(tmp_path, b"")


def test_no_step_of_the_language_is_forgotten():
    from neuroaffect.corpora.pickled_steps import STEPS

    # What calls, imports, extends or fetches from elsewhere, and sets, which no data set has.
    left_out = {"INST", "OBJ", "NEWOBJ", "NEWOBJ_EX", "EXT1", "EXT2", "EXT4", "PERSID",
                "BINPERSID", "NEXT_BUFFER", "READONLY_BUFFER", "EMPTY_SET", "ADDITEMS",
                "FROZENSET", "UNICODE"}  # fmt: skip
    known = {
        op.name
        for op in pickletools.opcodes
        if op.code.encode("latin-1") in STEPS or op.name == "STOP"
    }
    assert known | left_out == {op.name for op in pickletools.opcodes}
    assert not known & left_out


PICKLES = [dumps(DATA, 0), dumps(DATA, 2), pickle.dumps(DATA, 4), pickle.dumps(DATA, 5)]


def is_data(value, seen=None):
    seen = set() if seen is None else seen
    if id(value) in seen:
        return True
    seen.add(id(value))
    if isinstance(value, dict):
        return all(type(k) is str and is_data(v, seen) for k, v in value.items())
    if isinstance(value, list | tuple):
        return type(value) in {list, tuple} and all(is_data(v, seen) for v in value)
    if isinstance(value, np.ndarray):
        return type(value) is np.ndarray and value.dtype.kind in "biuf"
    return value is None or type(value) in {bool, int, float, str, bytes, memoryview}


@given(
    text=st.sampled_from(PICKLES),
    changes=st.lists(st.tuples(st.integers(0, 2**20), st.binary(max_size=3)), max_size=6),
    cut=st.integers(0, 2**20),
)
def test_changed_bytes_end_in_data_or_in_one_sentence(tmp_path_factory, text, changes, cut):
    spoilt = bytearray(text)
    for place, content in changes:
        place %= len(spoilt)
        spoilt[place : place + 1] = content
    path = tmp_path_factory.getbasetemp() / "fuzzed.pkl"
    path.write_bytes(bytes(spoilt[: 1 + cut % (2 * len(spoilt))]))
    with contextlib.suppress(EvaluationError):
        assert is_data(read_pickle(path))
