import warnings

import numpy as np
import pytest

from neuroaffect.blocks import Context, Respiration
from neuroaffect.blocks.body.turns import Turns
from neuroaffect.errors import PipelineError
from neuroaffect.stream import StreamInfo

RATE = 64.0


def sensor(kind="resp", rate_hz=RATE):
    return StreamInfo(name="chest", kind=kind, rate_hz=rate_hz, channels=("c",))


def run(x, kind="resp", block=None, rate_hz=RATE):
    """Return rate, depth and unevenness at the end of each second."""
    step = (block or Respiration()).start(sensor(kind, rate_hz))
    n = round(rate_hz)
    hops = [np.ascontiguousarray(x[i : i + n, None]) for i in range(0, len(x) - n + 1, n)]
    return np.array([step.process(hop)[0] for hop in hops]).T


def seconds(length_s):
    return np.arange(round(RATE * length_s)) / RATE


def belt(lengths_s, heights=None):
    """A wave that rises and falls once in each of these times."""
    ends = np.concatenate([[0.0], np.cumsum(lengths_s)])
    t = seconds(ends[-1])
    phase = np.interp(t, ends, np.arange(len(ends)))
    heights = np.ones(len(lengths_s)) if heights is None else np.asarray(heights)
    return heights[np.minimum(phase.astype(int), len(heights) - 1)] * (
        1 - np.cos(2 * np.pi * phase)
    )


def pulse(breaths_bpm, *, level=0.0, height=0.0, interval=0.0, length_s=120):
    """A pulse of 70 beats a minute that breath moves in one or more of its three ways."""
    t = seconds(length_s)
    breath = np.sin(2 * np.pi * breaths_bpm / 60 * t)
    beats = np.cumsum(70 / 60 * (1 + interval * breath)) / RATE
    wave = np.exp(-(((beats % 1.0 - 0.3) / 0.12) ** 2))
    noise = 0.005 * np.random.default_rng(2).standard_normal(len(t))
    return (1 + height * breath) * wave + level * breath + noise


@pytest.mark.parametrize("bpm", [6, 12, 15, 24, 40])
def test_the_rate_of_an_even_belt_is_known_within_a_tenth_of_a_breath(bpm):
    rate, depth, unevenness = run(belt([60 / bpm] * round(bpm * 2.5)))
    assert rate[-1] == pytest.approx(bpm, abs=0.1)
    assert depth[-1] == pytest.approx(1.0, abs=0.05)
    assert unevenness[-1] < 0.02


def test_unevenness_is_the_coefficient_of_variation_of_the_breaths():
    rng = np.random.default_rng(4)
    lengths_s = 4 * (1 + 0.2 * rng.uniform(-1, 1, 60))
    unevenness = run(belt(lengths_s))[2]
    # The breath counted last ended up to 3 s ago, so the windows differ by a breath.
    ends = np.cumsum(lengths_s)
    within = lengths_s[ends > ends[-1] - 60]
    assert unevenness[-1] == pytest.approx(np.std(within, ddof=1) / within.mean(), abs=0.03)


def test_depth_tells_breaths_twice_as_deep_as_usual():
    depth = run(belt([4.0] * 40, heights=[1.0] * 32 + [2.0] * 8))[1]
    assert depth[30 * 4] == pytest.approx(1.0, abs=0.05)
    assert depth[-1] == pytest.approx(2.0, rel=0.1)


def test_nothing_is_said_before_three_whole_breaths():
    rate = run(belt([5.0] * 12))[0]
    # Breaths begin at a trough; the third ends at 15 s, or at 20 s if the first has no trough.
    assert np.isnan(rate[:15]).all()
    assert np.isfinite(rate[23:]).all()


def test_breath_that_is_held_is_not_a_rate():
    rate = run(np.concatenate([belt([4.0] * 15), np.zeros(round(30 * RATE))]))[0]
    assert np.isfinite(rate[59])
    # Three breaths' time after the last one, and the half breath it took to see it end.
    assert np.isnan(rate[76:]).all()


@pytest.mark.parametrize("kind", ["resp", "ppg", "ecg"])
def test_white_noise_hardly_ever_passes_for_breath(kind):
    spoken = [
        np.isfinite(run(np.random.default_rng(seed).standard_normal(RATE_S), kind)[0][30:]).mean()
        for seed in range(5)
    ]
    assert np.mean(spoken) < 0.05


RATE_S = round(RATE * 150)


def test_a_flat_belt_says_nothing():
    assert np.isnan(run(np.full(RATE_S, 3.0))).all()


@pytest.mark.parametrize(
    "ways",
    [
        {"level": 0.1, "height": 0.1},
        {"level": 0.1, "interval": 0.05},
        {"height": 0.15, "interval": 0.05},
        {"level": 0.1, "height": 0.1, "interval": 0.05},
    ],
    ids="+".join,
)
@pytest.mark.parametrize("bpm", [9, 15, 22])
def test_the_pulse_tells_the_rate_of_the_breath_that_moves_it(ways, bpm):
    rate = run(pulse(bpm, **ways), "ppg")[0]
    assert rate[-1] == pytest.approx(bpm, abs=0.5)


