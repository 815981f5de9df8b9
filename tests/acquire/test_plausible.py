"""Values that do not look like what the stream says they are."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neuroaffect.acquire import Recorded
from neuroaffect.acquire.plausible import Plausibility, amplitude, doubts
from neuroaffect.session import Packet
from neuroaffect.stream import Chunk, StreamInfo

RATE_HZ = 250.0


def info(kind="eeg", unit="uV", rate_hz=RATE_HZ, channels=("Fp1", "Fp2"), device=""):
    return StreamInfo(
        name="x", kind=kind, rate_hz=rate_hz, channels=channels, unit=unit, device=device
    )


def noise(sd=15.0, *, seconds=4.0, channels=2):
    return np.random.default_rng(1).normal(0.0, sd, (round(seconds * RATE_HZ), channels))


def test_the_amplitude_of_white_noise_is_its_standard_deviation():
    # 250 samples a piece: the quartiles of each scatter by some 5 %, their median by less.
    assert amplitude(noise(20.0, seconds=40.0), RATE_HZ) == pytest.approx(20.0, rel=0.03)


@given(offset=st.floats(-1e5, 1e5), slope=st.floats(-500.0, 500.0))
def test_neither_offset_nor_drift_counts_as_amplitude(offset, slope):
    x = noise(20.0)
    drift = offset + slope * np.arange(len(x))[:, None] / RATE_HZ
    # Sums of 1e5 round at 1e-11; nothing else differs.
    assert amplitude(x + drift, RATE_HZ) == pytest.approx(amplitude(x, RATE_HZ), rel=1e-6)


def test_a_few_artefacts_do_not_count_as_amplitude():
    x = noise(20.0)
    x[100:150] += 1e6
    assert amplitude(x, RATE_HZ) < 100.0


@pytest.mark.parametrize(
    ("factor", "looks"),
    [(1e-6, "volts"), (1e-3, "millivolts"), (1e3, "nanovolts"), (1e6, "raw counts")],
)
def test_eeg_in_another_unit_is_named_by_it(factor, looks):
    (doubt,) = doubts(noise() * factor, info())
    assert doubt.startswith(f"values look like {looks}")
    assert "though the stream says microvolts" in doubt


@pytest.mark.parametrize("sd", [0.3, 1.0, 15.0, 100.0, 2000.0])
@pytest.mark.parametrize("offset", [0.0, 4200.0, 6e4])
def test_what_real_headsets_send_is_believed(sd, offset):
    assert doubts(noise(sd) + offset, info()) == ()


@pytest.mark.parametrize(
    ("kind", "unit", "level", "looks"),
    [("eda", "uS", 2000.0, "nanosiemens"), ("eda", "uS", 2e-6, "siemens"),
     ("temp", "degC", 305.0, "kelvin"), ("temp", "degC", 91.0, "degrees Fahrenheit"),
     ("hr", "bpm", 1.2, "beats per second"), ("ibi", "s", 800.0, "milliseconds")],
)  # fmt: skip
def test_other_signals_in_another_unit_are_named_by_it(kind, unit, level, looks):
    x = np.full((20, 1), level)
    (doubt,) = doubts(x, info(kind, unit, rate_hz=4.0, channels=("a",)))
    assert doubt.startswith(f"values look like {looks}")


@pytest.mark.parametrize(
    ("kind", "unit", "level"),
    [("eda", "uS", 0.0), ("eda", "uS", 0.02), ("eda", "uS", 40.0), ("temp", "degC", 33.0),
     ("temp", "degC", 21.0), ("hr", "bpm", 72.0), ("ibi", "s", 0.83)],
)  # fmt: skip
def test_what_real_wristbands_send_is_believed(kind, unit, level):
    assert doubts(np.full((20, 1), level), info(kind, unit, rate_hz=4.0, channels=("a",))) == ()


@pytest.mark.parametrize(
    ("g", "looks"), [(9.81, "m/s^2"), (64.0, "1/64 g"), (1000.0, "mg"), (8192.0, "raw counts")]
)
def test_gravity_tells_the_unit_of_acceleration_whichever_way_the_band_lies(g, looks):
    for direction in np.eye(3), np.ones((1, 3)) / np.sqrt(3):
        x = np.tile(g * direction, (20, 1))[:20]
        (doubt,) = doubts(x, info("acc", "g", rate_hz=32.0, channels=("x", "y", "z")))
        assert doubt.startswith(f"values look like {looks}")


def test_one_g_is_believed():
    x = np.tile([0.1, -0.7, 0.7], (20, 1))
    assert doubts(x, info("acc", "g", rate_hz=32.0, channels=("x", "y", "z"))) == ()


def test_a_constant_channel_is_named_and_the_others_judged():
    x = noise()
    x[:, 1] = 4200.0
    assert doubts(x, info()) == ("constant: Fp2",)


def test_a_railed_channel_is_named():
    x = noise()
    x[:, 0] = np.clip(x[:, 0] + 8.0, None, 10.0)
    assert doubts(x, info()) == ("railed (many samples at one extreme): Fp1",)


def test_values_that_a_device_cannot_give_are_named():
    (doubt,) = doubts(noise(600.0), info(device="muse-2"), plausible=(-1000.0, 1000.0))
    assert doubt.endswith("beyond what muse-2 can give (-1000 to 1000 uV)")


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_values_that_are_no_numbers_are_passed_over(bad):
    x = noise()
    x[3] = bad
    assert doubts(x, info()) == doubts(np.full((20, 1), bad), info("eda", "uS", 4.0)) == ()
    assert doubts(np.full_like(x, bad), info()) == ()


def test_a_unit_that_is_not_known_is_not_doubted():
    assert doubts(noise(1e-6), info(unit="mmHg")) == ()


@given(st.lists(st.integers(1, 200), min_size=30, max_size=60))
def test_the_verdict_does_not_depend_on_how_the_stream_is_cut(sizes):
    x, told = noise(1e-5, seconds=4.0), []
    looker = Plausibility(info())
    at = 0
    for size in sizes:
        piece = x[at : at + size]
        if len(piece):
            told += looker.take(Chunk(at, np.arange(len(piece)), piece))
        at += size
    assert tuple(told) + looker.end() == doubts(x[:at], info())


def test_a_suspicion_is_told_once_when_it_arises(listed, stream):
    stamps = np.arange(4096) / 256.0
    values = (noise(1e-5)[:, :2].repeat(5, axis=0)[:4096]).astype(np.float32)
    chunks = [Packet(1, stamps[i : i + 64], values[i : i + 64]) for i in range(0, 4096, 64)]
    source = listed([stream()], chunks)
    list(source)
    (event,) = source.events
    assert (event.kind, event.detail["stream"]) == ("suspicion", "stream 1")
    assert event.time == stamps[1023]
    assert source.states()["stream 1"].suspicions == (event.detail["text"],)


def test_nothing_is_suspicious_about_a_real_muse(clips):
    source = Recorded(clips / "muselsl2" / "sub-P001.xdf")
    list(source)
    assert set(source.suspicions.values()) == {()}
