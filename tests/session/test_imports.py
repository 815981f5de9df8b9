"""EDF, BDF, FIF, BrainVision and EEGLAB files, compared with mne, edfio and what was written."""

import edfio
import mne
import numpy as np
import pytest
import scipy.io

from neuroaffect.errors import SessionError
from neuroaffect.session import open_recording

RATE_HZ = 128.0


def noise(channels, samples, *, scale=20.0):
    return np.random.default_rng(2).normal(0.0, scale, (channels, samples))


def edf_signal(data, label, unit="uV", rate_hz=RATE_HZ):
    return edfio.EdfSignal(
        data, sampling_frequency=rate_hz, label=label, physical_dimension=unit,
        physical_range=(-500.0, 500.0),
    )  # fmt: skip


@pytest.fixture
def edf(tmp_path):
    """A file like those of the eegmat set, with a slow skin channel and an annotation."""
    data = noise(4, 640)
    signals = [
        edf_signal(data[0], "EEG Fp1"),
        edf_signal(data[1], "EEG A2-A1"),
        edf_signal(data[2], "ECG ECG", "mV"),
        edf_signal(data[3, :20], "Skin", "uS", rate_hz=4.0),
    ]
    marks = [edfio.EdfAnnotation(1.5, 0.5, "Blümchen"), edfio.EdfAnnotation(3.25, None, "go")]
    path = tmp_path / "one.edf"
    edfio.Edf(signals, annotations=marks).write(path)
    return path


def test_edf_channels_become_streams_by_their_labels(edf):
    streams = {stream.name: stream for stream in open_recording(edf).streams}
    assert list(streams) == ["EEG", "ECG", "MISC", "Markers"]
    assert streams["EEG"].labels == ("EEG Fp1", "EEG A2-A1")
    assert streams["ECG"].labels == ("ECG ECG",)
    assert streams["EEG"].units == ("uV", "uV")
    assert streams["MISC"].units == ("uS",)


def test_edf_values_equal_those_of_edfio_in_microvolts(edf, samples):
    signals = edfio.read_edf(edf).signals
    found = samples(open_recording(edf))
    # mne goes by way of volts, which costs the last bits.
    assert found["EEG"][1][:, 0] == pytest.approx(signals[0].data, rel=1e-12, abs=1e-9)
    assert found["ECG"][1][:, 0] == pytest.approx(signals[2].data * 1000, rel=1e-12, abs=1e-9)


def test_edf_channels_of_another_rate_are_not_resampled(edf, samples):
    recording = open_recording(edf)
    skin = next(stream for stream in recording.streams if stream.name == "MISC")
    stamps, values = samples(recording)["MISC"]
    assert skin.rate_hz == 4.0
    assert stamps == pytest.approx(np.arange(20) / 4.0)
    assert values[:, 0] == pytest.approx(edfio.read_edf(edf).signals[3].data, rel=1e-12)


def test_edf_annotations_come_in_time_order_among_the_packets(edf, samples):
    recording = open_recording(edf)
    stamps, texts = samples(recording)["Markers"]
    assert stamps.tolist() == [1.5, 3.25]
    assert texts[:, 0].tolist() == ["Blümchen", "go"]
    ends = [packet.stamps[-1] for packet in recording.items()]
    assert ends == sorted(ends)


def test_one_packet_holds_one_second(edf):
    sizes = [len(packet) for packet in open_recording(edf).items() if packet.stream == 1]
    assert sizes == [128] * 5


def paused(path, *, at, by):
    """Turn an EDF+C file into EDF+D whose records from `at` on start `by` seconds later."""
    data = bytearray(path.read_bytes())
    data[192:197] = b"EDF+D"
    for record in range(9, at - 1, -1):
        data = data.replace(b"+%d\x14\x14" % record, b"+%d\x14\x14" % (record + by))
    path.write_bytes(bytes(data))