def test_a_pulse_that_breath_does_not_move_says_nothing():
    rate = run(pulse(15), "ppg")[0]
    assert np.isfinite(rate[30:]).mean() < 0.1


def test_modulations_that_agree_less_than_asked_for_say_nothing():
    x = pulse(15, level=0.1, interval=0.05)
    assert np.isnan(run(x, "ppg", Respiration(agree_bpm=1e-9))[0]).all()


def test_a_bad_hop_costs_the_breath_it_cuts_and_no_other():
    x = belt([4.0] * 30)
    step = Respiration().start(sensor())
    rates = []
    for second in range(120):
        hop = np.ascontiguousarray(x[second * 64 : second * 64 + 64, None])
        good = not 60 <= second < 62
        rates.append(step.process(hop if good else hop + 1e6, Context(np.array([good])))[0, 0])
    assert np.isnan(rates[60:62]).all()
    assert np.nanmax(np.abs(np.array(rates) - 15.0)) < 0.6
    assert np.isfinite(rates[70:]).all()


def test_missing_values_are_not_breath():
    x = belt([4.0] * 30)
    x[round(60 * RATE) : round(100 * RATE)] = np.nan
    rate = run(x)[0]
    assert np.isnan(rate[60:101]).all()
    assert rate[-1] == pytest.approx(15.0, abs=0.1)


def test_turns_of_a_sine_lie_at_its_extremes_between_samples():
    t = np.arange(0, 40, 0.125)
    turns = Turns().process(np.sin(2 * np.pi * 0.23 * t), height=0.5)
    peaks = np.array([turn.at * 0.125 for turn in turns if turn.peak])
    expected = (np.arange(len(peaks)) + 0.25) / 0.23
    assert peaks == pytest.approx(expected, abs=2e-3)  # the parabola's own error
    assert [turn.peak for turn in turns[:4]] == [True, False, True, False]


def test_ripples_below_the_height_are_no_turns():
    t = np.arange(0, 40, 0.125)
    wave = np.sin(2 * np.pi * 0.1 * t)
    rippled = wave + 0.1 * np.sin(2 * np.pi * 1.3 * t)
    assert len(Turns().process(rippled, 0.5)) == len(Turns().process(wave, 0.5))


def test_turns_are_the_same_however_the_wave_is_cut():
    wave = np.random.default_rng(1).standard_normal(400)
    whole, pieces = Turns(), Turns()
    cut = [turn for part in np.split(wave, [1, 2, 90]) for turn in pieces.process(part, 1.0)]
    assert cut == whole.process(wave, 1.0)


@pytest.mark.parametrize(
    ("kind", "rate_hz", "least"), [("ppg", 10.0, "16"), ("ecg", 50.0, "64"), ("resp", 1.0, "4")]
)
def test_a_rate_too_low_to_show_breath_is_refused(kind, rate_hz, least):
    with pytest.raises(PipelineError, match=f"breath shows from {least} Hz on"):
        Respiration().start(sensor(kind, rate_hz))


def test_limits_that_do_not_rise_are_refused():
    with pytest.raises(PipelineError, match="low_bpm = 30 and high_bpm = 20"):
        Respiration(low_bpm=30, high_bpm=20).start(sensor())


def test_a_window_too_short_for_its_breaths_is_refused():
    with pytest.raises(PipelineError, match="cannot hold 3 breaths"):
        Respiration(window_s=2.0).start(sensor())


def troughs_s(x, rate_hz):
    """Ends of breaths by neurokit2, offline."""
    nk = pytest.importorskip("neurokit2")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        clean = nk.rsp_clean(x, sampling_rate=rate_hz)
        return nk.rsp_peaks(clean, sampling_rate=rate_hz)[1]["RSP_Troughs"] / rate_hz


def median_rate(troughs, until_s, window_s=30.0):
    """The block's own summary of the peer's breaths."""
    lengths = np.diff(troughs)
    within = (troughs[1:] > until_s - window_s) & (troughs[1:] <= until_s)
    return 60 / np.median(lengths[within]) if within.sum() >= 3 else np.nan


@pytest.mark.parametrize(
    "name", ["bio_eventrelated_100hz", "bio_resting_5min_100hz", "bio_resting_8min_100hz"]
)
def test_a_real_belt_agrees_with_neurokit_within_a_breath_per_minute(shared, name):
    table = np.genfromtxt(shared / f"neurokit/{name}.csv", delimiter=",", names=True)
    rate = run(table["RSP"], rate_hz=100.0)[0]
    found = troughs_s(table["RSP"], 100)
    expected = np.array([median_rate(found, second + 1) for second in range(len(rate))])
    assert np.nanmean(np.abs(rate - expected)) < 1.0


def test_a_real_pulse_tells_the_rate_of_the_belt_within_two_breaths_per_minute(shared):
    path = shared / "neurokit/bio_resting_5min_100hz.csv"
    table = np.genfromtxt(path, delimiter=",", names=True)
    rate = run(table["PPG"], "ppg", rate_hz=100.0)[0]
    found = troughs_s(table["RSP"], 100)
    expected = np.array([median_rate(found, second + 1) for second in range(len(rate))])
    assert np.nanmean(np.abs(rate - expected)) < 2.0
    assert np.isfinite(rate[30:]).mean() > 0.3
