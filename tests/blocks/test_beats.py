import warnings

import numpy as np
import pytest

from neuroaffect.blocks import Beats, Context, Entropy
from neuroaffect.blocks.heart.beat_shape import BeatShape
from neuroaffect.errors import PipelineError
from neuroaffect.stream import StreamInfo

SECONDS = 60
LEARNT_S = 8  # the first block, then the beats that later ones are compared with


def signal_info(kind, rate_hz):
    return StreamInfo(name="body", kind=kind, rate_hz=float(rate_hz), channels=("a",))


def beat_times(seconds=SECONDS, mean_s=0.85):
    """Beats with a breath of 4 s in their intervals."""
    times = [0.4]
    while times[-1] < seconds:
        times.append(times[-1] + mean_s * (1 + 0.06 * np.sin(2 * np.pi * 0.25 * times[-1])))
    return np.array(times[:-1])


def waves(times, rate_hz, parts, seconds=SECONDS):
    """Sum a Gaussian of each (delay_s, width_s, height) at every beat."""
    t = np.arange(round(seconds * rate_hz)) / rate_hz
    return sum(
        height * np.exp(-0.5 * ((t[:, None] - times - delay) / width) ** 2).sum(axis=1)
        for delay, width, height in parts
    )


def ecg(times, rate_hz, noise_uv=10.0):
    parts = ((-0.16, 0.025, 120), (-0.025, 0.008, -120), (0, 0.01, 1000), (0.028, 0.01, -200),
             (0.28, 0.05, 300))  # fmt: skip
    x = waves(times, rate_hz, parts)
    return x + noise_uv * np.random.default_rng(1).standard_normal(len(x))


def pulse(times, rate_hz, noise=0.3):
    x = waves(times, rate_hz, ((0.12, 0.1, 50), (0.42, 0.1, 18)))
    return x + noise * np.random.default_rng(2).standard_normal(len(x))


def tell(x, kind, rate_hz, block=None, hop=None, context=None):
    """Return where beats were, in seconds, their intervals, and the step."""
    step = (block or Beats()).start(signal_info(kind, rate_hz))
    hop = hop or round(rate_hz / 4)
    told = [
        step.process(np.ascontiguousarray(x[i : i + hop, None]), context or Context())
        for i in range(0, len(x), hop)
    ]
    told = np.concatenate(told)[:, 0]
    rows = np.flatnonzero(~np.isnan(told))
    return rows / rate_hz - step.delay_s, told[rows], step


def nearest(found_s, true_s):
    """Return for each true beat how far off the nearest one told is, signed, in seconds."""
    true_s = true_s[(true_s > LEARNT_S) & (true_s < SECONDS - 1.5)]
    return np.array([found_s[np.argmin(np.abs(found_s - t))] - t for t in true_s])


def between(times_s, start_s, stop_s):
    return ((times_s > start_s) & (times_s < stop_s)).sum()


@pytest.mark.parametrize("rate_hz", [125, 250, 500, 1000])
def test_every_r_peak_is_told_a_constant_delay_after_it(rate_hz):
    true_s = beat_times()
    found_s, _, step = tell(ecg(true_s, rate_hz), "ecg", rate_hz)
    assert np.abs(nearest(found_s, true_s)).max() < 1.5 / rate_hz
    assert (found_s > LEARNT_S).sum() == between(true_s, LEARNT_S, SECONDS - step.delay_s)


@pytest.mark.parametrize("rate_hz", [25, 64, 100, 130])
def test_every_pulse_is_told_at_its_steepest_rise(rate_hz):
    true_s = beat_times()
    found_s, _, step = tell(pulse(true_s, rate_hz), "ppg", rate_hz)
    # A Gaussian rises most one width before its top, and so does a smoothed one, wider.
    steepest = 0.12 - np.hypot(0.1, 0.05)
    assert np.abs(nearest(found_s, true_s) - steepest).max() < 1.5 / rate_hz
    assert (found_s > LEARNT_S).sum() == between(true_s, LEARNT_S, SECONDS - step.delay_s)


@pytest.mark.parametrize(("kind", "rate_hz", "make"), [("ecg", 250, ecg), ("ppg", 64, pulse)])
def test_intervals_are_finer_than_a_sample(kind, rate_hz, make):
    true_s = beat_times()
    found_s, interval_s, _ = tell(make(true_s, rate_hz), kind, rate_hz)
    settled = (found_s > LEARNT_S) & np.isfinite(interval_s)
    at = np.searchsorted(true_s, found_s[settled] + 0.1) - 1
    error = interval_s[settled] - np.diff(true_s)[at - 1]
    assert np.sqrt(np.mean(error**2)) < 0.1 / rate_hz


