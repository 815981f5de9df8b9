"""Spherical splines over electrodes: the maths of the surface Laplacian."""

import numpy as np
from numpy.polynomial import legendre

__all__ = ["laplacian_matrix", "spline_kernels"]

_STIFFNESS = 4
_TERMS = 50
_SMOOTHING = 1e-5


def spline_kernels(directions: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the spline's kernels G and H between electrodes, each (electrodes, electrodes).

    G gives the potential at one electrode that a unit at the other makes, H its current source
    density on a sphere of radius 1.

    Parameters
    ----------
    directions : ndarray, shape (electrodes, 3)
        Unit vectors from the centre of the head.

    References
    ----------
    Perrin, Pernier, Bertrand, Echallier (1989), doi:10.1016/0013-4694(89)90180-6, equation 3
    and the corrigendum, doi:10.1016/0013-4694(90)90009-9
    """
    cosines = np.clip(directions @ directions.T, -1.0, 1.0)
    return _legendre_sum(cosines, _STIFFNESS), _legendre_sum(cosines, _STIFFNESS - 1)


def laplacian_matrix(g: np.ndarray, h: np.ndarray, used: np.ndarray) -> np.ndarray:
    """Return the matrix that takes potentials to current source density on the unit sphere.

    The spline is laid through the electrodes in use and read at all: one that is not in use
    gets what the spline says at its place. Stiffness and smoothing are mne's defaults; with 19
    electrodes the smoothing halves what four periods around the head make.

    Parameters
    ----------
    g, h : ndarray, shape (electrodes, electrodes)
        From :func:`spline_kernels`.
    used : ndarray of bool, shape (electrodes,)

    Returns
    -------
    ndarray, shape (electrodes, electrodes)
        Columns of electrodes that are not in use are 0; every row sums to 0.
    """
    smooth = g[np.ix_(used, used)] + _SMOOTHING * np.eye(int(used.sum()))
    inverse = np.linalg.inv(smooth)
    sums = inverse.sum(axis=0)
    # c of v = G c + c0 under the condition that c sums to 0.
    coefficients = inverse - np.outer(sums, sums) / sums.sum()
    matrix = np.zeros_like(g)
    matrix[:, used] = h[:, used] @ coefficients
    return matrix


def _legendre_sum(cosines: np.ndarray, power: int) -> np.ndarray:
    """Return Σ (2n + 1) / (n (n + 1))^power · P_n(cosine) / 4π over n = 1 … 50."""
    n = np.arange(1.0, _TERMS + 1)
    weights = (2 * n + 1) / (n * (n + 1)) ** power / (4 * np.pi)
    return legendre.legval(cosines, np.concatenate([[0.0], weights]))
