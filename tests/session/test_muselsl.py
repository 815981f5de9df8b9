"""What muselsl records, compared with numpy's reader."""

import gzip

import numpy as np
import pytest

from neuroaffect.session import open_recording
from neuroaffect.survey import Survey


def table(path):
    return np.loadtxt(gzip.open(path), delimiter=",", skiprows=1)


def test_rows_that_repeat_the_row_before_are_dropped_and_no_other(clips, samples):
    path = clips / "biohack" / "s1-control-cut.csv.gz"
    rows = table(path)
    once = rows[np.append(True, np.any(np.diff(rows, axis=0) != 0, axis=1))]
    recording = open_recording(path)
    stamps, values = samples(recording)["Muse EEG"]
    assert len(once) == len(rows) - 3
    assert np.array_equal(stamps, once[:, 0])
    assert np.array_equal(values, once[:, 1:])
    assert recording.defects == ("3 rows written twice; the second is left out",)


def test_channels_are_those_of_the_header_in_microvolts(clips):
    (stream,) = open_recording(clips / "biohack" / "s1-control-cut.csv.gz").streams
    assert stream.labels == ("TP9", "AF7", "AF8", "TP10", "Right AUX")
    assert (set(stream.units), stream.rate_hz, stream.type) == ({"uV"}, 256.0, "EEG")


def test_a_gap_stays_a_jump_of_the_stamps_and_is_found(clips, samples):
    path = clips / "biohack" / "s2-confused3-gap.csv.gz"
    stamps, _ = samples(open_recording(path))["Muse EEG"]
    assert np.diff(stamps).max() == pytest.approx(0.144, abs=1e-6)
    ((at_s, length_s),) = Survey.of(path).streams[0].gaps
    assert at_s == pytest.approx(stamps[np.argmax(np.diff(stamps))] - stamps[0], abs=0.01)
    assert length_s == pytest.approx(0.140, abs=0.005)


def test_a_recording_of_three_seconds_is_one(clips):
    survey = Survey.of(clips / "biohack" / "s1-understandingtest.csv.gz")
    assert (survey.streams[0].samples, survey.streams[0].clock) == (812, "unix")


ROWS = "".join(f"{1700000000 + k / 256:.3f},{k},{-k},1.5,2\n" for k in range(600))


def test_marker_columns_become_markers(tmp_path, samples):
    header = "timestamps,TP9,AF7,Right AUX,Marker0\n"
    lines = ROWS.replace(",2\n", ",0\n").splitlines(keepends=True)
    for k, code in ((100, "3"), (101, "0"), (300, "4"), (301, "4")):
        lines[k] = lines[k].replace(",0\n", f",{code}\n")
    path = tmp_path / "marked.csv"
    path.write_text(header + "".join(lines))
    recording = open_recording(path)
    stamps, texts = samples(recording)["Markers"]
    assert recording.streams[0].labels == ("TP9", "AF7", "Right AUX")
    assert texts[:, 0].tolist() == ["3", "4"]
    assert stamps == pytest.approx(1700000000 + np.array([100, 300]) / 256, abs=5e-4)


@pytest.mark.parametrize(
    ("name", "header", "type", "rate_hz"),
    [("x.csv", "timestamps,PPG1,PPG2,PPG3", "PPG", 64.0),
     ("GYRO_1.csv", "timestamps,X,Y,Z", "GYRO", 52.0),
     ("ACC_1.csv", "timestamps,X,Y,Z", "ACC", 52.0),
     ("old.csv", ",timestamps,TP9,AF7", "EEG", 256.0)],
)  # fmt: skip
def test_other_sensors_and_numbered_rows_are_known(name, header, type, rate_hz, tmp_path):
    path = tmp_path / name
    lines = [f"{k},1700000000.{k:03},2,3" for k in range(9)]
    if not header.startswith(","):
        lines = [line.partition(",")[2] + ",4" for line in lines]
    path.write_text("\n".join([header, *lines]) + "\n")
    (stream,) = open_recording(path).streams
    assert (stream.type, stream.rate_hz) == (type, rate_hz)


def test_stamps_that_go_backward_are_counted(tmp_path, samples):
    lines = ROWS.splitlines(keepends=True)
    lines[10:12] = reversed(lines[10:12])
    path = tmp_path / "back.csv"
    path.write_text("timestamps,TP9,AF7,AF8,TP10\n" + "".join(lines))
    recording = open_recording(path)
    assert recording.defects == ("the stamps go backward at 1 place",)
    assert len(samples(recording)["Muse EEG"][0]) == 600


def test_every_shared_recording_has_its_true_rows(shared, samples):
    """SOURCE.md: every 1285th row of about half of the files is a repetition."""
    for path in sorted((shared / "biohack").glob("*.gz"))[:6]:
        rows = table(path)
        repeated = int(np.sum(np.all(np.diff(rows, axis=0) == 0, axis=1)))
        assert len(samples(open_recording(path))["Muse EEG"][0]) == len(rows) - repeated
