"""What we write, read by pyxdf and looked at byte by byte."""

import errno
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import pyxdf

from neuroaffect.errors import SessionError
from neuroaffect.session import (
    EVENTS_STREAM,
    ClockOffset,
    Packet,
    SessionWriter,
    open_recording,
    xdf_write,
)
from neuroaffect.session.xdf import BOUNDARY

HEADER = """<?xml version="1.0"?><info><name>Muse</name><type>EEG</type>
<channel_count>3</channel_count><nominal_srate>100</nominal_srate>
<channel_format>float32</channel_format><source_id>Muse-lab-pc-7</source_id>
<hostname>lab-pc-7</hostname><v4address>10.1.2.3</v4address><v4data_port>16572</v4data_port>
<uid>1efcb4a6-8894</uid><desc><manufacturer>Muse</manufacturer><user>ada</user></desc></info>"""


def load(path):
    """Return pyxdf's streams by name, samples and stamps as they are in the file."""
    streams, _ = pyxdf.load_xdf(path, synchronize_clocks=False, dejitter_timestamps=False)
    return {stream["info"]["name"][0]: stream for stream in streams}


@pytest.mark.parametrize("format", ["float32", "double64", "int8", "int16", "int32", "int64"])
def test_pyxdf_reads_every_number_format_bit_for_bit(format, stream, packet, write):
    raw = stream(format=format)
    sent = [packet(raw, first=first, samples=7) for first in range(0, 70, 7)]
    got = load(write([raw], sent))["cap"]
    assert got["time_series"].dtype == raw.dtype
    assert np.array_equal(got["time_series"], np.concatenate([p.values for p in sent]))
    assert np.array_equal(got["time_stamps"], np.concatenate([p.stamps for p in sent]))


def test_pyxdf_reads_texts_in_utf8(stream, packet, write):
    raw = stream(format="string", rate_hz=0.0, channels=2)
    sent = packet(raw)
    got = load(write([raw], [sent]))["cap"]
    assert got["time_series"] == sent.values.tolist()


def test_the_extremes_of_int64_survive(stream, write):
    raw = stream(format="int64", channels=1)
    values = np.array([[-(2**63)], [2**63 - 1]])
    got = load(write([raw], [Packet(1, np.array([1.0, 2.0]), values)]))["cap"]
    assert np.array_equal(got["time_series"], values)


def test_stamps_are_kept_to_the_last_bit_even_if_they_run_backward(stream, write):
    raw = stream(channels=1)
    stamps = np.array([np.nextafter(1.7e9, 2e9), 0.1 + 0.2, -5.0])
    path = write([raw], [Packet(1, stamps, np.zeros((3, 1), np.float32))])
    assert np.array_equal(load(path)["cap"]["time_stamps"], stamps)


def test_one_packet_is_one_chunk(stream, packet, write):
    raw = stream()
    sent = [packet(raw, samples=n) for n in (1, 300, 12)]
    read = list(open_recording(write([raw], sent)).items())
    assert [len(item) for item in read] == [1, 300, 12]


def test_items_stay_in_the_order_of_their_arrival(stream, packet, write):
    eeg, acc = stream(id=1), stream(id=2, name="acc")
    sent = [packet(acc), ClockOffset(1, 5.0, -0.25), packet(eeg), packet(acc), packet(eeg)]
    read = list(open_recording(write([eeg, acc], sent)).items())
    assert [(type(item), item.stream) for item in read] == [
        (type(item), item.stream) for item in sent
    ]


def test_a_stream_may_be_added_when_others_have_long_been_written(tmp_path, stream, packet):
    early, late, path = stream(id=1), stream(id=2, name="late"), tmp_path / "session.xdf"
    with SessionWriter(path) as writer:
        writer.add(early)
        writer.write(packet(early))
        writer.add(late)
        writer.write(packet(late))
        writer.write(packet(early, first=10))
    got = load(path)
    assert len(got["cap"]["time_stamps"]) == 20
    assert np.array_equal(got["late"]["time_series"], packet(late).values)
    assert got["late"]["footer"]["info"]["sample_count"] == ["10"]


