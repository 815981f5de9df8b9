"""What can be saved of a damaged file is saved, and reads without a defect, in pyxdf too."""

import gzip
import io
import struct

import numpy as np
import pytest
import pyxdf
from xdf_pieces import assert_equal_to_pyxdf, chunk, info, offsets, read, samples

from neuroaffect.errors import SessionError
from neuroaffect.session import open_recording, repair_xdf
from neuroaffect.session.xdf import BOUNDARY, MAGIC, Tag, pack_chunk
from neuroaffect.session.xdf_chunks import open_chunks
from neuroaffect.session.xdf_repair import repair_chunks

HEADER = chunk(Tag.STREAM_HEADER, info())
EDGE = pack_chunk(Tag.BOUNDARY, BOUNDARY)
EDGE_CONTENT = EDGE[2:]
CLIPS = (
    "xdf_examples/minimal.xdf",
    "xdf_examples/empty_streams.xdf",
    "xdf_examples/clock_resets.xdf",
    "muselsl2/sub-P001.xdf",
)


def stamped(*stamps):
    return chunk(Tag.SAMPLES, samples(*((stamp, round(10 * stamp)) for stamp in stamps)))


def footer(count):
    return chunk(Tag.STREAM_FOOTER, f"<info><sample_count>{count}</sample_count></info>".encode())


def chunks_of(source, *tags):
    with open_chunks(source) as chunks:
        return [content for tag, content in chunks if tag in tags]


@pytest.fixture
def repaired(put, tmp_path):
    """Repair a file made of chunks; return what was said and where it is."""

    def repaired(*chunks):
        out = tmp_path / "repaired.xdf"
        saved = repair_xdf(put(*chunks), out)
        assert open_recording(out).defects == ()
        assert_equal_to_pyxdf(out)
        return saved, out

    return repaired


@pytest.mark.parametrize("clip", CLIPS)
def test_a_whole_file_keeps_every_header_sample_and_offset(clip, clips, tmp_path):
    path, out = clips / clip, tmp_path / "out.xdf"
    saved = repair_xdf(path, out)
    assert saved.defects == ()
    assert {stream.lost_samples for stream in saved.streams} == {0}
    kinds = (Tag.FILE_HEADER, Tag.STREAM_HEADER, Tag.SAMPLES, Tag.CLOCK_OFFSET, Tag.BOUNDARY)
    assert chunks_of(out, *kinds) == [*chunks_of(path, *kinds), EDGE_CONTENT]
    assert_equal_to_pyxdf(out)


