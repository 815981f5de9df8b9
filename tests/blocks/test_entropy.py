import numpy as np
import pytest
from scipy import signal

from neuroaffect.blocks import Entropy
from neuroaffect.errors import PipelineError
from neuroaffect.stream import StreamInfo

INFO = StreamInfo(name="cap", kind="eeg", rate_hz=128.0, channels=("Cz", "O1"), unit="uV")


def run(block, x, hop=32):
    step = block.start(INFO)
    return np.array([step.process(x[i : i + hop]) for i in range(0, len(x), hop)])


def test_entropy_of_white_noise_matches_the_gaussian_formula():
    sigma = 12.0
    x = sigma * np.random.default_rng(3).standard_normal((128 * 400, 2))
    block = Entropy(bands="rbtransformer", window_s=2.0)
    measured = run(block, x)[40:].mean(axis=(0, 1))
    for value, edges in zip(measured, block.edges().values(), strict=True):
        sos = signal.butter(block.order, edges, "bandpass", fs=128.0, output="sos")
        power = np.mean(np.abs(signal.freqz_sos(sos, 4096, whole=True)[1]) ** 2)
        expected = 0.5 * np.log(2 * np.pi * np.e * sigma**2 * power)
        # A 2-s window of a 4-Hz band has about 16 free values: the log of its variance lies
        # about 0.03 nats low on average.
        assert value == pytest.approx(expected, abs=0.06)


@pytest.mark.parametrize("bands", ["rbtransformer", "libeer5", "seed5"])
def test_over_a_long_window_the_formula_holds_to_a_hundredth_of_a_nat(bands):
    x = 12 * np.random.default_rng(4).standard_normal((128 * 1200, 2))
    block = Entropy(bands=bands, window_s=600.0)
    measured = run(block, x, hop=128)[[600, -1]].mean(axis=(0, 1))
    filters = [signal.butter(3, edges, "bandpass", fs=128, output="sos")
               for edges in block.edges().values()]  # fmt: skip
    power = [np.mean(np.abs(signal.freqz_sos(sos, 65536, whole=True)[1]) ** 2) for sos in filters]
    expected = 0.5 * np.log(2 * np.pi * np.e * 144 * np.array(power))
    # Four values from some 5000 free numbers each: standard error 0.005 in the slowest band.
    assert np.abs(measured - expected).max() < 0.015


def test_entropy_equals_a_continuous_filter_and_a_windowed_variance():
    x = 12 * np.random.default_rng(5).standard_normal((128 * 60, 2))
    block = Entropy(bands="seed5", window_s=2.0)
    measured = run(block, x)
    for band, edges in enumerate(block.edges().values()):
        sos = signal.butter(3, edges, "bandpass", fs=128.0, output="sos")
        y = signal.sosfilt(sos, x, axis=0, zi=signal.sosfilt_zi(sos)[:, :, None] * x[0])[0]
        windows = np.lib.stride_tricks.sliding_window_view(y, 256, axis=0)[::32]
        expected = 0.5 * np.log(2 * np.pi * np.e * windows.var(axis=-1))
        # Sums and products in another order: a few roundings of a number near 5.
        assert np.abs(measured[7:, :, band] - expected).max() < 1e-11


def test_filtering_each_window_afresh_lies_below_the_running_filter():
    # The usual offline recipe (order 5 from rest on each second), against the same filter run on.
    x = np.random.default_rng(6).standard_normal((128 * 600, 2))
    b, a = signal.butter(5, (4, 8), "bandpass", fs=128.0)
    afresh = signal.lfilter(b, a, x.reshape(-1, 128, 2), axis=1).var(axis=1)
    bias = 0.5 * np.log(2 * np.pi * np.e * afresh) - _each_second(x)
    # -0.20 nats: the filter's onset fills a good part of each second.
    assert bias[5:].mean() == pytest.approx(-0.20, abs=0.03)


def _each_second(x):
    return run(Entropy(bands={"theta": (4, 8)}, window_s=1.0, order=5), x, hop=128)[:, :, 0]


def test_duan2013_entropy_is_half_log_of_two_pi_e_variance():
    t = np.arange(128 * 20) / 128.0
    x = np.stack([40 * np.sin(2 * np.pi * 10 * t)] * 2, axis=1)
    alpha = run(Entropy(bands={"alpha": (8.0, 13.0)}, window_s=1.0), x)[-1, 0, 0]
    gain = np.abs(
        signal.freqz_sos(signal.butter(3, (8, 13), "bandpass", fs=128, output="sos"), [10], fs=128)[
            1
        ][0]
    )
    expected = 0.5 * np.log(2 * np.pi * np.e * (40 * gain) ** 2 / 2)
    assert alpha == pytest.approx(expected, abs=1e-3)


def test_a_pure_tone_lies_in_one_band_only():
    t = np.arange(128 * 20) / 128.0
    x = np.stack([40 * np.sin(2 * np.pi * 20 * t)] * 2, axis=1)
    theta, alpha, beta, gamma = run(Entropy(bands="rbtransformer"), x)[-1, 0]
    assert beta > max(theta, alpha, gamma) + 2.0


def test_the_window_is_the_variance_of_its_samples():
    x = 5 * np.random.default_rng(0).standard_normal((128 * 6, 2))
    block = Entropy(bands={"alpha": (8.0, 13.0)}, window_s=1.0)
    sos = signal.butter(3, (8, 13), "bandpass", fs=128, output="sos")
    y = signal.sosfilt(sos, x, axis=0, zi=signal.sosfilt_zi(sos)[:, :, None] * x[0])[0]
    expected = 0.5 * np.log(2 * np.pi * np.e * y[-128:].var(axis=0))
    # 1e-9: sums per hop and numpy's variance round differently.
    assert run(block, x)[-1, :, 0] == pytest.approx(expected, abs=1e-9)


def test_a_flat_line_has_a_finite_entropy():
    assert np.isfinite(run(Entropy(), np.zeros((640, 2)))).all()


def test_one_missing_sample_does_not_outlive_the_window():
    x = np.random.default_rng(0).standard_normal((128 * 12, 2))
    broken = x.copy()
    broken[600, 0] = np.nan
    difference = np.abs(run(Entropy(), x) - run(Entropy(), broken))[-1]
    assert difference.max() < 1e-3


def test_an_unknown_band_set_is_refused_with_the_known_ones():
    with pytest.raises(PipelineError, match="libeer5"):
        Entropy(bands="seed99").start(INFO)


def test_a_band_above_half_the_rate_is_refused_by_name():
    with pytest.raises(PipelineError, match="entropy band 'high'"):
        Entropy(bands={"high": (50.0, 70.0)}).start(INFO)
