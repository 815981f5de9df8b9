import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from neuroaffect.blocks import Context, Entropy, Hrv
from neuroaffect.blocks.heart.intervals import ectopic, touching
from neuroaffect.errors import PipelineError
from neuroaffect.stream import StreamInfo

TRAIN = StreamInfo(name="beats", kind="ibi", rate_hz=1000.0, channels=("a",), unit="s")
STRAP = StreamInfo(name="strap", kind="ibi", rate_hz=0.0, channels=("since_s", "rr"), unit="s")
WATCH = StreamInfo(name="watch", kind="hr", rate_hz=0.0, channels=("since_s", "bpm"), unit="bpm")


def breathing(count, mean_s=0.8, depth=0.05, seed=1):
    rng = np.random.default_rng(seed)
    k = np.arange(count)
    return mean_s * (1 + depth * np.sin(2 * np.pi * k / 5)) + 0.01 * rng.standard_normal(count)


def train(intervals_s, rate_hz=1000):
    """Lay intervals out as `beats` does: each at the row of the beat that ends it."""
    rows = np.round(np.cumsum(np.nan_to_num(intervals_s, posinf=0.8)) * rate_hz).astype(int)
    x = np.full((rows[-1] + 1, 1), np.nan)
    x[rows, 0] = intervals_s
    return x


def measure(x, block=None, info=TRAIN, hop=250, context=None):
    """Return the features after the last hop, by name."""
    return over_time(x, block, info, hop, context)[-1]


def over_time(x, block=None, info=TRAIN, hop=250, context=None):
    step = (block or Hrv()).start(info)
    found = [
        step.process(x[i : i + hop], context or Context(good=np.ones(x.shape[1], bool)))
        for i in range(0, len(x), hop)
    ]
    return [dict(zip(step.info.features, y[0], strict=True)) for y in found]


def events(intervals_s, since_s=None):
    since_s = np.array(intervals_s if since_s is None else since_s, dtype=float)
    since_s[0] = np.nan
    return np.column_stack([since_s, intervals_s])


@pytest.fixture
def rr():
    return breathing(80)


def inside(intervals_s, window_s=60.0):
    """Return the intervals whose beats are within the window that ends with the last beat."""
    ends = np.cumsum(intervals_s)
    return intervals_s[ends > ends[-1] - window_s]


def neurokit(intervals_s):
    import neurokit2 as nk

    given = {"RRI": 1e3 * intervals_s, "RRI_Time": np.cumsum(intervals_s)}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        time = nk.hrv_time(given, sampling_rate=1000)
        plane = nk.hrv_nonlinear(given, sampling_rate=1000)
    return {n.removeprefix("HRV_"): f[n].iloc[0] for f in (time, plane) for n in f}


@pytest.mark.parametrize(
    ("ours", "theirs"), [("rmssd", "RMSSD"), ("sdnn", "SDNN"), ("sd1", "SD1"), ("sd2", "SD2")]
)
def test_measures_in_time_equal_those_of_neurokit(rr, ours, theirs):
    # Both sum the same numbers; 1e-9 ms is rounding.
    assert measure(events(rr), info=STRAP, hop=1)[ours] == pytest.approx(
        neurokit(inside(rr))[theirs], rel=0, abs=1e-9
    )


def test_pnn50_is_a_share_of_differences_where_neurokit_takes_one_of_intervals(rr):
    n = len(inside(rr))
    expected = neurokit(inside(rr))["pNN50"] * n / (n - 1)
    assert measure(events(rr), info=STRAP, hop=1)["pnn50"] == pytest.approx(expected, abs=1e-9)


def test_heart_rate_is_sixty_over_the_mean_interval_of_ten_seconds(rr):
    expected = 60 / inside(rr, 10.0).mean()
    assert measure(events(rr), info=STRAP, hop=1)["hr"] == pytest.approx(expected, rel=1e-12)


def test_a_train_and_events_of_the_same_beats_say_the_same(rr):
    one, other = measure(train(rr)), measure(events(rr), info=STRAP, hop=1)
    for name in ("rmssd", "sdnn", "pnn50", "sd1", "sd2", "hr"):
        assert one[name] == pytest.approx(other[name], rel=1e-12)


@given(st.floats(0.4, 1.5))
@settings(max_examples=10, deadline=None)
def test_constant_intervals_vary_by_nothing(interval_s):
    found = measure(events(np.full(130, interval_s)), info=STRAP, hop=1)
    assert found["hr"] == pytest.approx(60 / interval_s)
    for name in ("rmssd", "sdnn", "sd1", "sd2"):
        assert found[name] == pytest.approx(0.0, abs=1e-9)


