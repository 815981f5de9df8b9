"""Whatever is written comes back; whatever is cut or changed costs little."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from neuroaffect.errors import SessionError
from neuroaffect.session import ClockOffset, Packet, RawStream, SessionWriter, open_recording
from neuroaffect.session.raw import FORMATS

# What XML can carry; other characters are replaced when a header is written.
WORDS = st.text(st.characters(codec="utf-8", exclude_categories=["C"]), max_size=12)
TEXTS = st.text(st.characters(codec="utf-8"), max_size=300)
FLOATS = st.floats(allow_nan=False, allow_infinity=False)


@st.composite
def streams(draw, *, id):
    channels = draw(st.integers(1, 5))
    words = st.tuples(*[WORDS] * channels)
    return RawStream(
        id=id, name=draw(WORDS), type=draw(WORDS), source_id=draw(WORDS),
        rate_hz=draw(st.sampled_from([0.0, 0.1, 4.0, 250.0, 999.5])),
        format=draw(st.sampled_from(sorted(FORMATS))),
        labels=draw(words), units=draw(words), types=draw(words),
    )  # fmt: skip


@st.composite
def packets(draw, stream):
    samples = draw(st.integers(1, 9))
    shape = (samples, len(stream.labels))
    if stream.format == "string":
        rows = draw(st.lists(TEXTS, min_size=shape[0] * shape[1], max_size=shape[0] * shape[1]))
        values = np.array(rows, object).reshape(shape)
    else:
        values = draw(npst.arrays(stream.dtype, shape))
    return Packet(stream.id, draw(npst.arrays(np.float64, samples, elements=FLOATS)), values)


@st.composite
def recordings(draw):
    found = [draw(streams(id=id)) for id in draw(st.sets(st.integers(0, 2**31 - 3), max_size=3))]
    kinds = [packets(stream) for stream in found]
    kinds += [st.builds(ClockOffset, st.just(stream.id), FLOATS, FLOATS) for stream in found]
    return found, draw(st.lists(st.one_of(kinds), max_size=8)) if kinds else []


def plain(item):
    if isinstance(item, ClockOffset):
        return item
    values = item.values.tolist() if item.values.dtype == object else item.values.tobytes()
    return item.stream, item.stamps.tobytes(), values


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(recorded=recordings())
def test_what_is_written_comes_back_bit_for_bit_in_order(recorded, tmp_path_factory):
    path = tmp_path_factory.mktemp("round") / "session.xdf"
    found, items = recorded
    with SessionWriter(path) as writer:
        for stream in found:
            writer.add(stream)
        for item in items:
            writer.write(item)
    recording = open_recording(path)
    assert recording.defects == ()
    for read, written in zip(recording.streams, found, strict=True):
        assert (read.id, read.name, read.type, read.source_id) == (
            written.id, written.name, written.type, written.source_id,
        )  # fmt: skip
        assert (read.rate_hz, read.format) == (written.rate_hz, written.format)
        assert (read.labels, read.units, read.types) == (
            written.labels, written.units, written.types,
        )  # fmt: skip
    assert [plain(item) for item in recording.items()] == [plain(item) for item in items]


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """Return the bytes of a small session, its items, and after how many bytes each is whole."""
    path = tmp_path_factory.mktemp("small") / "session.xdf"
    rng = np.random.default_rng(3)
    eeg = RawStream(
        id=1, name="cap", type="EEG", rate_hz=100.0, format="int16",
        labels=("Fp1", "Cz"), units=("uV", "uV"), types=("EEG", "EEG"),
    )  # fmt: skip
    marks = RawStream(
        id=2, name="marks", type="Markers", rate_hz=0.0, format="string",
        labels=("mark",), units=("",), types=("",),
    )  # fmt: skip
    items, ends = [], []
    with SessionWriter(path) as writer:
        writer.add(eeg)
        writer.add(marks)
        for k in range(8):
            values = rng.integers(-300, 300, (6, 2)).astype(np.int16)
            items.append(Packet(1, 5.0 + k + np.arange(6) / 100, values))
            items.append(ClockOffset(1, 5.0 + k, 0.01 * k))
            items.append(Packet(2, np.array([5.5 + k]), np.array([[f"mark {k}"]], object)))
            for item in items[-3:]:
                writer.write(item)
                ends.append(writer.bytes_written)
            if k % 3 == 0:
                writer.event("trial-start", time=5.0 + k, trial=str(k))
                writer._secure()
    return path.read_bytes(), items, ends


def outcome(path):
    """Return what can be read: (items, defects), or the one sentence."""
    try:
        recording = open_recording(path)
        return [plain(item) for item in recording.items()], recording.defects
    except SessionError as error:
        return None, (str(error),)


def test_a_session_cut_anywhere_gives_every_whole_chunk_before_the_cut(small, tmp_path):
    data, items, ends = small
    path = tmp_path / "cut.xdf"
    for cut in range(1, len(data)):
        path.write_bytes(data[:cut])
        got, defects = outcome(path)
        whole = sum(end <= cut for end in ends)
        assert defects or whole == len(items)
        if whole:
            assert got == [plain(item) for item in items[:whole]]


def test_one_changed_byte_costs_little(small, tmp_path):
    """Half of all single changes may hit a header; no other loses more than up to a boundary."""
    data, items, ends = small
    path = tmp_path / "changed.xdf"
    whole = {repr(plain(item)) for item in items}
    for end, after in list(pairwise(ends))[::5]:
        place = (end + after) // 2
        path.write_bytes(data[:place] + bytes([data[place] ^ 0xFF]) + data[place + 1 :])
        got, _ = outcome(path)
        kept = sum(repr(item) in whole for item in got)
        assert kept >= len(items) - 10  # at most the nine items between two boundaries, and one
