"""The mathematics of artifact subspace reconstruction, on covariances of short windows."""

from dataclasses import dataclass

import numpy as np
from scipy import linalg
from scipy.special import ndtri

__all__ = ["Calibration", "calibrate", "geometric_median", "reconstruction", "typical"]

_HIGH, _LOW = 5.0, -3.5  # z-scores of a channel's RMS beyond which a window is not clean
_TOLERATED = 0.1  # share of channels that may be beyond them in a clean window
_SHARES = np.arange(1.0, 0.24, -0.05)  # of a baseline that may be undisturbed
_PART = (0.022, 0.6)  # of the undisturbed values, from the smallest, that are looked at
_NOISE = 0.01  # of the mean variance, in each channel: 1 µV of sensor noise beside 10 µV of EEG
_FLOOR = 1e-12  # µV²: keeps a baseline of zeros from dividing by zero


@dataclass(frozen=True, eq=False, slots=True)
class Calibration:
    """What clean signal is like: how channels go together, how large each direction gets.

    Parameters
    ----------
    used : ndarray of bool, shape (channels,)
        Channels that were good in at least half of the baseline; the others are left alone.
    covariance : ndarray, shape (channels, channels)
        Robust covariance of the clean signal, zero at unused channels.
    limit : ndarray, shape (channels, channels)
        A direction v may have variance v' limit v before it counts as an artifact.
    clean : float
        Share of the windows found clean.
    """

    used: np.ndarray
    covariance: np.ndarray
    limit: np.ndarray
    clean: float


def calibrate(
    windows: np.ndarray, good: np.ndarray, *, cutoff: float, least: int, stride: int = 1
) -> Calibration | None:
    """Learn the clean part of a baseline from the covariances of its windows.

    Windows are clean if the RMS of nearly all channels is near its typical value. Their geometric
    median is the covariance; its eigenvectors are the components, and the limit of each is
    (centre + cutoff · spread)² of its RMS over the clean windows.

    Parameters
    ----------
    windows : ndarray, shape (windows, channels, channels)
    good : ndarray of bool, shape (windows, channels)
    cutoff : float
    least : int
        Fewest clean windows to learn from.
    stride : int
        Only every stride-th clean window enters the median, where neighbours overlap.

    Returns
    -------
    Calibration or None
        None if there are too few clean windows.
    """
    used = good.mean(axis=0) >= 0.5
    whole = good[:, used].all(axis=1)
    if whole.sum() < least or not used.any():
        return None
    x = windows[whole][:, used][:, :, used]  # (n, U, U)
    x = x[clean_windows(np.sqrt(np.einsum("wcc->wc", x)))]
    if len(x) < least:
        return None
    covariance = geometric_median(x[::stride].reshape(len(x[::stride]), -1)).reshape(x[0].shape)
    _, v = linalg.eigh(covariance)
    power = np.einsum("wij,ik,jk->wk", x, v, v, optimize=True)
    centre, spread = typical(np.sqrt(np.maximum(power, 0.0)))
    limit = (v * (centre + cutoff * spread) ** 2) @ v.T
    # A direction lost to an average reference holds rounding errors only: no artifact.
    limit += 1e-9 * np.trace(limit) / len(limit) * np.eye(len(limit))
    return Calibration(
        used, _spread_out(covariance, used), _spread_out(limit, used), len(x) / len(windows)
    )


def clean_windows(rms: np.ndarray) -> np.ndarray:
    """Return which windows are clean, (windows,), from the RMS of each channel in them.

    Parameters
    ----------
    rms : ndarray, shape (windows, channels)
    """
    centre, spread = typical(rms)
    far = (rms > centre + _HIGH * spread) | (rms < centre + _LOW * spread)
    return far.sum(axis=1) <= int(_TOLERATED * rms.shape[1])