@given(st.integers(0, 1000), st.floats(0.45, 0.75))
@settings(max_examples=10, deadline=None)
def test_intervals_twice_as_long_halve_the_rate_and_double_the_variability(seed, mean_s):
    rr = breathing(120, mean_s, seed=seed)
    block = Hrv(window_s=45.0)
    one = measure(events(rr), block, STRAP, hop=1)
    other = measure(events(2 * rr), Hrv(window_s=90.0, hr_window_s=20.0), STRAP, hop=1)
    assert other["hr"] == pytest.approx(one["hr"] / 2)
    assert other["rmssd"] == pytest.approx(2 * one["rmssd"])
    assert other["sdnn"] == pytest.approx(2 * one["sdnn"])


@given(st.integers(12, 60), st.floats(0.35, 0.6))
@settings(max_examples=10, deadline=None)
def test_an_ectopic_beat_is_left_out_and_changes_nothing_else(at, early):
    rr = breathing(70)
    odd = rr.copy()
    odd[at] *= 1 - early
    odd[at + 1] *= 1 + early
    kept = np.ones(len(rr), bool)
    kept[at : at + 2] = False
    window = np.cumsum(odd) > odd.sum() - 60.0
    pairs = kept[1:] & kept[:-1] & window[1:] & window[:-1]
    found = measure(events(odd), info=STRAP, hop=1)
    assert found["rmssd"] == pytest.approx(1e3 * np.sqrt(np.mean(np.diff(rr)[pairs] ** 2)))
    assert found["sdnn"] == pytest.approx(1e3 * np.std(rr[kept & window], ddof=1))


def test_a_missed_beat_is_masked_and_lowers_coverage(rr):
    missed = np.concatenate([rr[:40], [rr[40] + rr[41]], rr[42:]])
    found = measure(train(missed))
    assert found["rmssd"] < 1.2 * measure(train(rr))["rmssd"]
    assert found["coverage"] == pytest.approx(1 - (rr[40] + rr[41]) / 60, abs=0.01)


def test_a_beat_that_is_not_trusted_parts_its_neighbours(rr):
    rr = rr[:60]
    parted = np.insert(rr, 30, np.inf)
    pairs = np.delete(np.arange(59), 29)
    expected = 1e3 * np.sqrt(np.mean(np.diff(rr)[pairs] ** 2))
    assert measure(train(parted))["rmssd"] == pytest.approx(expected)


def test_beats_that_an_event_stream_leaves_out_part_their_neighbours(rr):
    rr = rr[:60]
    since = rr.copy()
    since[30] += 1.7  # two beats are missing before this one
    pairs = np.delete(np.arange(59), 29)
    expected = 1e3 * np.sqrt(np.mean(np.diff(rr)[pairs] ** 2))
    assert measure(events(rr, since), info=STRAP, hop=1)["rmssd"] == pytest.approx(expected)


def test_a_strap_that_sends_once_a_second_keeps_its_differences_if_its_stamps_may_err(rr):
    beats = np.cumsum(rr)
    sent = np.ceil(beats)  # all beats of the last second, stamped on arrival
    since = np.diff(sent, prepend=sent[0])
    found = measure(events(rr, since), Hrv(stamp_error_s=1.1), STRAP, hop=1)
    within = rr[sent > sent[-1] - 60]
    assert found["rmssd"] == pytest.approx(1e3 * np.sqrt(np.mean(np.diff(within) ** 2)))


def test_nothing_is_said_of_variability_before_thirty_seconds_of_beats(rr):
    found = over_time(train(rr), hop=1000)
    rates = [np.isfinite(y["hr"]) for y in found]
    assert rates.index(True) == 2  # the third interval ends in the third second
    rmssds = [np.isfinite(y["rmssd"]) for y in found]
    assert rmssds.index(True) in (30, 31)
    assert [np.isfinite(y["pnn50"]) for y in found].index(True) in (45, 46)


def test_what_was_true_is_gone_when_beats_stop(rr):
    x = np.concatenate([train(rr), np.full((70_000, 1), np.nan)])
    found = over_time(x, hop=1000)
    n = len(train(rr)) // 1000
    assert np.isfinite(found[n]["rmssd"])
    assert np.isnan(found[n + 11]["hr"])
    assert np.isnan(found[n + 31]["rmssd"])
    assert found[-1]["coverage"] == 0.0


def test_a_long_silence_between_events_empties_the_window(rr):
    since = np.append(rr, 200.0)
    found = measure(events(np.append(rr, 0.8), since), info=STRAP, hop=1)
    assert np.isnan(found["hr"])
    assert found["coverage"] < 0.02


def test_beats_of_a_bad_channel_do_not_count(rr):
    found = measure(train(rr), context=Context(good=np.array([False])))
    assert found["coverage"] == 0.0
    assert np.isnan(found["hr"])


