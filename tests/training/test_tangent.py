"""The tangent space against pyriemann's, and what it makes of a lost electrode."""

import numpy as np
import pytest
import torch
from example_input import example_input
from pyriemann.tangentspace import TangentSpace
from sklearn.linear_model import LogisticRegression
from test_classical import AROUSAL, VALENCE, fitted, trials_of

from neuroaffect.errors import EvaluationError, ModelError
from neuroaffect.models import InputShape, build
from neuroaffect.models.layers.matrix_log import logm


@pytest.fixture(scope="module")
def data():
    return trials_of("tangent")


@pytest.fixture(scope="module")
def model(data):
    return fitted("tangent", data, [VALENCE])


def embedded(model, features):
    """Return the tangent vectors of matrices, through the normaliser as live."""
    z = torch.tensor((features - model.mean) / model.sd).float()
    known = ~torch.isnan(z)
    with torch.no_grad():
        return model.network.embed(torch.where(known, z, 0.0), known.any(dim=-1)).numpy()


def lose(matrices, *electrodes):
    """Return the matrices with rows and columns without a value."""
    holed = matrices.copy()
    holed[:, electrodes] = np.nan
    holed[:, :, electrodes] = np.nan
    return holed


@pytest.mark.parametrize("condition", [1e1, 1e2, 1e4])
@pytest.mark.parametrize("size", [2, 14, 40])
def test_the_logarithm_is_that_of_the_eigenvalues(size, condition):
    rng = np.random.default_rng(size)
    vectors = np.linalg.qr(rng.normal(size=(size, size)))[0]
    values = 40 * np.geomspace(1 / condition, 1, size)
    found = logm(torch.tensor((vectors * values) @ vectors.T)[None])[0].numpy()
    # eigenvalues are raised by 1e-9 of the norm, see logm
    np.testing.assert_allclose(found, (vectors * np.log(values)) @ vectors.T, rtol=0, atol=2e-5)


def test_the_logarithm_of_what_is_not_positive_definite_is_finite():
    rng = np.random.default_rng(0)
    wide, thin = rng.normal(size=(2, 30, 30)), rng.normal(size=(2, 30, 2))
    for matrices in (wide + wide.transpose(0, 2, 1), thin @ thin.transpose(0, 2, 1), 0 * wide):
        assert logm(torch.tensor(matrices)).isfinite().all()


def test_the_reference_is_pyriemanns_mean(data, model):
    expected = TangentSpace().fit(data.features).reference_
    # pyriemann stops when the mean moves by less
    np.testing.assert_allclose(model.network.encoder.reference, expected, rtol=0, atol=1e-6)


def test_tangent_vectors_are_pyriemanns(data, model):
    expected = TangentSpace().fit_transform(data.features)
    # float32 inputs
    np.testing.assert_allclose(embedded(model, data.features), expected, rtol=0, atol=1e-5)


def test_probabilities_are_those_of_logistic_regression_on_tangent_vectors(data, model):
    vectors = TangentSpace().fit_transform(data.features)
    oracle = LogisticRegression(max_iter=2000)
    oracle.fit(vectors, data.labels["valence"], sample_weight=np.full(len(vectors), 0.2))
    p = model.say(data.features)["valence"]
    # float32 inputs, and where L-BFGS stops
    np.testing.assert_allclose(p, oracle.predict_proba(vectors), rtol=0, atol=1e-4)


def test_a_matrix_like_the_reference_is_the_origin(model):
    reference = model.network.encoder.reference.numpy()[None]
    # float32 inputs
    np.testing.assert_allclose(embedded(model, reference), 0.0, rtol=0, atol=1e-5)


@pytest.mark.parametrize("lost", [(2,), (0, 5), (0, 1, 2, 3, 4, 5)])
def test_what_is_lost_from_a_matrix_like_the_reference_makes_no_difference(model, lost):
    reference = model.network.encoder.reference.numpy()[None]
    # float32 inputs
    np.testing.assert_allclose(embedded(model, lose(reference, *lost)), 0.0, rtol=0, atol=1e-5)


def test_a_lost_electrode_says_what_the_reference_expects_of_it(model):
    (matrix,) = example_input("tangent", 1, np.random.default_rng(7))
    g, there = model.network.encoder.reference.numpy(), [0, 1, 3, 4, 5]
    b = g[:, there] @ np.linalg.inv(g[np.ix_(there, there)])
    completed = g + b @ (matrix - g)[np.ix_(there, there)] @ b.T
    expected = TangentSpace().fit(g[None]).transform(completed[None])
    # float32 inputs
    np.testing.assert_allclose(embedded(model, lose(matrix[None], 2)), expected, rtol=0, atol=1e-5)


def test_rows_with_a_lost_electrode_take_part_but_not_in_the_reference(data):
    holed = trials_of("tangent")
    holed.features[:5] = lose(holed.features[:5], 3)
    model = fitted("tangent", holed, [VALENCE, AROUSAL])
    sample_weight = np.full(55, 1.0)  # the first trial has no whole matrix
    expected = TangentSpace().fit(data.features[5:], sample_weight=sample_weight).reference_
    # pyriemann stops when the mean moves by less
    np.testing.assert_allclose(model.network.encoder.reference, expected, rtol=0, atol=1e-6)


def test_without_a_single_whole_matrix_there_is_no_reference():
    data = trials_of("tangent")
    for row in range(len(data)):
        data.features[row : row + 1] = lose(data.features[row : row + 1], row % 6)
    with pytest.raises(EvaluationError, match="in none of 60 training rows all 6 electrodes"):
        fitted("tangent", data, [VALENCE])


def test_features_that_are_no_matrix_are_refused():
    shape = InputShape(electrodes=("Fz", "Cz"), features=("alpha", "beta"))
    with pytest.raises(ModelError, match="tangent reads a matrix of electrodes by electrodes"):
        build("tangent", shape=shape, targets=[VALENCE])
