"""Prototypes of the affect plane out of trials that a network was not trained on."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from neuroaffect.affect import Target
from neuroaffect.errors import EvaluationError
from neuroaffect.training.data.dataset import Dataset
from neuroaffect.training.data.rows import Rows

if TYPE_CHECKING:
    from neuroaffect.models.head import AffectNetwork

__all__ = ["settle_prototypes", "validation_rows"]

_SHARE = 5  # one trial in so many is kept back
_AT_ONCE = 1024


def validation_rows(dataset: Dataset, *, seed: int) -> np.ndarray:
    """Return which rows are kept back for the prototypes, (n,) of bool: a fifth of the trials.

    Raises
    ------
    EvaluationError
        If there are fewer than five trials.
    """
    trials = np.unique(dataset.trials)
    if len(trials) < _SHARE:
        raise EvaluationError(
            f"prototypes need trials that the network was not trained on: there are {len(trials)} "
            f"trials, {_SHARE} are the least; use the linear readout"
        )
    kept = np.random.default_rng(seed).permutation(trials)[: max(1, len(trials) // _SHARE)]
    return np.isin(dataset.trials, kept)


def settle_prototypes(
    network: "AffectNetwork",
    rows: Rows,
    dataset: Dataset,
    labels: Mapping[str, np.ndarray],
    targets: Sequence[Target],
) -> "AffectNetwork":
    """Return the trained network with a prototype readout in place of its linear one.

    Parameters
    ----------
    network : AffectNetwork
    rows : Rows
        Normalised features of `dataset`.
    dataset : Dataset
        Rows that the network was not trained on.
    labels : mapping of str to ndarray, (n,)
        Class numbers or values of its rows.
    targets : sequence of Target
    """
    import torch

    from neuroaffect.models.prototypes import PrototypeReadout, bin_of, filled

    embeddings = []
    with torch.no_grad():
        for start in range(0, len(rows), _AT_ONCE):
            x, present = rows.take(np.arange(start, min(start + _AT_ONCE, len(rows))))
            embedded = network.embed(torch.from_numpy(x), torch.from_numpy(present))
            embeddings.append(network.head.trunk(embedded).numpy())
    places = {target.dimension: _places(dataset, target, labels) for target in targets}
    nowhere = np.full(len(dataset), np.nan)
    bins = bin_of(places.get("valence", nowhere), places.get("arousal", nowhere))
    h = np.concatenate(embeddings)
    readout = PrototypeReadout(h.shape[1], targets)
    _, first = np.unique(dataset.trials, return_index=True)
    readout.settle(
        filled(h, bins, dataset.trial_weight),
        np.bincount(bins[first], minlength=len(readout.counts)),
    )
    network.head.readout = readout
    return network.eval()


def _places(dataset: Dataset, target: Target, labels: Mapping[str, np.ndarray]) -> np.ndarray:
    """Return where each row's rating lies in [-1, 1], (n,)."""
    y = labels[target.dimension]
    if target.scale is not None:
        return target.scale.to_unit(dataset.labels[target.dimension])
    if target.kind == "continuous":
        return y
    return np.where(np.isfinite(y), target.positions[np.nan_to_num(y).astype(int)], np.nan)
