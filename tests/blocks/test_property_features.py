"""What features keep when the signal is scaled or shifted, or its channels change places."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from neuroaffect.blocks import BandPower, Connectivity, Covariance, Entropy, Hjorth, Raw
from neuroaffect.stream import StreamInfo

RATE, HOP, CHANNELS = 64.0, 16, ("Fz", "Cz", "Pz")
BANDS = {"theta": (4.0, 8.0), "beta": (14.0, 30.0)}
INFO = StreamInfo(name="cap", kind="eeg", rate_hz=RATE, channels=CHANNELS, unit="uV")

# A few arbitrary values on a floor of noise: a channel that is constant has no features.
signals = arrays.arrays(np.float64, (256, 3), elements=st.floats(-500, 500), fill=st.just(0.0)).map(
    lambda x: x + np.random.default_rng(0).standard_normal(x.shape)
)
scales = st.floats(0.01, 1000.0)

BLOCKS = {
    "entropy": Entropy(bands=BANDS, window_s=2.0),
    "bandpower": BandPower(bands=BANDS, window_s=2.0),
    "relative": BandPower(bands=BANDS, window_s=2.0, form="relative"),
    "hjorth": Hjorth(window_s=2.0),
    "raw": Raw(window_s=1.0),
    "covariance": Covariance(window_s=2.0),
    "coherence": Connectivity(bands=BANDS, measure="coherence", window_s=2.0),
    "imaginary": Connectivity(bands=BANDS, window_s=2.0),
    "phase-locking": Connectivity(bands=BANDS, measure="phase-locking", window_s=2.0),
}


def features(name, x, info=INFO):
    step = BLOCKS[name].start(info)
    return [step.process(x[at : at + HOP].copy()) for at in range(0, len(x), HOP)][-1]


# Scaling and shifting round each sample anew; a band that holds a millionth of the largest value
# squared keeps six digits fewer than the sixteen of its samples.
def close(value, expected, rtol=1e-6):
    return np.allclose(value, expected, rtol=rtol, atol=1e-9)


@given(signals, scales)
@settings(max_examples=20, deadline=None)
def test_scaling_the_signal_adds_its_logarithm_to_the_entropy(x, k):
    assert close(features("entropy", k * x), features("entropy", x) + np.log(k))


@given(signals, scales)
@settings(max_examples=20, deadline=None)
def test_scaling_the_signal_scales_powers_and_covariances_with_its_square(x, k):
    for name in ("bandpower", "covariance"):
        assert close(features(name, k * x) / k**2, features(name, x))


@given(signals, scales)
@settings(max_examples=20, deadline=None)
def test_shape_does_not_depend_on_scale(x, k):
    for name in ("relative", "coherence", "imaginary", "phase-locking"):
        assert close(features(name, k * x), features(name, x))
    assert close(features("hjorth", k * x)[:, 1:], features("hjorth", x)[:, 1:])


@given(signals, st.floats(-5000, 5000))
@settings(max_examples=20, deadline=None)
def test_an_offset_changes_nothing(x, offset):
    for name in BLOCKS:
        if name != "raw":
            assert close(features(name, x + offset), features(name, x))


@given(signals, st.permutations(range(3)))
@settings(max_examples=20, deadline=None)
def test_swapping_channels_swaps_their_rows(x, order):
    order = list(order)
    info = INFO.pick(tuple(CHANNELS[i] for i in order))
    for name in BLOCKS:
        expected = features(name, x)[order]
        if name == "covariance":
            expected = expected[:, order]
        swapped = features(name, np.ascontiguousarray(x[:, order]), info)
        assert close(swapped, expected, rtol=1e-9)


@given(signals)
@settings(max_examples=20, deadline=None)
def test_a_covariance_is_always_positive_definite(x):
    assert np.linalg.eigvalsh(features("covariance", x)).min() > 0
