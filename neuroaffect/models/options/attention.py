"""Settings of networks whose electrodes attend to each other."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from neuroaffect.models.options.base import Options

if TYPE_CHECKING:
    from torch import nn

__all__ = ["RBTransformerOptions"]


@dataclass(frozen=True, kw_only=True)
class RBTransformerOptions(Options):
    """Settings of :class:`neuroaffect.models.networks.rbtransformer.RBTransformer`.

    The defaults are those of its authors' training script, not of their class.
    """

    network: ClassVar[str] = "rbtransformer"

    width: int = 128  # numbers per electrode token
    depth: int = 4  # attention blocks
    heads: int = 6  # attention heads per block
    head_width: int = 32  # numbers per head in query, key and value
    feed_forward: int = 128  # hidden units between attention blocks
    readout: str = "mlp"  # "mlp" as in their code, "linear" as in equations 18-20 of the paper
    dropout: float = 0.1  # on tokens, attention, and every hidden layer

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.readout not in {"mlp", "linear"}:
            self._refuse("readout", "'mlp' or 'linear'")

    @classmethod
    def load(cls) -> "type[nn.Module]":
        from neuroaffect.models.networks.rbtransformer import RBTransformer

        return RBTransformer
