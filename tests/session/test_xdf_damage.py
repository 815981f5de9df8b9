"""What is told of files that are damaged, odd, or lie; and what is still read of them."""

import gzip
import struct

import numpy as np
import pytest
from xdf_pieces import chunk, info, offsets, read, samples

from neuroaffect.errors import SessionError
from neuroaffect.session import ClockOffset, SessionWriter, open_recording, xdf_packed
from neuroaffect.session.xdf import BOUNDARY, MAGIC, Tag, pack_chunk

HEADER = chunk(Tag.STREAM_HEADER, info())
UNIX = 1.7e9


def stamped(*stamps, stream=1):
    return chunk(Tag.SAMPLES, samples(*((stamp, 1) for stamp in stamps)), stream)


def offset(time, value, stream=1):
    return chunk(Tag.CLOCK_OFFSET, struct.pack("<dd", time, value), stream)


def footer(count, stream=1):
    return chunk(
        Tag.STREAM_FOOTER, f"<info><sample_count>{count}</sample_count></info>".encode(), stream
    )


def only(sentences, words):
    """Return whether just one sentence has these words."""
    return sum(words in sentence for sentence in sentences) == 1


def test_a_second_file_behind_the_first_is_named_and_left_out(put):
    whole = HEADER + stamped(1.0) + footer(1)
    recording = open_recording(put(whole, MAGIC, whole))
    assert read(recording.path)[1][0].tolist() == [1.0]
    assert f"a second XDF file starts at byte {4 + len(whole)}" in recording.defects[0]


def test_a_header_may_come_twice(put):
    recording = open_recording(put(HEADER, stamped(1.0), HEADER, stamped(1.1), footer(2)))
    assert recording.defects == ()
    assert recording.samples == (2,)


def test_a_second_header_that_contradicts_the_first_is_left_out(put):
    other = chunk(Tag.STREAM_HEADER, info(channel_count=3))
    recording = open_recording(put(HEADER, stamped(1.0), other, stamped(1.1), footer(2)))
    assert "a second, different header for stream 1" in recording.defects[0]
    assert recording.samples == (2,)


def test_a_header_deeper_than_any_is_refused(put):
    deep = info(desc="<a>" * 100 + "</a>" * 100)
    with pytest.raises(SessionError, match="64 elements deep"):
        open_recording(put(chunk(Tag.STREAM_HEADER, deep)))


def test_channels_of_all_headers_together_are_believed_only_in_proportion(put):
    headers = [chunk(Tag.STREAM_HEADER, info(channel_count=3000), id) for id in (1, 2)]
    recording = open_recording(put(*headers))
    assert [len(stream.labels) for stream in recording.streams] == [3000]
    assert only(recording.defects, "says it has 3000 channels")


def test_names_with_line_breaks_are_told_on_one_line(put):
    header = chunk(Tag.STREAM_HEADER, info(name="a\nb", nominal_srate="nan"))
    (defect, _) = open_recording(put(header)).defects
    assert "'a b' has no usable nominal rate" in defect


def test_a_packed_file_that_unpacks_to_too_much_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(xdf_packed, "_UNPACKED_ANYWAY", 2**20)
    path = tmp_path / "bomb.xdfz"
    path.write_bytes(gzip.compress(MAGIC + HEADER + bytes(8 * 2**20)))
    with pytest.raises(SessionError, match="100 times its size"):
        open_recording(path)


def test_a_packed_file_beyond_the_free_space_is_refused(tmp_path, monkeypatch):
    class Full:
        free = 1000

    monkeypatch.setattr(xdf_packed.shutil, "disk_usage", lambda _: Full)
    path = tmp_path / "large.xdfz"
    path.write_bytes(gzip.compress(MAGIC + HEADER + stamped(*range(100))))
    with pytest.raises(SessionError, match="make room"):
        open_recording(path)


def test_a_packed_file_in_many_small_pieces_is_read(tmp_path):
    path = tmp_path / "pieces.xdfz"
    pieces = [MAGIC + HEADER, *(stamped(float(k)) for k in range(3000))]
    path.write_bytes(b"".join(gzip.compress(piece) for piece in pieces))
    assert open_recording(path).samples == (3000,)


@pytest.mark.parametrize(
    ("time", "value"),
    [
        (5e-320, 5e-324),  # memory that was never set
        (0.0, 0.0),
        (30.0, 1e5 + 1),  # jumps
        (30.0, -1e5 - 1),
        (3.0, 0.1),  # the recorder's clock cannot run backward
        (30.0, 4.0),
    ],
)
def test_an_offset_that_was_never_measured_is_left_out_and_named(time, value, put):
    good = [ClockOffset(1, 5.0 * k, 0.1) for k in range(1, 12)]
    chunks = [offset(each.time, each.offset) for each in good]
    path = put(HEADER, *chunks[:6], offset(time, value), *chunks[6:])
    assert offsets(path) == good
    assert only(open_recording(path).defects, "1 of 12 clock offsets of stream 1 ('x') were never")


