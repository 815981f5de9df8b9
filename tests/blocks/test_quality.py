"""Each fault is found and named, and what is no fault is left alone."""

import numpy as np
import pytest
from scipy import signal

from neuroaffect.acquire import Recorded
from neuroaffect.blocks import Flaw, Quality
from neuroaffect.blocks.contact.band_meter import BandMeter
from neuroaffect.blocks.contact.grading import grade
from neuroaffect.blocks.contact.limits import LIMITS
from neuroaffect.blocks.contact.twins import same_pairs
from neuroaffect.stream import StreamInfo

RATE_HZ, SECONDS, HOP = 128, 10, 32
CAP = ("Fp1", "Cz", "O1", "T8")


def info_of(kind="eeg", unit="uV", rate_hz=float(RATE_HZ), channels=CAP):
    return StreamInfo(name="cap", kind=kind, rate_hz=rate_hz, channels=channels, unit=unit)


def judged(x, info=None, block=None, hop=HOP):
    """Return quality and flaws of every hop, (hops, channels) each."""
    step = (block or Quality()).start(info or info_of())
    found = []
    for i in range(0, len(x), hop):
        step.process(x[i : i + hop])
        found.append((step.quality, step.flaws))
    quality, flaws = map(np.array, zip(*found, strict=True))
    return quality, flaws


def told(flaws, channel, flaw):
    return bool(flaws[-1, channel] & flaw)


def falling(samples, channels, seed=2, rms=12.0):
    """Noise whose density falls with the frequency, as that of a scalp does."""
    white = np.random.default_rng(seed).standard_normal((samples, channels))
    x = signal.lfilter([1.0], [1.0, -0.95], white, axis=0)
    return rms * x / x.std(axis=0)


@pytest.fixture
def eeg():
    return falling(RATE_HZ * SECONDS, 4) + 4200.0


def test_living_channels_are_good(eeg):
    quality, flaws = judged(eeg)
    assert np.all(quality == 1.0)
    assert not flaws.any()


def test_a_flat_channel_is_bad_and_its_neighbours_good(eeg):
    eeg[256:, 0] = 4200.0
    quality, flaws = judged(eeg)
    assert np.array_equal(quality[-1], [0.0, 1.0, 1.0, 1.0])
    assert Flaw(flaws[-1, 0]) & Flaw.FLAT


def test_a_railed_channel_is_bad_whatever_its_gain(eeg):
    eeg[:, 0] = np.clip(eeg[:, 0], None, 4203.0)
    quality, flaws = judged(eeg)
    assert np.array_equal(quality[-1], [0.0, 1.0, 1.0, 1.0])
    assert flaws[-1, 0] == Flaw.RAILED


def test_a_missing_value_is_bad_until_it_leaves_the_window(eeg):
    eeg[320, 1] = np.nan
    quality, flaws = judged(eeg)
    assert np.flatnonzero(quality[:, 1] == 0.0).tolist() == [10, 11, 12, 13]
    assert flaws[10, 1] & Flaw.MISSING


def test_a_wild_channel_is_bad(eeg):
    eeg[::2, 0] += 20_000.0
    quality, flaws = judged(eeg)
    assert quality[-1, 0] == 0.0
    assert told(flaws, 0, Flaw.WILD)


def test_a_channel_too_large_for_a_scalp_is_poor_and_twice_that_bad(eeg):
    eeg[:, 0] += falling(len(eeg), 1, seed=3, rms=230.0)[:, 0]
    eeg[:, 1] += falling(len(eeg), 1, seed=4, rms=900.0)[:, 0]
    quality, flaws = judged(eeg)
    assert 0.2 < quality[-1, 0] < 0.75
    assert quality[-1, 1] < 0.2
    assert told(flaws, 0, Flaw.WILD)
    assert told(flaws, 1, Flaw.WILD)


