"""What a stream is, from what its sender says and what its device file knows."""

import numpy as np
import pytest

from neuroaffect.acquire import Intake, Recorded
from neuroaffect.acquire.describe import as_sent, describe
from neuroaffect.acquire.description import Counter, Description
from neuroaffect.catalog import load_devices
from neuroaffect.errors import SessionError
from neuroaffect.session import Packet

DEVICES = load_devices()
EPOC = ("AF3", "F7", "F3", "FC5", "T7", "P7", "O1", "O2", "P8", "T8", "FC6", "F4", "F8", "AF4")


@pytest.fixture
def described(stream):
    """Return a function that describes a stream with the device files at hand."""

    def of(name="eeg", devices=DEVICES, **said) -> Description:
        return describe(stream(name=name, **said), name=name, devices=devices)

    return of


@pytest.fixture
def emotiv(described) -> Description:
    """An EmotivPRO stream, with the columns its README names."""
    labels = ("Timestamp", "Counter", "Interpolate", *EPOC, "RAW_CQ", "HardwareMarker", "Markers")
    return described(
        "EmotivDataStream-EEG", rate_hz=128.0, labels=labels, format="double64",
        types=("EEG",) * len(labels), units=("microvolts",) * len(labels),
    )  # fmt: skip


@pytest.fixture
def openbci(described) -> Description:
    """The OpenBCI GUI's stream: no <channels> at all."""
    blank = ("",) * 8
    return described(
        "obci_eeg1", source_id="openbcigui", rate_hz=250.0, labels=blank, units=blank, types=blank
    )


def test_only_the_electrodes_of_an_emotiv_are_signal(emotiv):
    assert emotiv.info.channels == EPOC
    assert emotiv.columns == tuple(range(3, 17))
    assert "Timestamp" in emotiv.left_out


def test_the_counter_of_an_emotiv_is_found_among_the_columns_as_sent(emotiv):
    assert emotiv.counter == Counter(column=1, modulus=128)


def test_a_lost_sample_of_an_emotiv_is_found_by_its_counter(emotiv, stream):
    """One sample of 128 a second: no stamp could tell it from jitter."""
    labels = ("Timestamp", "Counter", "Interpolate", *EPOC, "RAW_CQ", "HardwareMarker", "Markers")
    raw = stream(name="EmotivDataStream-EEG", rate_hz=128.0, labels=labels, format="double64",
                 types=("EEG",) * len(labels), units=("microvolts",) * len(labels))  # fmt: skip
    intake = Intake(raw, name="eeg", description=emotiv)
    counts = np.delete(np.arange(1280) % 128, 700)
    stamps = np.delete(np.arange(1280) / 128.0, 700)
    values = np.full((1279, len(labels)), 4200.0)
    values[:, 1] = counts
    ends = []
    for at in range(0, 1279, 16):
        packet = Packet(1, stamps[at : at + 16], values[at : at + 16])
        ends += [intake.take(piece).end for piece in intake.split(packet)]
    assert (intake.lost, ends[-1]) == (1, 1280)
    assert [(gap.first, gap.lost) for gap in intake.gaps] == [(700, 1)]


def test_labels_that_the_openbci_gui_does_not_send_are_those_of_its_device_file(openbci):
    assert openbci.info.device == "openbci-cyton"
    assert openbci.info.channels == ("Fp1", "Fp2", "C3", "C4", "P7", "P8", "O1", "O2")
    assert openbci.info.unit == "uV"


def test_what_was_completed_is_said_and_a_guess_is_called_one(openbci):
    assert openbci.completed == ("labels", "unit")
    assert "labels taken from openbci-cyton: confirm your placement" in openbci.notes


def test_labels_that_were_sent_are_never_replaced(described):
    labels = tuple("ABCDEFGH")
    found = described(
        source_id="openbcigui", rate_hz=250.0, labels=labels, types=("",) * 8, units=("",) * 8
    )
    assert found.info.channels == labels
    assert found.completed == ("unit",)


def test_columns_beyond_those_a_device_names_are_left_out(described):
    blank = ("",) * 17
    found = described("Unicorn", rate_hz=250.0, labels=blank, units=blank, types=blank)
    assert found.info.channels == ("Fz", "C3", "Cz", "C4", "Pz", "PO7", "Oz", "PO8")
    assert found.left_out[0] == "channel 9"


@pytest.mark.parametrize("aux", ["Right AUX", "AUX_RIGHT"])
def test_the_floating_input_of_a_muse_is_no_signal(described, aux):
    labels = ("TP9", "AF7", "AF8", "TP10", aux)
    found = described("Muse", labels=labels, types=("EEG",) * 5, units=("microvolts",) * 5)
    assert found.info.channels == labels[:4]


def test_a_unit_that_a_device_is_known_to_send_wrongly_is_not_believed(described):
    labels = ("PPG1", "PPG2", "PPG3")
    found = described(
        "Muse", type="PPG", rate_hz=64.0, labels=labels, units=("mmHg",) * 3, types=("PPG",) * 3
    )
    assert (found.info.unit, found.completed) == ("", ("unit",))


def test_a_stream_of_no_type_takes_its_kind_from_its_channels(described):
    found = described(type="", types=("eeg", "eeg"), devices=())
    assert found.info.kind == "eeg"


