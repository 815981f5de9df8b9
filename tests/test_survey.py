"""What is measured of real recordings, against what their descriptions say."""

import numpy as np
import pytest
import pyxdf

from neuroaffect.acquire import Recorded
from neuroaffect.session import ClockOffset, Packet, RawStream, SessionWriter
from neuroaffect.survey import Survey
from neuroaffect.survey.offsets import clock_of, offsets_of


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
    (told,) = (text for text in found.defects if text.startswith("names none of its 8 channels"))
    assert told.endswith("labels taken from openbci-cyton: confirm your placement")


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


@pytest.fixture
def written(tmp_path):
    """Return a function that writes a recording of one stream and surveys it."""

    def of(stamps, values=None, **said):
        settings = {"type": "EEG", "format": "float32", "rate_hz": 100.0, "labels": ("Fp1", "Fp2")}
        settings |= said
        width = len(settings["labels"])
        settings = {"units": ("uV",) * width, "types": ("",) * width} | settings
        raw = RawStream(id=1, name="x", **settings)
        if values is None:
            values = np.random.default_rng(3).normal(0, 20, (len(stamps), width))
        with SessionWriter(tmp_path / "x.xdf") as writer:
            writer.add(raw)
            for at in range(0, len(stamps), 50):
                piece = slice(at, at + 50)
                writer.write(Packet(1, stamps[piece], values[piece].astype(raw.dtype)))
        (found,) = Survey.of(tmp_path / "x.xdf").streams
        return found

    return of


def test_how_far_a_rate_is_off_is_in_millionths(written):
    found = written(np.arange(3000) / 100.01)
    assert found.ppm == pytest.approx(100.0, abs=0.5)


def test_a_stream_too_short_to_judge_has_no_rate_error(written):
    assert written(np.arange(100) / 100.0).ppm is None


def test_stamps_of_this_century_are_a_unix_clock(written):
    assert written(1.7e9 + np.arange(1000) / 100.0).clock == "unix"


def test_stamps_far_from_when_their_offsets_were_measured_are_another_clock():
    measured = [ClockOffset(1, 50_000.0 + 5 * i, 1e-4) for i in range(3)]
    assert clock_of(0.0, 10.0, measured, regular=True) == "other"
    assert clock_of(50_000.0, 50_010.0, measured, regular=True) == "lsl"


def test_stamps_that_are_all_zero_are_of_no_clock():
    assert clock_of(0.0, 0.0, (), regular=True) == "none"


def test_a_lone_marker_far_from_the_offsets_is_still_on_the_lsl_clock():
    measured = [ClockOffset(1, 5000.0, 0.0)]
    assert clock_of(10.0, 10.0, measured, regular=False) == "lsl"


def test_the_drift_of_two_clocks_is_found_beside_a_bad_measurement():
    rng = np.random.default_rng(5)
    times = np.arange(0.0, 600.0, 5.0)
    values = 3.0 + 20e-6 * times + rng.normal(0, 1e-4, len(times))
    values[40] += 0.5
    found = offsets_of([ClockOffset(1, *pair) for pair in zip(times, values, strict=True)])
    assert found.count == 120
    # 0.1 ms of noise at each end of 300 s, the median of 60 such slopes: 0.08 ppm.
    assert found.drift_ppm == pytest.approx(20.0, abs=0.3)


def test_offsets_across_a_clock_reset_have_no_drift():
    found = offsets_of([ClockOffset(1, 5.0 * i, 0.0 if i < 20 else 900.0) for i in range(40)])
    assert (found.low_s, found.high_s, found.drift_ppm) == (0.0, 900.0, None)


def test_offsets_that_no_clock_can_have_are_not_counted():
    assert offsets_of([ClockOffset(1, 0.0, 1e300), ClockOffset(1, 0.0, float("nan"))]) is None


def test_clock_offsets_are_those_that_pyxdf_reads(clips):
    path = clips / "xdf_examples" / "clock_resets.xdf"
    streams, _ = pyxdf.load_xdf(str(path), synchronize_clocks=False)
    for theirs in streams:
        ours = stream(path, theirs["info"]["name"][0]).offsets
        values = theirs["clock_values"]
        assert (ours.count, ours.low_s, ours.high_s) == (len(values), min(values), max(values))


def test_what_values_look_like_is_among_the_defects(written):
    found = written(np.arange(1000) / 100.0, np.random.default_rng(1).normal(0, 1e-5, (1000, 2)))
    assert found.suspicions[0].startswith("values look like volts")
    assert set(found.suspicions) <= set(found.defects)


def test_a_constant_channel_is_told_once(written):
    values = np.random.default_rng(1).normal(0, 20, (1000, 2))
    values[:, 1] = 4.0
    assert written(np.arange(1000) / 100.0, values).defects == ("never changes: Fp2",)


def test_a_trigger_line_marks_where_it_rises(written, tmp_path):
    values = np.zeros((1000, 1))
    values[200:210], values[500:510] = 3, 7
    found = written(np.arange(1000) / 100.0, values, type="Stim", format="int32", labels=("t",))
    assert found.moments == pytest.approx((2.0, 5.0))
    assert [event.text for event in Survey.of(tmp_path / "x.xdf").events] == ["3", "7"]


def test_what_a_session_says_of_its_streams_is_no_event(clips, tmp_path):
    source = Recorded(clips / "muselsl2" / "sub-P001.xdf")
    with SessionWriter(tmp_path / "again.xdf") as writer:
        source.record(writer)
        list(source)
    again = Survey.of(tmp_path / "again.xdf")
    assert not [event for event in again.events if event.text.startswith("stream")]
    assert {s.info.device for s in again.streams if s.samples} == {"muse-2"}


@pytest.mark.parametrize("burst", [1, 5, 25])
def test_samples_stamped_in_bursts_have_the_rate_of_the_bursts(written, burst):
    stamps = np.arange(1000) // burst * burst / 100.0
    assert written(stamps).effective_rate_hz == pytest.approx(100.0, rel=1e-9)
