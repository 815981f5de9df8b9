"""Tests of paired differences, one per person or per fold, and the correction for many tests.

Conventions
-----------
* p is two-sided.
* Signs of people's differences are flipped in all ways up to 2^12, by chance above.
* Folds share training trials, so that their differences vary less than new data would make them:
  the variance of their mean is 1/folds + test/train times that of one, instead of 1/folds.

References
----------
Nadeau and Bengio (2003), doi:10.1023/A:1024068626366 (corrected t); Ernst (2004),
doi:10.1214/088342304000000396 (permutation of signs); Holm (1979), Scand. J. Statist. 6:65
"""

from collections.abc import Sequence
from itertools import product

import numpy as np

from neuroaffect.errors import EvaluationError

__all__ = ["corrected_t", "flipped_p", "holm"]

_EXACT = 12  # people whose signs are flipped in all ways
_DRAWS = 10_000
_ROUNDING = 1e-12  # sums in another order are equal


def flipped_p(differences: np.ndarray, *, rng: np.random.Generator) -> float:
    """Return how often random signs give a mean as far from 0, two-sided.

    Parameters
    ----------
    differences : ndarray, (people,)
    rng : numpy.random.Generator
        Where there are too many people to try all signs.
    """
    n = len(differences)
    reached = abs(differences.sum()) - _ROUNDING
    if n <= _EXACT:
        signs = np.array(list(product((1.0, -1.0), repeat=n)))
        return float(np.mean(np.abs(signs @ differences) >= reached))
    signs = rng.choice((1.0, -1.0), size=(_DRAWS, n))
    return float((1 + np.sum(np.abs(signs @ differences) >= reached)) / (1 + _DRAWS))


def corrected_t(
    differences: np.ndarray, *, test_to_train: float, level: float = 0.95
) -> tuple[float, float, float]:
    """Return p, low and high of the corrected resampled t test.

    Parameters
    ----------
    differences : ndarray, (folds,)
    test_to_train : float
        Test trials over training trials; 0 is the plain t test.
    level : float
    """
    from scipy.stats import t

    n, mean = len(differences), float(differences.mean())
    if n < 2:
        raise EvaluationError(f"{n} fold tells nothing of chance; evaluate with two folds or more")
    error = float(np.sqrt((1 / n + test_to_train) * differences.var(ddof=1)))
    half = float(t.ppf((1 + level) / 2, n - 1)) * error
    if error <= _ROUNDING:
        p = 1.0 if abs(mean) <= _ROUNDING else 0.0
    else:
        p = float(2 * t.sf(abs(mean) / error, n - 1))
    return p, mean - half, mean + half


def holm(p: Sequence[float]) -> list[float]:
    """Return p values corrected for their number, step by step from the smallest.

    >>> holm([0.01, 0.04, 0.03])
    [0.03, 0.06, 0.06]
    """
    order = np.argsort(p, kind="stable")
    stepped = np.asarray(p)[order] * np.arange(len(p), 0, -1)
    corrected = np.empty(len(p))
    corrected[order] = np.minimum(np.maximum.accumulate(stepped), 1.0)
    return [float(one) for one in corrected]
