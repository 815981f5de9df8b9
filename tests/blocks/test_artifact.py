import mne
import numpy as np
import pytest

from neuroaffect.blocks import Artifact, Flaw, Notch
from neuroaffect.errors import PipelineError
from neuroaffect.stream import StreamInfo

RATE_HZ = 250.0
HOP = 50


def info(channels, rate_hz=RATE_HZ):
    return StreamInfo(name="cap", kind="eeg", rate_hz=rate_hz, channels=channels, unit="uV")


def verdicts(x, block=None, step=None, channels=None, rate_hz=RATE_HZ, hop=HOP):
    """Quality of each hop, (hops, channels)."""
    channels = channels or ("Fp1", "Cz", "O1")[: x.shape[1]]
    step = step or (block or Artifact()).start(info(channels, rate_hz))
    found = []
    for i in range(0, len(x) - hop + 1, hop):
        step.process(np.ascontiguousarray(x[i : i + hop]))
        found.append(step.quality)
    return np.array(found)


def noise(length_s=20.0, sd=10.0, channels=3, seed=0):
    rng = np.random.default_rng(seed)
    return sd * rng.standard_normal((round(length_s * RATE_HZ), channels)) + 4200.0


def at(seconds):
    return round(seconds * RATE_HZ)


def blink(height, length_s=0.3):
    return height * np.hanning(at(length_s))


def test_white_noise_is_never_an_artifact():
    assert verdicts(noise(length_s=300.0)).all()


def test_a_blink_is_bad_in_its_channel_while_it_lasts_and_half_a_second_longer():
    x = noise()
    x[at(10.0) : at(10.3), 0] += blink(300.0)
    bad = np.flatnonzero(verdicts(x)[:, 0] == 0.0) * HOP / RATE_HZ
    assert bad[0] == pytest.approx(10.0)
    assert 0.7 <= bad[-1] + HOP / RATE_HZ - bad[0] <= 1.0
    assert verdicts(x)[:, 1:].all()


def test_the_reason_is_given():
    x = noise()
    x[at(19.8) :, 0] += 300.0
    step = Artifact().start(info(("Fp1", "Cz", "O1")))
    verdicts(x, step=step)
    assert step.flaws.tolist() == [Flaw.ARTIFACT, 0, 0]


def test_an_electrode_pop_is_seen_by_its_step():
    x = noise(sd=3.0)
    # It decays within 30 ms, too fast to be large above 1 Hz for long; its edge is 80 µV.
    x[at(10.0) : at(10.2), 1] += 80.0 * np.exp(-np.arange(at(0.2)) / at(0.03))
    assert not verdicts(x)[50, 1]


def test_what_is_too_much_follows_from_the_channels_own_past():
    x = noise(length_s=30.0, sd=1.0) * np.array([12.0, 5.0, 12.0])
    x[at(20.0) : at(20.06)] += blink(70.0, 0.06)[:, None]
    # Seven times 12 µV in the first channel; seven times 5 µV, at least 50, in the second.
    assert verdicts(x)[100].tolist() == [1.0, 0.0, 1.0]


def test_a_slow_drift_is_no_artifact():
    x = noise() + np.linspace(0.0, 5000.0, at(20.0))[:, None]
    assert verdicts(x).all()


def test_before_there_is_a_past_the_upper_bound_is_the_limit():
    x = noise(sd=4.0)
    x[at(2.0) : at(2.06), 0] += blink(120.0, 0.06)
    x[at(3.0) : at(3.06), 1] += blink(200.0, 0.06)
    bad = (verdicts(x)[: round(5.0 * RATE_HZ / HOP)] == 0.0).any(axis=0)
    assert bad.tolist() == [False, True, False]


def test_an_artifact_of_minutes_does_not_become_usual():
    x = noise(length_s=180.0)
    x[at(30.0) :, 0] += 200.0 * np.sin(2 * np.pi * 20.0 * np.arange(at(150.0)) / RATE_HZ)
    assert not verdicts(x)[at(30.0) // HOP + 1 :, 0].any()


def test_the_past_outlasts_a_gap():
    before = Artifact().start(info(("Fp1",)))
    verdicts(noise(channels=1), step=before)
    after = Artifact().start(info(("Fp1",)))
    after.resume(before)
    x = noise(sd=4.0, channels=1)
    x[at(2.0) : at(2.06)] += blink(120.0, 0.06)[:, None]
    assert not verdicts(x, step=after)[at(2.0) // HOP, 0]
    assert after.settle_s < before.settle_s


def test_the_signal_passes_unchanged():
    x = noise()
    assert np.array_equal(Artifact().start(info(("Fp1", "Cz", "O1"))).process(x), x)


@pytest.mark.parametrize(
    "setting", [{"least_uv": 200.0}, {"least_uv": 0.0}, {"past_s": 1.0}, {"sds": -1.0}]
)
def test_a_setting_that_makes_no_sense_is_refused(setting):
    with pytest.raises(PipelineError, match=next(iter(setting))):
        Artifact(**setting).start(info(("Fp1",)))


def test_a_rate_too_low_to_see_a_step_is_refused():
    with pytest.raises(PipelineError, match="has 32 Hz, too few"):
        Artifact().start(info(("Fp1",), rate_hz=32.0))


def test_the_blinks_and_the_clenched_jaw_of_a_real_recording_are_found(shared):
    # openbci/SOURCE.md: eye blinks, then jaw clenching, then eyes closed. Where they lie was
    # read off a plot: blinks 4-7 s in the first two channels, jaw 8-14.5 s in channels 3 to 6,
    # eyes closed 25-53 s.
    path = next((shared / "openbci").glob("*.txt"))
    lines = [line for line in path.read_text().splitlines() if not line.startswith("%")][1:]
    x = np.array([line.split(",")[1:9] for line in lines], dtype=float)
    channels = tuple(f"EXG{n}" for n in range(8))
    notch = Notch(mains_hz="auto", harmonics=2, q=10.0).start(info(channels))
    x = np.concatenate([notch.process(z) for z in np.array_split(x, 450)])
    bad = 1.0 - verdicts(x, channels=channels)

    def share(start_s, stop_s):
        return bad[at(start_s) // HOP : at(stop_s) // HOP].mean(axis=0)

    assert share(4.0, 7.0)[:2].min() > 0.5
    assert share(4.0, 7.0)[2:].max() == 0.0
    assert share(8.0, 14.5)[2:6].min() > 0.3
    assert share(8.0, 14.5)[[0, 1, 7]].max() == 0.0
    assert share(25.0, 53.0).max() < 0.05


@pytest.mark.parametrize("subject", [0, 4])
def test_a_rest_with_eyes_closed_that_was_cleaned_is_good_for_98_of_100_seconds(shared, subject):
    raw = mne.io.read_raw_edf(shared / f"eegmat/Subject{subject:02d}_1.edf", verbose="ERROR")
    names = [name for name in raw.ch_names if name.startswith("EEG") and "A2" not in name]
    x = 1e6 * raw.get_data(names).T
    good = verdicts(x, channels=tuple(names), rate_hz=raw.info["sfreq"], hop=125)
    assert good.mean() > 0.98