def test_a_pause_between_edf_records_is_a_jump_of_the_stamps(tmp_path, samples):
    path = tmp_path / "paused.edf"
    marks = [edfio.EdfAnnotation(1.5, None, "before"), edfio.EdfAnnotation(3.5, None, "after")]
    edfio.Edf([edf_signal(noise(1, 640)[0], "EEG Cz")], annotations=marks).write(path)
    paused(path, at=2, by=4)
    stamps, values = samples(open_recording(path))["EEG"]
    assert len(values) == 640
    assert stamps[255] == 255 / RATE_HZ
    assert stamps[256:] == pytest.approx(6.0 + np.arange(384) / RATE_HZ)
    assert samples(open_recording(path))["Markers"][0].tolist() == [1.5, 3.5]


def test_an_edf_without_eeg_is_a_recording(tmp_path):
    path = tmp_path / "heart.edf"
    edfio.Edf([edf_signal(noise(1, 640)[0], "EKG")]).write(path)
    assert [stream.type for stream in open_recording(path).streams] == ["ECG"]


def test_an_edf_of_annotations_alone_holds_no_signal(tmp_path):
    path = tmp_path / "marks.edf"
    edfio.Edf([], annotations=[edfio.EdfAnnotation(0.0, None, "x")]).write(path)
    with pytest.raises(SessionError, match=r"no signal|cannot read"):
        open_recording(path)


def test_an_unknown_unit_is_kept_and_not_taken_for_volts(tmp_path, samples):
    path = tmp_path / "units.edf"
    data = noise(2, 640)
    signals = [edf_signal(data[0], "EEG Cz", ""), edf_signal(data[1], "SpO2", "%")]
    edfio.Edf(signals).write(path)
    recording = open_recording(path)
    assert [stream.units for stream in recording.streams] == [("uV",), ("%",)]
    assert samples(recording)["EEG"][1][:, 0] == pytest.approx(data[0], abs=0.01)  # 16 bits of 1000
    assert samples(recording)["MISC"][1][:, 0] == pytest.approx(data[1], abs=0.01)


def test_bdf_keeps_its_24_bits(tmp_path, samples):
    path = tmp_path / "one.bdf"
    data = noise(1, 640)
    signal = edfio.BdfSignal(
        data[0], sampling_frequency=RATE_HZ, label="Cz", physical_dimension="uV",
        physical_range=(-500.0, 500.0),
    )  # fmt: skip
    edfio.Bdf([signal]).write(path)
    recording = open_recording(path)
    assert recording.format == "BDF"
    assert samples(recording)["EEG"][1][:, 0] == pytest.approx(data[0], abs=1e-4)


@pytest.fixture
def fif(tmp_path):
    """A FIF whose first sample is number 500, with a trigger channel and a skip of 1 s."""
    info = mne.create_info(["Fp1", "Cz", "EKG", "STI 014"], 100.0, ["eeg", "eeg", "ecg", "stim"])
    data = np.vstack([noise(3, 1000, scale=2e-5), np.zeros(1000)])
    data[3, 50:60], data[3, 700:705] = 7, 9
    raw = mne.io.RawArray(data, info, first_samp=500, verbose="ERROR")
    raw.set_meas_date(1_700_000_000)
    raw.set_annotations(
        mne.Annotations([8.0, 6.5], [1.0, 0.0], ["BAD_ACQ_SKIP", "look"], raw.info["meas_date"])
    )
    path = tmp_path / "one_raw.fif"
    raw.save(path, fmt="double", verbose="ERROR")
    return path


def test_fif_values_are_microvolts(fif, samples):
    recording = open_recording(fif)
    raw = mne.io.read_raw_fif(fif, verbose="ERROR")
    kept = np.r_[0:300, 400:1000]
    assert [stream.name for stream in recording.streams] == ["EEG", "ECG", "Markers"]
    assert np.array_equal(
        samples(recording)["EEG"][1], raw.get_data(["Fp1", "Cz"])[:, kept].T * 1e6
    )


def test_an_acquisition_skip_in_fif_is_a_jump_of_the_stamps(fif, samples):
    stamps, _ = samples(open_recording(fif))["EEG"]
    assert len(stamps) == 900
    assert stamps[[0, 299, 300, 899]] == pytest.approx([0.0, 2.99, 4.0, 9.99])


