"""Settings of networks on a graph of electrodes."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from neuroaffect.models.options.base import Options
from neuroaffect.models.shape import InputShape

if TYPE_CHECKING:
    from torch import nn

__all__ = ["DGCNNOptions", "HiSTNOptions"]

_EPOC = ("AF3", "F7", "F3", "FC5", "T7", "P7", "O1", "O2", "P8", "T8", "FC6", "F4", "F8", "AF4")


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


@dataclass(frozen=True, kw_only=True)
class HiSTNOptions(Options):
    """Settings of :class:`neuroaffect.models.networks.histn.HiSTN`."""

    network: ClassVar[str] = "histn"
    reads: ClassVar[str] = "samples"

    kernels: int = 8  # long kernels in time, shared by all electrodes
    kernel: int = 64  # samples in each: half a second at 128 Hz
    dropout: float = 0.5  # of the electrodes' signals, and of what the readout reads

    @classmethod
    def load(cls) -> "type[nn.Module]":
        from neuroaffect.models.networks.histn import HiSTN

        return HiSTN

    @classmethod
    def example(cls) -> InputShape:
        """Return the paper's input: 14 electrodes, one second at 128 Hz."""
        return _second_of(_EPOC)


def _second_of(electrodes: tuple[str, ...]) -> InputShape:
    samples = tuple(f"t-{n}" for n in reversed(range(128)))
    return InputShape(electrodes=electrodes, features=samples, rate_hz=128.0)
