"""Settings of a network, checked without loading torch."""

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, ClassVar, Literal

from neuroaffect.errors import ModelError
from neuroaffect.models.shape import InputShape

if TYPE_CHECKING:
    from torch import nn

__all__ = ["Options"]


@dataclass(frozen=True, kw_only=True)
class Options:
    """Settings of one network, checked at construction; the class stands for the network.

    `trained_by` tells by what: by the loop, step for step, or by a fit of all rows at once, whose
    weights may number as many as the rows want. `reads` tells what an input must be: numbers of
    any kind, "features", or what only one block gives; a corpus is shown to the networks that read
    what its pipeline's own network reads. One that `needs_electrodes` works on several rows that
    are electrodes, and on no row of a wristband.

    Raises
    ------
    ModelError
        If a setting is of another type than its default, or out of range.
    """

    network: ClassVar[str]
    trained_by: ClassVar[Literal["loop", "fit"]] = "loop"
    reads: ClassVar[str] = "features"
    needs_electrodes: ClassVar[bool] = False

    @classmethod
    def load(cls) -> "type[nn.Module]":
        """Return the encoder's class; torch is imported when this is called, not before."""
        raise NotImplementedError

    @classmethod
    def example(cls) -> InputShape:
        """Return an input that the network can work on: six electrodes, four bands."""
        return InputShape(
            electrodes=("AF3", "AF4", "T7", "T8", "O1", "O2"),
            features=("theta", "alpha", "beta", "gamma"),
        )

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
