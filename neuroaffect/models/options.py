"""What can be set of each network, and what it is set to when a pipeline says nothing.

Kept apart from the networks, so that a pipeline file is checked without loading torch.
"""

from dataclasses import dataclass, fields
from typing import ClassVar

from neuroaffect.errors import ModelError

__all__ = ["DGCNNOptions", "LogisticOptions", "Options", "RBTransformerOptions"]


@dataclass(frozen=True, kw_only=True)
class Options:
    """Settings of one network, checked at construction.

    Raises
    ------
    ModelError
        If a setting is of another type than its default, or out of range.
    """

    network: ClassVar[str]

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if type(value) is not field.type and not (field.type is float and type(value) is int):
                self._refuse(field.name, f"a value of type {field.type.__name__}")
            elif field.type is int and value < 1:
                self._refuse(field.name, "a whole number of 1 or more")
            elif field.name == "dropout" and not 0 <= value < 1:
                self._refuse(field.name, "a number from 0 to below 1")

    def _refuse(self, option: str, right: str) -> None:
        value = getattr(self, option)
        raise ModelError(f"{self.network}: {option} = {value!r} is wrong; it must be {right}")


@dataclass(frozen=True, kw_only=True)
class RBTransformerOptions(Options):
    """Settings of :class:`neuroaffect.models.rbtransformer.RBTransformer`, as its authors train it.

    The defaults are those of their training script, not of their class.
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


@dataclass(frozen=True, kw_only=True)
class DGCNNOptions(Options):
    """Settings of :class:`neuroaffect.models.dgcnn.DGCNN`."""

    network: ClassVar[str] = "dgcnn"

    hidden: int = 32  # features per electrode after the graph convolution
    order: int = 2  # Chebyshev polynomials: 2 looks at an electrode and its neighbours
    dense: int = 256  # hidden units of the fully connected layer
    dropout: float = 0.5  # before and after the fully connected layer


@dataclass(frozen=True, kw_only=True)
class LogisticOptions(Options):
    """Nothing can be set of :class:`neuroaffect.models.linear.Logistic`."""

    network: ClassVar[str] = "logistic"