def test_white_noise_is_poor_and_called_noise(eeg):
    eeg[:, 2] = 12.4 * np.random.default_rng(5).standard_normal(len(eeg))
    quality, flaws = judged(eeg)
    settled = quality[8:, 2]  # two seconds tell the density of noise within a third
    assert np.all((settled >= 0.5) & (settled < 0.75))
    assert np.all(flaws[8:, 2] == Flaw.NOISY)
    assert np.array_equal(quality[-1, [0, 1, 3]], [1.0, 1.0, 1.0])


def test_loud_broadband_noise_is_bad(eeg):
    eeg[:, 2] += 120.0 * np.random.default_rng(5).standard_normal(len(eeg))
    quality, flaws = judged(eeg)
    assert quality[-1, 2] < 0.5
    assert told(flaws, 2, Flaw.NOISY)


@pytest.mark.parametrize("mains_hz", [50.0, 60.0])
def test_hum_is_told_and_the_channel_stays_in_use(eeg, mains_hz):
    t = np.arange(len(eeg)) / RATE_HZ
    eeg[:, 3] += 80.0 * np.sin(2 * np.pi * mains_hz * t)
    quality, flaws = judged(eeg)
    assert flaws[-1].tolist() == [0, 0, 0, Flaw.LINE_NOISE]
    assert 0.5 <= quality[-1, 3] < 0.75


def test_a_headset_on_a_desk_that_picks_up_noise_and_hum_is_bad():
    rng = np.random.default_rng(6)
    t = np.arange(RATE_HZ * SECONDS) / RATE_HZ
    hum = 60.0 * np.sin(2 * np.pi * 50.0 * t)[:, None] * np.array([1.0, 0.8, 1.3, 0.6])
    quality, flaws = judged(hum + 3.0 * rng.standard_normal((len(t), 4)))
    assert np.all(quality[-1] < 0.5)
    assert np.all(flaws[-1] == Flaw.LINE_NOISE | Flaw.NOISY)


def test_a_headset_on_a_desk_that_gives_nothing_but_white_noise_is_bad():
    # Every channel 12.4 µV, as a desk passed for good elsewhere.
    quality, flaws = judged(12.4 * np.random.default_rng(6).standard_normal((1280, 4)))
    assert np.all(quality[-1] < 0.5)
    assert np.all(flaws[-1] == Flaw.NOISY)


def test_noise_on_all_channels_but_one_is_no_desk(eeg):
    eeg[:, 1:] = 12.4 * np.random.default_rng(6).standard_normal((1280, 3))
    quality, _ = judged(eeg)
    assert np.all(quality >= 0.5)


def test_a_headset_on_a_desk_whose_channels_are_alike_is_bad():
    rng = np.random.default_rng(6)
    common = falling(RATE_HZ * SECONDS, 1, rms=12.4)
    quality, flaws = judged(common + 0.2 * rng.standard_normal((len(common), 4)))
    assert np.all(quality[-1] == 0.0)
    assert np.all(flaws[-1] & Flaw.TWIN)


def test_two_bridged_electrodes_are_poor_and_the_others_good():
    eeg = falling(RATE_HZ * SECONDS, 8)
    eeg[:, 5] = eeg[:, 2] + 0.2 * np.random.default_rng(7).standard_normal(len(eeg))
    quality, flaws = judged(eeg, info_of(channels=tuple("abcdefgh")))
    assert np.flatnonzero(flaws[-1] & Flaw.TWIN).tolist() == [2, 5]
    assert quality[-1].tolist() == [1.0, 1.0, 0.5, 1.0, 1.0, 0.5, 1.0, 1.0]


def test_neighbours_that_correlate_as_on_a_scalp_are_no_twins():
    common, own = falling(RATE_HZ * SECONDS, 1, rms=20.0), falling(RATE_HZ * SECONDS, 4, seed=8)
    x = common + 0.2 * own  # correlated by 0.98
    assert np.corrcoef(x.T)[0, 1] > 0.98
    quality, _ = judged(x)
    assert np.all(quality == 1.0)


