import copy

import numpy as np
import pytest
from scipy import signal

from neuroaffect.blocks import Context, Notch
from neuroaffect.errors import PipelineError
from neuroaffect.stream import StreamInfo

INFO = StreamInfo(name="cap", kind="eeg", rate_hz=250.0, channels=("Fp1", "Cz", "O1"), unit="uV")
TIME_S = np.arange(2500) / 250.0


def tone(hz):
    return np.repeat(np.sin(2 * np.pi * hz * TIME_S)[:, None], 3, axis=1)


def noise(seed=0):
    return np.random.default_rng(seed).standard_normal((2500, 3))


def run(step, x, hop=50):
    return np.concatenate([step.process(x[i : i + hop]) for i in range(0, len(x), hop)])


def amplitude(y, hz, channel=0):
    late = y[1500:, channel]  # whole periods of every tone here
    return 2 * abs(np.mean(late * np.exp(-2j * np.pi * hz * TIME_S[1500:])))


@pytest.mark.parametrize("mains_hz", [50.0, 60.0])
def test_auto_finds_the_mains_and_takes_them_out(mains_hz):
    step = Notch(mains_hz="auto").start(INFO)
    y = run(step, noise() + 20 * tone(mains_hz))
    assert step.mains_hz == mains_hz
    assert amplitude(y, mains_hz) < 0.1


def test_auto_takes_the_harmonics_out_as_well():
    y = run(Notch(mains_hz="auto", harmonics=2).start(INFO), noise() + 20 * (tone(50) + tone(100)))
    assert amplitude(y, 100.0) < 0.1


def test_auto_does_nothing_to_a_signal_without_hum():
    step, x = Notch(mains_hz="auto").start(INFO), noise()
    assert np.array_equal(run(step, x), x)
    assert step.mains_hz is None


def test_auto_lets_the_signal_pass_until_it_has_measured():
    x = noise() + 20 * tone(50.0)
    y = run(Notch(mains_hz="auto", window_s=3.0).start(INFO), x)
    assert np.array_equal(y[:700], x[:700])
    assert not np.array_equal(y[750:800], x[750:800])


def test_after_its_settle_time_auto_equals_the_fixed_notch_bit_for_bit():
    x = noise() + 20 * tone(60.0)
    auto = run(Notch(mains_hz="auto").start(INFO), x)
    assert np.array_equal(auto[500:], run(Notch(mains_hz=60.0).start(INFO), x)[500:])


def test_a_hum_that_comes_later_changes_no_verdict():
    x = noise() + np.where(TIME_S > 4, 1.0, 0.0)[:, None] * 20 * tone(50.0)
    assert np.array_equal(run(Notch(mains_hz="auto").start(INFO), x), x)


def test_auto_decides_nothing_while_every_channel_is_bad():
    step, off = Notch(mains_hz="auto").start(INFO), Context(np.zeros(3, dtype=bool))
    for _ in range(20):
        step.process(np.full((50, 3), 7.0), off)
    run(step, noise() + 20 * tone(60.0))
    assert step.mains_hz == 60.0


def test_a_restart_after_a_gap_filters_from_the_first_sample():
    before = Notch(mains_hz="auto").start(INFO)
    run(before, noise() + 20 * tone(50.0))
    after = Notch(mains_hz="auto").start(INFO)
    after.resume(copy.deepcopy(before))
    x = noise(1) + 20 * tone(50.0)
    assert np.array_equal(run(after, x), run(Notch(mains_hz=50.0).start(INFO), x))


def test_a_restart_after_a_gap_without_hum_settles_at_once():
    before, after = Notch(mains_hz="auto").start(INFO), Notch(mains_hz="auto").start(INFO)
    run(before, noise())
    after.resume(before)
    assert after.settle_s == 0.0


def test_a_gap_before_the_verdict_means_measuring_anew():
    before, after = Notch(mains_hz="auto").start(INFO), Notch(mains_hz="auto").start(INFO)
    run(before, noise()[:250])
    after.resume(before)
    run(after, noise() + 20 * tone(60.0))
    assert after.mains_hz == 60.0


def test_auto_passes_on_a_signal_too_slow_for_any_mains():
    slow = StreamInfo(name="band", kind="eda", rate_hz=4.0, channels=("EDA",), unit="uS")
    x = noise()[:, :1]
    assert np.array_equal(run(Notch(mains_hz="auto").start(slow), x), x)


@pytest.mark.parametrize("hz", [45.0, 49.0, 50.5, 55.0])
def test_the_gain_is_that_of_the_iirnotch_formula(hz):
    b, a = signal.iirnotch(50.0, 30.0, fs=250.0)
    expected = abs(signal.freqz(b, a, [hz], fs=250.0)[1][0])
    y = run(Notch().start(INFO), tone(hz))
    # 1e-3: the notch's own ring has decayed after six seconds.
    assert amplitude(y, hz) == pytest.approx(expected, abs=1e-3)


@pytest.mark.parametrize("field", ["harmonics", "q", "window_s"])
def test_a_setting_of_nothing_is_refused(field):
    with pytest.raises(PipelineError, match=f"{field} = 0 must be above 0"):
        Notch(**{field: 0}).start(INFO)
