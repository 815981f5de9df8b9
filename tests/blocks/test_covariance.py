import numpy as np
import pytest
from pyriemann.estimation import Covariances
from pyriemann.tangentspace import TangentSpace
from scipy import signal
from sklearn.covariance import OAS, LedoitWolf
from threadpoolctl import threadpool_limits

from neuroaffect.blocks import Covariance
from neuroaffect.blocks.base import Context
from neuroaffect.blocks.spectral.covariance import shrink
from neuroaffect.errors import PipelineError
from neuroaffect.stream import StreamInfo

CHANNELS = ("Fp1", "Fp2", "Cz", "O1", "O2", "T7")
INFO = StreamInfo(name="cap", kind="eeg", rate_hz=128.0, channels=CHANNELS, unit="uV")


def mixed_noise(seconds, seed, channels=6):
    rng = np.random.default_rng(seed)
    return 10 * rng.standard_normal((128 * seconds, channels)) @ rng.random((channels, channels))


def run(block, x, hop=32, good=None):
    step = block.start(INFO)
    good = np.ones((len(x) // hop, x.shape[1]), bool) if good is None else good
    return np.array([step.process(x[hop * k : hop * (k + 1)], Context(good[k]))
                     for k in range(len(x) // hop)])  # fmt: skip


# Relative 1e-9: the same sums in another order, and 1e-12 µV² added to the diagonal.
@pytest.mark.parametrize(
    ("shrinkage", "estimator"), [("ledoit-wolf", LedoitWolf()), ("oas", OAS())]
)
@pytest.mark.parametrize("seconds", [1, 8])
def test_shrinkage_is_that_of_scikit_learn(shrinkage, estimator, seconds):
    x = mixed_noise(10, 1) + 300
    measured = run(Covariance(window_s=seconds, shrinkage=shrinkage), x)[-1]
    expected = estimator.fit(x[-128 * seconds :]).covariance_
    assert measured == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize(("shrinkage", "estimator"), [("ledoit-wolf", "lwf"), ("oas", "oas")])
def test_the_matrix_is_that_of_pyriemann(shrinkage, estimator):
    x = mixed_noise(4, 2)
    x -= x[-256:].mean(axis=0)
    measured = run(Covariance(window_s=2.0, shrinkage=shrinkage), x)[-1]
    expected = Covariances(estimator).transform(x[-256:].T[None])[0]
    assert measured == pytest.approx(expected, rel=1e-9)


def test_a_fixed_share_mixes_the_covariance_with_a_sphere():
    x = mixed_noise(4, 3)
    plain = np.cov(x[-256:].T, bias=True)
    expected = 0.8 * plain + 0.2 * np.trace(plain) / 6 * np.eye(6)
    assert run(Covariance(window_s=2.0, shrinkage=0.2), x)[-1] == pytest.approx(expected, rel=1e-9)


def test_a_band_comes_before_the_covariance():
    x = mixed_noise(6, 4)
    sos = signal.butter(3, (8, 13), "bandpass", fs=128.0, output="sos")
    y = signal.sosfilt(sos, x, axis=0, zi=signal.sosfilt_zi(sos)[:, :, None] * x[0])[0]
    measured = run(Covariance(window_s=2.0, band_hz=(8.0, 13.0)), x)[-1]
    assert measured == pytest.approx(OAS().fit(y[-256:]).covariance_, rel=1e-9)


SINGULAR = {
    "average reference": lambda x: x - x.mean(axis=1, keepdims=True),
    "bridged": lambda x: np.repeat(x[:, :3], 2, axis=1),
    "flat": np.zeros_like,
    "two values": lambda x: np.sign(x[:, :1]) * np.ones(6),
    "one saturated": lambda x: x * np.array([1, 1, 1, 1, 1, 1e9]),
}


@pytest.mark.parametrize("shrinkage", ["ledoit-wolf", "oas", 1e-3])
@pytest.mark.parametrize("case", SINGULAR)
def test_the_matrix_is_symmetric_and_positive_definite_whatever_comes(case, shrinkage):
    matrix = run(Covariance(window_s=2.0, shrinkage=shrinkage), SINGULAR[case](mixed_noise(3, 5)))[
        -1
    ]
    assert np.array_equal(matrix, matrix.T)
    assert np.linalg.eigvalsh(matrix).min() > 0
    np.linalg.cholesky(matrix)


def test_pyriemann_takes_the_matrices_into_the_tangent_space():
    matrices = run(Covariance(window_s=2.0), mixed_noise(30, 6))[8:]
    vectors = TangentSpace().fit_transform(matrices)
    assert vectors.shape == (len(matrices), 21)
    assert np.isfinite(vectors).all()


def test_a_bad_channel_is_left_out_until_it_has_left_the_window():
    x = mixed_noise(6, 7)
    good = np.ones((24, 6), bool)
    good[10, 2] = False
    matrices = run(Covariance(window_s=1.0), x, good=good)
    others = [0, 1, 3, 4, 5]
    expected = OAS().fit(x[32 * 13 - 128 : 32 * 13][:, others]).covariance_
    assert matrices[12][np.ix_(others, others)] == pytest.approx(expected, rel=1e-9)
    assert np.isnan(matrices[10:14, 2]).all()
    assert np.isnan(matrices[10:14, :, 2]).all()
    assert np.isfinite(matrices[14:]).all()


def test_the_number_of_threads_does_not_change_a_bit():
    x = np.random.default_rng(9).standard_normal((2048, 128))
    answers = []
    for threads in (1, 2, 4):
        with threadpool_limits(threads):
            answers.append(shrink(x, "oas"))
    assert np.array_equal(answers[0], answers[1])
    assert np.array_equal(answers[0], answers[2])


def test_there_is_no_matrix_before_the_window_is_full():
    matrices = run(Covariance(window_s=1.0), mixed_noise(2, 8))
    assert np.isnan(matrices[:3]).all()
    assert np.isfinite(matrices[3:]).all()


def test_no_shrinkage_is_refused():
    with pytest.raises(PipelineError, match="shrinkage = 0 leaves no positive definite"):
        Covariance(shrinkage=0.0).start(INFO)
