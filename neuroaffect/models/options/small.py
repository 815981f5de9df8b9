"""Settings of small networks: teachers on pictures, and students."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from neuroaffect.models.options.base import Options
from neuroaffect.models.shape import InputShape

if TYPE_CHECKING:
    from torch import nn

__all__ = ["TinyOptions", "TopomapCNNOptions"]


@dataclass(frozen=True, kw_only=True)
class TinyOptions(Options):
    """Settings of :class:`neuroaffect.models.networks.tiny.Tiny`."""

    network: ClassVar[str] = "tiny"

    per_electrode: int = 8  # numbers that each electrode is summed up in, alike for all
    hidden: int = 16  # numbers in the embedding

    @classmethod
    def load(cls) -> "type[nn.Module]":
        from neuroaffect.models.networks.tiny import Tiny

        return Tiny


@dataclass(frozen=True, kw_only=True)
class TopomapCNNOptions(Options):
    """Settings of :class:`neuroaffect.models.networks.topomap_cnn.TopomapCNN`."""

    network: ClassVar[str] = "topomap_cnn"
    reads: ClassVar[str] = "topomap"

    filters: int = 16  # of the first layer; the others have twice as many
    width: int = 64  # numbers in the embedding
    dropout: float = 0.25  # before the embedding

    @classmethod
    def load(cls) -> "type[nn.Module]":
        from neuroaffect.models.networks.topomap_cnn import TopomapCNN

        return TopomapCNN

    @classmethod
    def example(cls) -> InputShape:
        """Return a picture of five by five cells, four bands."""
        return InputShape(
            electrodes=tuple(f"y{y}x{x}" for y in range(5) for x in range(5)),
            features=("theta", "alpha", "beta", "gamma"),
        )
