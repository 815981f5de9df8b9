"""What is measured of real recordings, against what their descriptions say."""

import pytest

from neuroaffect.survey import Survey


def stream(path, name):
    found = {stream.info.name: stream for stream in Survey.of(path).streams}
    return found[name]


def test_the_effective_rate_is_that_of_the_stamps_across_clock_resets(clips):
    """SOURCE.md: nominal 100 Hz, effective 92.9 Hz across two clock resets."""
    found = stream(clips / "xdf_examples" / "clock_resets.xdf", "BioSemi")
    assert found.effective_rate_hz == pytest.approx(92.9, abs=0.05)
    assert any("nominal rate is 100 Hz" in defect for defect in found.defects)


def test_the_minimal_example_has_its_nine_samples(clips):
    found = Survey.of(clips / "xdf_examples" / "minimal.xdf")
    assert [stream.samples for stream in found.streams] == [9, 9]


@pytest.mark.parametrize(("part", "markers"), [("one", 216), ("two", 160), ("three", 216)])
def test_every_marker_of_the_gestures_is_an_event(shared, part, markers):
    found = Survey.of(shared / "magicblink" / f"three_motion_{part}.xdf")
    assert len(found.events) == markers
    assert {event.text for event in found.events} == {"0", "1", "2", "3"}


def test_a_stream_without_labels_says_so(shared):
    found = stream(shared / "magicblink" / "three_motion_two.xdf", "obci_eeg1")
    assert found.effective_rate_hz == pytest.approx(250.2, abs=0.05)  # SOURCE.md
    assert "names none of its 8 channels" in found.defects


def test_streams_of_one_name_are_told_apart_by_their_type(clips):
    names = {stream.info.name for stream in Survey.of(clips / "muselsl2" / "sub-P001.xdf").streams}
    assert names == {"Muse EEG", "Muse ACC", "Muse GYRO", "Muse PPG"}


def test_a_stream_without_a_sample_says_so(clips):
    found = stream(clips / "muselsl2" / "sub-P001.xdf", "Muse PPG")
    assert (found.samples, found.defects) == (0, ("holds no sample",))


def test_an_edf_is_clean(shared):
    found = Survey.of(shared / "eegmat" / "Subject00_2.edf")
    assert found.problems == ()
    assert found.format == "EDF"
    eeg = found.streams[0]
    assert (eeg.effective_rate_hz, eeg.samples, eeg.clock) == (500.0, 31000, "file")
