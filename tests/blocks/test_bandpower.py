import numpy as np
import pytest
from scipy import signal

from neuroaffect.blocks import BandPower, Entropy
from neuroaffect.errors import PipelineError
from neuroaffect.stream import StreamInfo

INFO = StreamInfo(name="cap", kind="eeg", rate_hz=128.0, channels=("Cz", "O1"), unit="uV")


def run(block, x, hop=32):
    step = block.start(INFO)
    return np.array([step.process(x[i : i + hop]) for i in range(0, len(x), hop)])


def pink_noise(seconds, seed):
    white = np.random.default_rng(seed).standard_normal((128 * seconds, 2))
    spectrum = np.fft.rfft(white, axis=0)
    spectrum[1:] /= np.sqrt(np.arange(1, len(spectrum)))[:, None]
    return 300 * np.fft.irfft(spectrum, axis=0)


@pytest.mark.parametrize("bands", ["rbtransformer", "seed5"])
def test_power_is_that_of_welch_weighted_with_the_filter_s_gain(bands):
    x = pink_noise(900, 1)
    frequencies, density = signal.welch(x, 128.0, nperseg=4096, axis=0)
    block = BandPower(bands=bands, window_s=880.0)
    measured = run(block, x, hop=128)[-1]
    for band, (low_hz, high_hz) in enumerate(Entropy(bands=bands).edges().values()):
        sos = signal.butter(3, (low_hz, high_hz), "bandpass", fs=128.0, output="sos")
        gain = np.abs(signal.freqz_sos(sos, frequencies, fs=128.0)[1]) ** 2
        expected = np.trapezoid(density * gain[:, None], frequencies, axis=0)
        # 900 s of a 3-Hz band hold some 2700 free pairs: 2 % standard error in each estimate.
        assert measured[:, band] == pytest.approx(expected, rel=0.06)


def test_power_of_white_noise_is_its_density_times_the_noise_bandwidth():
    x = 10 * np.random.default_rng(2).standard_normal((128 * 900, 2))
    alpha = run(BandPower(bands={"alpha": (8.0, 13.0)}, window_s=890.0), x, hop=128)[-1, :, 0]
    # A Butterworth edge of order 3 passes (π/6)/sin(π/6) = 1.047 of the band between its edges.
    assert alpha == pytest.approx(100 * 2 / 128.0 * 5.0 * 1.047, rel=0.05)


def test_a_tone_of_known_amplitude_has_half_its_square():
    t = np.arange(128 * 20) / 128.0
    x = np.stack([40 * np.sin(2 * np.pi * 22 * t)] * 2, axis=1)
    # 22 Hz is the middle of the band, where a Butterworth filter of order 3 passes all but 1e-6.
    assert run(BandPower(bands={"beta": (14.0, 31.0)}), x)[-1, 0, 0] == pytest.approx(800, rel=1e-3)


def test_relative_powers_sum_to_one():
    shares = run(BandPower(bands="seed5", form="relative"), pink_noise(20, 3))[8:]
    # 1e-12: five numbers and their sum, rounded.
    assert shares.sum(axis=2) == pytest.approx(1.0, abs=1e-12)


def test_decibels_are_ten_common_logarithms_of_the_power():
    x = pink_noise(20, 4)
    power, logarithm, db = (
        run(BandPower(form=form), x)[-1] for form in ("absolute", "log10", "db")
    )
    assert np.array_equal(logarithm, np.log10(power))
    assert np.array_equal(db, 10 * np.log10(power))


def test_a_flat_channel_has_no_shares_and_a_finite_logarithm():
    flat = np.zeros((640, 2))
    assert np.isnan(run(BandPower(form="relative"), flat)).all()
    assert np.array_equal(run(BandPower(form="log10"), flat), np.full((20, 2, 5), -12.0))


def test_the_unit_is_the_stream_s_squared():
    assert BandPower().start(INFO).info.units == ("uV^2",) * 5


def test_a_window_of_nothing_is_refused():
    with pytest.raises(PipelineError, match="bandpower: window_s = 0 must be above 0"):
        BandPower(window_s=0.0).start(INFO)


def test_alpha_at_the_back_of_the_head_grows_when_the_eyes_close(shared):
    info = StreamInfo(name="insight", kind="eeg", rate_hz=128.0, channels=("Pz",), unit="uV")

    def alpha_db(path):
        x = np.loadtxt(path, delimiter=",", skiprows=1, usecols=3)[:, None]
        step = BandPower(bands={"alpha": (8.0, 13.0)}, form="db").start(info)
        values = [step.process(x[at : at + 32])[0, 0] for at in range(0, len(x) - 31, 32)]
        return np.median(values[40:])

    opened, closed = (
        [alpha_db(path) for path in sorted((shared / "insight").glob(f"{state}*.csv"))]
        for state in ("Open", "Closed")
    )
    # Five recordings of one person each way, means 21 and 25 dB.
    assert np.mean(closed) - np.mean(opened) > 2.0
