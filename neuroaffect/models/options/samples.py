"""Settings of networks that read samples."""

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, ClassVar

from neuroaffect.models.options.base import Options
from neuroaffect.models.shape import InputShape

if TYPE_CHECKING:
    from torch import nn

__all__ = ["EEGNetOptions", "SampleOptions", "TSceptionOptions"]


@dataclass(frozen=True, kw_only=True)
class SampleOptions(Options):
    """Settings of a network whose input is the block `raw`; times are in seconds."""

    reads: ClassVar[str] = "samples"

    def __post_init__(self) -> None:
        super().__post_init__()
        for field in fields(self):
            if field.name.endswith("_s") and not getattr(self, field.name) > 0:
                self._refuse(field.name, "a number of seconds above 0")

    @classmethod
    def example(cls) -> InputShape:
        """Return six electrodes, a second at 64 Hz."""
        return InputShape(
            electrodes=("AF3", "AF4", "T7", "T8", "O1", "O2"),
            features=tuple(f"t-{n}" for n in reversed(range(64))),
            rate_hz=64.0,
        )


@dataclass(frozen=True, kw_only=True)
class EEGNetOptions(SampleOptions):
    """Settings of :class:`neuroaffect.models.networks.eegnet.EEGNet`: its paper's EEGNet-8,2."""

    network: ClassVar[str] = "eegnet"

    filters: int = 8  # F1: temporal filters
    depth: int = 2  # D: spatial filters for each temporal one
    pointwise: int = 16  # F2: mixtures of what they give
    kernel_s: float = 0.5  # length of a temporal filter: it hears 2 Hz and above
    dropout: float = 0.5  # after each pooling; the paper has 0.25 across persons

    @classmethod
    def load(cls) -> "type[nn.Module]":
        from neuroaffect.models.networks.eegnet import EEGNet

        return EEGNet


@dataclass(frozen=True, kw_only=True)
class TSceptionOptions(SampleOptions):
    """Settings of :class:`neuroaffect.models.networks.tsception.TSception`."""

    network: ClassVar[str] = "tsception"

    temporal: int = 15  # filters of each temporal scale
    spatial: int = 15  # filters of each spatial kernel, and of the fusion
    kernel_s: float = 0.5  # longest temporal kernel; the others are a half and a quarter of it
    dense: int = 32  # hidden units of the fully connected layer
    dropout: float = 0.5  # after the fully connected layer

    @classmethod
    def load(cls) -> "type[nn.Module]":
        from neuroaffect.models.networks.tsception import TSception

        return TSception