@pytest.mark.parametrize(("kind", "rate_hz", "make"), [("ecg", 250, ecg), ("ppg", 64, pulse)])
def test_upside_down_is_found_and_tells_the_same_beats(kind, rate_hz, make):
    x = make(beat_times(), rate_hz)
    one, other = tell(x, kind, rate_hz), tell(-x, kind, rate_hz)
    assert np.array_equal(one[0], other[0])
    assert np.array_equal(one[1], other[1])


def test_offset_and_gain_do_not_matter():
    x = pulse(beat_times(), 64)
    one, other = tell(x, "ppg", 64), tell(8.0 * x + 4096.0, "ppg", 64)
    assert np.array_equal(one[0], other[0])
    assert np.allclose(one[1], other[1], rtol=0, atol=1e-9)  # the offset costs digits


@pytest.mark.parametrize(("kind", "rate_hz", "make"), [("ecg", 125, ecg), ("ppg", 64, pulse)])
@pytest.mark.parametrize("hop", [1, 7, 300])
def test_the_length_of_hops_does_not_change_a_bit(kind, rate_hz, make, hop):
    x = make(beat_times(), rate_hz)
    one, other = tell(x, kind, rate_hz), tell(x, kind, rate_hz, hop=hop)
    assert np.array_equal(one[0], other[0])
    assert np.array_equal(one[1], other[1])


def test_the_first_beats_are_told_without_an_interval():
    _, interval_s, _ = tell(ecg(beat_times(), 250), "ecg", 250)
    assert np.isinf(interval_s[:3]).all()
    assert np.isfinite(interval_s[3:]).all()


def test_beats_around_missing_samples_are_not_believed():
    x, true_s = ecg(beat_times(), 250), beat_times()
    x[30 * 250 : 30 * 250 + 20] = np.nan
    found_s, interval_s, _ = tell(x, "ecg", 250)
    doubted = found_s[np.isinf(interval_s) & (found_s > LEARNT_S)]
    assert doubted.size
    assert (np.abs(doubted - 30.0) < 2.0).all()
    assert np.isinf(interval_s[np.searchsorted(found_s, true_s[true_s > 30.1][0] - 0.05)])


def test_nothing_is_believed_while_the_context_is_bad():
    bad = Context(good=np.array([False]))
    _, interval_s, _ = tell(ecg(beat_times(), 250), "ecg", 250, context=bad)
    assert len(interval_s) > 50
    assert np.isinf(interval_s).all()


def test_a_beat_of_another_shape_is_not_believed():
    true_s = beat_times()
    odd = true_s[35]
    x = ecg(np.delete(true_s, 35), 250)
    x += waves(np.array([odd]), 250, ((-0.02, 0.035, 900), (0.07, 0.035, -900)))
    found_s, interval_s, _ = tell(x, "ecg", 250)
    near = np.abs(found_s - odd) < 0.1
    assert near.any()
    assert np.isinf(interval_s[near]).all()
    assert np.isinf(interval_s[np.flatnonzero(near)[-1] + 1])


def test_a_dicrotic_wave_is_no_beat():
    true_s = beat_times(mean_s=1.1)
    x = waves(true_s, 64, ((0.12, 0.08, 50), (0.5, 0.08, 24)))
    found_s, _, step = tell(x, "ppg", 64)
    assert (found_s > LEARNT_S).sum() == between(true_s, LEARNT_S, SECONDS - step.delay_s)


def test_a_tall_t_wave_is_no_beat():
    true_s = beat_times()
    x = waves(true_s, 500, ((0, 0.01, 250), (0.02, 0.01, -100), (0.25, 0.03, 200)))
    found_s, _, step = tell(x, "ecg", 500)
    assert (found_s > LEARNT_S).sum() == between(true_s, LEARNT_S, SECONDS - step.delay_s)


def test_beats_of_half_the_height_are_found_beside_full_ones():
    true_s = beat_times()
    weak = np.sin(2 * np.pi * 0.1 * true_s) < 0
    x = ecg(true_s[~weak], 250) + 0.5 * ecg(true_s[weak], 250)
    found_s, _, _ = tell(x, "ecg", 250)
    assert np.abs(nearest(found_s, true_s)).max() < 1.5 / 250


