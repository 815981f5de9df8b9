import numpy as np
import pytest
from numpy.polynomial import legendre

from neuroaffect.blocks.cleaning.spline import laplacian_matrix, spline_kernels


@pytest.fixture(scope="module")
def sphere():
    """Two hundred points spread evenly over the unit sphere (a Fibonacci lattice)."""
    n = np.arange(200)
    z = 1 - (2 * n + 1) / 200
    turn = n * np.pi * (3 - np.sqrt(5))
    flat = np.sqrt(1 - z**2)
    return np.stack([flat * np.cos(turn), flat * np.sin(turn), z], axis=1)


@pytest.mark.parametrize("degree", [1, 2, 3, 4, 5])
def test_a_spherical_harmonic_has_the_density_of_theory(sphere, degree):
    # l (l + 1) times itself; what smoothing leaves of it follows from the kernel's eigenvalue.
    harmonic = legendre.legval(sphere[:, 2], np.eye(degree + 1)[degree])
    density = degree * (degree + 1)
    eigenvalue = len(sphere) / (4 * np.pi) / density**4
    expected = density * harmonic * eigenvalue / (eigenvalue + 1e-5)
    matrix = laplacian_matrix(*spline_kernels(sphere), np.ones(len(sphere), dtype=bool))
    # 2 %: the points are spread evenly, not perfectly so.
    assert np.abs(matrix @ harmonic - expected).max() < 0.02 * np.abs(expected).max()


def test_a_constant_has_no_density(sphere):
    matrix = laplacian_matrix(*spline_kernels(sphere), np.ones(len(sphere), dtype=bool))
    assert np.abs(matrix.sum(axis=1)).max() < 1e-8


def test_an_electrode_that_is_not_in_use_has_no_weight_and_gets_what_lies_around_it(sphere):
    used = np.ones(len(sphere), dtype=bool)
    used[50] = False
    matrix = laplacian_matrix(*spline_kernels(sphere), used)
    assert not matrix[:, 50].any()
    assert (matrix @ sphere[:, 2])[50] == pytest.approx(2 * sphere[50, 2], abs=0.05)
