"""Which rows training draws from: some left out at random, rare classes filled up."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from neuroaffect.affect import Target
from neuroaffect.errors import EvaluationError
from neuroaffect.pipeline import Recipe
from neuroaffect.training.data.dataset import Dataset
from neuroaffect.training.data.rows import Rows

__all__ = ["Drawn", "FilledUp", "filled_up", "undropped"]

_NEIGHBOURS = 5  # of a row, one of which a made row lies towards: SMOTE's own number
_MOST_BYTES = 2 * 2**30  # SMOTE holds all rows at once, its copy of them, and what it makes
_AT_ONCE = 4096


@dataclass(frozen=True, eq=False, kw_only=True)
class Drawn:
    """What batches are drawn from.

    Parameters
    ----------
    rows : Rows or FilledUp
    labels : mapping of str to ndarray, (n,)
    person : ndarray of int, (n,)
    weights : ndarray, (n,)
        How often each is drawn, against the others.
    made : int
        How many rows were never recorded.
    """

    rows: "Rows | FilledUp"
    labels: Mapping[str, np.ndarray]
    person: np.ndarray
    weights: np.ndarray
    made: int = 0


class FilledUp:
    """Recorded rows, and made ones behind them; it is asked as :class:`Rows` are.

    Parameters
    ----------
    rows : Rows
    made : ndarray of float32, shape (m, electrodes, features)
    present : ndarray of bool, shape (m, electrodes)
    """

    def __init__(self, rows: Rows, made: np.ndarray, present: np.ndarray) -> None:
        self._rows, self._made, self._present = rows, made, present

    def __len__(self) -> int:
        return len(self._rows) + len(self._made)

    @property
    def size(self) -> tuple[int, int]:
        """Electrodes and features."""
        return self._rows.size

    def take(self, numbers: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return float32 (B, electrodes, features), and who is there (B, E)."""
        real = numbers < len(self._rows)
        x, present = self._rows.take(np.where(real, numbers, 0))
        x[~real] = self._made[numbers[~real] - len(self._rows)]
        present[~real] = self._present[numbers[~real] - len(self._rows)]
        return x, present

    def following(self, numbers: np.ndarray) -> np.ndarray:
        """Return the same of the next tick of the same trial; NaN behind a made one."""
        real = numbers < len(self._rows)
        x = self._rows.following(np.where(real, numbers, 0))
        x[~real] = np.nan
        return x


def undropped(dataset: Dataset, recipe: Recipe) -> Dataset:
    """Return the training rows without the share that the recipe drops, chosen once."""
    if not recipe.drop_share:
        return dataset
    count = max(1, round(len(dataset) * (1 - recipe.drop_share)))
    kept = np.random.default_rng(recipe.seed).permutation(len(dataset))[:count]
    return dataset.take(np.sort(kept))


def filled_up(drawn: Drawn, targets: Sequence[Target], *, seed: int) -> Drawn:
    """Return the rows with every class made as frequent as the most frequent one (SMOTE).

    A made row lies somewhere between a recorded one and one of its five nearest neighbours of the
    same class, features normalised and flattened.

    Parameters
    ----------
    drawn : Drawn
        Training rows, all of them recorded.
    targets : sequence of Target
        Of several, each combination of their classes that occurs counts as a class.
    seed : int

    Raises
    ------
    EvaluationError
        If a target has no classes, imbalanced-learn is missing, or the rows are too large to be
        held at once.

    Notes
    -----
    Ours, beside the number of rows: made rows weigh together what their class lacks in weight, so
    that classes are drawn evenly also where trials differ in length. A combination with a single
    row, or with a rating missing, is left as it is: there is nothing to lie between. A made row
    counts as its nearest recorded neighbour's person and electrodes, and has no tick after it.

    References
    ----------
    Chawla et al. (2002), doi:10.1613/jair.953
    """
    which = _combinations(drawn.labels, targets)
    known = which >= 0
    counts = np.bincount(which[known]) if known.any() else np.zeros(0, int)
    goal = {c: int(counts.max()) for c, n in enumerate(counts) if 1 < n < counts.max()}
    if not goal:
        return drawn
    _require_room(drawn.rows, int(sum(goal.values())))
    recorded = np.flatnonzero(known)
    x, present = _all(drawn.rows, recorded)
    made, of = _smote(
        x, which[known], goal, k=min(_NEIGHBOURS, counts[list(goal)].min() - 1), seed=seed
    )
    near = _nearest(x, which[known], made, of)
    example = recorded[[np.flatnonzero(which[known] == c)[0] for c in of]]
    return Drawn(
        rows=FilledUp(drawn.rows, made.reshape(-1, *drawn.rows.size), present[near]),
        labels={
            dimension: np.concatenate([y, y[example]]) for dimension, y in drawn.labels.items()
        },
        person=np.concatenate([drawn.person, drawn.person[recorded[near]]]),
        weights=np.concatenate([drawn.weights, _lacking(drawn.weights[known], which[known], of)]),
        made=len(made),
    )