@pytest.mark.parametrize("height", [30.0, 1e6, 1e12])
def test_an_artefact_of_any_height_is_over_within_seconds(height):
    true_s = beat_times()
    x = pulse(true_s, 64)
    x[20 * 64 : 21 * 64] += height * np.random.default_rng(3).standard_normal(64) * 50
    found_s, interval_s, step = tell(x, "ppg", 64, Beats(polarity="up"))
    believed = found_s[np.isfinite(interval_s)]
    assert believed[believed > 21.0].min() < 26.0
    assert len(believed[believed > 26.0]) == between(true_s, 26.0, SECONDS - step.delay_s)


def test_noise_has_beats_of_no_quality():
    x = np.random.default_rng(4).standard_normal(64 * SECONDS)
    _, interval_s, step = tell(x, "ppg", 64)
    assert np.isfinite(interval_s).mean() < 0.1
    assert step.quality[0] < 0.5


def test_a_flat_line_has_no_beats_and_no_quality():
    found_s, _, step = tell(np.full(64 * SECONDS, 512.0), "ppg", 64)
    assert not found_s.size
    assert step.quality[0] == 0.0


def test_a_clean_signal_has_full_quality():
    assert tell(pulse(beat_times(), 64), "ppg", 64)[2].quality[0] == 1.0


def test_quality_falls_when_beats_stop():
    x = pulse(beat_times(), 64)
    x[40 * 64 :] = x[40 * 64]
    assert tell(x, "ppg", 64)[2].quality[0] == 0.0


def test_polarity_outlasts_a_gap():
    step = tell(-pulse(beat_times(), 64), "ppg", 64)[2]
    again = Beats().start(signal_info("ppg", 64))
    again.resume(step)
    assert again._searches[0]._sign == step._searches[0]._sign == -1.0


def test_neurokit_finds_the_same_r_peaks():
    import neurokit2 as nk

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        x = nk.ecg_simulate(duration=SECONDS, sampling_rate=250, heart_rate=75, random_state=1)
        peaks = nk.ecg_peaks(nk.ecg_clean(x, 250), 250)[1]["ECG_R_Peaks"] / 250
    found_s, _, _ = tell(x, "ecg", 250)
    assert np.abs(nearest(found_s, peaks)).max() < 0.02


def test_neurokit_finds_as_many_pulses():
    import neurokit2 as nk

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        x = nk.ppg_simulate(duration=SECONDS, sampling_rate=64, heart_rate=70, random_state=1)
        peaks = nk.ppg_findpeaks(nk.ppg_clean(x, 64), 64)["PPG_Peaks"] / 64
    found_s, _, _ = tell(x, "ppg", 64)
    apart = nearest(found_s, peaks)
    assert np.ptp(apart) < 0.1  # from the steepest rise to the top: one way, and always alike


def test_the_intervals_of_an_e4_agree_with_its_own(clips):
    folder = clips / "stress_predict" / "S01"
    x = np.loadtxt(folder / "BVP.csv", skiprows=2)
    theirs = np.loadtxt(folder / "IBI.csv", delimiter=",", skiprows=1)
    found_s, interval_s, _ = tell(x, "ppg", 64)
    found_s, interval_s = found_s[np.isfinite(interval_s)], interval_s[np.isfinite(interval_s)]
    theirs = theirs[theirs[:, 0] < found_s[-1]]
    at = np.searchsorted(found_s, theirs[:, 0] - 0.05)
    both = found_s[at] - theirs[:, 0] < 0.4  # theirs are told at the foot of the pulse
    assert np.median(np.abs(interval_s[at] - theirs[:, 1])[both]) < 1 / 64


def test_a_shape_is_compared_with_the_median_of_those_before():
    rng, usual = np.random.default_rng(5), np.hanning(40)
    shape = BeatShape(0.8)
    for odd in (False, False, True, False, False):
        y = rng.standard_normal(40) if odd else usual + 0.01 * rng.standard_normal(40)
        shape.judge(y, 1.0)
    assert shape.judge(3 * usual - 7, 1.0)
    assert not shape.judge(-usual, 1.0)
    assert not shape.judge(usual, 3.0)


@pytest.mark.parametrize(("kind", "rate_hz"), [("ecg", 50), ("ppg", 8)])
def test_a_rate_too_low_is_refused(kind, rate_hz):
    with pytest.raises(PipelineError, match=f"has {rate_hz} Hz; beats of kind '{kind}' need"):
        Beats().start(signal_info(kind, rate_hz))


def test_other_kinds_of_signals_are_refused():
    with pytest.raises(PipelineError, match="is of kind 'eda'"):
        Beats().start(signal_info("eda", 64))


def test_features_are_refused():
    entropy = Entropy().start(StreamInfo(name="e", kind="eeg", rate_hz=128, channels=("Cz",)))
    with pytest.raises(PipelineError, match="needs a signal"):
        Beats().start(entropy.info)
