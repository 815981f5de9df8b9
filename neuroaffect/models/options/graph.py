"""Settings of networks on a graph of electrodes."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from neuroaffect.models.options.base import Options
from neuroaffect.models.shape import InputShape

if TYPE_CHECKING:
    from torch import nn

__all__ = ["DGCNNOptions", "HiSTNOptions", "LGGNetOptions", "RGNNOptions"]

_EPOC = ("AF3", "F7", "F3", "FC5", "T7", "P7", "O1", "O2", "P8", "T8", "FC6", "F4", "F8", "AF4")


@dataclass(frozen=True, kw_only=True)
class DGCNNOptions(Options):
    """Settings of :class:`neuroaffect.models.networks.dgcnn.DGCNN`."""

    network: ClassVar[str] = "dgcnn"
    needs_electrodes: ClassVar[bool] = True

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
    needs_electrodes: ClassVar[bool] = True

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


@dataclass(frozen=True, kw_only=True)
class RGNNOptions(Options):
    """Settings of :class:`neuroaffect.models.networks.rgnn.RGNN`."""

    network: ClassVar[str] = "rgnn"
    needs_electrodes: ClassVar[bool] = True

    hidden: int = 32  # features per electrode after the graph convolution
    hops: int = 2  # how far a message goes
    dropout: float = 0.5  # before the readout
    sparsity: float = 0.01  # weight of the sum of all |edges| in the loss
    adversary: float = 1.0  # weight of the domain adversary of each electrode; 0 is none
    spread: float = 0.1  # ε of the emotion-aware label distribution, from 0 (none) to below 1

    def __post_init__(self) -> None:
        super().__post_init__()
        for name in ("sparsity", "adversary"):
            if not 0 <= getattr(self, name) < float("inf"):
                self._refuse(name, "a number of 0 or more")
        if not 0 <= self.spread < 1:
            self._refuse("spread", "a number from 0 to below 1")

    @classmethod
    def load(cls) -> "type[nn.Module]":
        from neuroaffect.models.networks.rgnn import RGNN

        return RGNN


@dataclass(frozen=True, kw_only=True)
class LGGNetOptions(Options):
    """Settings of :class:`neuroaffect.models.networks.lggnet.LGGNet`.

    The defaults are those of its authors' training script for DEAP.
    """

    network: ClassVar[str] = "lggnet"
    reads: ClassVar[str] = "samples"
    needs_electrodes: ClassVar[bool] = True

    kernels: int = 64  # of each of the three lengths
    pool: int = 16  # samples whose mean power is taken
    pool_step: int = 4  # samples from one mean to the next
    hidden: int = 32  # features per region after the graph convolution
    dropout: float = 0.5  # before the readout

    @classmethod
    def load(cls) -> "type[nn.Module]":
        from neuroaffect.models.networks.lggnet import LGGNet

        return LGGNet

    @classmethod
    def example(cls) -> InputShape:
        """Return six electrodes, one second at 128 Hz."""
        return _second_of(("AF3", "AF4", "T7", "T8", "O1", "O2"))


def _second_of(electrodes: tuple[str, ...]) -> InputShape:
    samples = tuple(f"t-{n}" for n in reversed(range(128)))
    return InputShape(electrodes=electrodes, features=samples, rate_hz=128.0)
