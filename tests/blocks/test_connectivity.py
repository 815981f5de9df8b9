import numpy as np
import pytest
from scipy import signal

from neuroaffect.blocks import Connectivity
from neuroaffect.blocks.base import Context
from neuroaffect.errors import PipelineError
from neuroaffect.stream import StreamInfo

RATE = 128.0
CHANNELS = ("Fz", "Cz", "Pz", "Oz")
INFO = StreamInfo(name="cap", kind="eeg", rate_hz=RATE, channels=CHANNELS, unit="uV")
ALPHA = {"alpha": (8.0, 13.0)}


def run(block, x, hop=32, good=None):
    step = block.start(INFO)
    good = np.ones((len(x) // hop, x.shape[1]), bool) if good is None else good
    return np.array([step.process(x[hop * k : hop * (k + 1)], Context(good[k]))
                     for k in range(len(x) // hop)])  # fmt: skip


def mixed_noise(seconds, seed):
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((round(RATE * seconds), 4))
    return 10 * x @ rng.random((4, 4))


def coupled(seconds, lag, seed, noise=0.3):
    """Return four channels: 0 and 1 share a narrow rhythm, 1 later by `lag` samples."""
    rng = np.random.default_rng(seed)
    n = round(RATE * seconds)
    sos = signal.butter(2, (9, 11), "bandpass", fs=RATE, output="sos")
    rhythm = signal.sosfilt(sos, rng.standard_normal(n + 500))[500:]
    rhythm /= rhythm.std()
    x = noise * rng.standard_normal((n, 4))
    x[:, 0] += rhythm
    x[lag:, 1] += rhythm[: n - lag]
    return x


@pytest.mark.parametrize(("window_s", "segment_s"), [(8.0, 1.0), (4.0, 0.5), (3.0, 1.5)])
def test_coherence_is_the_root_of_scipy_s(window_s, segment_s):
    x = mixed_noise(12, 1)
    block = Connectivity(
        bands=ALPHA, measure="coherence", form="matrix", window_s=window_s, segment_s=segment_s
    )
    measured = run(block, x)[-1]
    newest = x[-round(window_s * RATE) :]
    expected = np.ones((4, 4))
    for i in range(4):
        for j in range(4):
            f, squared = signal.coherence(
                newest[:, i], newest[:, j], RATE, nperseg=round(segment_s * RATE)
            )
            expected[i, j] = np.sqrt(squared[(f >= 8) & (f < 13)]).mean()
    # The same sums in another order.
    assert measured == pytest.approx(expected, abs=1e-12)


def test_imaginary_coherence_is_that_of_scipy_s_cross_spectrum():
    x = mixed_noise(12, 2)
    measured = run(Connectivity(bands=ALPHA, form="matrix"), x)[-1]
    newest = x[-1024:]
    f, cross = signal.csd(newest[:, 0], newest[:, 1], RATE, nperseg=128)
    power = [signal.welch(newest[:, i], RATE, nperseg=128)[1] for i in (0, 1)]
    expected = np.abs(cross.imag / np.sqrt(power[0] * power[1]))[(f >= 8) & (f < 13)].mean()
    assert measured[0, 1] == pytest.approx(expected, abs=1e-12)


def test_phase_locking_is_the_length_of_the_mean_phase_difference():
    x = mixed_noise(12, 3)
    block = Connectivity(bands=ALPHA, measure="phase-locking", form="matrix")
    measured = run(block, x)[-1]
    _, _, z = signal.stft(
        x[-1024:, :2], RATE, nperseg=128, boundary=None, detrend="constant", axis=0
    )
    phase = np.angle(z[8:13])  # (frequencies, channels, segments)
    expected = np.abs(np.exp(1j * (phase[:, 0] - phase[:, 1])).mean(axis=-1)).mean()
    assert measured[0, 1] == pytest.approx(expected, abs=1e-12)


def test_imaginary_coherence_sees_the_lagged_rhythm_and_not_the_simultaneous_one():
    block = Connectivity(bands=ALPHA, form="matrix", window_s=30.0)
    # 3 samples at 10 Hz and 128 Hz are 84°, nearly all of it imaginary.
    lagged, together = (run(block, coupled(40, lag, 4))[-1][0, 1] for lag in (3, 0))
    assert lagged > 0.6
    assert together < 0.15


@pytest.mark.parametrize("measure", ["coherence", "phase-locking"])
def test_the_other_measures_see_both(measure):
    block = Connectivity(bands=ALPHA, measure=measure, form="matrix", window_s=30.0)
    lagged, together = (run(block, coupled(40, lag, 5))[-1][0, 1] for lag in (3, 0))
    assert min(lagged, together) > 0.6


# Half overlapping Hann segments are worth 1/1.056 as many independent ones (Welch 1967, with a
# correlation of 1/6 between neighbours); |C| over K of them has the mean √(π/4K), |Im C| 1/√(πK).
@pytest.mark.parametrize(
    ("measure", "floor"),
    [("coherence", np.pi / 4), ("phase-locking", np.pi / 4), ("imaginary", 1 / np.pi)],
)
def test_unrelated_channels_have_the_value_of_as_many_segments(measure, floor):
    x = np.random.default_rng(6).standard_normal((round(RATE * 400), 4))
    block = Connectivity(bands={"wide": (4.0, 60.0)}, measure=measure, window_s=12.0)
    measured = run(block, x)[100:].mean()
    assert measured == pytest.approx(np.sqrt(floor / (23 / 1.056)), rel=0.05)


def test_strength_is_the_mean_over_the_other_channels():
    x = mixed_noise(12, 7)
    matrix = run(Connectivity(bands=ALPHA, form="matrix"), x)[-1]
    strength = run(Connectivity(bands=ALPHA), x)[-1][:, 0]
    expected = [np.delete(row, i).mean() for i, row in enumerate(matrix)]
    assert strength == pytest.approx(expected, abs=1e-12)


def test_a_matrix_is_symmetric_band_by_band():
    bands = {"theta": (4.0, 8.0), "alpha": (8.0, 13.0)}
    step = Connectivity(bands=bands, form="matrix").start(INFO)
    assert step.info.features[:5] == ("theta:Fz", "theta:Cz", "theta:Pz", "theta:Oz", "alpha:Fz")
    matrix = run(Connectivity(bands=bands, form="matrix"), mixed_noise(12, 8))[-1]
    for band in (matrix[:, :4], matrix[:, 4:]):
        assert np.array_equal(band, band.T)


def test_a_bad_channel_is_missing_and_left_out_of_the_others_strength():
    x = mixed_noise(12, 9)
    good = np.ones((48, 4), bool)
    good[40, 2] = False
    strength = run(Connectivity(bands=ALPHA), x, good=good)[-1][:, 0]
    matrix = run(Connectivity(bands=ALPHA, form="matrix"), x)[-1]
    assert np.isnan(strength[2])
    assert strength[0] == pytest.approx(matrix[0, [1, 3]].mean(), abs=1e-12)


def test_a_channel_that_was_bad_returns_when_its_segments_have_left():
    x = mixed_noise(12, 10)
    good = np.ones((48, 4), bool)
    good[12, 2] = False
    values = run(Connectivity(bands=ALPHA, window_s=2.0), x, good=good)[:, 2, 0]
    # 2 s, and half a segment until the oldest is dropped: ten hops of a quarter second.
    assert np.isnan(values[12:22]).all()
    assert np.isfinite(values[22:]).all()


@pytest.mark.parametrize("measure", ["coherence", "imaginary", "phase-locking"])
def test_a_flat_channel_has_no_value_and_spares_the_others(measure):
    x = mixed_noise(12, 11)
    x[:, 1] = 4200.3
    strength = run(Connectivity(bands=ALPHA, measure=measure), x)[-1][:, 0]
    assert np.isfinite(strength).tolist() == [True, False, True, True]


def test_there_is_no_value_before_the_window_is_full():
    values = run(Connectivity(bands=ALPHA, window_s=4.0), mixed_noise(8, 12))
    assert np.isnan(values[:15]).all()
    assert np.isfinite(values[15:]).all()


def test_a_band_between_two_frequencies_of_the_grid_is_refused():
    with pytest.raises(PipelineError, match=r"no frequency of the grid of 1 Hz .* 'narrow'"):
        Connectivity(bands={"narrow": (8.2, 8.8)}).start(INFO)


def test_a_window_of_fewer_than_three_segments_is_refused():
    with pytest.raises(PipelineError, match="fewer than three segments"):
        Connectivity(window_s=1.5).start(INFO)
