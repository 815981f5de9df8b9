"""Maps of what separates two sides, and how often chance does as well."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import stats

from neuroaffect.training.separation.cells import Cell
from neuroaffect.training.separation.explained import signed_r2

__all__ = ["Finding", "compare"]

_AT_ONCE = 250  # permutations computed together: some megabytes


@dataclass(frozen=True, eq=False, kw_only=True)
class Finding:
    """What one contrast shows, each map (cells,).

    Parameters
    ----------
    title, dimension, high, low : str
    cells : tuple of Cell
    signed_r2 : ndarray
        Share of the variance between the sides; above 0 where the high side has more. NaN where
        a cell has no value or never changes.
    z, rank_p : ndarray
        Of the rank sum (Mann-Whitney), ties counted; above 0 where the high side ranks higher.
    p : ndarray
        How often shuffled sides give as large an R² in this very cell.
    family_p : ndarray
        How often they give one as large anywhere on the map: the p to believe when one did not
        know beforehand where to look.
    counts : (int, int)
        Observations of the low and the high side.
    unit : str
        What counts as one observation: "trial" or "recording".
    people : int
    draws : int
        Permutations.
    least_p : float
        Smallest p that so few observations can give.
    """

    title: str
    dimension: str
    high: str
    low: str
    cells: tuple[Cell, ...]
    signed_r2: np.ndarray
    z: np.ndarray
    rank_p: np.ndarray
    p: np.ndarray
    family_p: np.ndarray
    counts: tuple[int, int]
    unit: str
    people: int
    draws: int
    least_p: float

    @property
    def best_first(self) -> np.ndarray:
        """Numbers of the cells that have an R², the largest first."""
        known = np.flatnonzero(np.isfinite(self.signed_r2))
        return known[np.argsort(-np.abs(self.signed_r2[known]), kind="stable")]

    def surviving(self, level: float = 0.05) -> np.ndarray:
        """Return which cells stand out from the whole map, (cells,)."""
        return np.nan_to_num(self.family_p, nan=1.0) < level

    @property
    def verdict(self) -> str:
        """What it comes to, in plain words."""
        low, high = self.counts
        over = f"{low + high} {self.unit}s ({self.high} {high}, {self.low} {low})"
        if self.people > 1:
            over += f" of {self.people} people"
        known = self.best_first
        if not len(known):
            return f"No cell has values to compare over {over}."
        found = int(self.surviving().sum())
        best = known[0]
        what = (
            f"the largest is {self.cells[best].words}, R² = {abs(self.signed_r2[best]):.2f}, "
            f"p = {self.family_p[best]:.2g} over the whole map"
        )
        if self.least_p >= 0.05:
            return f"{over} are too few: p cannot go below {self.least_p:.2g}; {what}."
        if not found:
            return f"No cell of {len(known)} survives p < 0.05 over {over}; {what}."
        cells = "cell survives" if found == 1 else "cells survive"
        return f"{found} {cells} of {len(known)}, p < 0.05, over {over}; {what}."


def compare(
    values: np.ndarray,
    side: np.ndarray,
    *,
    draw: Callable[[int], np.ndarray],
    draws: int,
    progress: Callable[[int], None] | None = None,
) -> dict[str, np.ndarray]:
    """Return the maps of a :class:`Finding` by name, each (cells,).

    Parameters
    ----------
    values : ndarray, shape (n, cells)
    side : ndarray, (n,)
        1 high, 0 low.
    draw : callable
        Gives so many shuffled sides, (count, n).
    draws : int
    progress : callable, optional
        Called with the permutations done.
    """
    r2 = signed_r2(values, side)
    known = np.isfinite(r2)
    reached = np.abs(r2[known]) - 1e-12  # sums in another order are equal
    hits, family = np.zeros((2, len(reached)))
    for done in range(0, draws, _AT_ONCE):
        shuffled = _r2_of_each(values[:, known], draw(min(_AT_ONCE, draws - done)))
        hits += (shuffled >= reached).sum(axis=0)
        family += (shuffled.max(axis=1, initial=0.0)[:, None] >= reached).sum(axis=0)
        if progress is not None:
            progress(min(done + _AT_ONCE, draws))
    z, rank_p = _rank_sum(values, side)
    p, family_p = np.full((2, len(r2)), np.nan)
    p[known], family_p[known] = (1 + hits) / (1 + draws), (1 + family) / (1 + draws)
    return {"signed_r2": r2, "z": z, "rank_p": rank_p, "p": p, "family_p": family_p}


def _r2_of_each(values: np.ndarray, sides: np.ndarray) -> np.ndarray:
    """Return R² for many shuffled sides at once, (draws, cells); each cell varies.

    0 where shuffling leaves a side without a value.
    """
    known = np.isfinite(values)
    n = known.sum(axis=0)
    x = np.where(known, values, 0.0)
    x = np.where(known, x - x.sum(axis=0) / n, 0.0)
    # Centred: S₁ = −S₂ and G = 0, so R² = S² (1/n₁ + 1/n₂) / Q.
    sums, high = sides @ x, sides @ known.astype(np.float64)
    low, both = n - high, (high > 0) & (high < n)
    between = sums**2 * n / np.where(both, high * low, 1.0)
    return np.where(both, between, 0.0) / (x**2).sum(axis=0)


def _rank_sum(values: np.ndarray, side: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return z, ties counted, and p of the Mann-Whitney test of each cell."""
    z, p = np.full(values.shape[1], np.nan), np.full(values.shape[1], np.nan)
    for cell, x in enumerate(values.T):
        high, low = (x[(side == one) & np.isfinite(x)] for one in (1, 0))
        if not len(high) or not len(low) or np.ptp(np.concatenate([high, low])) == 0:
            continue
        test = stats.mannwhitneyu(high, low, alternative="two-sided", method="auto")
        n = len(high) + len(low)
        _, ties = np.unique(np.concatenate([high, low]), return_counts=True)
        variance = len(high) * len(low) / 12 * (n + 1 - (ties**3 - ties).sum() / (n * (n - 1)))
        z[cell] = (test.statistic - len(high) * len(low) / 2) / np.sqrt(variance)
        p[cell] = test.pvalue
    return z, p
