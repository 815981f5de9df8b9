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
