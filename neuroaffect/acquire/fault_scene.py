"""What the effects of faults share: the scene they play in, and what they ask of a stream."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from neuroaffect.acquire.faults import Fault
from neuroaffect.acquire.pieces import Piece
from neuroaffect.errors import StreamError
from neuroaffect.session.raw import RawStream

__all__ = ["Effect", "Scene", "Switch", "column_of", "kept", "numeric", "regular", "within"]


@dataclass(frozen=True, eq=False, slots=True)
class Switch:
    """An outlet goes (`raw` is None), or comes.

    Parameters
    ----------
    stream : int
        Id of the stream.
    due : float
        When.
    raw : RawStream or None
        How the outlet describes itself from now on.
    """

    stream: int
    due: float
    raw: RawStream | None


@dataclass(frozen=True, kw_only=True)
class Scene:
    """What an effect must know beside its fault.

    Parameters
    ----------
    raw : RawStream
        The stream it strikes, as the source has it.
    offered : RawStream
        The same as it describes itself under all faults.
    columns : mapping of str to int
        Label → column of the stream as sent.
    rng : numpy Generator
        Its own.
    unix_s : float
        UNIX time minus the clock of the stamps.
    origin_s : float
        What is added to every stamp when it is sent: the begin of the replay.
    spare_id : int
        Id for a second outlet.
    """

    raw: RawStream
    offered: RawStream
    columns: Mapping[str, int]
    rng: np.random.Generator
    unix_s: float
    origin_s: float
    spare_id: int

    @property
    def rate_hz(self) -> float:
        """Rate of the stream, 0 if irregular."""
        return 0.0 if self.raw.format == "string" else self.raw.rate_hz


Effect = Callable[[Piece], Iterable[Piece | Switch]]


def within(fault: Fault, times: np.ndarray) -> np.ndarray:
    """Return which times a fault covers, (samples,) of bool."""
    return (times >= fault.at_s) & (times < fault.end_s)


def kept(piece: Piece, mask: np.ndarray) -> Iterator[Piece]:
    """Yield the samples of a piece that the mask keeps, if any."""
    if mask.all():
        yield piece
    elif mask.any():
        yield piece.part(mask)


def regular(fault: Fault, scene: Scene) -> float:
    """Return the rate of the stream; raise a StreamError if it is irregular."""
    if scene.rate_hz:
        return scene.rate_hz
    raise StreamError(f"fault '{fault}' needs a regular stream; '{scene.raw.name}' has no rate")


def numeric(fault: Fault, scene: Scene) -> None:
    """Raise a StreamError if the stream sends text."""
    if scene.raw.format == "string":
        raise StreamError(f"fault '{fault}' needs numbers; '{scene.raw.name}' sends text")


def column_of(fault: Fault, scene: Scene) -> int:
    """Return the place of the channel a fault strikes; raise a StreamError if it is not there."""
    numeric(fault, scene)
    if not fault.value:
        return 0
    if fault.value in scene.columns:
        return scene.columns[str(fault.value)]
    raise StreamError(
        f"fault '{fault}' strikes a channel that '{scene.raw.name}' does not have; "
        f"it has {', '.join(scene.columns)}"
    )
