"""The affect plane as a grid of prototypes, and a readout that says which one an input is like."""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from neuroaffect.affect import Target
from neuroaffect.errors import ModelError
from neuroaffect.models.readout import LOG_SD_RANGE

__all__ = ["CENTRES", "PLACES", "PrototypeReadout", "bin_of", "filled"]

CENTRES = (-0.8, -0.4, 0.0, 0.4, 0.8)  # of the bins, along valence and along arousal
PLACES = np.array([(v, a) for v in CENTRES for a in CENTRES])  # (25, 2): valence, arousal
_AXES = ("valence", "arousal")
_LEAST = 1e-6  # probability of a class that no prototype stands for


class PrototypeReadout(nn.Module):
    """How much an embedding is like each of 25 places of the affect plane.

    q = softmax(cos(h, p_k) / τ) over the prototypes p_k; valence and arousal are the mean of
    their places under q, and q's spread is the error bar. For classes the probability of a class
    is the mass of the bins nearest to it.

    Parameters
    ----------
    width : int
        Numbers in an embedding.
    targets : sequence of Target
        Valence, arousal, or both.
    temperature : float
        τ.

    Attributes
    ----------
    prototypes : Tensor, shape (25, width)
        Of unit length; set by :meth:`settle`.
    counts : Tensor of int64, shape (25,)
        Held-out trials behind each bin; 0 where it took over its nearest filled ones.

    Raises
    ------
    ModelError
        For a target that has no place on the plane.

    Notes
    -----
    The grid, the cosine and τ = 0.9 are the paper's, where they teach a face network. With that
    temperature no bin is ever sure, and what is said stays near the middle of the plane:
    calibration (or a network's linear readout) says more. One person fills few bins: look at
    `counts`. Mass of a bin as near to two classes is shared (ours).

    References
    ----------
    NeuroGaze-Distill (2025), arXiv:2509.11916
    """

    prototypes: Tensor
    counts: Tensor

    def __init__(self, width: int, targets: Sequence[Target], *, temperature: float = 0.9) -> None:
        super().__init__()
        for target in targets:
            if target.dimension not in _AXES or target.kind == "nominal":
                raise ModelError(
                    f"prototypes: target '{target.dimension}' ({target.kind}) has no place on the "
                    "plane of valence and arousal; use the linear readout"
                )
        self.temperature = temperature
        self.register_buffer("prototypes", torch.zeros(len(PLACES), width))
        self.register_buffer("counts", torch.zeros(len(PLACES), dtype=torch.int64))
        self._targets = tuple(targets)
        for number, target in enumerate(targets):
            shares = torch.tensor(_shares(target), dtype=torch.float32)
            self.register_buffer(f"shares{number}", shares, persistent=False)

    def settle(self, prototypes: np.ndarray, counts: np.ndarray) -> None:
        """Take over prototypes, (25, width), as :func:`filled` makes them, and their counts."""
        with torch.no_grad():
            self.prototypes.copy_(torch.as_tensor(prototypes, dtype=torch.float32))
            self.counts.copy_(torch.as_tensor(counts))

    def likeness(self, h: Tensor) -> Tensor:
        """(B, width) → (B, 25): log q."""
        cosines = functional.normalize(h, dim=1) @ self.prototypes.T
        return functional.log_softmax(cosines / self.temperature, dim=1)

    def forward(self, h: Tensor) -> Tensor:
        """(B, width) → (B, outputs): logits, or mean and log sd, of each target."""
        q = self.likeness(h).exp()  # (B, 25)
        said = []
        for number, target in enumerate(self._targets):
            shares = getattr(self, f"shares{number}")  # (25, classes), or (25, 1) places
            mean = q @ shares
            if target.classes:
                said.append(torch.log(mean.clamp(min=_LEAST)))
            else:
                variance = (q * (shares.T - mean) ** 2).sum(dim=1, keepdim=True)
                log_sd = 0.5 * torch.log(variance.clamp(min=_LEAST))
                said.append(torch.cat([mean, log_sd.clamp(*LOG_SD_RANGE)], dim=1))
        return torch.cat(said, dim=1)


def bin_of(valence: np.ndarray, arousal: np.ndarray) -> np.ndarray:
    """Return the number of the bin, in the order of :data:`PLACES`, whose centre is nearest, (n,).

    Parameters
    ----------
    valence, arousal : ndarray, shape (n,)
        In [-1, 1]; NaN counts as the middle.
    """
    steps = [
        np.rint((np.clip(np.nan_to_num(x), -0.8, 0.8) + 0.8) / 0.4).astype(np.int64)
        for x in (valence, arousal)
    ]
    return len(CENTRES) * steps[0] + steps[1]


def filled(embeddings: np.ndarray, bins: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Return a prototype for every bin, (25, width), each of unit length.

    Parameters
    ----------
    embeddings : ndarray, shape (n, width)
        Of rows that the network was not trained on.
    bins : ndarray of int, shape (n,)
    weights : ndarray, shape (n,)
        Rows of one trial together weigh 1.

    Notes
    -----
    The mean of the embeddings, each made of unit length first; an empty bin takes the mean of its
    nearest filled ones.
    """
    unit = embeddings / np.maximum(np.linalg.norm(embeddings, axis=1, keepdims=True), 1e-12)
    sums = np.zeros((len(PLACES), embeddings.shape[1]))
    np.add.at(sums, bins, weights[:, None] * unit)
    full = np.flatnonzero(np.bincount(bins, minlength=len(PLACES)))
    distance = np.linalg.norm(PLACES[:, None] - PLACES[full], axis=-1)  # (25, filled)
    nearest = np.isclose(distance, distance.min(axis=1, keepdims=True))
    means = sums[full] / np.maximum(np.linalg.norm(sums[full], axis=1, keepdims=True), 1e-12)
    mixed = nearest @ means
    return mixed / np.maximum(np.linalg.norm(mixed, axis=1, keepdims=True), 1e-12)


def _shares(target: Target) -> np.ndarray:
    """Return how much of each bin belongs to each class, (25, classes); its place if a number."""
    places = PLACES[:, _AXES.index(target.dimension)]
    if not target.classes:
        return places[:, None]
    distance = np.abs(places[:, None] - target.positions)
    nearest = np.isclose(distance, distance.min(axis=1, keepdims=True))
    return nearest / nearest.sum(axis=1, keepdims=True)