@pytest.mark.parametrize("clip", CLIPS)
def test_remade_footers_say_what_is_there(clip, clips, tmp_path):
    out = tmp_path / "out.xdf"
    repair_xdf(clips / clip, out)
    recording = open_recording(out)
    assert recording.defects == ()
    assert not any("footer" in note for note in recording.notes)
    for stream in pyxdf.load_xdf(out, synchronize_clocks=False, dejitter_timestamps=False)[0]:
        said = stream["footer"]["info"]
        assert int(said["sample_count"][0]) == len(stream["time_stamps"])
        if len(stream["time_stamps"]):
            ends = [float(said[f"{end}_timestamp"][0]) for end in ("first", "last")]
            assert ends == stream["time_stamps"][[0, -1]].tolist()


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_a_cut_real_file_equals_pyxdf_of_what_is_whole_and_the_tail_is_saved(pack, clips, tmp_path):
    whole = (clips / CLIPS[3]).read_bytes()
    cut = tmp_path / "cut.xdfz"
    cut.write_bytes(pack(whole[: len(whole) // 2]))
    saved = repair_xdf(cut, tmp_path / "out.xdf")
    read_raw = {"synchronize_clocks": False, "dejitter_timestamps": False}
    full, _ = pyxdf.load_xdf(io.BytesIO(whole), **read_raw)
    ours, _ = pyxdf.load_xdf(tmp_path / "out.xdf", **read_raw)
    before = read(cut)
    for stream, original, told in zip(ours, full, saved.streams, strict=True):
        n = len(stream["time_stamps"])
        assert n == told.samples
        assert np.array_equal(stream["time_stamps"], original["time_stamps"][:n])
        assert np.array_equal(stream["time_series"], original["time_series"][:n])
    more = sum(told.samples for told in saved.streams) - sum(len(s) for s, _ in before.values())
    assert more > 0  # whole samples of the chunk that was cut


def test_the_whole_samples_of_a_cut_tail_are_saved(repaired):
    saved, out = repaired(HEADER, stamped(1.0, 1.1), stamped(1.2, 1.3, 1.4, 1.5)[:-13])
    assert read(out)[1][0].tolist() == [1.0, 1.1, 1.2, 1.3]
    assert (saved.streams[0].samples, saved.streams[0].lost_samples) == (4, None)
    assert any("was not closed" in defect for defect in saved.defects)


def test_the_texts_of_a_cut_tail_are_saved(repaired):
    header = chunk(Tag.STREAM_HEADER, info(channel_format="string", nominal_srate=0))
    texts = b"".join(struct.pack("<Bd", 8, k) + b"\x01\x05m\xc3\xa4rk" for k in range(3))
    _, out = repaired(header, chunk(Tag.SAMPLES, b"\x01\x03" + texts)[:-2])
    assert len(read(out)[1][0]) == 2


def test_samples_before_damage_inside_a_chunk_are_saved_but_for_the_one_before_it(repaired):
    hit = bytearray(stamped(1.0, 1.1, 1.2, 1.3, 1.4))
    del hit[-25:-22]
    saved, out = repaired(HEADER, bytes(hit), EDGE, stamped(1.5, 1.6), footer(7))
    # Three bytes are missing within the fourth sample: it and what follows cannot be trusted.
    assert read(out)[1][0].tolist()[:2] == [1.0, 1.1]
    assert read(out)[1][0].tolist()[-2:] == [1.5, 1.6]
    assert saved.streams[0].lost_samples == 7 - saved.streams[0].samples


@pytest.mark.parametrize("said", [1, 2, 4, 5, 200])
def test_a_chunk_that_only_lies_about_its_samples_is_saved_wholly(said, repaired):
    lie = bytearray(stamped(1.0, 1.1, 1.2))
    lie[9] = said
    _, out = repaired(HEADER, bytes(lie), stamped(1.3))
    assert read(out)[1][0].tolist() == [1.0, 1.1, 1.2, 1.3]


def test_losses_are_told_by_the_stamps_where_no_footer_tells(repaired):
    saved, _ = repaired(
        HEADER, stamped(1.0, 1.1), b"\x07", stamped(1.2, 1.3, 1.4), EDGE, stamped(1.5, 1.6)
    )
    (stream,) = saved.streams
    assert (stream.samples, stream.lost_samples) == (4, 3)
    assert stream.lost_s == pytest.approx(0.3)
    assert stream.duration_s == pytest.approx(0.4)


def test_a_boundary_is_put_where_bytes_were_left_out(repaired):
    _, out = repaired(
        HEADER, stamped(1.0), chunk(Tag.SAMPLES, b"\x01\x09\x00"), stamped(1.1), footer(2)
    )
    tags = []
    with open_chunks(out) as chunks:
        tags = [tag for tag, _ in chunks]
    assert tags[2:5] == [Tag.SAMPLES, Tag.BOUNDARY, Tag.SAMPLES]


def test_samples_before_their_header_are_saved(repaired):
    saved, out = repaired(stamped(1.0), HEADER, stamped(1.1), footer(2))
    assert read(out)[1][0].tolist() == [1.0, 1.1]
    assert saved.streams[0].lost_samples == 0


def test_offsets_that_were_never_measured_are_left_out(repaired):
    times = [5.0, 10.0, 15.0, 20.0]
    pairs = [(time, 0.1) for time in times]
    pairs.insert(2, (5e-320, 5e-324))
    saved, out = repaired(
        HEADER, *(chunk(Tag.CLOCK_OFFSET, struct.pack("<dd", *pair)) for pair in pairs), footer(0)
    )
    assert [each.time for each in offsets(out)] == times
    assert any("never measured" in defect for defect in saved.defects)


def test_a_broken_file_header_is_replaced(repaired):
    _, out = repaired(pack_chunk(Tag.FILE_HEADER, b"<info><versi"), HEADER, stamped(1.0), footer(1))
    assert chunks_of(out, Tag.FILE_HEADER)[0].endswith(b"<version>1.0</version></info>")


@pytest.mark.parametrize("fields", [{"name": ""}, {"nominal_srate": "none"}, {"type": "\x01"}])
def test_a_header_that_only_we_can_read_is_written_anew(fields, repaired):
    header = chunk(Tag.STREAM_HEADER, info(**fields))
    _, out = repaired(header, stamped(1.0), footer(1))
    assert read(out)[1][1].tolist() == [[10]]


def test_an_event_that_is_no_json_is_left_out(repaired):
    fields = {"name": "neuroaffect-events", "channel_format": "string", "nominal_srate": 0}
    line = b"\x01\x01" + struct.pack("<Bd", 8, 1.0) + b"\x01\x04oops"
    saved, out = repaired(chunk(Tag.STREAM_HEADER, info(**fields)), chunk(Tag.SAMPLES, line))
    assert chunks_of(out, Tag.SAMPLES) == []
    assert any("no line of JSON" in defect for defect in saved.defects)


def test_repairing_twice_changes_nothing(clips):
    once, twice = io.BytesIO(), io.BytesIO()
    repair_chunks((clips / CLIPS[3]).read_bytes()[:70_000], once)
    saved = repair_chunks(once.getvalue(), twice)
    assert saved.defects == ()
    kept = (Tag.FILE_HEADER, Tag.STREAM_HEADER, Tag.SAMPLES, Tag.CLOCK_OFFSET, Tag.STREAM_FOOTER)
    assert chunks_of(twice.getvalue(), *kept) == chunks_of(once.getvalue(), *kept)


def test_the_damaged_file_is_only_read(put, tmp_path):
    path = put(HEADER, stamped(1.0, 1.1)[:-3])
    before = path.read_bytes()
    path.chmod(0o400)
    repair_xdf(path, tmp_path / "out.xdf")
    assert path.read_bytes() == before


def test_a_file_that_is_there_is_never_overwritten(put, tmp_path):
    path = put(HEADER, stamped(1.0))
    out = tmp_path / "mine.xdf"
    out.write_bytes(b"precious")
    for target in (out, path):
        with pytest.raises(SessionError, match="already there"):
            repair_xdf(path, target)
    assert out.read_bytes() == b"precious"


@pytest.mark.parametrize(
    ("data", "out", "words"),
    [
        (b"", "out.xdf", "it holds no stream"),
        (HEADER, "out.xdfz", "no name for a plain XDF file"),
        (HEADER, "no/folder.xdf", "No such file"),
    ],
)
def test_what_cannot_be_done_is_refused_and_leaves_nothing(data, out, words, put, tmp_path):
    path = put(data)
    with pytest.raises(SessionError, match=words):
        repair_xdf(path, tmp_path / out)
    assert list(tmp_path.iterdir()) == [path]


class Full(io.BytesIO):
    """A disk that is full after the first chunks."""

    def write(self, data):
        if self.tell() > 100:
            raise OSError(28, "No space left on device")
        return super().write(data)


def test_a_full_disk_is_a_sentence_about_the_target(put):
    data = put(HEADER, stamped(1.0)).read_bytes()
    with pytest.raises(SessionError, match="cannot write to 'the target': No space left"):
        repair_chunks(data, Full())


def test_bytes_before_the_magic_are_not_guessed_at():
    with pytest.raises(SessionError, match="is no XDF file"):
        repair_chunks(b"x" + MAGIC + HEADER, io.BytesIO())


def test_saved_samples_whose_times_are_early_are_named(repaired):
    saved, out = repaired(
        HEADER, stamped(1.0), chunk(Tag.SAMPLES, b"\x01\x09\x00"),
        chunk(Tag.SAMPLES, samples((None, 7), (None, 8))), footer(3),
    )  # fmt: skip
    assert read(out)[1][1][:, 0].tolist() == [10, 7, 8]
    assert any("goes on without a stamp" in defect for defect in saved.defects)


def test_a_footer_that_counts_beyond_the_file_tells_no_loss(repaired):
    saved, _ = repaired(HEADER, stamped(1.0), b"\x07", EDGE, stamped(1.3), footer(10**9))
    assert saved.streams[0].lost_samples == 2  # by the stamps
