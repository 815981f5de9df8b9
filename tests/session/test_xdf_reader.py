"""What others wrote, compared with pyxdf and with the contents that are published for it."""

import gzip
import struct
import zlib

import numpy as np
import pytest
from xdf_pieces import assert_equal_to_pyxdf, chunk, info, offsets, read, samples

from neuroaffect.errors import SessionError
from neuroaffect.session import EVENTS_STREAM, ClockOffset, Packet, SessionWriter, open_recording
from neuroaffect.session.xdf import BOUNDARY, Tag, pack_chunk

CLIPS = (
    "xdf_examples/minimal.xdf",
    "xdf_examples/empty_streams.xdf",
    "xdf_examples/clock_resets.xdf",
    "muselsl2/sub-P001.xdf",
)


@pytest.mark.parametrize("clip", CLIPS)
def test_real_files_agree_with_pyxdf_sample_by_sample(clip, clips):
    assert_equal_to_pyxdf(clips / clip)


def test_every_shared_xdf_file_agrees_with_pyxdf(shared):
    for path in shared.rglob("*.xdf"):
        assert_equal_to_pyxdf(path)


def test_minimal_holds_the_published_samples(clips):
    path = clips / "xdf_examples/minimal.xdf"
    stamps, values = read(path)[0]
    assert stamps == pytest.approx(np.arange(51, 60) / 10)
    assert values[0].tolist() == [192, 255, 238]
    assert values[8].tolist() == [15, 25, 35]
    assert values.dtype == np.int16
    _, texts = read(path)[0x02C0FFEE]
    assert texts[0, 0].startswith(
        '<?xml version="1.0"?><info><writer>LabRecorder xdfwriter</writer>'
    )
    assert texts[1:, 0].tolist() == "Hello World from LSL Hello World from LSL".split()
    assert offsets(path) == [ClockOffset(0, 6.1, -0.1), ClockOffset(0, 7.1, -0.1)]


def test_clock_resets_holds_the_published_samples(clips):
    path = clips / "xdf_examples/clock_resets.xdf"
    stamps, values = read(path)[2]
    assert values.shape == (27815, 8)
    assert stamps[[0, -1]].tolist() == [653150.379117, 261.9267033]  # as its footer says
    assert values[0, :3] == pytest.approx([0.142, 0.463, 0.354], abs=5e-4)
    assert values[-1, -1] == pytest.approx(0.892, abs=5e-4)
    marks, texts = read(path)[1]
    assert len(marks) == 175
    assert texts[:3, 0].tolist() == ["XXX", "Test", "Blah"]
    measured = [item for item in offsets(path) if item.stream == 1]
    assert measured[0].time == pytest.approx(653156.026169)
    assert measured[-1].offset == pytest.approx(1121.166, abs=5e-4)


def test_empty_streams_are_streams_without_packets(clips):
    recording = open_recording(clips / "xdf_examples/empty_streams.xdf")
    assert {stream.name: stream.format for stream in recording.streams} == {
        "Empty data stream: test stream 0 counter": "float32",
        "Data stream: test stream 0 counter": "int32",
        "ctrl": "string",
        "Empty marker stream: test stream 0 counter": "string",
    }
    found = read(recording.path)
    assert found[4][1][:, 0].tolist() == list(range(10))
    assert found[1][1].tolist() == [['{"state": 2}']]
    assert recording.defects == ()


def test_streams_of_one_name_keep_their_types_labels_and_units(clips):
    streams = open_recording(clips / "muselsl2/sub-P001.xdf").streams
    assert {stream.name for stream in streams} == {"Muse"}
    eeg = next(stream for stream in streams if stream.type == "EEG")
    assert eeg.labels == ("TP9", "AF7", "AF8", "TP10", "AUX_RIGHT")
    assert set(eeg.units) == {"microvolts"}
    assert eeg.rate_hz == 256.0


def test_a_recording_can_be_read_twice(clips):
    recording = open_recording(clips / "xdf_examples/minimal.xdf")
    assert sum(1 for _ in recording.items()) == sum(1 for _ in recording.items()) > 0


def test_labels_may_be_called_name(put):
    channel = "<channels><channel><name>ecg</name><unit>uV</unit></channel></channels>"
    path = put(chunk(Tag.STREAM_HEADER, info(desc=channel)))
    assert open_recording(path).streams[0].labels == ("ecg",)


