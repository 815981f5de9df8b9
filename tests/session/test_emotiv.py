"""Emotiv recordings, CSV and EDF: against csv and mne, and against signals that are known."""

import csv

import mne
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from neuroaffect.errors import SessionError
from neuroaffect.session import open_recording
from neuroaffect.session.wrapped import turns_of
from neuroaffect.survey import Survey


@pytest.fixture
def clip(clips):
    return clips / "insight" / "closed-cut.csv"


def gaps(path):
    return [
        (event.detail["first"], event.detail["lost"])
        for event in open_recording(path).events
        if event.detail["stream"] == "Emotiv EEG"
    ]


def test_service_columns_become_streams_of_their_own(clip, samples):
    found = samples(open_recording(clip))
    with clip.open(newline="") as file:
        rows = np.array([[float(cell) for cell in row] for row in list(csv.reader(file))[1:]])
    assert np.array_equal(found["Emotiv EEG"][1], rows[:, 1:6])
    assert np.array_equal(found["Emotiv Counter"][1], rows[:, [0, 6, 7]])
    assert np.array_equal(found["Emotiv Quality"][1], rows[:, 8:])


def test_the_offset_of_the_electrodes_stays(clip, samples):
    _, values = samples(open_recording(clip))["Emotiv EEG"]
    assert 4000 < values.mean() < 4400


def test_labels_are_electrodes_and_markers_keep_their_comma(clip):
    eeg, quality, counter = open_recording(clip).streams
    assert eeg.labels == ("AF3", "T7", "Pz", "T8", "AF4")
    assert quality.labels == ("ContactQuality",)
    assert counter.labels == ("COUNTER", "MARKERS['Blank','Image']", "TICK")


def test_rows_are_counted_where_there_is_no_time(clip, samples):
    stamps, _ = samples(open_recording(clip))["Emotiv EEG"]
    assert np.array_equal(stamps, np.arange(300) / 128)
    assert {stream.clock for stream in Survey.of(clip).streams} == {"file"}


@pytest.mark.parametrize(("first", "count"), [(10, 1), (150, 8), (20, 127)])
def test_the_counter_tells_losses_across_its_wrap(first, count, clip, tmp_path, samples):
    lines = clip.read_text().splitlines(keepends=True)
    path = tmp_path / "lossy.csv"
    path.write_text("".join(lines[: 1 + first] + lines[1 + first + count :]))
    assert gaps(path) == [(first, count)]
    stamps, _ = samples(open_recording(path))["Emotiv EEG"]
    assert stamps[-1] == 299 / 128


PRO = (
    "title:x,start timestamp:1700000000.5,headset type:EPOCX,sampling rate:eeg_128;mot_64\n"
    "Timestamp,EEG.Counter,EEG.Interpolated,EEG.AF3,EEG.F7,EEG.RawCq,EEG.Battery,MarkerIndex,"
    "MarkerType,MarkerValueInt,EEG.MarkerHardware,CQ.AF3,CQ.Overall,MOT.AccX,POW.AF3.Theta\n"
)


def pro_row(k):
    cq = "4,100" if k % 64 == 0 else ","
    mot = f"{k / 10}" if k % 2 == 0 else ""
    marker = "3" if k == 50 else ""
    return (
        f"{1700000000.5 + k / 128:.6f},{k % 128},0,{4200 + k % 7},{4100 - k % 5},0,4,,,{marker},0,"
        f"{cq},{mot},\n"
    )


def test_emotivpro_keeps_slow_columns_apart_and_their_times(tmp_path, samples):
    path = tmp_path / "pro.csv"
    path.write_text(PRO + "".join(pro_row(k) for k in range(256)))
    recording = open_recording(path)
    found = samples(recording)
    assert recording.streams[0].labels == ("AF3", "F7")
    assert found["Emotiv EEG"][1].shape == (256, 2)
    assert found["Emotiv EEG"][0] == pytest.approx(1700000000.5 + np.arange(256) / 128, abs=1e-6)
    assert found["Emotiv Motion"][0] == pytest.approx(found["Emotiv EEG"][0][::2])
    assert found["Emotiv Quality"][1].tolist() == [[4, 100]] * 4
    assert found["Markers"][1].tolist() == [["3"]]
    assert recording.is_timed


def test_a_table_without_an_electrode_is_refused(tmp_path):
    path = tmp_path / "none.csv"
    path.write_text("COUNTER,TICK\n0,1\n1,1\n")
    with pytest.raises(SessionError, match="no electrode"):
        open_recording(path)


RATE = 128
LABELS = ("COUNTER", "INTERPOLATED", "AF3", "F7", "F3", "CQ_AF3", "GYROX", "MARKER")


def edf(path, columns, *, wrapped=("F7",)):
    """Write an EDF of one second per record whose wrapped signals say 1520000 of 16 bits."""
    labels, records = tuple(columns), len(columns["COUNTER"]) // RATE
    highs = ["1520000" if label in wrapped else "16000" for label in labels]
    table = [
        (labels, 16), ([""] * len(labels), 80), (["uV"] * len(labels), 8), (["0"] * len(labels), 8),
        (["16000"] * len(labels), 8), (["0"] * len(labels), 8), (highs, 8),
        ([""] * len(labels), 80), ([str(RATE)] * len(labels), 8), ([""] * len(labels), 32),
    ]  # fmt: skip
    head = "0".ljust(88 + 80) + "13.01.1715.07.03" + str(256 * (1 + len(labels))).ljust(8)
    head += "Emotiv".ljust(44) + str(records).ljust(8) + "1".ljust(8) + str(len(labels)).ljust(4)
    head += "".join(cell.ljust(width) for cells, width in table for cell in cells)
    data = np.stack([np.asarray(columns[label], np.int64) for label in labels])
    whole = data[:, : records * RATE].reshape(len(labels), records, RATE).transpose(1, 0, 2)
    path.write_bytes(head.encode("ascii") + (whole & 0xFFFF).astype("<u2").tobytes())
    return path


