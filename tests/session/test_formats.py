"""Which file is what: by content, by name, and said plainly when it is nothing known."""

import gzip
import shutil

import mne
import numpy as np
import pytest

from neuroaffect.errors import SessionError
from neuroaffect.session import open_recording
from neuroaffect.session.import_mne import FORMATS_OF, OTHER_FORMATS


def test_every_suffix_that_mne_reads_is_known():
    from mne.io._read_raw import _get_supported

    assert set(FORMATS_OF) | set(OTHER_FORMATS) == set(_get_supported())


@pytest.mark.parametrize(
    ("clip", "name", "format"),
    [("openbci/cyton-cut.txt", "a.csv", "OpenBCI GUI text (CytonSerial)"),
     ("insight/closed-cut.csv", "a.dat", "Emotiv CSV"),
     ("biohack/s1-understandingtest.csv.gz", "a", "muselsl"),
     ("xdf_examples/minimal.xdf", "a.bin", "XDF")],
)  # fmt: skip
def test_text_and_xdf_are_known_by_content(clip, name, format, clips, tmp_path):
    shutil.copy(clips / clip, tmp_path / name)
    assert open_recording(tmp_path / name).format == format


@pytest.mark.parametrize("clip", ["openbci/cyton-cut.txt", "insight/closed-cut.csv"])
def test_text_may_be_gzipped(clip, clips, tmp_path, samples):
    path = tmp_path / "packed.gz"
    path.write_bytes(gzip.compress((clips / clip).read_bytes()))
    packed, plain = samples(open_recording(path)), samples(open_recording(clips / clip))
    assert all(np.array_equal(packed[name][1], plain[name][1]) for name in plain)


def test_a_known_format_under_another_name_is_told_which_name_it_needs(tmp_path):
    info = mne.create_info(["Cz"], 100.0, "eeg")
    raw = mne.io.RawArray(np.zeros((1, 500)), info, verbose="ERROR")
    raw.save(tmp_path / "one_raw.fif", verbose="ERROR")
    (tmp_path / "one_raw.fif").rename(tmp_path / "one.raw")
    with pytest.raises(SessionError, match=r"looks like FIF; let its name end in \.fif"):
        open_recording(tmp_path / "one.raw")


@pytest.mark.parametrize("name", ["table.csv", "note.txt", "picture.png"])
def test_what_is_none_of_them_hears_what_is_known(name, tmp_path):
    (tmp_path / name).write_text("ECG,EDA\n0.1,13.2\n0.2,13.3\n")
    with pytest.raises(SessionError, match=r"no known format; known are \.xdf.*Empatica E4"):
        open_recording(tmp_path / name)


@pytest.mark.parametrize(("part", "whole"), [("a.eeg", "a.vhdr"), ("a.fdt", "a.set")])
def test_a_part_of_a_recording_names_the_file_to_open(part, whole, tmp_path):
    (tmp_path / part).write_bytes(b"\x01\x02")
    (tmp_path / whole).write_bytes(b"x")
    with pytest.raises(SessionError, match=rf"is a part of '{whole}'"):
        open_recording(tmp_path / part)


def test_a_folder_of_something_else_is_refused(tmp_path):
    (tmp_path / "notes.csv").write_text("a,b\n")
    with pytest.raises(SessionError, match="no Empatica E4 export"):
        open_recording(tmp_path)


def test_a_packed_fif_is_read(tmp_path, samples):
    data = np.random.default_rng(1).normal(0, 2e-5, (1, 500))
    raw = mne.io.RawArray(data, mne.create_info(["Cz"], 100.0, "eeg"), verbose="ERROR")
    raw.save(tmp_path / "one_raw.fif.gz", verbose="ERROR")
    _, values = samples(open_recording(tmp_path / "one_raw.fif.gz"))["EEG"]
    assert values[:, 0] == pytest.approx(data[0] * 1e6, rel=1e-6)  # stored as float32


def test_a_format_that_only_mne_knows_comes_in_microvolts_with_its_markers(tmp_path, samples):
    """Persyst: a text of settings beside interleaved int16."""
    counts = np.random.default_rng(3).integers(-500, 500, (400, 2)).astype("<i2")
    counts.tofile(tmp_path / "one.dat")
    (tmp_path / "one.lay").write_text(
        "[FileInfo]\nFile=one.dat\nFileType=Interleaved\nSamplingRate=200\nHeaderLength=0\n"
        "Calibration=0.5\nWaveformCount=2\nDataType=0\n[ChannelMap]\nFp1-Ref=1\nCz-Ref=2\n"
        "[Patient]\nBirthDate=1990/01/02\nTestDate=01/02/2020\nTestTime=10:00:00\nSex=\nHand=\n"
        "[Comments]\n0.5,1.0,0,100,go\n[SampleTimes]\n0=36000\n"
    )
    recording = open_recording(tmp_path / "one.lay")
    found = samples(recording)
    assert (recording.format, recording.streams[0].units) == ("Persyst", ("uV", "uV"))
    assert found["EEG"][1] == pytest.approx(counts * 0.5, rel=1e-12)
    assert found["EEG"][0] == pytest.approx(np.arange(400) / 200)
    assert (found["Markers"][0].tolist(), found["Markers"][1].tolist()) == ([0.5], [["go"]])
