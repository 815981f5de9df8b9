import mne
import numpy as np
import pytest
from scipy import signal

from neuroaffect.blocks import Ocular
from neuroaffect.blocks.base import Context
from neuroaffect.errors import PipelineError
from neuroaffect.stream import StreamInfo

RATE_HZ = 250.0
LENGTH_S = 120
CAP = ("VEOG", "HEOG", "Fz", "Cz", "Pz")
SHARES = np.array([[0.4, 0.15, 0.05], [0.1, -0.2, 0.02]])  # of VEOG and HEOG in Fz, Cz, Pz


def info(channels=CAP, rate_hz=RATE_HZ):
    return StreamInfo(name="cap", kind="eeg", rate_hz=rate_hz, channels=channels, unit="uV")


def pink(rng, channels, rms=10.0):
    """Noise with a power of 1/f from 0.5 Hz on, (samples, channels)."""
    n = round(LENGTH_S * RATE_HZ)
    spectrum = np.fft.rfft(rng.standard_normal((n, channels)), axis=0)
    hz = np.fft.rfftfreq(n, 1 / RATE_HZ)[:, None]
    x = np.fft.irfft(spectrum / np.sqrt(np.maximum(hz, 0.5)), n, axis=0)
    return rms * x / x.std(axis=0)


def eyes(rng):
    """A blink every three seconds (VEOG) and a look to the side every two (HEOG)."""
    t = np.arange(round(LENGTH_S * RATE_HZ)) / RATE_HZ
    blinks, looks = np.zeros_like(t), np.zeros_like(t)
    for at in np.arange(7.0, LENGTH_S - 1, 3.0) + rng.uniform(-0.5, 0.5, (LENGTH_S - 8) // 3 + 1):
        width = np.where(t < at, 0.045, 0.09)  # the lid falls faster than it rises
        blinks += rng.uniform(150, 250) * np.exp(-0.5 * ((t - at) / width) ** 2)
    for at in np.arange(6.0, LENGTH_S - 1, 2.0):
        looks += rng.choice([-40.0, 40.0]) * np.tanh((t - at) / 0.02)
    looks = signal.sosfilt(signal.butter(1, 0.2, "highpass", fs=RATE_HZ, output="sos"), looks)
    return np.stack([blinks, looks], axis=1)


@pytest.fixture(scope="module")
def scene():
    """What the eyes make, what the brain makes, and what is recorded of both, at an offset."""
    rng = np.random.default_rng(3)
    ocular, brain, noise = eyes(rng), pink(rng, 3), pink(rng, 2, rms=5.0)
    x = np.concatenate([ocular + noise, brain + ocular @ SHARES], axis=1) + 4200.0
    return ocular, brain, x


def run(step, x, context=None, hop=50):
    context = context or Context()
    return np.concatenate([step.process(x[i : i + hop], context) for i in range(0, len(x), hop)])


def slow(x):
    """0.5 to 15 Hz without delay: for judging only."""
    sos = signal.butter(2, (0.5, 15.0), "bandpass", fs=RATE_HZ, output="sos")
    return signal.sosfiltfilt(sos, x, axis=0)


def power_db(x, of, where=slice(5000, None)):
    return 10 * np.log10(np.mean(x[where] ** 2, axis=0) / np.mean(of[where] ** 2, axis=0))


def test_blinks_and_looks_of_known_propagation_are_taken_out(scene):
    ocular, brain, x = scene
    y = run(Ocular(eog=("VEOG", "HEOG")).start(info()), x)
    blinking = np.flatnonzero(ocular[:, 0] > 40.0)
    blinking = blinking[blinking > 5000]  # after 20 s, when five blinks have been met
    left, before = slow(y[:, 2:] - brain), slow(x[:, 2:] - brain)
    # What is left is the EOG channels' own noise, by the share that is subtracted.
    assert power_db(left, before, blinking)[:2].max() < -20.0


def shares(step, good=(True, True)):
    return step.shares(np.array(good))


def test_the_shares_are_learnt_from_a_few_dozen_eye_movements(scene):
    step = Ocular(eog=("VEOG", "HEOG")).start(info())
    run(step, scene[2][:20_000])
    # 0.05: the brain goes on while the eyes move.
    assert shares(step) == pytest.approx(SHARES, abs=0.05)


def test_most_of_a_blink_is_gone_after_the_first_five(scene):
    ocular, brain, x = scene
    y = run(Ocular(eog=("VEOG", "HEOG")).start(info()), x)
    early = np.flatnonzero(ocular[:, 0] > 40.0)
    early = early[(early > 5000) & (early < 7500)]
    assert power_db(slow(y[:, 2:] - brain), slow(x[:, 2:] - brain), early)[0] < -15.0


def test_a_signal_that_the_eyes_do_not_reach_stays_within_a_tenth_of_a_decibel(scene):
    rng = np.random.default_rng(4)
    _, _, x = scene
    alone = x.copy()
    alone[:, 2:] = pink(rng, 3) + 4200.0
    y = run(Ocular(eog=("VEOG", "HEOG")).start(info()), alone)
    assert np.abs(power_db(slow(y[:, 2:]), slow(alone[:, 2:]))).max() < 0.1


def test_while_the_eyes_rest_what_the_brain_has_in_common_with_eog_channels_is_kept():
    rng = np.random.default_rng(5)
    x = pink(rng, 1) + pink(rng, 5)
    y = run(Ocular(eog=("VEOG", "HEOG")).start(info()), x)
    # A regression over all samples takes a third of the power away: 1.8 dB.
    assert power_db(slow(y), slow(x)).min() > -0.3


def test_what_is_left_comes_within_six_decibels_of_the_regression_of_mne(scene):
    ocular, brain, x = scene
    kinds = ["eog", "eog", "eeg", "eeg", "eeg"]
    made = mne.io.RawArray(1e-6 * x.T, mne.create_info(CAP, RATE_HZ, kinds), verbose="ERROR")
    made.set_eeg_reference([], verbose="ERROR").filter(0.1, None, picks="all", verbose="ERROR")
    with mne.use_log_level("ERROR"):
        model = mne.preprocessing.EOGRegression(picks="eeg", picks_artifact="eog").fit(made)
        cleaned = model.apply(made)
    theirs = 1e6 * cleaned.get_data().T[:, 2:]
    ours = run(Ocular(eog=("VEOG", "HEOG")).start(info()), x)[:, 2:]
    blinking = np.flatnonzero(ocular[:, 0] > 40.0)
    blinking = blinking[blinking > 5000]
    excess = power_db(slow(ours - brain), slow(theirs - brain), blinking)
    # They know the whole recording, in which the EOG's own noise is nobody else's.
    assert excess[:2].max() < 6.0


def test_a_low_pass_keeps_a_muscle_at_the_forehead_from_being_spread(scene):
    _, _, x = scene
    sos = signal.butter(4, (40.0, 100.0), "bandpass", fs=RATE_HZ, output="sos")
    muscle = 30 * signal.sosfilt(sos, np.random.default_rng(6).standard_normal(len(x)))
    tense = x + np.array([1.0, 1.0, 0.0, 0.0, 0.0]) * muscle[:, None]

    def spread_db(lowpass_hz):
        step = Ocular(eog=("VEOG", "HEOG"), lowpass_hz=lowpass_hz).start(info())
        fast = signal.sosfiltfilt(sos, np.stack([run(step, tense)[:, 2], x[:, 2]]), axis=1)
        return power_db(fast[0], fast[1])

    assert spread_db(20.0) < 0.5
    assert spread_db(None) > 3.0


def test_eog_channels_may_be_left_out_of_what_goes_on(scene):
    step = Ocular(eog=("VEOG", "HEOG"), drop=True).start(info())
    kept = Ocular(eog=("VEOG", "HEOG")).start(info())
    assert step.info.channels == ("Fz", "Cz", "Pz")
    assert np.array_equal(run(step, scene[2]), run(kept, scene[2])[:, 2:])


def test_eog_channels_that_stay_are_not_changed(scene):
    y = run(Ocular(eog=("VEOG", "HEOG")).start(info()), scene[2])
    assert np.array_equal(y[:, :2], scene[2][:, :2])


def test_a_bad_eog_channel_is_not_subtracted(scene):
    step = Ocular(eog=("VEOG", "HEOG")).start(info())
    run(step, scene[2][:10_000])
    without = Context(np.array([True, False, True, True, True]))
    broken = scene[2][10_000:10_050].copy()
    broken[:, 1] += 5000.0 * np.arange(50)
    assert not shares(step, (True, False))[1].any()
    assert np.abs(step.process(broken, without)[:, 2:] - 4200.0).max() < 200.0


def test_a_bad_channel_does_not_learn(scene):
    step = Ocular(eog=("VEOG", "HEOG")).start(info())
    run(step, scene[2][:5000], Context(np.array([True, True, True, False, True])))
    assert not shares(step)[:, 1].any()
    assert shares(step)[:, 0].all()


def test_what_is_learnt_outlasts_a_gap(scene):
    before, after = (Ocular(eog=("VEOG", "HEOG")).start(info()) for _ in range(2))
    run(before, scene[2][:10_000])
    after.resume(before)
    assert np.array_equal(shares(after), shares(before))
    assert after.settle_s < before.settle_s


def test_on_a_real_recording_eye_movements_shrink_and_the_rest_stays(shared):
    raw = mne.io.read_raw_eeglab(shared / "eeglab/eeglab_data.set", verbose="ERROR")
    x, names = 1e6 * raw.get_data().T, tuple(raw.ch_names)
    step = Ocular(eog=("EOG1", "EOG2")).start(info(names, raw.info["sfreq"]))
    y = run(step, x, hop=32)
    sos = signal.butter(2, (0.5, 8.0), "bandpass", fs=raw.info["sfreq"], output="sos")
    before, after = (signal.sosfiltfilt(sos, z, axis=0) for z in (x, y))
    eog = np.abs(before[:, [names.index("EOG1"), names.index("EOG2")]])
    moving = (eog > 6 * np.median(eog, axis=0)).any(axis=1)
    late = np.arange(len(x)) > 2560
    still = ~signal.convolve(moving, np.ones(77), "same").round().astype(bool)
    fz = [names.index("Fz")]
    assert power_db(after[:, fz], before[:, fz], moving & late) < -4.0
    assert power_db(after[:, fz], before[:, fz], still & late) > -1.0


@pytest.mark.parametrize("eog", [(), ("VEOG", "A1"), CAP])
def test_eog_channels_that_do_not_split_the_stream_are_refused(eog):
    with pytest.raises(PipelineError, match="name some of them, not all"):
        Ocular(eog=eog).start(info())


@pytest.mark.parametrize("setting", [{"lowpass_hz": 5.0}, {"lowpass_hz": 125.0}, {"memory_s": 0.0}])
def test_a_setting_that_makes_no_sense_is_refused(setting):
    with pytest.raises(PipelineError, match=next(iter(setting))):
        Ocular(eog="VEOG", **setting).start(info())
