"""Settings of networks that look at more than one domain of the signal."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from neuroaffect.models.options.base import Options
from neuroaffect.models.shape import InputShape

if TYPE_CHECKING:
    from torch import nn

__all__ = ["FusionTFSOptions"]


@dataclass(frozen=True, kw_only=True)
class FusionTFSOptions(Options):
    """Settings of :class:`neuroaffect.models.networks.fusion_tfs.FusionTFS`; all are ours."""

    network: ClassVar[str] = "fusion_tfs"
    reads: ClassVar[str] = "samples"

    width: int = 32  # numbers per time-frequency cell, and of each domain's embedding
    filters: int = 16  # of each convolution on the map
    dropout: float = 0.5  # of the fused embedding, and after the hidden layer

    @classmethod
    def load(cls) -> "type[nn.Module]":
        from neuroaffect.models.networks.fusion_tfs import FusionTFS

        return FusionTFS

    @classmethod
    def example(cls) -> InputShape:
        """Return six electrodes, a second at 96 Hz."""
        return InputShape(
            electrodes=("AF3", "AF4", "T7", "T8", "O1", "O2"),
            features=tuple(f"t-{n}" for n in reversed(range(96))),
            rate_hz=96.0,
        )
