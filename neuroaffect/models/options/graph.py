"""Settings of networks on a graph of electrodes."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from neuroaffect.models.options.base import Options

if TYPE_CHECKING:
    from torch import nn

__all__ = ["DGCNNOptions"]


@dataclass(frozen=True, kw_only=True)
class DGCNNOptions(Options):
    """Settings of :class:`neuroaffect.models.networks.dgcnn.DGCNN`."""

    network: ClassVar[str] = "dgcnn"

    hidden: int = 32  # features per electrode after the graph convolution
    order: int = 2  # Chebyshev polynomials: 2 looks at an electrode and its neighbours
    dense: int = 256  # hidden units of the fully connected layer
    dropout: float = 0.5  # before and after the fully connected layer

    @classmethod
    def load(cls) -> "type[nn.Module]":
        from neuroaffect.models.networks.dgcnn import DGCNN

        return DGCNN
