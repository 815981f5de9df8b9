"""Settings of models that are fitted in one go, without a loop."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal

from neuroaffect.models.options.base import Options

if TYPE_CHECKING:
    from torch import nn

__all__ = ["LogisticOptions"]


@dataclass(frozen=True, kw_only=True)
class LogisticOptions(Options):
    """Nothing can be set of :class:`neuroaffect.models.networks.logistic.Logistic`."""

    network: ClassVar[str] = "logistic"
    trained_by: ClassVar[Literal["loop", "fit"]] = "fit"

    @classmethod
    def load(cls) -> "type[nn.Module]":
        from neuroaffect.models.networks.logistic import Logistic

        return Logistic
