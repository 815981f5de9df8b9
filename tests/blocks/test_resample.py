import numpy as np
import pytest
from scipy import signal

from neuroaffect.blocks import Resample
from neuroaffect.blocks.filters.resample import polyphase
from neuroaffect.errors import PipelineError
from neuroaffect.stream import StreamInfo

RATES = [(256.0, 128.0), (250.0, 128.0), (500.0, 128.0), (128.0, 250.0), (64.0, 4.0), (4.0, 64.0)]


def info(rate_hz, channels=("Cz", "O1")):
    return StreamInfo(name="cap", kind="eeg", rate_hz=rate_hz, channels=channels, unit="uV")


def run(x, rate_hz, to_hz, hop=37, **settings):
    step = Resample(rate_hz=to_hz, **settings).start(info(rate_hz))
    return np.concatenate([step.process(x[i : i + hop]) for i in range(0, len(x), hop)])


def tone(hz, rate_hz, length_s=8.0):
    t = np.arange(round(length_s * rate_hz)) / rate_hz
    return np.repeat(np.sin(2 * np.pi * hz * t)[:, None], 2, axis=1)


def gain_db(hz, rate_hz, to_hz):
    """Of a tone, by the power of what comes out, at whatever frequency."""
    length_s = max(8.0, 160.0 / min(rate_hz, to_hz))
    y = run(tone(hz, rate_hz, length_s), rate_hz, to_hz)[round(length_s / 2 * to_hz) :, 0]
    return 10 * np.log10(2 * np.mean(y**2))


@pytest.mark.parametrize(("rate_hz", "to_hz"), RATES)
def test_it_is_the_polyphase_filter_of_scipy(rate_hz, to_hz):
    x = np.random.default_rng(0).standard_normal((round(8 * rate_hz), 2))
    x -= x[0]  # scipy takes the input before the first sample to be 0
    step = Resample(rate_hz=to_hz).start(info(rate_hz))
    up, down = step._up, step._down
    h = polyphase(up, down, 10)[:, ::-1].T.ravel()
    expected = signal.upfirdn(h, x, up, down, axis=0)
    y = run(x, rate_hz, to_hz)
    # 1e-12: the same sums in another order.
    assert y == pytest.approx(expected[: len(y)], abs=1e-12)


# Those whose delay is a whole number of samples.
@pytest.mark.parametrize(("rate_hz", "to_hz"), [r for r in RATES if r != (128.0, 250.0)])
def test_it_is_resample_poly_delayed_by_the_stated_time(rate_hz, to_hz):
    lower = min(rate_hz, to_hz)
    smooth = signal.butter(4, 0.3 * lower / rate_hz, output="sos")  # well inside both passbands
    x = np.random.default_rng(0).standard_normal((round(40 * rate_hz), 2))
    x = signal.sosfiltfilt(smooth, x, axis=0)
    step = Resample(rate_hz=to_hz).start(info(rate_hz))
    theirs = signal.resample_poly(x, step._up, step._down, axis=0)
    delay = round(10 * to_hz / lower)  # in samples of the output
    y = run(x, rate_hz, to_hz)
    at = np.arange(delay + 50, len(y) - 50)
    later = theirs[at - delay]
    # 0.3 %: scipy's phases do not sum to exactly 1.
    assert np.abs(y[at] - later).max() < 3e-3 * np.abs(x).max()


@pytest.mark.parametrize(("rate_hz", "to_hz"), RATES)
def test_a_constant_stays_one_from_the_first_sample(rate_hz, to_hz):
    y = run(np.full((round(8 * rate_hz), 2), 4200.0), rate_hz, to_hz)
    assert np.abs(y - 4200.0).max() < 1e-9


@pytest.mark.parametrize(("rate_hz", "to_hz"), RATES)
def test_there_are_as_many_samples_as_the_new_rate_says(rate_hz, to_hz):
    assert len(run(tone(1.0, rate_hz, 60.0), rate_hz, to_hz)) == round(60 * to_hz)


@pytest.mark.parametrize(("rate_hz", "to_hz"), RATES)
def test_a_tone_well_below_half_the_lower_rate_keeps_its_size(rate_hz, to_hz):
    assert gain_db(0.4 * min(rate_hz, to_hz), rate_hz, to_hz) == pytest.approx(0.0, abs=0.1)


@pytest.mark.parametrize(("rate_hz", "to_hz"), [r for r in RATES if r[1] < r[0]])
def test_a_tone_that_would_fold_is_fifty_decibels_down(rate_hz, to_hz):
    for hz in np.array([0.59, 0.7, 0.9]) * to_hz:
        assert gain_db(hz, rate_hz, to_hz) < -50.0


def test_the_delay_is_the_stated_one_at_every_frequency():
    for hz in (2.0, 10.0, 40.0):
        y = run(tone(hz, 256.0), 256.0, 128.0)[512:, 0]
        t = np.arange(512, 1024) / 128.0
        wave = np.mean(y * np.exp(-2j * np.pi * hz * t))
        turns = -np.angle(wave * 1j) / (2 * np.pi)
        assert turns % 1 == pytest.approx(hz * 10 / 128.0 % 1, abs=1e-3)


def test_a_shorter_filter_delays_less():
    assert Resample(rate_hz=128.0, half_width_samples=4).start(info(256.0)).settle_s == 8 / 128


def test_the_way_the_signal_is_cut_does_not_matter():
    x = np.random.default_rng(0).standard_normal((1000, 2))
    whole = run(x, 250.0, 128.0, hop=1000)
    for hop in (1, 7, 63):
        assert np.array_equal(run(x, 250.0, 128.0, hop=hop), whole)


def test_a_slow_output_gives_empty_hops_between():
    step = Resample(rate_hz=2.0).start(info(128.0))
    lengths = [len(step.process(np.zeros((32, 2)))) for _ in range(8)]
    assert lengths == [1, 0, 1, 0, 1, 0, 1, 0]


def test_the_new_rate_is_told():
    assert Resample(rate_hz=128.0).start(info(250.0)).info.rate_hz == 128.0


def test_a_rate_beyond_a_thousand_steps_is_rounded_and_told():
    step = Resample(rate_hz=128.0).start(info(250.0017))
    assert step.info.rate_hz == pytest.approx(128.0, rel=1e-4)
    assert step.info.rate_hz != 128.0


def test_the_same_rate_passes_the_signal_on():
    x = np.random.default_rng(0).standard_normal((100, 2))
    assert np.array_equal(run(x, 250.0, 250.0), x)


def test_a_missing_stretch_does_not_stay():
    x = np.random.default_rng(0).standard_normal((1000, 2))
    broken = x.copy()
    broken[300:320, 0] = np.nan
    y, clean = run(broken, 250.0, 125.0), run(x, 250.0, 125.0)
    assert np.isfinite(y).all()
    assert np.array_equal(y[200:], clean[200:])


@pytest.mark.parametrize("rate_hz", [0.0, -1.0, 0.01, 1e6])
def test_a_rate_out_of_reach_is_refused(rate_hz):
    with pytest.raises(PipelineError, match="is not within 1/1000 to 1000 times"):
        Resample(rate_hz=rate_hz).start(info(250.0))
