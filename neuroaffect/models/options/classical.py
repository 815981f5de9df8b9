"""Settings of models that are fitted in one go, without a loop."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal

from neuroaffect.models.options.base import Options
from neuroaffect.models.shape import InputShape

if TYPE_CHECKING:
    from torch import nn

__all__ = ["ExtraTreesOptions", "LogisticOptions", "SVMOptions", "TangentOptions"]


@dataclass(frozen=True, kw_only=True)
class LogisticOptions(Options):
    """Nothing can be set of :class:`neuroaffect.models.networks.logistic.Logistic`."""

    network: ClassVar[str] = "logistic"
    trained_by: ClassVar[Literal["loop", "fit"]] = "fit"

    @classmethod
    def load(cls) -> "type[nn.Module]":
        from neuroaffect.models.networks.logistic import Logistic

        return Logistic


@dataclass(frozen=True, kw_only=True)
class SVMOptions(Options):
    """Settings of :class:`neuroaffect.models.networks.svm.SVM`."""

    network: ClassVar[str] = "svm"
    trained_by: ClassVar[Literal["loop", "fit"]] = "fit"

    kernel: str = "rbf"  # "rbf", as wide as scikit-learn's gamma = "scale", or "linear"
    c: float = 1.0  # price of a tick on the wrong side of its margin
    rows: int = 4000  # at most: of each trial every second tick is taken, or every third …

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.kernel not in {"rbf", "linear"}:
            self._refuse("kernel", "'rbf' or 'linear'")
        if not self.c > 0:
            self._refuse("c", "a number above 0")

    @classmethod
    def load(cls) -> "type[nn.Module]":
        from neuroaffect.models.networks.svm import SVM

        return SVM


@dataclass(frozen=True, kw_only=True)
class ExtraTreesOptions(Options):
    """Settings of :class:`neuroaffect.models.networks.extratrees.ExtraTrees`."""

    network: ClassVar[str] = "extratrees"
    trained_by: ClassVar[Literal["loop", "fit"]] = "fit"

    trees: int = 100  # per target
    depth: int = 10  # decisions from the root to a leaf, at most
    leaves: int = 32  # per tree, at most

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.leaves < 2:
            self._refuse("leaves", "a whole number of 2 or more")

    @classmethod
    def load(cls) -> "type[nn.Module]":
        from neuroaffect.models.networks.extratrees import ExtraTrees

        return ExtraTrees


@dataclass(frozen=True, kw_only=True)
class TangentOptions(Options):
    """Settings of :class:`neuroaffect.models.networks.tangent.Tangent`."""

    network: ClassVar[str] = "tangent"
    trained_by: ClassVar[Literal["loop", "fit"]] = "fit"
    reads: ClassVar[str] = "covariance"

    c: float = 1.0  # scikit-learn's C, of the logistic regression on tangent vectors

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.c > 0:
            self._refuse("c", "a number above 0")

    @classmethod
    def load(cls) -> "type[nn.Module]":
        from neuroaffect.models.networks.tangent import Tangent

        return Tangent

    @classmethod
    def example(cls) -> InputShape:
        electrodes = super().example().electrodes
        return InputShape(electrodes=electrodes, features=electrodes)