def _combinations(labels: Mapping[str, np.ndarray], targets: Sequence[Target]) -> np.ndarray:
    """Number each row's combination of classes, -1 where a rating is missing, (n,)."""
    for target in targets:
        if not target.classes:
            raise EvaluationError(
                f"oversample = 'smote' fills up classes, but '{target.dimension}' is a number; "
                "leave it out or use classes"
            )
    y = np.stack([labels[target.dimension] for target in targets], axis=1)
    known = np.isfinite(y).all(axis=1)
    which = np.full(len(y), -1)
    if known.any():
        which[known] = np.unique(y[known], axis=0, return_inverse=True)[1].reshape(-1)
    return which


def _require_room(rows: Rows, made: int) -> None:
    size = (len(rows) + made) * int(np.prod(rows.size)) * 8
    if size > _MOST_BYTES:
        raise EvaluationError(
            f"oversample = 'smote' needs all rows at once, {size / 2**30:.1f} GiB of them; "
            f"beyond {_MOST_BYTES / 2**30:g} GiB use class_weights = true"
        )


def _all(rows: Rows, numbers: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return these rows flattened, (n, E·F), and who is there, (n, E)."""
    parts = [rows.take(numbers[i : i + _AT_ONCE]) for i in range(0, len(numbers), _AT_ONCE)]
    x, present = (np.concatenate(each) for each in zip(*parts, strict=True))
    return x.reshape(len(x), -1), present


def _smote(
    x: np.ndarray, y: np.ndarray, goal: Mapping[int, int], *, k: int, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return what is made, (m, E·F), and of which class, (m,)."""
    try:
        from imblearn.over_sampling import SMOTE
    except ImportError:
        raise EvaluationError(
            "oversample = 'smote' needs imbalanced-learn, which is not installed; "
            "pip install 'neuroaffect[train]'"
        ) from None
    maker = SMOTE(sampling_strategy=dict(goal), k_neighbors=int(k), random_state=seed)
    all_x, all_y = maker.fit_resample(x, y)  # the recorded rows first, as they were
    return all_x[len(x) :], all_y[len(x) :]


def _nearest(x: np.ndarray, y: np.ndarray, made: np.ndarray, of: np.ndarray) -> np.ndarray:
    """Return the recorded row of the same class that each made row is nearest to, (m,)."""
    from sklearn.neighbors import NearestNeighbors

    near = np.zeros(len(made), dtype=int)
    for c in np.unique(of):
        own = np.flatnonzero(y == c)
        search = NearestNeighbors(n_neighbors=1).fit(x[own])
        near[of == c] = own[search.kneighbors(made[of == c], return_distance=False)[:, 0]]
    return near


def _lacking(weights: np.ndarray, y: np.ndarray, of: np.ndarray) -> np.ndarray:
    """Return what each made row weighs, (m,), so that its class weighs what the heaviest does."""
    total = np.bincount(y, weights=weights)
    each = (total.max() - total) / np.maximum(1, np.bincount(of, minlength=len(total)))
    return each[of]
