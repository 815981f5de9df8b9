import numpy as np
import pytest

from neuroaffect.blocks.filters.mains import MainsMeter

RATE_HZ = 250.0


def noise(length_s=6.0, channels=3, seed=0):
    rng = np.random.default_rng(seed)
    return 10 * rng.standard_normal((round(length_s * RATE_HZ), channels)) + 4200.0


def hum(x, hz, rms):
    t = np.arange(len(x))[:, None] / RATE_HZ
    return np.sqrt(2) * rms * np.sin(2 * np.pi * hz * t + np.arange(x.shape[1]))


def meter(x, hop=31, rate_hz=RATE_HZ):
    run = MainsMeter(rate_hz, x.shape[1])
    for i in range(0, len(x), hop):
        run.add(x[i : i + hop])
    return run


@pytest.mark.parametrize("hz", [50.0, 60.0])
def test_a_known_hum_is_measured_in_microvolts(hz):
    x = noise()
    run = meter(x + hum(x, hz, np.array([5.0, 20.0, 80.0])))
    # 1 µV: white noise of 10 µV has 0.9 µV per hertz, and the meter is about one hertz wide.
    assert run.hum_uv(hz) == pytest.approx([5.0, 20.0, 80.0], abs=1.0)
    assert run.mains_hz() == hz


def test_the_ratio_is_hum_over_the_signal_from_1_to_45_hz():
    x = noise(length_s=12.0)
    run = meter(x + hum(x, 50.0, 20.0))
    expected = 20.0 / (10.0 * np.sqrt(44.0 / 125.0))  # white noise: power goes with width
    assert run.ratio(50.0) == pytest.approx(np.full(3, expected), rel=0.25)
    assert meter(x).rest_uv() == pytest.approx(run.rest_uv(), rel=0.02)


def test_white_noise_has_no_mains():
    found = [meter(noise(length_s=2.5, channels=64, seed=s)).mains_hz() for s in range(20)]
    # 1280 channels of noise, two lines each: one false alarm in eight such runs is expected.
    assert found.count(None) >= 19


def test_a_hum_as_weak_as_the_noise_around_it_is_found():
    x = noise() * 0.1
    assert meter(x + hum(x, 60.0, 1.0)).mains_hz() == 60.0


def test_mains_off_their_nominal_frequency_are_found():
    x = noise()
    run = meter(x + hum(x, 50.1, 20.0))
    assert run.mains_hz() == 50.0
    assert run.hum_uv(50.0) == pytest.approx(np.full(3, 20.0), rel=0.1)


def test_the_stronger_of_two_lines_is_the_mains():
    x = noise()
    assert meter(x + hum(x, 50.0, 4.0) + hum(x, 60.0, 9.0)).mains_hz() == 60.0


def test_one_humming_channel_tells_the_mains():
    x = noise()
    x[:, 1:2] += hum(x[:, 1:2], 50.0, 30.0)
    run = meter(x)
    assert run.mains_hz() == 50.0
    assert run.clear(50.0).tolist() == [False, True, False]


def test_before_the_first_window_nothing_is_said():
    x = noise(length_s=1.9)
    run = meter(x + hum(x, 50.0, 20.0))
    assert np.isnan(run.hum_uv(50.0)).all()
    assert np.isnan(run.ratio(50.0)).all()
    assert run.mains_hz() is None


def test_a_drift_of_ten_millivolts_is_no_hum():
    x = noise() + np.linspace(0.0, 10_000.0, round(6 * RATE_HZ))[:, None]
    assert meter(x).mains_hz() is None
    assert meter(x).hum_uv(50.0).max() < 3.0


def test_a_line_the_rate_cannot_hold_is_not_measured():
    run = meter(noise()[:, :1], rate_hz=100.0)
    assert np.isnan(run.hum_uv(50.0)).all()
    assert run.mains_hz() is None


def test_a_flat_channel_has_no_hum_and_no_ratio():
    run = meter(np.full((1500, 2), 4200.0))
    assert run.mains_hz() is None
    assert np.isnan(run.ratio(50.0)).all()


def test_a_missing_stretch_does_not_stay_in_the_meter():
    x = noise() + hum(noise(), 50.0, 20.0)
    x[300:400, 0] = np.nan
    assert meter(x).hum_uv(50.0) == pytest.approx(np.full(3, 20.0), abs=1.0)


def test_the_way_the_signal_is_cut_does_not_matter():
    x = noise() + hum(noise(), 50.0, 20.0)
    one, other = meter(x, hop=1500), meter(x, hop=7)
    # Sums over hops of other lengths differ in their rounding.
    assert np.allclose(one.hum_uv(50.0), other.hum_uv(50.0), rtol=1e-12)
    assert np.allclose(one.ratio(50.0), other.ratio(50.0), rtol=1e-12)