def test_fif_triggers_and_annotations_are_markers_since_the_first_sample(fif, samples):
    stamps, texts = samples(open_recording(fif))["Markers"]
    assert texts[:, 0].tolist() == ["7", "look", "9"]
    assert stamps == pytest.approx([0.5, 1.5, 7.0])


def save_set(path, data, events):
    """Write an EEGLAB file of (type, latency in samples from 1, duration in samples)."""
    labels = np.array([("Fz",), ("EOG1",)], dtype=[("labels", object)])
    rows = np.array(events, dtype=[("type", object), ("latency", object), ("duration", object)])
    eeg = {
        "setname": "x", "nbchan": len(data), "trials": 1, "pnts": data.shape[1], "srate": 100.0,
        "xmin": 0.0, "xmax": data.shape[1] / 100.0, "data": data, "chanlocs": labels,
        "event": rows, "icawinv": [], "icasphere": [], "icaweights": [],
    }  # fmt: skip
    scipy.io.savemat(path, {"EEG": eeg}, appendmat=False)


def test_an_eeglab_boundary_is_a_jump_of_the_stamps(tmp_path, samples):
    path, data = tmp_path / "one.set", noise(2, 600)
    save_set(path, data, [("go", 51.0, 0.0), ("boundary", 200.5, 250.0), ("stop", 301.0, 0.0)])
    recording = open_recording(path)
    stamps, values = samples(recording)["EEG"]
    assert values[:, 0] == pytest.approx(data[0], rel=1e-12)
    assert stamps[[199, 200, 599]] == pytest.approx([1.99, 4.5, 8.49])
    times, texts = samples(recording)["Markers"]
    assert texts[:, 0].tolist() == ["go", "stop"]
    assert times == pytest.approx([0.5, 3.0 + 2.5])
    assert samples(recording)["EOG"][1][:, 0] == pytest.approx(data[1], rel=1e-12)


def test_an_eeglab_cut_of_unknown_length_is_named(tmp_path, samples):
    path = tmp_path / "one.set"
    save_set(path, noise(2, 600), [("boundary", 200.5, float("nan")), ("go", 301.0, 0.0)])
    recording = open_recording(path)
    assert "unknown time" in recording.defects[0]
    assert samples(recording)["EEG"][0][200] == pytest.approx(3.0)


VHDR = """Brain Vision Data Exchange Header File Version 1.0
[Common Infos]
Codepage=UTF-8
DataFile=one.eeg
MarkerFile=one.vmrk
DataFormat=BINARY
DataOrientation=MULTIPLEXED
NumberOfChannels=3
SamplingInterval=10000
[Binary Infos]
BinaryFormat=INT_16
[Channel Infos]
Ch1=Cz,,0.5,µV
Ch2=Pz,,0.5,
Ch3=Skin,,0.1,µS
"""
VMRK = """Brain Vision Data Exchange Marker File, Version 1.0
[Common Infos]
Codepage=UTF-8
DataFile=one.eeg
[Marker Infos]
Mk1=New Segment,,1,1,0,20240101120000000000
Mk2=Stimulus,S  1,51,1,0
Mk3=New Segment,,201,1,0,20240101120012500000
Mk4=Stimulus,S  2,301,1,0
"""


@pytest.fixture
def vhdr(tmp_path):
    (tmp_path / "one.vhdr").write_text(VHDR, encoding="utf-8")
    (tmp_path / "one.vmrk").write_text(VMRK, encoding="utf-8")
    np.arange(-900, 900, dtype="<i2").tofile(tmp_path / "one.eeg")
    return tmp_path / "one.vhdr"


def test_brainvision_values_are_in_the_units_of_the_header(vhdr, samples):
    recording = open_recording(vhdr)
    raw = np.arange(-900, 900).reshape(600, 3)
    assert [stream.units for stream in recording.streams[:2]] == [("uV", "uV"), ("uS",)]
    assert samples(recording)["EEG"][1] == pytest.approx(raw[:, :2] * 0.5)
    assert samples(recording)["MISC"][1] == pytest.approx(raw[:, 2:] * 0.1)