def test_channels_without_a_description_have_empty_labels(put):
    path = put(chunk(Tag.STREAM_HEADER, info(channel_count=4)))
    assert open_recording(path).streams[0].labels == ("",) * 4


def test_left_out_stamps_are_the_one_before_plus_a_period(put):
    path = put(
        chunk(Tag.STREAM_HEADER, info()),
        chunk(Tag.SAMPLES, samples((None, 1), (5.0, 2), (None, 3), (None, 4), (7.0, 5))),
        chunk(Tag.SAMPLES, samples((None, 6), (None, 7))),
    )
    stamps, values = read(path)[1]
    assert stamps.tolist() == [0.1, 5.0, 5.0 + 0.1, 5.0 + 0.1 + 0.1, 7.0, 7.0 + 0.1, 7.1 + 0.1]
    assert values[:, 0].tolist() == [1, 2, 3, 4, 5, 6, 7]
    assert_equal_to_pyxdf(path)


@pytest.mark.parametrize("pack", [gzip.compress, zlib.compress])
def test_packed_files_are_read(pack, clips, tmp_path):
    plain = clips / "xdf_examples/minimal.xdf"
    path = tmp_path / "minimal.xdfz"
    path.write_bytes(pack(plain.read_bytes()))
    assert np.array_equal(read(path)[0][1], read(plain)[0][1])


def test_a_packed_file_that_is_cut_is_read_as_far_as_it_goes(clips, tmp_path):
    path = tmp_path / "cut.xdfz"
    path.write_bytes(gzip.compress((clips / CLIPS[3]).read_bytes())[:-20_000])
    recording = open_recording(path)
    assert "packed file is cut" in recording.defects[0]
    assert sum(isinstance(item, Packet) for item in recording.items()) > 10


def test_unknown_chunks_are_left_out_and_named(put):
    path = put(
        chunk(Tag.STREAM_HEADER, info()),
        pack_chunk(77, b"a vendor's own"),
        chunk(Tag.SAMPLES, samples((5.0, 2))),
    )
    assert len(read(path)[1][0]) == 1
    assert "unknown kind 77" in open_recording(path).defects[0]


def test_samples_without_a_header_are_named(put):
    path = put(chunk(Tag.STREAM_HEADER, info()), chunk(Tag.SAMPLES, samples((5.0, 2)), stream=9))
    assert read(path) == {}
    assert "belongs to stream 9" in open_recording(path).defects[0]


def test_a_chunk_damaged_inside_costs_only_itself(put):
    path = put(
        chunk(Tag.STREAM_HEADER, info()),
        chunk(Tag.SAMPLES, samples((5.0, 2))),
        chunk(Tag.SAMPLES, b"\x01\xff" + samples((5.0, 2))),
        chunk(Tag.SAMPLES, samples((6.0, 3))),
    )
    assert read(path)[1][1][:, 0].tolist() == [2, 3]
    assert "was left out" in open_recording(path).defects[0]


@pytest.mark.parametrize(
    "broken", [b"\x07garbage", b"\x08\xff\xff\xff\xff\xff\xff\xff\x7f", b"\x01\x01"]
)
def test_after_a_broken_length_reading_goes_on_at_the_next_boundary(broken, put):
    path = put(
        chunk(Tag.STREAM_HEADER, info()),
        chunk(Tag.SAMPLES, samples((5.0, 2))),
        broken,
        chunk(Tag.SAMPLES, samples((6.0, 3))),
        pack_chunk(Tag.BOUNDARY, BOUNDARY),
        chunk(Tag.SAMPLES, samples((7.0, 4))),
    )
    assert read(path)[1][1][:, 0].tolist() == [2, 4]
    assert "next boundary" in open_recording(path).defects[0]


def test_a_boundary_across_two_blocks_of_the_search_is_found(put):
    header = chunk(Tag.STREAM_HEADER, info())
    filler = 2**20 - 8 - 1
    path = put(
        header,
        b"\x07" + bytes(filler),
        pack_chunk(Tag.BOUNDARY, BOUNDARY),
        chunk(Tag.SAMPLES, samples((7.0, 4))),
    )
    assert len(read(path)[1][0]) == 1