def test_a_blink_shared_by_frontal_electrodes_makes_no_twins(eeg):
    t = np.arange(len(eeg)) / RATE_HZ
    blinks = 150.0 * np.exp(-0.5 * (((t % 2.5) - 1.0) / 0.08) ** 2)
    _, flaws = judged(eeg + blinks[:, None])
    assert not (flaws & Flaw.TWIN).any()


def test_volts_sent_as_microvolts_are_a_wrong_unit_and_not_flat(eeg):
    quality, flaws = judged(1e-6 * eeg)
    assert np.all(quality[-1] == 0.0)
    assert np.all(flaws[-1] & Flaw.WRONG_UNIT)
    assert not (flaws[-1] & Flaw.FLAT).any()


def test_volts_of_a_coarse_converter_are_a_wrong_unit_too(eeg):
    quality, flaws = judged(1e-6 * 2.0 * np.round(eeg / 2.0))  # extremes come up more than once
    assert np.all(quality[-1] == 0.0)
    assert np.all(flaws[-1] & Flaw.WRONG_UNIT)


def test_nanovolts_sent_as_microvolts_are_a_wrong_unit(eeg):
    quality, flaws = judged(1e3 * (eeg - 4200.0))
    assert np.all(quality[-1] == 0.0)
    assert np.all(flaws[-1] & Flaw.WRONG_UNIT)


def test_inputs_tied_together_are_not_good():
    quiet = 0.3 * np.random.default_rng(9).standard_normal((RATE_HZ * SECONDS, 4))
    quality, flaws = judged(quiet)
    assert np.all(quality[-1] < 0.5)
    assert np.all(flaws[-1] & Flaw.FLAT)


def test_skin_conductance_below_the_floor_is_a_loose_sensor():
    t = np.arange(240) / 4.0
    x = np.stack([3 + 0.1 * np.sin(t), 0.01 + 0.002 * np.sin(t)], axis=1)
    quality, flaws = judged(x, info_of("eda", "uS", 4.0, ("left", "right")), hop=2)
    assert quality[-1].tolist() == [1.0, 0.0]
    assert told(flaws, 1, Flaw.LOOSE)


def test_skin_conductance_in_an_unknown_unit_has_no_floor():
    x = 0.01 + 0.002 * np.sin(np.arange(240) / 4.0)[:, None]
    quality, _ = judged(x, info_of("eda", "ADC", 4.0, ("left",)), hop=2)
    assert quality[-1] == 1.0


def test_acceleration_in_metres_per_second_squared_is_no_g():
    x = np.tile([0.0, 5.9, 7.8], (640, 1)) + 0.01 * np.random.default_rng(1).standard_normal(3)
    quality, flaws = judged(x, info_of("acc", "g", 64.0, ("x", "y", "z")), hop=16)
    assert np.all(quality[-1] == 0.0)
    assert np.all(flaws[-1] == Flaw.WRONG_UNIT)


def test_a_pulse_is_good_and_noise_in_its_place_is_not():
    t = np.arange(64 * 20) / 64.0
    pulse = np.exp(-(((t * 1.1) % 1.0 - 0.3) ** 2) / 0.02)
    x = np.stack([pulse, np.random.default_rng(2).standard_normal(len(t))], axis=1)
    quality, flaws = judged(x, info_of("ppg", "", 64.0, ("a", "b")), hop=16)
    assert quality[-1, 0] == 1.0
    assert quality[-1, 1] < 0.75
    assert flaws[-1].tolist() == [0, Flaw.NOISY]


def test_muscle_is_the_signal_of_an_electromyogram():
    x = 100.0 * np.random.default_rng(3).standard_normal((RATE_HZ * SECONDS, 4))
    quality, _ = judged(x, info_of("emg"))
    assert np.all(quality == 1.0)


