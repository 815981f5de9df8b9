"""Units and stream types as senders write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neuroaffect.units import KINDS, kind_of, to_canonical


@pytest.mark.parametrize(
    ("unit", "factor"),
    [("µV", 1.0), ("μV", 1.0), ("uV", 1.0), ("UV", 1.0), ("microvolt", 1.0), ("microvolts", 1.0),
     ("Microvolts", 1.0), (" uV ", 1.0), ("V", 1e6), ("volts", 1e6), ("mV", 1e3),
     ("millivolts", 1e3), ("nV", 1e-3), ("nanovolts", 1e-3), ("", 1.0), ("1e-6 V", 1.0)],
)  # fmt: skip
def test_voltages_become_microvolts(unit, factor):
    assert to_canonical(unit, "eeg") == ("uV", factor)


@pytest.mark.parametrize(
    ("unit", "factor"),
    [("µS", 1.0), ("μS", 1.0), ("uS", 1.0), ("us", 1.0), ("microsiemens", 1.0), ("mS", 1e3),
     ("ms", 1e3), ("nS", 1e-3), ("nanosiemens", 1e-3), ("S", 1e6), ("siemens", 1e6)],
)  # fmt: skip
def test_skin_conductance_becomes_microsiemens(unit, factor):
    assert to_canonical(unit, "eda") == ("uS", factor)


@pytest.mark.parametrize("unit", ["kOhm", "kohms", "kΩ", "k\N{OHM SIGN}", "kiloohm"])
def test_a_resistance_is_no_conductance(unit):
    assert to_canonical(unit, "eda") == ("kOhm", 1.0)


@pytest.mark.parametrize(
    ("unit", "factor"),
    [("g", 1.0), ("G", 1.0), ("mg", 1e-3), ("1/64 g", 1 / 64), ("1/64g", 1 / 64),
     ("m/s^2", 1 / 9.80665), ("m/s2", 1 / 9.80665), ("m/s²", 1 / 9.80665)],
)  # fmt: skip
def test_accelerations_become_g(unit, factor):
    assert to_canonical(unit, "acc") == ("g", pytest.approx(factor, rel=1e-12))


@pytest.mark.parametrize(
    ("unit", "factor"),
    [("deg/s", 1.0), ("dps", 1.0), ("degrees/second", 1.0), ("°/s", 1.0), ("mdps", 1e-3),
     ("rad/s", 57.29577951308232)],
)  # fmt: skip
def test_turning_rates_become_degrees_per_second(unit, factor):
    assert to_canonical(unit, "gyro") == ("deg/s", factor)


@pytest.mark.parametrize("unit", ["°C", "C", "degC", "celsius", "degrees celcius", "℃"])
def test_temperatures_are_in_degrees_celsius(unit):
    assert to_canonical(unit, "temp") == ("degC", 1.0)


@pytest.mark.parametrize(
    ("unit", "factor"),
    [("s", 1.0), ("ms", 1e-3), ("mS", 1e-3), ("milliseconds", 1e-3), ("µs", 1e-6),
     ("1/1024 s", 1 / 1024), ("seconds", 1.0)],
)  # fmt: skip
def test_times_between_beats_become_seconds(unit, factor):
    assert to_canonical(unit, "ibi") == ("s", factor)


@pytest.mark.parametrize(("unit", "name"), [("mS", "uS"), ("ms", "s"), ("S", "uS"), ("s", "s")])
def test_where_the_kind_does_not_tell_the_case_does(unit, name):
    assert to_canonical(unit, "other")[0] == name


@pytest.mark.parametrize("unit", ["bpm", "BPM", "beats/min", "beats per minute"])
def test_heart_rates_are_in_beats_per_minute(unit):
    assert to_canonical(unit, "hr") == ("bpm", 1.0)


@pytest.mark.parametrize(
    "unit", ["mmHg", "counts", "K", "Quaternion", "1/0 g", "0 g", "9e999 g", "/"]
)
def test_a_unit_that_is_not_known_keeps_its_name(unit):
    assert to_canonical(unit, "ppg") == (unit, 1.0)


@pytest.mark.parametrize("unit", ["none", "n/a", "a.u.", "Arbitrary"])
def test_no_unit_is_told_in_many_words(unit):
    assert to_canonical(unit, "ppg") == ("", 1.0)


@given(st.text(max_size=12), st.sampled_from(KINDS))
def test_any_text_is_taken_for_a_unit_with_a_factor_above_zero(unit, kind):
    name, factor = to_canonical(unit, kind)
    assert isinstance(name, str)
    assert 0.0 < factor < float("inf")


@pytest.mark.parametrize("unit", ["uV", "uS", "kOhm", "g", "deg/s", "degC", "bpm", "uT", "%", ""])
@pytest.mark.parametrize("kind", ["ppg", "acc", "temp", "other"])
def test_a_canonical_unit_is_left_as_it_is(unit, kind):
    assert to_canonical(unit, kind) == (unit, 1.0)


@pytest.mark.parametrize(
    ("word", "kind"),
    [("EEG", "eeg"), ("ExG", "eeg"), ("GSR", "eda"), ("EDA", "eda"), ("BVP", "ppg"),
     ("PPG", "ppg"), ("OPTICS", "ppg"), ("Temp", "temp"), ("Temperature", "temp"), ("ACC", "acc"),
     ("accelerometer", "acc"), ("GYRO", "gyro"), ("gyroscope", "gyro"), ("ECG", "ecg"),
     ("EKG", "ecg"), ("HR", "hr"), ("Heart Rate", "hr"), ("RR", "ibi"), ("IBI", "ibi"),
     ("Markers", "markers"), ("StringMarker", "markers"), ("Trigger", "markers"),
     ("Skin_Conductance", "eda"), ("audio", "other"), ("", "other")],
)  # fmt: skip
def test_types_have_a_kind(word, kind):
    assert kind_of(word) == kind