def test_a_new_brainvision_segment_is_a_jump_of_the_stamps(vhdr, samples):
    recording = open_recording(vhdr)
    stamps, _ = samples(recording)["EEG"]
    assert stamps[[199, 200]] == pytest.approx([1.99, 12.5])
    times, texts = samples(recording)["Markers"]
    assert texts[:, 0].tolist() == ["Stimulus/S  1", "Stimulus/S  2"]
    assert times == pytest.approx([0.5, 13.5])


@pytest.mark.parametrize("suffix", [".edf", ".bdf", ".fif", ".vhdr", ".set"])
@pytest.mark.parametrize("content", [b"just a text\n", bytes(3000), b"\xff" * 300])
def test_what_is_no_recording_of_its_suffix_is_refused_in_one_sentence(suffix, content, tmp_path):
    path = tmp_path / f"broken{suffix}"
    path.write_bytes(content)
    with pytest.raises(SessionError, match="cannot read") as told:
        open_recording(path)
    assert "\n" not in str(told.value)


def test_a_cut_edf_is_read_as_far_as_it_goes_and_named(edf, samples):
    edf.write_bytes(edf.read_bytes()[:-400])
    recording = open_recording(edf)
    assert "does not match the file size" in recording.defects[0]
    assert len(samples(recording)["EEG"][0]) == 4 * 128


def test_a_fif_cut_in_two_ends_in_data_or_one_sentence(fif, samples):
    fif.write_bytes(fif.read_bytes()[:20_000])
    with pytest.raises(SessionError):
        samples(open_recording(fif))


def test_eegmat_keeps_its_heart_apart_from_its_electrodes(shared, samples):
    path = shared / "eegmat/Subject00_2.edf"
    recording = open_recording(path)
    eeg, ecg, _ = recording.streams
    assert (eeg.type, len(eeg.labels), eeg.labels[19]) == ("EEG", 20, "EEG A2-A1")
    assert (ecg.type, ecg.labels) == ("ECG", ("ECG ECG",))
    volts = mne.io.read_raw_edf(path, verbose="ERROR").get_data()
    assert samples(recording)["EEG"][1] == pytest.approx(volts[:20].T * 1e6, rel=1e-12)
    assert samples(recording)["ECG"][1] == pytest.approx(volts[20:].T * 1e6, rel=1e-12)


def test_shared_brainvision_keeps_foreign_and_missing_units(shared, samples):
    recording = open_recording(shared / "brainvision/test.vhdr")
    eeg, other, _ = recording.streams
    assert set(eeg.units) == {"uV"}
    assert other.units == ("BS", "uS", "ARU", "uS", "uS", "degC")
    counts = np.fromfile(shared / "brainvision/test.eeg", "<i2").reshape(-1, 32)
    found = samples(recording)
    assert found["EEG"][1] == pytest.approx(counts[:, :26] * 0.5)
    to_canonical = [1, 1, 1, 1, 1e6, 1]  # one column is in siemens
    assert found["MISC"][1] == pytest.approx(counts[:, 26:] * 0.5 * to_canonical)


def test_shared_eeglab_set_equals_its_data_file(shared, samples):
    found = samples(open_recording(shared / "eeglab/eeglab_data.set"))
    data = np.fromfile(shared / "eeglab/eeglab_data.fdt", "<f4").reshape(-1, 32)
    assert found["EEG"][1][:, 0] == pytest.approx(data[:, 0], rel=1e-6)
    texts = found["Markers"][1][:, 0].tolist()
    assert (texts.count("square"), texts.count("rt")) == (80, 74)


def test_shared_bdf_equals_mne(shared, samples):
    path = shared / "eeglab/test.bdf"
    raw = mne.io.read_raw_bdf(path, verbose="ERROR").get_data(picks="eeg")
    recording = open_recording(path)
    assert samples(recording)["EEG"][1] == pytest.approx(raw.T * 1e6, rel=1e-12)
