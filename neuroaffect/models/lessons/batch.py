"""What a step of training sees, and what a network may learn beside its labels."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from torch import Tensor

if TYPE_CHECKING:
    from neuroaffect.models.head import AffectNetwork

__all__ = ["Auxiliary", "Batch"]


@dataclass(frozen=True, eq=False, kw_only=True)
class Batch:
    """Rows drawn for one step.

    Parameters
    ----------
    x : Tensor, shape (B, E, F)
        Normalised features, 0 where there is no value.
    present : Tensor of bool, shape (B, E)
        Electrodes that are there: with a value, and not dropped for this step.
    labels : mapping of str to Tensor, each (B,)
        By dimension: class numbers, or values in [-1, 1]; NaN where there is none.
    person : Tensor of int64, shape (B,)
        Number of the person among those who train.
    following : Tensor, shape (B, E, F)
        `x` of the next tick of the same trial, NaN where there is none.
    rows : Tensor of int64, shape (B,)
        Their numbers among all training rows.
    done : float
        Share of the training that is behind, from 0 to 1.
    """

    x: Tensor
    present: Tensor
    labels: Mapping[str, Tensor]
    person: Tensor
    following: Tensor
    rows: Tensor
    done: float


class Auxiliary(Protocol):
    """What a network learns beside its labels: an adversary, a physical law, a teacher.

    An encoder gives one by a method `auxiliary(*, people: int) -> nn.Module | None`. It is made
    when training begins, trained along with the network, and thrown away at the end.
    """

    def __call__(self, network: "AffectNetwork", batch: Batch, embedding: Tensor) -> Tensor:
        """Return what is added to the affect loss, a number with a gradient."""