def test_pyxdf_finds_the_clock_offsets_that_were_written_and_no_others(stream, packet, write):
    raw = stream()
    offsets = [ClockOffset(1, 10.0, 0.125), ClockOffset(1, 15.0, 0.25)]
    got = load(write([raw], [offsets[0], packet(raw), offsets[1]]))["cap"]
    assert got["clock_times"] == [10.0, 15.0]
    assert got["clock_values"] == [0.125, 0.25]


def test_the_footer_says_first_and_last_stamp_count_and_offsets(stream, packet, write):
    raw = stream()
    got = load(write([raw], [packet(raw, samples=25), ClockOffset(1, 10.0, 0.125)]))["cap"]
    footer = got["footer"]["info"]
    assert float(footer["first_timestamp"][0]) == 1000.0
    assert float(footer["last_timestamp"][0]) == 1000.24
    assert footer["sample_count"] == ["25"]
    assert footer["clock_offsets"][0]["offset"][0]["value"] == ["0.125"]


def test_a_header_is_made_from_what_is_known(stream, packet, write):
    raw = stream(source_id="AB:CD")
    info = load(write([raw], [packet(raw)]))["cap"]["info"]
    assert info["source_id"] == ["AB:CD"]
    assert info["nominal_srate"] == ["100.0"]
    channels = info["desc"][0]["channels"][0]["channel"]
    assert [channel["label"][0] for channel in channels] == ["Fp1", "Fp2", "Cz"]
    assert channels[0]["unit"] == ["µV"]
    assert info["desc"][0]["synchronization"][0]["can_drop_samples"] == ["true"]


def test_a_header_as_received_keeps_what_is_not_private(stream, packet, write):
    raw = stream(name="Muse", header=HEADER)
    path = write([raw], [packet(raw)])
    info = load(path)["Muse"]["info"]
    assert info["desc"][0]["manufacturer"] == ["Muse"]
    assert info["uid"] == [None]
    for private in (b"lab-pc-7", b"10.1.2.3", b"16572", b"1efcb4a6", b"ada"):
        assert private not in path.read_bytes()


@pytest.mark.parametrize(
    "header", [HEADER.replace(">3<", ">4<"), HEADER.replace("float32", "int8"), "<info>", "no xml"]
)
def test_a_header_that_contradicts_its_stream_is_made_anew(header, stream, packet, write):
    raw = stream(name="Muse", header=header)
    got = load(write([raw], [packet(raw)]))["Muse"]
    assert np.array_equal(got["time_series"], packet(raw).values)


def test_headers_stay_whole_if_asked(stream, packet, write):
    raw = stream(name="Muse", header=HEADER)
    path = write([raw], [packet(raw)], redact=False)
    assert load(path)["Muse"]["info"]["hostname"] == ["lab-pc-7"]


def test_pyxdf_draws_no_line_through_our_gaps(stream, packet, write):
    raw = stream()
    path = write([raw], [packet(raw), packet(raw, start=1000.6)])
    streams, _ = pyxdf.load_xdf(path, dejitter_timestamps=True)
    stamps = next(s["time_stamps"] for s in streams if s["info"]["name"] == ["cap"])
    assert stamps[10] - stamps[9] == pytest.approx(0.51)


def test_events_are_lines_of_json_in_a_marker_stream(tmp_path):
    path = tmp_path / "session.xdf"
    with SessionWriter(path) as writer:
        writer.event("trial-stop", time=12.5, trial="ä", ratings={"valence": np.float64(7.0)})
    got = load(path)[EVENTS_STREAM]
    assert got["info"]["type"] == ["Markers"]
    assert got["time_stamps"].tolist() == [12.5]
    line = {"event": "trial-stop", "trial": "ä", "ratings": {"valence": 7.0}}
    assert json.loads(got["time_series"][0][0]) == line


@pytest.mark.parametrize("detail", [{"x": object()}, {"x": float("nan")}, {"event": "gap"}])
def test_an_event_that_is_no_json_is_refused(detail, tmp_path):
    with SessionWriter(tmp_path / "session.xdf") as writer, pytest.raises(SessionError):
        writer.event("gap", time=1.0, **detail)


