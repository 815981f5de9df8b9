import numpy as np
import pytest
from scipy import signal

from neuroaffect.blocks import Bandpass, Notch, Reference
from neuroaffect.errors import PipelineError
from neuroaffect.stream import FeatureInfo, StreamInfo

INFO = StreamInfo(name="cap", kind="eeg", rate_hz=250.0, channels=("Fp1", "Cz", "O1"), unit="uV")
TIME_S = np.arange(2500) / 250.0


def tone(hz):
    return np.repeat(np.sin(2 * np.pi * hz * TIME_S)[:, None], 3, axis=1)


def gain(block, hz):
    y = block.start(INFO).process(tone(hz))[1250:, 0]
    return np.sqrt(2 * np.mean(y**2))


@pytest.mark.parametrize("hz", [2.0, 10.0, 40.0, 60.0])
def test_bandpass_has_the_gain_of_the_butterworth_formula(hz):
    sos = signal.butter(4, (1.0, 45.0), "bandpass", fs=250.0, output="sos")
    expected = np.abs(signal.freqz_sos(sos, [hz], fs=250.0)[1][0])
    # 1e-2: the tone is measured over a finite window.
    assert gain(Bandpass(low_hz=1.0, high_hz=45.0), hz) == pytest.approx(expected, abs=1e-2)


def test_an_offset_of_4200_uv_leaves_no_transient():
    y = Bandpass(low_hz=1.0, high_hz=45.0).start(INFO).process(np.full((50, 3), 4200.0))
    assert np.abs(y).max() < 1e-6


def test_notch_removes_the_mains_and_its_harmonic_and_keeps_the_alpha_band():
    notch = Notch(mains_hz=50.0, harmonics=2)
    assert gain(notch, 50.0) < 0.01
    assert gain(notch, 100.0) < 0.01
    assert gain(notch, 10.0) == pytest.approx(1.0, abs=0.01)


def test_notch_leaves_out_harmonics_that_the_rate_cannot_hold():
    assert Notch(mains_hz=60.0, harmonics=9).start(INFO).process(tone(10.0)).shape == (2500, 3)


def test_a_filter_has_settled_to_one_percent_after_its_settle_time():
    step = Bandpass(low_hz=1.0, high_hz=45.0).start(INFO)
    x = np.zeros((2500, 3))
    x[1:] = 100.0  # a step is the hardest start a high-pass edge can meet
    y = np.abs(step.process(x)[:, 0])
    # The envelope of a fourth-order edge may outlast its slowest pole a little: twice 1 %.
    assert y[round(step.settle_s * 250) :].max() < 2.0


@pytest.mark.parametrize(("low_hz", "high_hz"), [(1.0, 125.0), (0.0, 30.0), (20.0, 10.0)])
def test_an_edge_outside_the_signal_is_refused(low_hz, high_hz):
    with pytest.raises(PipelineError, match="choose"):
        Bandpass(low_hz=low_hz, high_hz=high_hz).start(INFO)


def test_a_filter_after_features_is_refused():
    features = FeatureInfo(name="entropy", channels=("Cz",), features=("alpha",))
    with pytest.raises(PipelineError, match="needs a signal"):
        Bandpass(low_hz=1.0, high_hz=45.0).start(features)


def test_average_reference_sums_to_zero_over_electrodes():
    x = np.random.default_rng(0).standard_normal((100, 3))
    assert np.abs(Reference().start(INFO).process(x).sum(axis=1)).max() < 1e-12


def test_average_reference_leaves_a_missing_channel_out():
    y = Reference().start(INFO).process(np.array([[1.0, np.nan, 3.0]]))
    assert np.array_equal(y, [[-1.0, np.nan, 1.0]], equal_nan=True)


def test_named_reference_makes_that_electrode_zero():
    x = np.random.default_rng(0).standard_normal((100, 3))
    assert not Reference(to=("Cz",)).start(INFO).process(x)[:, 1].any()


def test_an_unknown_reference_is_refused_with_the_electrodes_there_are():
    with pytest.raises(PipelineError, match="Fp1, Cz, O1"):
        Reference(to=("M1",)).start(INFO)
