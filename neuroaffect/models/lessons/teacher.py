"""How far a student is from its teacher: what is minimised in distillation."""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from neuroaffect.affect import Target
from neuroaffect.models.head import AffectNetwork
from neuroaffect.models.lessons.batch import Batch
from neuroaffect.models.lessons.losses import concordance, softened_kl
from neuroaffect.models.prototypes import PrototypeReadout

__all__ = ["Teacher"]

_TEMPERATURE = 5.0  # of the classes: NeuroGaze-Distill's
_PROTOTYPES = 0.12  # weight of the prototypes: NeuroGaze-Distill's


class Teacher(nn.Module):
    """The distance of a student's answers from those that a teacher gave beforehand.

    Parameters
    ----------
    raw : ndarray, shape (n, outputs)
        What the teacher says of every training row: logits, or mean and log sd.
    targets : sequence of Target
    width : int
        Numbers in the student's embedding.
    likeness : ndarray, shape (n, 25), or None
        Logarithm of how much each row is like each prototype of the teacher's.
    prototypes : ndarray, shape (25, teacher's width), or None

    Notes
    -----
    Numbers by concordance over the batch (the logarithm of the error bar by squares, ours),
    classes by softened probabilities. The student's embedding is projected to the teacher's width
    and asked to be like the same prototypes; the projection learns along and is thrown away.

    References
    ----------
    Hinton, Vinyals, Dean (2015), arXiv:1503.02531; NeuroGaze-Distill (2025), arXiv:2509.11916;
    Wav2Small (2024), arXiv:2408.13920 (concordance)
    """

    raw: Tensor

    def __init__(
        self,
        raw: np.ndarray,
        targets: Sequence[Target],
        width: int,
        *,
        likeness: np.ndarray | None = None,
        prototypes: np.ndarray | None = None,
    ) -> None:
        super().__init__()
        self._targets = tuple(targets)
        self._widths = [target.outputs for target in targets]
        self.register_buffer("raw", torch.from_numpy(np.asarray(raw, np.float32)))
        self.project: nn.Linear | None = None
        if likeness is not None and prototypes is not None:
            self.register_buffer("likeness", torch.from_numpy(np.asarray(likeness, np.float32)))
            self.project = nn.Linear(width, prototypes.shape[1])
            self.plane = PrototypeReadout(prototypes.shape[1], targets)
            self.plane.settle(prototypes, np.ones(len(prototypes)))

    def forward(self, network: AffectNetwork, batch: Batch, embedding: Tensor) -> Tensor:
        """Return the distance, a number with a gradient."""
        meant = self.raw[batch.rows].split(self._widths, dim=1)
        said = network.head(embedding).split(self._widths, dim=1)
        parts = [
            _distance(*pair, target)
            for target, *pair in zip(self._targets, said, meant, strict=True)
        ]
        distance = torch.stack(parts).mean()
        if self.project is None:
            return distance
        like = self.plane.likeness(self.project(network.head.trunk(embedding)))
        gap = functional.kl_div(
            like, self.likeness[batch.rows], reduction="batchmean", log_target=True
        )
        return distance + _PROTOTYPES * gap


def _distance(said: Tensor, meant: Tensor, target: Target) -> Tensor:
    if target.classes:
        return softened_kl(said, meant, temperature=_TEMPERATURE)
    gap = 1 - concordance(said[:, 0], meant[:, 0])
    return gap + (said[:, 1] - meant[:, 1]).square().mean()