def test_boundaries_are_on_disk_at_most_two_seconds_apart(tmp_path, stream, packet, monkeypatch):
    now, forced = [0.0], []
    monkeypatch.setattr(xdf_write.clock, "monotonic", lambda: now[0])
    monkeypatch.setattr(xdf_write.os, "fsync", lambda file: forced.append(now[0]))
    raw, path = stream(), tmp_path / "session.xdf"
    with SessionWriter(path) as writer:
        writer.add(raw)
        for third in range(100):
            now[0] = 0.3 * third
            writer.write(packet(raw))
    assert max(np.diff(forced)) <= 2.0
    assert path.read_bytes().count(BOUNDARY) == len(forced)


def test_a_quiet_stretch_is_secured_too(tmp_path, stream, packet, monkeypatch):
    now = [0.0]
    monkeypatch.setattr(xdf_write.clock, "monotonic", lambda: now[0])
    raw, path = stream(), tmp_path / "session.xdf"
    with SessionWriter(path) as writer:
        writer.add(raw)
        writer.write(packet(raw))
        for now[0] in (1.4, 2.0, 3.0, 60.0):
            writer.tick()
        assert path.read_bytes().count(BOUNDARY) == 1 + 1  # nothing came since the second
        assert path.read_bytes().endswith(BOUNDARY)


def test_every_boundary_is_forced_to_disk(tmp_path, stream, packet, monkeypatch):
    now, forced, path = [0.0], [], tmp_path / "session.xdf"
    monkeypatch.setattr(xdf_write.clock, "monotonic", lambda: now[0])
    monkeypatch.setattr(xdf_write.os, "fsync", lambda file: forced.append(path.stat().st_size))
    with SessionWriter(path) as writer:
        writer.add(stream())
        now[0] = 2.0
        writer.write(packet(stream()))
        assert forced[-1] == path.stat().st_size
    assert len(forced) == path.read_bytes().count(BOUNDARY) == 3


def test_what_was_written_can_be_read_without_a_close(tmp_path, stream, packet):
    raw, path = stream(), tmp_path / "session.xdf"
    writer = SessionWriter(path)
    writer.add(raw)
    writer.write(packet(raw))
    recording = open_recording(path)
    assert sum(len(item) for item in recording.items()) == 10
    assert "not closed" in recording.defects[0]
    writer.close()


def test_counters_follow_the_file(tmp_path, stream, packet):
    raw, path = stream(id=7), tmp_path / "session.xdf"
    with SessionWriter(path) as writer:
        writer.add(raw)
        writer.write(packet(raw, samples=4))
        writer.write(packet(raw, samples=3))
        assert writer.samples == {7: 7}
        assert writer.bytes_written == path.stat().st_size


def test_the_bytes_of_all_streams_make_up_the_file(tmp_path, stream, packet):
    path = tmp_path / "session.xdf"
    with SessionWriter(path) as writer:
        begin = writer.bytes_written - sum(writer.bytes_by_stream.values())
        writer.add(stream(id=1))
        writer.add(stream(id=2, name="other"))
        writer.write(packet(stream(id=1), samples=100))
        writer.write(ClockOffset(2, 1.0, 0.0))
        assert begin + sum(writer.bytes_by_stream.values()) == path.stat().st_size
        assert writer.bytes_by_stream[1] > 100 * (8 + 3 * 4) > writer.bytes_by_stream[2]


def test_a_discarded_file_that_holds_nothing_is_gone(tmp_path):
    path = tmp_path / "session.xdf"
    with SessionWriter(path) as writer:
        writer.discard()
    assert not path.exists()


def test_a_file_that_holds_a_stream_is_not_discarded(tmp_path, stream):
    path = tmp_path / "session.xdf"
    with SessionWriter(path) as writer:
        writer.add(stream())
        writer.discard()
    assert open_recording(path).defects == ()


