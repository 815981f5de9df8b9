import numpy as np
import pytest

from neuroaffect.affect import SAM9, RatingScale, Target
from neuroaffect.errors import EvaluationError, StreamError
from neuroaffect.montage import Montage, canonical, scalp
from neuroaffect.stream import StreamInfo
from neuroaffect.units import kind_of, to_canonical


@pytest.mark.parametrize(
    ("label", "spelled"),
    [("EEG Fp1", "Fp1"), ("FP1", "Fp1"), ("T3", "T7"), ("EEG T6", "P8"), ("Fz-REF", "Fz"),
     ("EEG A2-A1", "A2-A1"), ("AUX_RIGHT", "AUX_RIGHT"), ("ch1", "ch1"), ("EEG", "EEG"),
     ("POZ", "POz"), ("CPP5H", "CPP5h")],
)  # fmt: skip
def test_labels_are_spelled_as_in_the_10_05_system(label, spelled):
    assert canonical(label) == spelled


def test_every_standard_electrode_keeps_its_name():
    from neuroaffect.montage import _standard_positions

    names = _standard_positions()
    assert sorted(name for name in names if canonical(name) != name) == ["T3", "T4", "T5", "T6"]


def test_scalp_leaves_ears_and_counters_out():
    assert scalp(("Fp1", "A1", "M2", "COUNTER", "Cz", "ECG", "AUX")) == ("Fp1", "Cz")


def test_montage_sits_left_electrodes_at_negative_x_and_frontal_ones_in_front():
    montage = Montage.of(("F3", "F4", "O1", "O2"))
    assert (montage.positions_m[[0, 2], 0] < 0).all()
    assert montage.positions_m[0, 1] > montage.positions_m[2, 1]
    assert montage.regions == ("frontal", "frontal", "occipital", "occipital")


def test_an_unknown_electrode_is_refused_with_near_misses():
    with pytest.raises(StreamError, match="did you mean"):
        Montage.of(("Fpx1",))


@pytest.mark.parametrize(
    ("unit", "kind", "expected"),
    [("microvolts", "eeg", ("uV", 1.0)), ("µV", "eeg", ("uV", 1.0)), ("V", "eeg", ("uV", 1e6)),
     ("nV", "eeg", ("uV", 1e-3)), ("", "eeg", ("uV", 1.0)), ("mS", "eda", ("uS", 1e3)),
     ("µS", "eda", ("uS", 1.0)), ("mmHg", "ppg", ("mmHg", 1.0)), ("mV", "ecg", ("uV", 1e3))],
)  # fmt: skip
def test_units_are_converted_by_alias(unit, kind, expected):
    assert to_canonical(unit, kind) == expected


@pytest.mark.parametrize(
    ("word", "kind"), [("EEG", "eeg"), ("GSR", "eda"), ("BVP", "ppg"), ("Foo", "other")]
)
def test_stream_types_have_a_kind(word, kind):
    assert kind_of(word) == kind


def test_picking_an_absent_channel_names_those_there_are():
    info = StreamInfo(name="cap", kind="eeg", rate_hz=1.0, channels=("Cz", "Oz"))
    with pytest.raises(StreamError, match="it has Cz, Oz"):
        info.pick(("Pz",))


def test_sam_ratings_span_the_unit_interval():
    assert np.array_equal(SAM9.to_unit(np.array([1.0, 5.0, 9.0])), [-1.0, 0.0, 1.0])


def test_a_scale_upside_down_is_refused():
    with pytest.raises(EvaluationError, match="low must be below high"):
        RatingScale(9.0, 1.0)


def test_a_binary_target_with_three_classes_is_refused():
    with pytest.raises(EvaluationError, match="3 classes"):
        Target(dimension="valence", classes=("a", "b", "c"))
