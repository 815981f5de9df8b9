"""Settings of networks that read what a watch or a wristband gives."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from neuroaffect.models.options.base import Options
from neuroaffect.models.shape import InputShape

if TYPE_CHECKING:
    from torch import nn

__all__ = ["SkinODEOptions", "WearableMLPOptions"]


@dataclass(frozen=True, kw_only=True)
class WearableMLPOptions(Options):
    """Settings of :class:`neuroaffect.models.networks.wearable_mlp.WearableMLP`; all are ours."""

    network: ClassVar[str] = "wearable_mlp"

    hidden: int = 64  # units of the first layer
    width: int = 32  # units of the second layer: the embedding
    dropout: float = 0.2  # after each layer
    track_dropout: float = 0.1  # share of rows from which a whole track is hidden in training

    def __post_init__(self) -> None:
        super().__post_init__()
        if not 0 <= self.track_dropout < 1:
            self._refuse("track_dropout", "a number from 0 to below 1")

    @classmethod
    def load(cls) -> "type[nn.Module]":
        from neuroaffect.models.networks.wearable_mlp import WearableMLP

        return WearableMLP


@dataclass(frozen=True, kw_only=True)
class SkinODEOptions(Options):
    """Settings of :class:`neuroaffect.models.networks.skin_ode.SkinODE`; all are ours."""

    network: ClassVar[str] = "skin_ode"
    reads: ClassVar[str] = "skin level"

    hidden: int = 64  # units of the first layer
    width: int = 32  # units of the second layer
    dropout: float = 0.1  # after each layer
    forecast: float = 1.0  # weight of the forecast's error against the variance of changes
    physics: float = 1.0  # weight of the equation's residual against the same

    def __post_init__(self) -> None:
        super().__post_init__()
        for name in ("forecast", "physics"):
            if not getattr(self, name) > 0:
                self._refuse(name, "a number above 0")

    @classmethod
    def load(cls) -> "type[nn.Module]":
        from neuroaffect.models.networks.skin_ode import SkinODE

        return SkinODE

    @classmethod
    def example(cls) -> InputShape:
        """Return the skin of both wrists."""
        return InputShape(
            electrodes=("left", "right"),
            features=("tonic", "phasic", "scr_rate", "scr_amplitude"),
        )
