"""The mathematics of artifact subspace reconstruction, against theory."""

import numpy as np
import pytest
from scipy import optimize, signal

from neuroaffect.blocks.cleaning.shaping import shaping_gain, shaping_sos
from neuroaffect.blocks.cleaning.subspace import (
    calibrate,
    geometric_median,
    reconstruction,
    typical,
)

RATES_HZ = (64, 100, 125, 128, 200, 250, 256, 300, 500, 512, 1000)


@pytest.fixture
def rng():
    return np.random.default_rng(3)


def windows_of(x, n):
    return np.array([w.T @ w / n for w in np.split(x[: len(x) // n * n], len(x) // n)])


def learned(x, n=64, cutoff=10.0):
    windows = windows_of(x, n)
    return calibrate(windows, np.ones(windows.shape[:2], bool), cutoff=cutoff, least=20)


# --- the shaping filter


@pytest.mark.parametrize("rate_hz", RATES_HZ)
def test_the_shaping_filter_and_its_inverse_are_stable(rate_hz):
    zeros, poles, _ = signal.sos2zpk(shaping_sos(rate_hz))
    assert np.abs(zeros).max() < 1
    assert np.abs(poles).max() < 1


@pytest.mark.parametrize("rate_hz", [250, 256, 300])
def test_muscles_are_heard_three_times_as_loud_and_alpha_half_at_most(rate_hz):
    _, response = signal.sosfreqz(shaping_sos(rate_hz), [10.0, 30.0, 100.0], fs=rate_hz)
    alpha, beta, muscle = np.abs(response)
    assert alpha < 0.5
    # 30 Hz and 100 Hz lie in the middle of level stretches, which the filter can follow.
    assert (beta, muscle) == pytest.approx(shaping_gain(np.array([30.0, 100.0])), rel=0.05)


# At 200 Hz the peer's filter has a notch of -35 dB at 8 Hz that nobody asked for.
@pytest.mark.parametrize("rate_hz", [100, 128, 250, 256, 500, 512])
def test_the_shaping_filter_is_that_of_the_peer(rate_hz):
    import asrpy.asr_utils as peer

    top_hz = min(80.0, rate_hz / 2 - 1)
    edges_hz = np.array([0, 2, 3, 13, 16, 40, top_hz, rate_hz / 2])
    gains = np.array([3, 0.75, 0.33, 0.33, 1, 1, 3, 3])
    b, a = peer.yulewalk(8, 2 * edges_hz / rate_hz, gains)
    # Above 40 Hz the peer lets the gain rise to 3 at half the rate, where that is below 80 Hz.
    hz = np.linspace(1, 40, 200)
    _, theirs = signal.freqz(b, a, hz, fs=rate_hz)
    _, ours = signal.sosfreqz(shaping_sos(rate_hz), hz, fs=rate_hz)
    assert np.abs(ours) == pytest.approx(np.abs(theirs), abs=0.15)


# --- robust statistics


# The smallest values of many show the deviation only roughly: 10 % for 400 of them.
@pytest.mark.parametrize("share", [0.0, 0.1, 0.2, 0.3, 0.4])
def test_what_is_typical_does_not_mind_a_share_of_large_values(rng, share):
    values = rng.normal(10.0, 1.5, (400, 200))
    values[: round(share * 400)] += rng.uniform(3.0, 100.0, (round(share * 400), 200))
    mean, deviation = typical(values)
    assert np.median(mean) == pytest.approx(10.0, abs=0.3)
    assert np.median(deviation) == pytest.approx(1.5, rel=0.15)


def test_the_geometric_median_has_the_least_sum_of_distances(rng):
    rows = rng.standard_normal((40, 3)) + rng.exponential(3.0, (40, 1))
    found = optimize.minimize(
        lambda y: np.linalg.norm(rows - y, axis=1).sum(), rows.mean(axis=0), tol=1e-10
    )
    assert geometric_median(rows) == pytest.approx(found.x, abs=1e-4)  # both are iterations


def test_a_geometric_median_that_is_one_of_the_rows_is_found():
    rows = np.array([[0.0, 0.0], [1.0, 0.0], [-1.0, 0.0], [0.0, 1.0], [0.0, -1.0]])
    assert geometric_median(rows) == pytest.approx(np.zeros(2), abs=1e-3)


# --- calibration


def test_the_limit_of_white_noise_is_that_of_its_rms(rng):
    # RMS over n samples has mean ~ s and deviation s / sqrt(2n).
    calibration = learned(2.0 * rng.standard_normal((64 * 600, 3)))
    limit = np.sqrt(np.linalg.eigvalsh(calibration.limit))
    assert limit == pytest.approx(2.0 * (1 + 10 / np.sqrt(128)), rel=0.1)
    assert calibration.covariance == pytest.approx(4 * np.eye(3), abs=0.2)


@pytest.mark.parametrize("share", [0.1, 0.2, 0.3])
def test_a_share_of_artifacts_in_the_baseline_hardly_changes_the_calibration(rng, share):
    mixing = rng.standard_normal((8, 8))
    x = rng.standard_normal((64 * 240, 8)) @ mixing
    clean = learned(x)
    spoilt = x.copy()
    for start in 64 * rng.choice(240, round(share * 240), replace=False):
        topography = rng.standard_normal(8) * rng.uniform(20, 200)
        spoilt[start : start + 64] += np.outer(signal.windows.hann(64), topography)
    found = learned(spoilt)
    assert found.clean == pytest.approx(clean.clean - share, abs=0.1)
    directions = np.linalg.eigh(clean.covariance)[1]
    limits = [np.sqrt(np.diag(directions.T @ c.limit @ directions)) for c in (clean, found)]
    assert limits[1] == pytest.approx(limits[0], rel=0.35)  # two draws of noise differ by 20 %
    assert np.median(limits[1] / limits[0]) == pytest.approx(1.0, abs=0.15)
    off = np.linalg.norm(found.covariance - clean.covariance) / np.linalg.norm(clean.covariance)
    assert off < 0.1


def test_a_channel_that_was_bad_in_most_of_the_baseline_is_not_used(rng):
    windows = windows_of(rng.standard_normal((64 * 100, 4)), 64)
    good = np.ones((100, 4), bool)
    good[:60, 2] = False
    calibration = calibrate(windows, good, cutoff=10.0, least=20)
    assert calibration.used.tolist() == [True, True, False, True]
    assert not calibration.covariance[2].any()


def test_too_few_clean_windows_give_no_calibration(rng):
    windows = windows_of(rng.standard_normal((64 * 19, 4)), 64)
    assert calibrate(windows, np.ones((19, 4), bool), cutoff=10.0, least=20) is None


# --- reconstruction


def spoilt_window(rng, mixing, topography):
    x = rng.standard_normal((64, mixing.shape[1])) @ mixing.T
    return x.T @ x / 64 + 1e6 * np.outer(topography, topography)


def test_a_window_within_the_limits_is_left_alone(rng):
    x = rng.standard_normal((64 * 200, 6)) @ rng.standard_normal((6, 6))
    calibration, good = learned(x), np.ones(6, bool)
    made = [reconstruction(w, calibration, good, most_removed=0.66) for w in windows_of(x, 64)]
    assert all(matrix is None for matrix in made)


def test_what_is_kept_stays_and_what_is_removed_is_its_conditional_mean(rng):
    mixing = rng.standard_normal((6, 6))
    calibration = learned(rng.standard_normal((64 * 400, 6)) @ mixing.T)
    topography = np.array([1.0, 0.8, 0, 0, 0, 0]) / np.hypot(1, 0.8)
    window = spoilt_window(rng, mixing, topography)
    r = reconstruction(window, calibration, np.ones(6, bool), most_removed=0.66)
    _, v = np.linalg.eigh(window)
    kept, removed = v[:, :-1], v[:, -1]
    assert kept.T @ r == pytest.approx(kept.T, abs=1e-9)  # rounding
    # Of jointly Gaussian a, b: E[b | a] = C_ba C_aa^-1 a, with the noise of each channel in C.
    c = calibration.covariance + 0.01 * np.trace(calibration.covariance) / 6 * np.eye(6)
    guess = removed @ c @ kept @ np.linalg.inv(kept.T @ c @ kept) @ kept.T
    assert removed @ r == pytest.approx(guess, abs=1e-9)  # rounding
    assert r @ topography == pytest.approx(np.zeros(6), abs=0.01)  # the window's own noise


def test_a_signal_that_lacks_ranks_is_not_blown_up(rng):
    mixing = rng.standard_normal((8, 5))  # five sources, eight channels: cleaned by ICA, say
    x = rng.standard_normal((64 * 400, 5)) @ mixing.T
    calibration = learned(x + 1e-3 * rng.standard_normal((64 * 400, 8)))
    # Muscle tone everywhere is new in every direction that the baseline lacked; it was multiplied
    # by up to 37 before each channel was granted noise of its own.
    window = spoilt_window(rng, mixing, np.eye(8)[0]) + 10 * np.eye(8)
    r = reconstruction(window, calibration, np.ones(8, bool), most_removed=0.66)
    assert np.linalg.norm(r, 2) < 4


def test_no_more_than_the_stated_share_is_removed(rng):
    calibration = learned(rng.standard_normal((64 * 200, 6)))
    r = reconstruction(1e6 * np.eye(6), calibration, np.ones(6, bool), most_removed=0.5)
    assert np.linalg.matrix_rank(r, tol=1e-6) == 3


def test_a_bad_channel_is_neither_read_nor_written(rng):
    calibration = learned(rng.standard_normal((64 * 200, 4)) @ rng.standard_normal((4, 4)))
    good = np.array([True, True, False, True])
    window = spoilt_window(rng, np.eye(4), np.array([1.0, 0.0, 0.0, 0.0]))
    window[2] = window[:, 2] = 1e9
    r = reconstruction(window, calibration, good, most_removed=0.66)
    assert r[2].tolist() == [0, 0, 1, 0]
    assert r[:, 2].tolist() == [0, 0, 1, 0]
