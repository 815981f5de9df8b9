"""Empatica E4 exports, compared with the csv module and with what the vendor's notes say."""

import csv
import shutil
import zipfile

import numpy as np
import pytest

from neuroaffect.errors import SessionError
from neuroaffect.session import e4, open_recording
from neuroaffect.survey import Survey

START_S = 1644226061.0


@pytest.fixture
def export(clips, tmp_path):
    """A copy of the clip that a test may change."""
    return shutil.copytree(clips / "stress_predict" / "S01", tmp_path / "S01")


def rows(path):
    with path.open(newline="") as file:
        return [[float(cell) for cell in row] for row in csv.reader(file)]


@pytest.mark.parametrize("name", ["ACC", "BVP", "EDA", "TEMP", "HR"])
def test_samples_and_stamps_follow_from_the_first_two_rows(name, export, samples):
    (start, *_), (rate, *_), *values = rows(export / f"{name}.csv")
    stamps, found = samples(open_recording(export))[f"E4 {name}"]
    scale = 64 if name == "ACC" else 1
    assert np.array_equal(found * scale, values)
    assert np.array_equal(stamps, start + np.arange(len(values)) / rate)


def test_heart_rate_starts_when_its_own_file_says(export, samples):
    assert samples(open_recording(export))["E4 HR"][0][0] == START_S + 10


def test_units_and_kinds_are_the_vendors(export):
    found = {s.name: (s.type, s.units[0], s.rate_hz) for s in open_recording(export).streams}
    assert found == {
        "E4 ACC": ("ACC", "g", 32.0), "E4 BVP": ("BVP", "", 64.0), "E4 EDA": ("GSR", "uS", 4.0),
        "E4 TEMP": ("Temp", "degC", 4.0), "E4 HR": ("HR", "bpm", 1.0), "E4 IBI": ("IBI", "s", 0.0),
        "E4 tags": ("Markers", "", 0.0),
    }  # fmt: skip


def test_a_beat_is_stamped_with_the_end_of_its_interval(export, samples):
    """info.txt: the interval is the distance from the previous beat."""
    stamps, intervals = samples(open_recording(export))["E4 IBI"]
    with (export / "IBI.csv").open() as file:
        offsets = [float(line.split(",")[0]) for line in file.readlines()[1:]]
    assert np.array_equal(stamps, START_S + np.array(offsets))
    since = np.diff(stamps)
    follows = since < 1.2  # no beat was left out between
    assert np.allclose(since[follows], intervals[1:, 0][follows], atol=0.02)  # in 1/64 s


def test_a_tag_is_a_marker_at_its_unix_time(export, samples):
    stamps, texts = samples(open_recording(export))["E4 tags"]
    assert (stamps.tolist(), texts.tolist()) == ([1644226140.0], [["tag"]])


def test_a_tag_outside_the_recording_is_told_and_shifts_nothing(export):
    before = Survey.of(export)
    with (export / "tags_S01.csv").open("a") as file:
        file.write(f"{START_S - 43200:.0f}\n")
    after = Survey.of(export)
    assert after.start_s == before.start_s == START_S
    assert after.streams == before.streams
    assert after.events[0].time_s == -43200.0
    assert "a tag lies 43200 s before the recording; it marks nothing in it" in after.defects


def test_an_empty_tags_file_means_no_tags(export):
    (export / "tags_S01.csv").write_bytes(b"")
    recording = open_recording(export)
    assert "E4 tags" not in {stream.name for stream in recording.streams}
    assert recording.defects == ()


def test_missing_files_are_named(export):
    (export / "BVP.csv").unlink()
    (export / "IBI.csv").unlink()
    assert open_recording(export).defects == ("the export has no BVP.csv, IBI.csv",)


@pytest.mark.parametrize("content", [b"", b"1644226061\n64\n", b"hello\nworld\n1\n"])
def test_a_file_without_samples_is_left_out_and_named(content, export):
    (export / "BVP.csv").write_bytes(content)
    recording = open_recording(export)
    assert "E4 BVP" not in {stream.name for stream in recording.streams}
    assert any("BVP.csv" in defect and "left out" in defect for defect in recording.defects)