def typical(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return mean and standard deviation of the undisturbed part of each column.

    Disturbance only ever makes an RMS larger. So a normal distribution is fitted to the lower
    part of the sorted values, as if the smallest 100, 95, … 25 % were all that is undisturbed,
    by a straight line through the points (normal quantile, value); the share on whose line the
    points lie best is believed.

    Parameters
    ----------
    values : ndarray, shape (n, columns)

    Returns
    -------
    mean, deviation : ndarray, shape (columns,)
    """
    ordered = np.sort(values, axis=0)
    place = (np.arange(len(values)) + 0.5) / len(values)
    best = np.full(values.shape[1], np.inf)
    mean, deviation = ordered[len(values) // 2].copy(), np.zeros(values.shape[1])
    for share in _SHARES:
        part = (place >= share * _PART[0]) & (place <= share * _PART[1])
        if part.sum() < 3:
            break
        z, y = ndtri(place[part] / share), ordered[part]  # (m,), (m, columns)
        slope = (z - z.mean()) @ y / ((z - z.mean()) @ (z - z.mean()))
        offset = y.mean(axis=0) - slope * z.mean()
        misfit = np.sqrt(np.mean((y - offset - np.outer(z, slope)) ** 2, axis=0))
        misfit /= np.maximum(slope, np.finfo(float).tiny)
        better = misfit < best
        best = np.where(better, misfit, best)
        mean, deviation = np.where(better, offset, mean), np.where(better, slope, deviation)
    return mean, deviation


def geometric_median(rows: np.ndarray, *, rounds: int = 200, close: float = 1e-6) -> np.ndarray:
    """Return the point with the least sum of distances to the rows.

    Weiszfeld's iteration on the weights of the rows: all distances follow from the products of
    rows with each other, so a round costs rows² and not rows times columns.

    Parameters
    ----------
    rows : ndarray, shape (n, columns)

    Returns
    -------
    ndarray, shape (columns,)

    References
    ----------
    Weiszfeld, Plastria (2009), doi:10.1007/s10479-008-0352-z
    """
    products = rows @ rows.T
    squares = np.diag(products)
    weights = np.full(len(rows), 1.0 / len(rows))
    least = 1e-12 * squares.max()  # a row that is the median itself
    for _ in range(rounds):
        pull = products @ weights
        distances = np.sqrt(np.maximum(squares - 2 * pull + weights @ pull, least))
        before, weights = weights, 1.0 / np.maximum(distances, np.finfo(float).tiny)
        weights /= weights.sum()
        if np.abs(weights - before).sum() < close:
            break
    return weights @ rows


def reconstruction(
    window: np.ndarray, calibration: Calibration, good: np.ndarray, *, most_removed: float
) -> np.ndarray | None:
    """Return the matrix that rebuilds the samples of a window, None where nothing is to do.

    Components of the window are kept while their variance is below the calibrated limit in their
    direction. What the others held is replaced by the best linear guess from the kept ones, as
    channels go together in clean signal: R = C K (K' C K)⁻¹ K', with C the calibrated covariance,
    a little noise in each channel added, and K the kept components.

    Parameters
    ----------
    window : ndarray, shape (channels, channels)
        Covariance of the window.
    calibration : Calibration
    good : ndarray of bool, shape (channels,)
        Channels to use; the calibration is restricted to them.
    most_removed : float
        Largest share of components that may be removed.

    Returns
    -------
    ndarray, shape (channels, channels), or None
        y = x @ R.T; rows and columns of channels not used are those of the identity.
    """
    g = np.flatnonzero(good & calibration.used)
    if len(g) < 2:
        return None
    at = np.ix_(g, g)
    power, v = linalg.eigh(window[at])  # ascending
    limit = np.einsum("ik,ij,jk->k", v, calibration.limit[at], v, optimize=True)
    keep = power <= limit
    keep[: len(g) - int(most_removed * len(g))] = True
    if keep.all():
        return None
    kept = v[:, keep]  # (G, K)
    covariance = calibration.covariance[at]
    noise = _NOISE * np.trace(covariance) / len(g) + _FLOOR
    mixed = covariance @ kept + noise * kept  # (G, K)
    r = np.eye(len(good))
    r[at] = mixed @ linalg.solve(kept.T @ mixed, kept.T, assume_a="pos")
    return r


def _spread_out(matrix: np.ndarray, used: np.ndarray) -> np.ndarray:
    """Return the matrix of the used channels in its place among all, zero elsewhere."""
    whole = np.zeros((len(used), len(used)))
    whole[np.ix_(used, used)] = matrix
    return whole