def test_offsets_of_a_clock_that_was_restarted_are_kept(put):
    good = [ClockOffset(1, 1000.0 + 5 * k, 0.1) for k in range(5)]
    good += [ClockOffset(1, 2.0 + 5 * k, 1023.1) for k in range(5)]
    path = put(HEADER, *(offset(each.time, each.offset) for each in good))
    assert offsets(path) == good


def test_offsets_of_a_real_clock_restart_are_kept(clips):
    recording = open_recording(clips / "xdf_examples/clock_resets.xdf")
    assert recording.defects == recording.doubts == ()
    assert all("its clock offsets follow" in note for note in recording.notes)
    assert len(recording.notes) == 2


def test_offsets_in_a_session_of_ours_are_as_the_run_met_them(tmp_path, stream):
    path, raw = tmp_path / "session.xdf", stream()
    sent = [ClockOffset(1, 5.0, 0.1), ClockOffset(1, 10.0, 1e6), ClockOffset(1, 15.0, 0.1)]
    with SessionWriter(path) as writer:
        writer.add(raw)
        for each in sent:
            writer.write(each)
    assert offsets(path) == sent


@pytest.mark.parametrize("said", [3, 1])
def test_a_footer_that_counts_others_is_damage_unless_it_is_one_short(said, put):
    recording = open_recording(put(HEADER, stamped(1.0, 1.1), footer(said)))
    sentence = f"says {said} samples, there are 2"
    assert only(recording.defects, sentence) == (said == 3)
    assert only(recording.notes, sentence) == (said == 1)


def test_stamps_that_run_backward_are_doubted(put):
    recording = open_recording(put(HEADER, stamped(5.0, 5.1, 4.0), stamped(3.5), footer(4)))
    assert only(recording.doubts, "its stamps run backward 2 times, by up to 1.1 s")
    assert recording.defects == ()


def test_stamps_that_step_back_by_less_than_a_sample_are_noted(put):
    recording = open_recording(put(HEADER, stamped(5.0, 5.11, 5.10), footer(3)))
    assert only(recording.notes, "its stamps run backward once, by up to 0.01 s")
    assert recording.doubts == ()


def test_stamps_that_are_no_numbers_are_doubted(put):
    recording = open_recording(put(HEADER, stamped(5.0, float("nan"), 5.2), footer(3)))
    assert only(recording.doubts, "1 stamps are no numbers")


def test_unix_stamps_among_others_are_doubted(put):
    other = chunk(Tag.STREAM_HEADER, info(name="y"), 2)
    recording = open_recording(put(HEADER, other, stamped(UNIX), stamped(5.0, stream=2)))
    assert only(recording.doubts, "its stamps are UNIX time, those of stream 'y' (id 2) are not")


def test_unix_stamps_alone_are_noted(put):
    recording = open_recording(put(HEADER, stamped(UNIX), footer(1)))
    assert recording.notes == ("all stamps are UNIX time, not the LSL clock's",)
    assert recording.doubts == ()


@pytest.mark.parametrize(("hosts", "doubted"), [(("a", "b"), True), (("a", "a"), False)])
def test_streams_of_several_machines_need_clock_offsets(hosts, doubted, put):
    headers = [
        chunk(Tag.STREAM_HEADER, info(name=host, hostname=host), id)
        for id, host in enumerate(hosts, 1)
    ]
    path = put(*headers, stamped(5.0), offset(5.0, 0.1), stamped(5.0, stream=2))
    doubts = open_recording(path).doubts
    assert only(doubts, "(id 2): no clock offset was measured") == doubted
    assert not only(doubts, "(id 1)")


def test_a_chunk_that_lies_about_its_length_costs_up_to_the_boundary(put):
    lie = bytearray(stamped(1.1))
    lie[1] += 3
    boundary = pack_chunk(Tag.BOUNDARY, BOUNDARY)
    path = put(HEADER, stamped(1.0), bytes(lie), stamped(1.2), boundary, stamped(1.3))
    assert read(path)[1][0].tolist() == [1.0, 1.3]


def test_layouts_may_change_from_sample_to_sample(put):
    parts = [(k / 10 if k % 2 else None, k) for k in range(200)]
    stamps, values = read(put(HEADER, chunk(Tag.SAMPLES, samples(*parts))))[1]
    assert values[:, 0].tolist() == list(range(200))
    assert np.allclose(stamps[1:], np.arange(1, 200) / 10, rtol=0, atol=1e-12)  # sums of 0.1


def test_stamps_that_count_on_from_before_damage_are_named(put):
    path = put(HEADER, stamped(1.0), chunk(Tag.SAMPLES, b"\x01\x09\x00"), stamped(None, 1.9))
    assert read(path)[1][0].tolist() == [1.0, 1.1, 1.9]
    assert only(open_recording(path).defects, "goes on without a stamp after damage")


def test_a_broken_file_header_is_named(put):
    recording = open_recording(put(pack_chunk(Tag.FILE_HEADER, b"<info>"), HEADER, footer(0)))
    assert only(recording.defects, "its XML is broken")