def test_a_stream_of_no_type_takes_its_kind_from_its_device(described):
    blank = ("",) * 4
    found = described("Muse", type="", rate_hz=256.0, labels=blank, types=blank, units=blank)
    assert found.info.kind == "eeg"
    assert found.completed == ("kind", "labels", "unit")


@pytest.mark.parametrize(
    "label",
    ["Timestamp", "LSL timestamp", "Counter", "package_num", "Sample Index", "Interpolated",
     "Markers", "MARKER_HARDWARE", "Trig1", "TRG", "STI 014", "STATUS", "Battery", "CQ_AF3",
     "RAW_CQ", "GYROX", "Accelerometer X", "Validation Indicator"],
)  # fmt: skip
def test_what_cannot_be_eeg_is_left_out_whoever_sends_it(described, label):
    found = described(labels=("Fp1", "Fp2", label), units=("uV",) * 3, types=("EEG",) * 3)
    assert found.info.channels == ("Fp1", "Fp2")
    assert found.left_out == (label,)


@pytest.mark.parametrize("label", ["AUX", "A1", "C3", "CQ", "EX1", "ECG", "E1", "Time-locked"])
def test_what_may_be_eeg_stays(described, label):
    found = described(labels=("Fp1", "Fp2", label), units=("uV",) * 3, types=("EEG",) * 3)
    assert found.info.channels == ("Fp1", "Fp2", label)


def test_labels_of_other_kinds_of_streams_are_never_left_out(described):
    found = described(type="misc", labels=("Counter", "Timestamp"), types=("", ""))
    assert found.info.channels == ("Counter", "Timestamp")


def test_a_channel_of_another_unit_is_left_out_and_named(described):
    found = described(labels=("Fp1", "X"), units=("uV", "g"), types=("", ""))
    assert found.info.channels == ("Fp1",)
    assert found.suspicions == ("holds channels that are no EEG: X (g)",)


def test_a_channel_of_another_type_is_left_out_and_named(described):
    found = described(labels=("Fp1", "GSR1"), units=("uV", "uV"), types=("EEG", "GSR"))
    assert found.suspicions == ("holds channels that are no EEG: GSR1 (GSR)",)


def test_a_stream_whose_every_channel_is_of_another_unit_is_kept_and_named(described):
    found = described(type="GSR", labels=("EDA",), units=("kOhm",), types=("GSR",))
    assert (found.info.channels, found.info.unit) == (("EDA",), "kOhm")
    assert found.suspicions == ("is sent as EDA, but its channels say kOhm",)


def test_the_acceleration_of_an_e4_is_in_g(described):
    found = described(
        "E4", type="ACC", source_id="ACC-empatica_e4", rate_hz=32.0, labels=("",) * 3,
        units=("",) * 3, types=("",) * 3,
    )  # fmt: skip
    assert found.info.unit == "g"
    assert found.factors == (1 / 64,) * 3


@pytest.mark.parametrize("format", ["int32", "float32", "string"])
def test_markers_are_irregular_whatever_their_format_and_rate(described, format):
    found = described(type="Markers", format=format, rate_hz=256.0, labels=("",), units=("",),
                      types=("",))  # fmt: skip
    assert (found.info.kind, found.info.rate_hz) == ("markers", 0.0)


def test_left_out_columns_do_not_reach_the_chunk(described, stream):
    raw = stream(labels=("Counter", "Fp1", "Markers", "Fp2"))
    intake = Intake(raw, name="eeg", description=describe(raw, name="eeg"))
    chunk = intake.take(Packet(1, np.array([0.0]), np.array([[1.0, 2.0, 3.0, 4.0]], np.float32)))
    assert chunk.data.tolist() == [[2.0, 4.0]]
    assert chunk.data.flags.c_contiguous


def test_without_a_device_file_nothing_is_completed(described):
    found = described(source_id="openbcigui", rate_hz=250.0, devices=(), labels=("",) * 8,
                      units=("",) * 8, types=("",) * 8)  # fmt: skip
    assert found.info.channels == tuple(f"ch{i}" for i in range(1, 9))
    assert (found.completed, found.info.device) == ((), "")


def test_a_description_comes_back_from_what_a_session_keeps(emotiv, stream):
    raw = stream(labels=("",) * 20)
    assert Description.of_detail(raw, emotiv.detail()) == emotiv


@pytest.mark.parametrize(
    "change",
    [{"columns": [0, 99]}, {"labels": []}, {"factors": [1.0]}, {"columns": "x"}, {"counter": [1]},
     {"rate_hz": None}],
)  # fmt: skip
def test_a_kept_description_that_does_not_fit_is_refused_in_a_sentence(stream, change):
    detail = as_sent(stream(), name="eeg").detail() | change
    with pytest.raises(SessionError, match="description of 'stream 1'"):
        Description.of_detail(stream(), detail)


def test_a_real_muse_is_its_four_electrodes(clips):
    source = Recorded(clips / "muselsl2" / "sub-P001.xdf")
    assert source.streams["Muse EEG"].channels == ("TP9", "AF7", "AF8", "TP10")
    assert source.descriptions["Muse EEG"].left_out == ("AUX_RIGHT",)