def test_a_decimal_comma_is_understood(export, samples):
    before = samples(open_recording(export))
    eda, ibi = export / "EDA.csv", export / "IBI.csv"
    eda.write_text(eda.read_text().replace(".", ","))
    ibi.write_text(ibi.read_text().replace(",", ";").replace(".", ","))
    after = samples(open_recording(export))
    for name in before:
        assert np.array_equal(before[name][0], after[name][0])
        assert np.array_equal(before[name][1], after[name][1])


def zipped(folder, path, *, top):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(folder.iterdir()):
            archive.write(file, f"{top}{file.name}")
    return path


@pytest.mark.parametrize("top", ["", "S01/", "../../S01/", "C:\\S01\\"])
def test_an_archive_reads_like_its_folder_and_nothing_is_unpacked(top, export, tmp_path, samples):
    archive = zipped(export, tmp_path / "S01.zip", top=top)
    there = sorted(tmp_path.parent.rglob("*"))
    from_zip, from_folder = open_recording(archive), open_recording(export)
    assert from_zip.streams == from_folder.streams
    found, wanted = samples(from_zip), samples(from_folder)
    assert all(np.array_equal(found[name][1], wanted[name][1]) for name in wanted)
    assert sorted(tmp_path.parent.rglob("*")) == there


def test_an_archive_of_two_sessions_is_refused(export, tmp_path):
    path = zipped(export, tmp_path / "two.zip", top="a/")
    with zipfile.ZipFile(path, "a") as archive:
        archive.write(export / "BVP.csv", "b/BVP.csv")
    with pytest.raises(SessionError, match="holds 2 Empatica E4 sessions"):
        open_recording(path)


def test_an_archive_that_unpacks_to_too_much_is_refused_unread(export, tmp_path, monkeypatch):
    monkeypatch.setattr(e4, "_MOST_BYTES", 10000)
    with pytest.raises(SessionError, match="are no recording of an E4"):
        open_recording(zipped(export, tmp_path / "S01.zip", top=""))


def test_a_torn_archive_member_is_read_as_far_as_it_goes(export, tmp_path):
    path = zipped(export, tmp_path / "S01.zip", top="")
    data = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as archive:
        at = archive.getinfo("BVP.csv").header_offset
    data[at + 4000 : at + 4200] = bytes(200)
    path.write_bytes(data)
    recording = open_recording(path)
    assert any("BVP.csv" in defect for defect in recording.defects)
    assert "E4 ACC" in {stream.name for stream in recording.streams}


def test_one_file_of_an_export_is_a_recording(export, samples):
    recording = open_recording(export / "BVP.csv")
    assert [stream.name for stream in recording.streams] == ["E4 BVP"]
    assert len(samples(recording)["E4 BVP"][0]) == 5760


def test_the_clock_is_unix_time(export):
    assert {stream.clock for stream in Survey.of(export).streams} == {"unix"}


def test_packets_come_in_the_order_of_their_last_sample(export):
    ends = [packet.stamps[-1] for packet in open_recording(export).items()]
    assert ends == sorted(ends)


def test_streams_of_a_cut_export_end_where_their_files_end(shared):
    """SOURCE.md: BVP after 156 s, ACC 312 s, TEMP 1250 s, EDA 2500 s, HR 83 min."""
    found = {s.info.name: s.duration_s for s in Survey.of(shared / "flirt/empatica").streams}
    assert found["E4 BVP"] == pytest.approx(156, abs=1)
    assert found["E4 ACC"] == pytest.approx(312, abs=1)
    assert found["E4 TEMP"] == pytest.approx(1250, abs=1)
    assert found["E4 EDA"] == pytest.approx(2500, abs=1)
    assert found["E4 HR"] == pytest.approx(83 * 60, abs=30)


@pytest.mark.parametrize(("subject", "outside"), [("S17", 2), ("S18", 1), ("S06", 0)])
def test_tags_that_are_twelve_hours_early_are_outside(subject, outside, shared):
    recording = open_recording(shared / "stress_predict/raw" / subject)
    assert len(recording.events) == outside
    assert all(event.time < recording_start(recording) for event in recording.events)


def recording_start(recording):
    return min(packet.stamps[0] for packet in recording.items())