def test_coverage_is_the_share_of_the_window_with_usable_beats():
    found = over_time(train(np.full(100, 0.5)), hop=1000)
    # 60 beats within 30 s, of which the last one's row is the first of the next hop.
    assert found[29]["coverage"] == pytest.approx(59 * 0.5 / 60)


def test_a_device_that_sends_rates_gives_its_rate_alone():
    x = np.column_stack([np.ones(80), np.full(80, 72.0)])
    found = measure(x, info=WATCH, hop=1)
    assert found["hr"] == pytest.approx(72.0)
    assert all(np.isnan(value) for name, value in found.items() if name != "hr")


def test_a_rate_of_zero_is_no_rate():
    x = np.column_stack([np.ones(30), np.zeros(30)])
    assert np.isnan(measure(x, info=WATCH, hop=1)["hr"])


def test_a_regular_stream_of_rates_is_taken_too():
    info = StreamInfo(name="e4", kind="hr", rate_hz=1.0, channels=("HR",), unit="bpm")
    assert measure(np.full((60, 1), 80.0), info=info, hop=1)["hr"] == pytest.approx(80.0)


@pytest.mark.parametrize(("hz", "band"), [(0.1, "lf"), (0.25, "hf")])
def test_a_sine_in_the_intervals_has_half_its_squared_amplitude_in_its_band(hz, band):
    t, rr = 0.0, []
    while t < 190:
        rr.append(0.8 + 0.03 * np.sin(2 * np.pi * hz * t))
        t += rr[-1]
    found = measure(events(np.array(rr)), Hrv(spectrum_s=150.0), STRAP, hop=1)
    # The interval is a sample of the heart's rhythm that its own rhythm has placed: 4 %.
    assert found[band] == pytest.approx(30**2 / 2, rel=0.04)
    assert found[{"lf": "hf", "hf": "lf"}[band]] < 0.01 * found[band]


def test_masked_beats_leave_the_spectrum_as_it_was():
    t, rr = 0.0, []
    while t < 190:
        rr.append(0.8 + 0.03 * np.sin(2 * np.pi * 0.1 * t))
        t += rr[-1]
    since = np.array(rr)
    told = np.ones(len(rr), bool)
    told[[60, 61, 62, 130, 131, 200]] = False
    since = np.diff(np.cumsum(since)[told], prepend=0.0)
    found = measure(events(np.array(rr)[told], since), Hrv(spectrum_s=150.0), STRAP, hop=1)
    assert found["lf"] == pytest.approx(30**2 / 2, rel=0.06)


def test_the_spectrum_says_not_yet_before_two_minutes_of_beats():
    found = over_time(events(breathing(260)), Hrv(spectrum_s=150.0), STRAP, hop=1)
    first = [np.isfinite(y["lf"]) for y in found].index(True)
    assert np.cumsum(breathing(260))[first] == pytest.approx(120, abs=1)


def test_one_long_interval_does_not_condemn_its_neighbours():
    x = np.full(20, 0.8)
    x[9] = 1.6
    assert np.flatnonzero(ectopic(x, 0.25)).tolist() == [9]


def test_stamps_that_jitter_leave_intervals_touching():
    rng = np.random.default_rng(3)
    rr = breathing(50)
    stamps = np.cumsum(rr) + rng.uniform(-0.1, 0.1, 50)
    assert touching(stamps, rr, np.zeros(50, bool))[1:].all()


@pytest.mark.parametrize(
    ("block", "words"),
    [
        (Hrv(window_s=30.0), "window_s = 30 can hardly hold"),
        (Hrv(spectrum_s=100.0), "spectrum_s = 100 cannot hold 120 s"),
        (Hrv(hr_window_s=0.0), "hr_window_s = 0 must be above 0"),
        (Hrv(deviation=0.0), "deviation = 0 masks every beat"),
        (Hrv(stamp_error_s=-1.0), "stamp_error_s = -1 is below 0"),
    ],
)
def test_windows_that_cannot_do_are_refused(block, words):
    with pytest.raises(PipelineError, match=words):
        block.start(TRAIN)


def test_a_signal_that_is_no_beats_is_refused():
    info = StreamInfo(name="wrist", kind="ppg", rate_hz=64.0, channels=("a",))
    with pytest.raises(PipelineError, match="is of kind 'ppg'; it works on hr, ibi"):
        Hrv().start(info)


def test_features_are_refused():
    entropy = Entropy().start(StreamInfo(name="e", kind="eeg", rate_hz=128, channels=("Cz",)))
    with pytest.raises(PipelineError, match="needs a signal"):
        Hrv().start(entropy.info)