def headset(seconds=20):
    n = np.arange(seconds * RATE)
    wave = 4200 + np.round(60 * np.sin(2 * np.pi * 10 * n / RATE))
    blink = 900 * np.exp(-(((n - 5 * RATE) / 12.0) ** 2))
    return {
        "COUNTER": n % 129, "INTERPOLATED": 0 * n, "AF3": wave,
        "F7": np.round((wave + blink) * 95).astype(int), "F3": wave, "CQ_AF3": 4 + 0 * n,
        "GYROX": 2000 + n % 3, "MARKER": np.where(n == 300, 5, 0),
    }  # fmt: skip


def test_channels_that_16_bits_cannot_hold_are_unwrapped_onto_the_level(tmp_path, samples):
    columns = headset()
    recording = open_recording(edf(tmp_path / "wrapped.edf", columns))
    stamps, values = samples(recording)["Emotiv EEG"]
    assert recording.streams[0].labels == ("AF3", "F7", "F3")
    assert values[:, 1] == pytest.approx(columns["F7"] / 95, abs=1e-9)
    assert np.array_equal(values[:, 0], columns["AF3"])
    assert np.array_equal(stamps, np.arange(len(stamps)) / RATE)
    assert any("F7 are stored modulo 690" in defect for defect in recording.defects)


def test_counter_quality_motion_and_marker_leave_the_electrodes(tmp_path, samples):
    found = samples(open_recording(edf(tmp_path / "one.edf", headset())))
    assert sorted(found) == [
        "Emotiv Counter", "Emotiv EEG", "Emotiv GYRO", "Emotiv Quality", "Markers",
    ]  # fmt: skip
    assert (found["Markers"][0].tolist(), found["Markers"][1].tolist()) == ([300 / RATE], [["5"]])
    assert set(found["Emotiv Quality"][1].ravel()) == {4}


def test_what_the_counter_of_an_edf_skips_is_a_gap_in_the_stamps(tmp_path, samples):
    columns = headset(21)
    kept = np.delete(np.arange(21 * RATE), slice(700, 700 + RATE - 8))[: 20 * RATE]
    path = edf(tmp_path / "lossy.edf", {name: column[kept] for name, column in columns.items()})
    assert gaps(path) == [(700, RATE - 8)]
    stamps, _ = samples(open_recording(path))["Emotiv EEG"]
    assert np.array_equal(stamps, kept / RATE)


def test_an_edf_cut_short_is_read_by_whole_records_and_named(tmp_path, samples):
    path = edf(tmp_path / "cut.edf", headset())
    path.write_bytes(path.read_bytes()[:-700])
    recording = open_recording(path)
    assert len(samples(recording)["Emotiv EEG"][0]) == 19 * RATE
    assert "its header speaks of 20 records, it holds 19" in recording.defects


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(damage=st.lists(st.tuples(st.integers(0, 3000), st.binary(min_size=1, max_size=8))))
def test_a_damaged_emotiv_edf_ends_in_data_or_one_sentence(damage, tmp_path):
    data = bytearray(edf(tmp_path / "whole.edf", headset(2)).read_bytes())
    for at, instead in damage:
        data[at : at + len(instead)] = instead
    path = tmp_path / "damaged.edf"
    path.write_bytes(data)
    error = None
    try:
        counts = [len(packet) for packet in open_recording(path).items()]
    except SessionError as refused:
        counts, error = [1], refused
    assert min(counts) > 0
    assert "\n" not in str(error)


@pytest.mark.parametrize("subject", ["S01", "S02", "S03", "S04"])
def test_sound_channels_of_dasps_equal_mne(subject, shared, samples):
    path = shared / "dasps" / "edf" / f"{subject}.edf"
    recording = open_recording(path)
    stamps, values = samples(recording)["Emotiv EEG"]
    volts = mne.io.read_raw_edf(path, verbose="ERROR").get_data() * 1e6
    rows = volts[:, np.append(True, np.any(np.diff(volts, axis=1) != 0, axis=0))]
    assert values[:, 0] == pytest.approx(rows[2], abs=1e-6)
    assert len(stamps) == rows.shape[1]


def test_mended_channels_of_dasps_are_like_their_neighbours(shared, samples):
    """S01 has no electrode that slips: all spread and peak alike, around one level."""
    _, values = samples(open_recording(shared / "dasps/edf/S01.edf"))["Emotiv EEG"]
    mended, sound = values[:, 1::2], values[:, ::2]
    assert mended.mean(axis=0) == pytest.approx(np.median(sound), abs=5)
    assert mended.std(axis=0).max() < sound.std(axis=0).max()
    assert np.abs(np.diff(mended, axis=0)).max() < np.abs(np.diff(sound, axis=0)).max()


@pytest.mark.parametrize(("subject", "share"), [("S01", 0), ("S02", 0.01), ("S03", 0), ("S04", 0)])
def test_real_electrodes_that_are_wrapped_on_purpose_come_back(subject, share, shared, samples):
    """The sound half of each recording, stored as its other half was: what comes back is known.

    In S02 electrodes slip by more than half a circle at once; less than 1 % cannot be told.
    """
    _, values = samples(open_recording(shared / "dasps" / "edf" / f"{subject}.edf"))["Emotiv EEG"]
    for column in values[:, ::2].T:
        true = (column * 95).astype(np.int64)
        stored = (true + 2**15) % 2**16 - 2**15
        turns = turns_of(stored, level=4227 * 95, least=64)
        assert np.mean(stored + 2**16 * turns != true) <= share
