"""Whole recordings as arrays."""

import numpy as np
import pytest
import pyxdf
from hypothesis import HealthCheck, given, settings
from test_xdf_roundtrip import recordings
from xdf_pieces import chunk, info, samples

from neuroaffect.session import ClockOffset, SessionWriter, open_recording
from neuroaffect.session.xdf import Tag

CLIPS = ("minimal.xdf", "empty_streams.xdf", "clock_resets.xdf")


@pytest.mark.parametrize("clip", CLIPS)
def test_loaded_arrays_equal_pyxdf(clip, clips):
    path = clips / "xdf_examples" / clip
    loaded = open_recording(path).load()
    streams, _ = pyxdf.load_xdf(path, synchronize_clocks=False, dejitter_timestamps=False)
    assert set(loaded) == {stream["info"]["stream_id"] for stream in streams}
    for stream in streams:
        ours = loaded[stream["info"]["stream_id"]]
        assert np.array_equal(ours.stamps, stream["time_stamps"])
        theirs = np.asarray(stream["time_series"], ours.values.dtype)
        assert np.array_equal(ours.values, theirs.reshape(ours.values.shape))
        assert ours.offsets[:, 0].tolist() == stream["clock_times"]
        assert ours.offsets[:, 1].tolist() == stream["clock_values"]


def test_an_empty_stream_is_an_empty_array_of_its_format(clips):
    loaded = open_recording(clips / "xdf_examples/empty_streams.xdf").load()
    empty = loaded[3]
    assert (empty.stamps.shape, empty.values.shape) == ((0,), (0, 1))
    assert empty.values.dtype == np.float32
    assert empty.offsets.shape[1] == 2


def test_stamps_left_out_are_deduced_across_chunks(put):
    path = put(
        chunk(Tag.STREAM_HEADER, info()),
        chunk(Tag.SAMPLES, samples((5.0, 1), (None, 2))),
        chunk(Tag.SAMPLES, samples((None, 3), (9.0, 4))),
    )
    loaded = open_recording(path).load()[1]
    assert loaded.stamps.tolist() == [5.0, 5.1, 5.1 + 0.1, 9.0]
    assert loaded.values[:, 0].tolist() == [1, 2, 3, 4]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(recorded=recordings())
def test_arrays_are_the_packets_end_to_end(recorded, tmp_path_factory):
    path = tmp_path_factory.mktemp("load") / "session.xdf"
    streams, items = recorded
    with SessionWriter(path) as writer:
        for stream in streams:
            writer.add(stream)
        for item in items:
            writer.write(item)
    loaded = open_recording(path).load()
    for stream in streams:
        sent = [item for item in items if item.stream == stream.id]
        packets = [item for item in sent if not isinstance(item, ClockOffset)]
        ours = loaded[stream.id]
        assert ours.stamps.tobytes() == b"".join(p.stamps.tobytes() for p in packets)
        rows = [row for p in packets for row in p.values.tolist()]
        assert repr(ours.values.tolist()) == repr(rows)  # NaN is NaN
        assert len(ours.offsets) == len(sent) - len(packets)


def test_a_file_that_grew_since_it_was_opened_loads_what_was_counted(put):
    head, more = chunk(Tag.STREAM_HEADER, info()), chunk(Tag.SAMPLES, samples((5.0, 1), (5.1, 2)))
    recording = open_recording(put(head, more))
    put(head, more, more)
    assert len(recording.load()[1]) == 2


def test_a_file_that_shrank_since_it_was_opened_loads_what_is_left(put):
    head, more = chunk(Tag.STREAM_HEADER, info()), chunk(Tag.SAMPLES, samples((5.0, 1), (5.1, 2)))
    recording = open_recording(put(head, more, more))
    put(head, more)
    assert recording.load()[1].values[:, 0].tolist() == [1, 2]
