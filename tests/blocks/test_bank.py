import numpy as np
import pytest
from scipy import signal
from threadpoolctl import threadpool_limits

from neuroaffect.blocks.spectral.bank import BAND_SETS, Bank, band_edges, band_filters, block_matrix
from neuroaffect.errors import PipelineError
from neuroaffect.stream import StreamInfo

INFO = StreamInfo(name="cap", kind="eeg", rate_hz=128.0, channels=("Cz", "O1"), unit="uV")
SOS = band_filters(BAND_SETS["seed5"], 3, INFO, "test")


def settled_start(sos, x):
    return signal.sosfilt(sos, x, axis=0, zi=signal.sosfilt_zi(sos)[:, :, None] * x[0])[0]


@pytest.mark.parametrize("hop", [1, 7, 32, 33, 200])
def test_the_bank_filters_as_sosfilt_does(hop):
    x = 12 * np.random.default_rng(1).standard_normal((2000, 2))
    bank = Bank(SOS, 128.0)
    y = np.concatenate([bank.process(x[i : i + hop]) for i in range(0, len(x), hop)], axis=1)
    expected = np.stack([settled_start(sos, x) for sos in SOS])
    # Sums in another order: 1e-11 µV is a rounding of values of some tens of µV.
    assert np.abs(y - expected).max() < 1e-11


def test_an_offset_of_millivolts_costs_no_digits():
    x = 12 * np.random.default_rng(1).standard_normal((4000, 2))
    with_offset = Bank(SOS, 128.0).process(x + 2.0**16)  # a power of two: the sum loses 1e-11
    assert np.abs(with_offset - Bank(SOS, 128.0).process(x)).max() < 1e-9


@pytest.mark.parametrize("channels", [4, 32, 128, 256])
def test_the_number_of_threads_does_not_change_a_bit(channels):
    # Features are also made in worker processes, which are given fewer threads than a live run.
    x = 12 * np.random.default_rng(2).standard_normal((500, channels))
    answers = []
    for threads in (1, 2, 4):
        with threadpool_limits(threads):
            bank = Bank(SOS, 128.0)
            answers.append([bank.process(x[i : i + 125]) for i in range(0, 500, 125)])
    assert np.array_equal(answers[0], answers[1])
    assert np.array_equal(answers[0], answers[2])


def test_a_constant_gives_nothing_from_the_first_sample_on():
    assert not Bank(SOS, 128.0).process(np.full((64, 2), 4200.0)).any()


def test_a_missing_first_sample_starts_from_zero_and_recovers():
    x = np.random.default_rng(1).standard_normal((4096, 2))
    x[0, 0] = np.nan
    y = Bank(SOS, 128.0).process(x)
    assert np.isfinite(y).all()
    assert y[:, 2000:] == pytest.approx(Bank(SOS, 128.0).process(np.nan_to_num(x))[:, 2000:])


def test_a_matrix_of_one_sample_is_the_filter_s_recursion():
    sos = signal.butter(1, (8, 13), "bandpass", fs=128, output="sos")
    y, state = signal.sosfilt(sos, [3.0], zi=np.array([[0.5, -0.25]]))
    after = block_matrix(sos, 1) @ np.array([3.0, 0.5, -0.25])
    assert after == pytest.approx([y[0], *state[0]], abs=1e-15)


def test_the_seed_bands_are_those_of_its_page():
    expected = {"delta": (1, 4), "theta": (4, 8), "alpha": (8, 14), "beta": (14, 31)}
    assert band_edges("seed5", "test") == expected | {"gamma": (31, 50)}


def test_an_unknown_set_is_refused_with_the_known_ones():
    with pytest.raises(PipelineError, match=r"entropy: no band set .*seed5"):
        band_edges("seed99", "entropy")


def test_no_band_at_all_is_refused():
    with pytest.raises(PipelineError, match="bands is empty"):
        band_edges({}, "entropy")
