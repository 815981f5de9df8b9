import numpy as np
import pytest

from neuroaffect.blocks import Hjorth
from neuroaffect.stream import StreamInfo

INFO = StreamInfo(name="cap", kind="eeg", rate_hz=256.0, channels=("Cz", "O1"), unit="uV")


def run(block, x, hop=64, info=INFO):
    step = block.start(info)
    return np.array([step.process(x[i : i + hop]) for i in range(0, len(x), hop)])


def by_formula(x, rate_hz):
    """Return the parameters of the window that x[2:] is, (channels, 3)."""
    slope = np.diff(x, axis=0) * rate_hz
    m0, m2 = x[2:].var(axis=0), slope[1:].var(axis=0)
    m4 = (np.diff(slope, axis=0) * rate_hz).var(axis=0)
    return np.stack([m0, np.sqrt(m2 / m0), np.sqrt(m4 / m2) / np.sqrt(m2 / m0)], axis=1)


@pytest.mark.parametrize("hop", [1, 2, 13, 64])
def test_the_parameters_are_those_of_the_whole_window_whatever_the_hop(hop):
    x = np.cumsum(np.random.default_rng(1).standard_normal((1664, 2)), axis=0) + 4200
    window = round(512 / hop) * hop
    measured = run(Hjorth(window_s=2.0), x, hop)[-1]
    # 1e-8: sums per hop and numpy's variance round differently.
    assert measured == pytest.approx(by_formula(x[-window - 2 :], 256.0), rel=1e-8)


def test_a_sine_has_half_its_squared_amplitude_its_frequency_and_complexity_one():
    t = np.arange(256 * 6) / 256.0
    x = np.stack([30 * np.sin(2 * np.pi * 8 * t), 5 * np.cos(2 * np.pi * 4 * t)], axis=1)
    activity, mobility, complexity = run(Hjorth(window_s=2.0), x)[-1].T
    assert activity == pytest.approx([450, 12.5], rel=1e-6)  # whole periods in the window
    # A difference of neighbours is smaller than the slope, by sinc(f/rate): 0.2 % at 8 Hz.
    assert mobility == pytest.approx([2 * np.pi * 8, 2 * np.pi * 4], rel=2e-3)
    assert complexity == pytest.approx(1.0, abs=1e-6)


def test_white_noise_has_the_mobility_and_complexity_of_its_differences():
    x = np.random.default_rng(2).standard_normal((256 * 200, 2))
    _, mobility, complexity = run(Hjorth(window_s=199.0), x, hop=256)[-1].T
    # Differences of white noise have variance 2, second differences 6; 1 % for 5e4 samples.
    assert mobility == pytest.approx(256 * np.sqrt(2), rel=0.01)
    assert complexity == pytest.approx(np.sqrt(3) / np.sqrt(2), rel=0.01)


def test_the_rate_does_not_change_a_slow_sine_s_mobility():
    def mobility(rate_hz):
        t = np.arange(round(rate_hz * 4)) / rate_hz
        info = StreamInfo(name="cap", kind="eeg", rate_hz=rate_hz, channels=("Cz",), unit="uV")
        return run(Hjorth(), np.sin(2 * np.pi * 3 * t)[:, None], round(rate_hz / 4), info)[-1, 0, 1]

    assert mobility(128.0) == pytest.approx(mobility(512.0), rel=2e-3)  # sinc(3/128)


def test_a_flat_channel_has_activity_zero_and_nothing_else():
    activity, mobility, complexity = run(Hjorth(), np.full((1024, 2), 7.0))[-1].T
    assert not activity.any()
    assert np.isnan(mobility).all()
    assert np.isnan(complexity).all()


def test_a_missing_sample_is_gone_when_it_has_left_the_window():
    x = np.random.default_rng(3).standard_normal((256 * 4, 2))
    broken = x.copy()
    broken[100, 0] = np.nan
    assert run(Hjorth(), broken)[-1] == pytest.approx(run(Hjorth(), x)[-1], rel=1e-12)
