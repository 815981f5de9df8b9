"""Recordings of the OpenBCI GUI: values against numpy, losses against what was cut out."""

from itertools import pairwise

import numpy as np
import pytest

from neuroaffect.acquire.recorded import Recorded
from neuroaffect.errors import SessionError
from neuroaffect.session import open_recording


@pytest.fixture
def lines(clips):
    return (clips / "openbci" / "cyton-cut.txt").read_text().splitlines(keepends=True)


@pytest.fixture
def file(tmp_path):
    def file(lines):
        path = tmp_path / "recording.txt"
        path.write_text("".join(lines))
        return path

    return file


def gaps(path):
    """Return (samples before, samples lost) of the EEG."""
    return [
        (event.detail["first"], event.detail["lost"])
        for event in open_recording(path).events
        if event.detail["stream"] == "OpenBCI EEG"
    ]


def test_values_and_stamps_are_those_of_the_file(clips, samples):
    path = clips / "openbci" / "cyton-cut.txt"
    rows = np.loadtxt(path, delimiter=",", skiprows=5, usecols=range(23))
    found = samples(open_recording(path))
    assert np.array_equal(found["OpenBCI EEG"][1], rows[:, 1:9])
    assert np.array_equal(found["OpenBCI ACC"][1], rows[:, 9:12])
    assert np.array_equal(found["OpenBCI EEG"][0], rows[:, 22] / 1000)


def test_the_header_says_board_and_rate(clips):
    recording = open_recording(clips / "openbci" / "cyton-cut.txt")
    assert recording.format == "OpenBCI GUI text (CytonSerial)"
    assert {stream.rate_hz for stream in recording.streams} == {250.0}
    assert [stream.units[0] for stream in recording.streams] == ["uV", "g"]


def test_columns_of_nothing_but_zeros_are_left_out_by_name(clips):
    recording = open_recording(clips / "openbci" / "cyton-cut.txt")
    assert recording.defects == ()
    assert recording.notes == (
        "nothing but zeros, left out: OpenBCI Analog, OpenBCI Digital, OpenBCI Other",
    )


@pytest.mark.parametrize(("first", "count"), [(40, 1), (250, 20), (100, 254), (30, 300)])
def test_the_index_tells_losses_to_the_sample(first, count, lines, file):
    """300 samples are more than the index can count; the stamps say that it went round."""
    path = file(lines[: 5 + first] + lines[5 + first + count :])
    assert gaps(path) == [(first, count)]


def test_two_losses_are_two_gaps_of_the_chunks(lines, file):
    path = file(lines[:105] + lines[108:305] + lines[306:])
    source = Recorded(path, streams=["OpenBCI EEG"])
    firsts = [(chunk.first, len(chunk)) for _, chunk in source]
    lost = [b - (a + n) for (a, n), (b, _) in pairwise(firsts)]
    assert [n for n in lost if n] == [3, 1]


def test_a_stall_that_is_caught_up_with_is_no_loss(lines, file):
    """The sender hung for 2 s; then the samples of that time came in one burst."""
    at = lines[604].split(",")[-3]
    burst = [f"{line.rsplit(',', 3)[0]},{at},0, x\n" for line in lines[100:605]]
    assert gaps(file(lines[:100] + burst)) == []


def test_a_row_written_twice_is_dropped(lines, file):
    recording = open_recording(file(lines[:100] + lines[99:]))
    assert "1 row written twice; the second is left out" in recording.defects
    assert recording.events == ()


def test_a_marker_that_is_not_zero_is_a_marker(lines, file, samples):
    cells = lines[205].split(",")
    cells[-2] = "7"
    stamps, texts = samples(open_recording(file([*lines[:205], ",".join(cells), *lines[206:]])))[
        "Markers"
    ]
    assert (stamps.tolist(), texts.tolist()) == ([int(cells[-3]) / 1000], [["7"]])


def test_seconds_and_milliseconds_are_told_apart(lines, file, samples):
    def in_seconds(line):
        cells = line.split(",")
        cells[-3] = f" {int(cells[-3]) / 1000:.6f}"
        return ",".join(cells)

    stamps, _ = samples(open_recording(file(lines[:5] + [in_seconds(k) for k in lines[5:]])))[
        "OpenBCI EEG"
    ]
    assert stamps[0] == pytest.approx(1557936053.329)


OLD = [
    "%OpenBCI Raw EEG Data\n", "%\n", "%Sample Rate = 250.0 Hz\n", "%First Column = SampleIndex\n",
    "%Other Columns = EEG data in microvolts followed by Accel Data (in G) interleaved\n",
]  # fmt: skip


def test_the_layout_without_names_is_known(file, samples):
    rows = [
        f"{k % 256}, {', '.join(['1.50'] * 8)}, 0.1, 0.2, {k}, 18:51:16.059\n" for k in range(300)
    ]
    recording = open_recording(file(OLD + rows))
    found = samples(recording)
    assert found["OpenBCI EEG"][1].shape == (300, 8)
    assert np.array_equal(found["OpenBCI ACC"][1][:, 2], np.arange(300))
    assert np.array_equal(found["OpenBCI EEG"][0], np.arange(300) / 250)
    assert not recording.is_timed


def test_a_decimal_comma_beside_comma_and_blank_is_understood(file, samples):
    rows = [f"{k}, {', '.join(['-187500,02'] * 8)}, 0,25, 0,50, 0,00\n" for k in range(50)]
    found = samples(open_recording(file(OLD + rows)))
    assert set(found["OpenBCI EEG"][1].ravel()) == {-187500.02}
    assert found["OpenBCI ACC"][1][0].tolist() == [0.25, 0.5, 0.0]


def test_a_daisy_counts_every_second_number(file):
    rows = [f"{2 * k % 256}, {', '.join(['1.5'] * 8)}, 0, 0, {k}\n" for k in range(300)]
    assert gaps(file(OLD + rows[:100] + rows[103:])) == [(100, 3)]


def test_an_index_that_two_samples_share_is_not_counted_by(file):
    rows = [f"{k // 2 % 256}, {k}, {', '.join(['1.5'] * 7)}, 0, 0, {k}\n" for k in range(300)]
    recording = open_recording(file(OLD + rows))
    assert (recording.told, recording.events) == (frozenset(), ())


def test_a_header_without_a_rate_is_refused(lines, file):
    with pytest.raises(SessionError, match="sample rate"):
        open_recording(file(lines[:2] + lines[3:]))


def test_the_whole_shared_recording_lost_nothing(shared, samples):
    recording = open_recording(next((shared / "openbci").glob("*.txt")))
    assert recording.events == ()
    assert len(samples(recording)["OpenBCI EEG"][0]) == 22490
