import numpy as np
import pytest
from scipy import signal

from neuroaffect.blocks import Flaw, Muscle, Notch
from neuroaffect.blocks.base import Context
from neuroaffect.errors import PipelineError
from neuroaffect.stream import StreamInfo

RATE_HZ = 250.0


def info(channels=("Fz", "T7"), rate_hz=RATE_HZ):
    return StreamInfo(name="cap", kind="eeg", rate_hz=rate_hz, channels=channels, unit="uV")


def colored(power_of_f, length_s=60.0, seed=0):
    """Noise of 10 µV whose power goes with this power of the frequency, (samples, 2)."""
    n = round(length_s * RATE_HZ)
    spectrum = np.fft.rfft(np.random.default_rng(seed).standard_normal((n, 2)), axis=0)
    hz = np.maximum(np.fft.rfftfreq(n, 1 / RATE_HZ)[:, None], 0.5)
    x = np.fft.irfft(spectrum * hz ** (power_of_f / 2), n, axis=0)
    return 10 * x / x.std(axis=0)


def run(x, block=None, step=None, context=None, hop=50):
    """Both features of each hop, (hops, channels, 2)."""
    step = step or (block or Muscle()).start(info())
    context = context or Context()
    return np.array([step.process(x[i : i + hop], context) for i in range(0, len(x), hop)])


def test_white_noise_has_a_ratio_of_nothing():
    y = run(colored(0.0, 600.0), Muscle(window_s=590.0), hop=2500)
    # 0.04: chance; the power of the low band has a spread of 1 % over ten minutes.
    assert y[-1, :, 0] == pytest.approx([0.0, 0.0], abs=0.04)


@pytest.mark.parametrize("exponent", [-1.0, -2.0])
def test_a_falling_spectrum_has_the_ratio_of_its_formula(exponent):
    hz = np.linspace(4.0, 20.0, 2000), np.linspace(30.0, 95.0, 2000)
    hz = hz[0], hz[1][(abs(hz[1] - 50.0) > 2) & (abs(hz[1] - 60.0) > 2)]
    brain, muscle = (np.mean(f**exponent) for f in hz)
    y = run(colored(exponent), Muscle(window_s=50.0))
    # 0.2: chance as above, and the edges of the bands are slopes.
    assert y[-1, :, 0] == pytest.approx([np.log(muscle / brain)] * 2, abs=0.2)


def test_the_rms_is_that_of_the_band_in_microvolts():
    x = np.sqrt(2) * 5 * np.sin(2 * np.pi * 75 * np.arange(5000) / RATE_HZ)[:, None] * [1.0, 3.0]
    assert run(x)[-1, :, 1] == pytest.approx([5.0, 15.0], rel=0.02)


@pytest.mark.parametrize("hz", [50.0, 60.0, 100.0])
def test_the_mains_do_not_count(hz):
    x = 20 * np.sin(2 * np.pi * hz * np.arange(5000) / RATE_HZ)[:, None] * [1.0, 1.0]
    assert run(x)[-1, :, 1].max() < 0.1


def tense(seed=1):
    """A muscle of 15 µV in the second channel from 30 s on, upon a brain."""
    sos = signal.butter(4, (20.0, 110.0), "bandpass", fs=RATE_HZ, output="sos")
    rng = np.random.default_rng(seed)
    x = colored(-1.5)
    x[7500:, 1] += 15 * signal.sosfilt(sos, rng.standard_normal(7500))
    return x


def test_a_tense_muscle_is_flagged_and_the_channel_stays_good():
    step = Muscle().start(info())
    run(tense(), step=step)
    assert step.flaws.tolist() == [0, Flaw.ARTIFACT]
    assert step.quality.all()


def test_it_marks_the_channel_bad_if_asked_to():
    step = Muscle(mask=True).start(info())
    run(tense(), step=step)
    assert step.quality.tolist() == [1.0, 0.0]


def test_a_relaxed_brain_is_never_flagged():
    assert run(colored(-1.0, 300.0))[10:, :, 0].max() < Muscle().most_nats


def test_there_is_no_value_before_the_first_window():
    y = run(colored(-1.0))
    assert np.isnan(y[:4]).all()
    assert np.isfinite(y[4:]).all()


def test_a_channel_that_was_bad_within_the_window_has_no_value():
    step = Muscle().start(info())
    x = colored(-1.0)
    run(x[:500], step=step)
    run(x[500:550], step=step, context=Context(np.array([True, False])))
    y = run(x[550:850], step=step)
    assert np.isnan(y[:4, 1]).all()
    assert np.isfinite(y[4:, 1]).all()
    assert np.isfinite(y[:, 0]).all()


def test_a_clenched_jaw_of_a_real_recording_is_flagged_and_closed_eyes_are_not(shared):
    # As in test_artifact: jaw 8-14.5 s, most of all in the third channel; eyes closed 25-53 s.
    path = next((shared / "openbci").glob("*.txt"))
    lines = [line for line in path.read_text().splitlines() if not line.startswith("%")][1:]
    x = np.array([line.split(",")[1:9] for line in lines], dtype=float)
    caps = info(tuple(f"EXG{n}" for n in range(8)))
    notch = Notch(mains_hz="auto", harmonics=2, q=10.0).start(caps)
    x = np.concatenate([notch.process(z) for z in np.array_split(x, 450)])
    beyond = run(x, step=Muscle().start(caps))[:, :, 0] > Muscle().most_nats
    jaw, still = beyond[45:72], beyond[125:265]
    assert jaw[:, 2].mean() > 0.6
    assert still.mean() < 0.01


def test_a_rate_too_low_to_tell_is_refused():
    with pytest.raises(PipelineError, match="has 64 Hz, too few"):
        Muscle().start(info(rate_hz=64.0))


def test_a_window_of_nothing_is_refused():
    with pytest.raises(PipelineError, match="window_s = 0 must be above 0"):
        Muscle(window_s=0.0).start(info())