@pytest.mark.parametrize("kind", sorted(LIMITS))
@pytest.mark.parametrize("rate_hz", [0.5, 1.0, 4.0, 10.0, 25.0, 64.0, 100.0, 250.0])
def test_any_kind_at_any_rate_is_judged(kind, rate_hz):
    samples = max(1, round(rate_hz / 4))
    x = np.random.default_rng(3).standard_normal((40 * samples, 3))
    quality, _ = judged(x, info_of(kind, LIMITS[kind].unit, rate_hz, ("a", "b", "c")), hop=samples)
    assert np.all((quality >= 0.0) & (quality <= 1.0))


def test_a_kind_without_limits_is_only_asked_for_missing_values():
    x = np.zeros((640, 1))
    x[600] = np.nan
    quality, flaws = judged(x, info_of("other", "", 64.0, ("x",)), hop=16)
    assert np.flatnonzero(quality == 0.0).tolist() == [37, 38, 39]
    assert set(flaws.ravel().tolist()) == {0, int(Flaw.MISSING)}


def test_settings_stand_above_the_usual_limits():
    limits = Quality(window_s=3.0, flat_uv=2.0, stuck=0.5).limits_of(info_of())
    assert (limits.window_s, limits.flat, limits.wild, limits.stuck) == (3.0, 2.0, 10_000.0, 0.5)


def test_the_signal_passes_unchanged(eeg):
    assert np.array_equal(Quality().start(info_of()).process(eeg), eeg)


def test_the_density_of_white_noise_is_the_same_in_both_bands():
    meter = BandMeter(256.0, LIMITS["eeg"], window=256 * 200)
    x = np.random.default_rng(4).standard_normal((256 * 210, 2))
    for piece in np.split(x, 210):
        meter.add(piece)
    # The skirts of the two filters differ a little; 200 s of noise leave 2 %.
    assert meter.noise_share() == pytest.approx([1.0, 1.0], rel=0.1)


def test_the_electrical_distance_is_the_power_of_the_difference():
    x = np.random.default_rng(5).standard_normal((500, 3)) * 10
    x[:, 1] = x[:, 0] + 0.5
    x[:, 2] *= 2
    assert np.argwhere(same_pairs(x.T @ x / len(x))).tolist() == [[0, 1], [1, 0]]


@pytest.mark.parametrize(
    ("value", "expected"), [(10.0, 1.0), (100.0, 1.0), (200.0, 0.5), (400.0, 0.0), (1e9, 0.0)]
)
def test_grades_fall_by_half_from_good_to_poor(value, expected):
    assert grade(np.array([value]), 100.0, 200.0) == pytest.approx([expected])


def test_what_is_not_known_is_graded_good():
    assert grade(np.array([np.nan]), 1.0, 2.0) == [1.0]


def test_clean_laboratory_eeg_raises_no_alarm(shared):
    source = Recorded(shared / "eeglab" / "eeglab_data.set")
    quality, flaws = judged_recording(source, "EEG")
    assert np.mean(quality >= 0.75) > 0.999
    assert not (flaws & ~int(Flaw.NOISY)).any()


def test_one_test_signal_on_every_electrode_is_not_good(shared):
    quality, flaws = judged_recording(Recorded(shared / "brainvision" / "test.vhdr"), "EEG")
    assert np.all(quality[-1] == 0.0)
    assert np.all(flaws[-1] & Flaw.TWIN)


def test_a_headband_with_bad_contact_is_called_bad(clips):
    quality, flaws = judged_recording(Recorded(clips / "muselsl2" / "sub-P001.xdf"), "Muse EEG")
    assert np.mean(quality < 0.75) > 0.15
    assert (flaws & Flaw.WILD).any()


def judged_recording(source, name):
    x = np.concatenate([chunk.data for stream, chunk in source if stream == name])
    info = source.streams[name]
    return judged(x, info, hop=round(info.rate_hz / 4))