@pytest.mark.parametrize("count", [2**31, 2**63])
def test_an_absurd_count_of_samples_allocates_nothing(count, put):
    lie = bytes([8]) + count.to_bytes(8, "little") + bytes(30)
    path = put(chunk(Tag.STREAM_HEADER, info()), chunk(Tag.SAMPLES, lie))
    assert read(path) == {}
    assert "do not fit" in open_recording(path).defects[0]


@pytest.mark.parametrize(
    ("field", "value"),
    [("channel_count", 10**12), ("channel_count", 0), ("channel_format", "undefined")],
)
def test_a_header_that_allows_no_reading_refuses_the_file(field, value, put):
    path = put(chunk(Tag.STREAM_HEADER, info(**{field: value})))
    with pytest.raises(SessionError, match="holds no stream"):
        open_recording(path)


def test_a_header_cannot_blow_up_by_entities(put):
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaa">]>' + info(name="&a;")
    with pytest.raises(SessionError, match="document type"):
        open_recording(put(chunk(Tag.STREAM_HEADER, bomb)))


def test_a_clock_offset_that_is_no_number_is_left_out(put):
    path = put(
        chunk(Tag.STREAM_HEADER, info()),
        chunk(Tag.CLOCK_OFFSET, struct.pack("<dd", 1.0, float("nan"))),
        chunk(Tag.CLOCK_OFFSET, struct.pack("<dd", 2.0, 0.5)),
    )
    assert offsets(path) == [ClockOffset(1, 2.0, 0.5)]


def test_a_footer_with_another_count_is_named(put):
    path = put(
        chunk(Tag.STREAM_HEADER, info()),
        chunk(Tag.SAMPLES, samples((5.0, 2))),
        chunk(Tag.STREAM_FOOTER, b"<info><sample_count>3</sample_count></info>"),
    )
    assert "says 3 samples, there are 1" in open_recording(path).defects[0]


def test_many_defects_are_summed_up(put):
    bad = [pack_chunk(100 + k, b"") for k in range(50)]
    defects = open_recording(put(chunk(Tag.STREAM_HEADER, info()), *bad)).defects
    assert len(defects) == 21
    assert defects[-1].startswith("and 3")


def test_our_own_events_are_events_and_no_stream(tmp_path, stream, packet):
    path, raw = tmp_path / "session.xdf", stream()
    with SessionWriter(path) as writer:
        writer.add(raw)
        writer.event("gap", time=3.5, stream="cap", first=10, lost=4)
        writer.write(packet(raw))
    recording = open_recording(path)
    assert recording.is_ours
    assert recording.streams[0].labels == raw.labels
    assert [stream.name for stream in recording.streams] == ["cap"]
    (event,) = recording.events
    assert (event.time, event.kind) == (3.5, "gap")
    assert event.detail == {"stream": "cap", "first": 10, "lost": 4}
    assert len(list(recording.items())) == 1


def test_a_line_of_events_that_is_no_json_is_named(put):
    header = info(name=EVENTS_STREAM, channel_format="string", nominal_srate=0)
    line = b"\x01\x01" + struct.pack("<Bd", 8, 1.0) + b"\x01\x04oops"
    recording = open_recording(put(chunk(Tag.STREAM_HEADER, header), chunk(Tag.SAMPLES, line)))
    assert recording.events == ()
    assert "no line of JSON" in recording.defects[0]


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("text.xdf", b"just a text\n", "is no XDF file"),
        ("empty.xdf", b"", "is empty"),
        ("magic.xdf", b"XDF:", "holds no stream"),
        ("short.xdf", b"XD", "is no XDF file"),
        ("noise.xdfz", b"\x1f\x8bnoise", "is no XDF file"),
        ("song.mp3", b"ID3 and more", "no known format"),
    ],
)
def test_what_is_no_recording_is_refused_in_one_sentence(name, content, words, tmp_path):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(SessionError, match=words) as told:
        open_recording(path)
    assert "\n" not in str(told.value)


def test_a_missing_file_and_a_folder_are_refused(tmp_path):
    with pytest.raises(SessionError, match="No such file"):
        open_recording(tmp_path / "missing.xdf")
    with pytest.raises(SessionError, match="is a folder"):
        open_recording(tmp_path)
