"""Values at electrodes, spread over a flat picture of the head."""

from collections.abc import Sequence

import numpy as np
from scipy.spatial import ConvexHull

from neuroaffect.montage import Montage

__all__ = ["HEAD", "flat_positions", "grid", "image", "spread"]

# Of the sphere through the 10-05 positions, by least squares; its radius is 98 mm.
_CENTRE_M = np.array([0.0, -0.016, 0.0])
# Where the picture of the head ends: half a cell of the 9 x 9 grid below the equator, 101°.
HEAD = 1.125
# How far beyond the electrodes a value is still given: their distance in the 10-10 system, 22.5°.
_REACH = 0.25
_ROUNDING = 1e-9


def flat_positions(labels: Sequence[str]) -> np.ndarray:
    """Return where these electrodes lie on the flat head, (n, 2): x right, y front.

    The azimuthal equidistant projection: as far from the middle as from the vertex along the
    scalp, 1 at 90°, in the same direction. So Cz lies in the middle, and T7, Fpz, T8 and Oz near
    the circle of radius 1.
    """
    away = Montage.of(tuple(labels)).positions_m - _CENTRE_M
    beside = np.hypot(away[:, 0], away[:, 1])
    angle = np.arctan2(beside, away[:, 2])
    return away[:, :2] * (angle / (np.pi / 2) / np.maximum(beside, _ROUNDING))[:, None]


def grid(size: int, *, extent: float = 1.0) -> np.ndarray:
    """Return the middles of size × size cells, (size · size, 2), row by row, front left first.

    The outermost middles lie at ± `extent`.
    """
    along = np.linspace(-extent, extent, size)
    x, y = np.meshgrid(along, -along)
    return np.stack([x.ravel(), y.ravel()], axis=1)


def spread(points: np.ndarray, at: np.ndarray) -> np.ndarray:
    """Return the matrix that turns values at `points` into values at `at`, (at, points).

    A thin-plate spline: the smoothest surface through all values. It gives back a plane as it
    is, and each electrode's own value at its place. NaN where it would be a guess: outside the
    head, and farther from the area between the points than electrodes of the 10-10 system stand
    apart. NaN everywhere if the points span no area.
    """
    weights = np.full((len(at), len(points)), np.nan)
    plane = _plane(points)
    # As singular as three electrodes on one line to within 2 mm.
    if len(points) < 3 or np.linalg.svd(plane, compute_uv=False)[-1] < 0.02:
        return weights
    n = len(points)
    system = np.zeros((n + 3, n + 3))
    system[:n, :n] = _bending(points, points)
    system[:n, n:], system[n:, :n] = plane, plane.T
    known = _within(points, at)
    basis = np.hstack([_bending(at[known], points), _plane(at[known])])
    weights[known] = np.linalg.solve(system, basis.T)[:n].T
    return weights


def image(labels: Sequence[str], values: np.ndarray, *, size: int = 64) -> np.ndarray:
    """Return a picture of values at electrodes, (size, size), front at the top, left at the left.

    Parameters
    ----------
    labels : sequence of str
        Electrodes of the 10-05 system.
    values : ndarray, shape (n,)
        Electrodes that have none (NaN) are left out.
    size : int
        Pixels along each side, which reach to ± :data:`HEAD`.

    Returns
    -------
    ndarray
        NaN outside the head and far from all electrodes that have a value.
    """
    known = np.isfinite(values)
    points = flat_positions(labels)[known]
    weights = spread(points, grid(size, extent=HEAD))
    return (weights @ np.asarray(values)[known]).reshape(size, size)


def _bending(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Return r² ln r between all of `a` and all of `b`."""
    r = np.hypot(a[:, None, 0] - b[None, :, 0], a[:, None, 1] - b[None, :, 1])
    return r**2 * np.log(np.where(r > 0, r, 1.0))


def _plane(points: np.ndarray) -> np.ndarray:
    return np.column_stack([np.ones(len(points)), points])


def _within(points: np.ndarray, at: np.ndarray) -> np.ndarray:
    """Return which places have a value, by their distance from the hull of the points."""
    in_head = np.hypot(at[:, 0], at[:, 1]) <= HEAD + _ROUNDING
    corners = points[ConvexHull(points).vertices]
    ahead = np.roll(corners, -1, axis=0)
    side, offset = ahead - corners, at[:, None] - corners[None]  # (corners, 2), (at, corners, 2)
    inside = (side[:, 0] * offset[..., 1] - side[:, 1] * offset[..., 0] >= 0).all(axis=1)
    along = np.clip((offset * side).sum(axis=-1) / (side**2).sum(axis=-1), 0, 1)
    distance = np.linalg.norm(offset - along[..., None] * side, axis=-1).min(axis=1)
    return in_head & (inside | (distance <= _REACH + _ROUNDING))