def test_an_empty_packet_is_no_chunk(stream, packet, write):
    raw = stream()
    assert list(open_recording(write([raw], [packet(raw, samples=0)])).items()) == []


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda p: Packet(9, p.stamps, p.values), "was not added"),
        (lambda p: Packet(1, p.stamps[:-1], p.values), "shape"),
        (lambda p: Packet(1, p.stamps, p.values.astype(float)), "float64"),
        (lambda p: Packet(1, p.stamps, p.values.astype(str).astype(object)), "object"),
    ],
)
def test_a_packet_that_does_not_fit_its_stream_is_refused(change, words, tmp_path, stream, packet):
    raw = stream()
    with SessionWriter(tmp_path / "session.xdf") as writer:
        writer.add(raw)
        with pytest.raises(SessionError, match=words):
            writer.write(change(packet(raw)))
        assert writer.samples == {1: 0}


def test_two_streams_cannot_share_an_id(tmp_path, stream):
    with SessionWriter(tmp_path / "session.xdf") as writer:
        writer.add(stream())
        with pytest.raises(SessionError, match="ids must differ"):
            writer.add(stream(name="other"))


def test_a_file_that_holds_something_is_not_overwritten(tmp_path):
    path = tmp_path / "session.xdf"
    path.write_text("precious")
    with pytest.raises(SessionError, match="already holds"):
        SessionWriter(path)
    assert path.read_text() == "precious"


@pytest.mark.parametrize("path", ["missing/session.xdf", "."])
def test_a_path_that_cannot_be_written_is_refused_at_once(path, tmp_path):
    with pytest.raises(SessionError, match="cannot record"):
        SessionWriter(tmp_path / path)


def test_a_folder_that_is_not_there_is_named(tmp_path):
    with pytest.raises(SessionError, match=r"the folder '.*missing' is not there; make it first"):
        SessionWriter(tmp_path / "missing" / "session.xdf")


def test_a_disk_that_is_full_when_forced_is_told_and_nothing_follows(
    tmp_path, stream, packet, monkeypatch
):
    def full(_file):
        raise OSError(errno.ENOSPC, "No space left on device")

    raw, path = stream(), tmp_path / "session.xdf"
    writer = SessionWriter(path)
    writer.add(raw)
    writer.write(packet(raw))
    monkeypatch.setattr(xdf_write.os, "fsync", full)
    monkeypatch.setattr(xdf_write.clock, "monotonic", lambda: float("inf"))
    with pytest.raises(SessionError, match="No space left"):
        writer.tick()
    with pytest.raises(SessionError, match="failed before"):
        writer.write(packet(raw))
    writer.close()
    assert sum(len(item) for item in open_recording(path).items()) == 10


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full on this system")
def test_a_full_disk_is_told_at_once():
    with pytest.raises(SessionError, match="No space left"):
        SessionWriter("/dev/full")


FULL = """
import resource, signal, sys
import numpy as np
from neuroaffect.errors import SessionError
from neuroaffect.session import Packet, RawStream, SessionWriter

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
raw = RawStream(id=1, name="a", type="EEG", rate_hz=1.0, format="float32",
                labels=("a",), units=("",), types=("",))
try:
    with SessionWriter(sys.argv[1]) as writer:
        writer.add(raw)
        for k in range(1000):
            writer.write(Packet(1, np.arange(9.0) + 9 * k, np.zeros((9, 1), np.float32)))
except SessionError as error:
    print(error)
"""


@pytest.mark.skipif(os.name != "posix", reason="needs a limit on file sizes")
def test_a_disk_that_fills_up_leaves_whole_chunks(tmp_path):
    path = tmp_path / "session.xdf"
    command = [sys.executable, "-c", FULL, str(path)]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert "stay readable" in told
    recording = open_recording(path)
    samples = [len(item) for item in recording.items()]
    assert samples
    assert set(samples) == {9}
    assert all("not closed" in defect for defect in recording.defects)


def test_nothing_is_written_after_the_close(tmp_path, stream):
    writer = SessionWriter(tmp_path / "session.xdf")
    writer.close()
    writer.close()
    with pytest.raises(SessionError, match="is closed"):
        writer.add(stream())
