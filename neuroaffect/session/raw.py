"""What a recording holds, exactly as it was received: streams, packets, offsets, events."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from neuroaffect.affect import Target, affect_channels
from neuroaffect.errors import SessionError

__all__ = [
    "EVENTS_STREAM",
    "FORMATS",
    "ClockOffset",
    "Event",
    "Item",
    "Packet",
    "RawStream",
    "prediction_stream",
]

EVENTS_STREAM = "neuroaffect-events"

FORMATS: Mapping[str, np.dtype] = {
    "float32": np.dtype("<f4"),
    "double64": np.dtype("<f8"),
    "int8": np.dtype("<i1"),
    "int16": np.dtype("<i2"),
    "int32": np.dtype("<i4"),
    "int64": np.dtype("<i8"),
    "string": np.dtype(object),
}


@dataclass(frozen=True, kw_only=True)
class RawStream:
    """A stream as its sender describes it, before any name or unit is translated.

    Parameters
    ----------
    id : int
        Number of the stream within its recording or live run.
    name, type, source_id : str
        What the sender calls itself ("Muse", "EEG", serial number); not unique.
    rate_hz : float
        Nominal rate; 0 for irregular streams.
    format : str
        One of :data:`FORMATS`, in LSL's words ("float32", "double64", "string", …).
    labels, units, types : tuple of str
        Per channel, "" where the sender says nothing.
    header : str
        The sender's ``<info>`` XML as received, or "".

    Raises
    ------
    SessionError
        For an unknown format, a rate below zero, or tuples of different lengths.
    """

    id: int
    name: str
    type: str
    source_id: str = ""
    rate_hz: float
    format: str
    labels: tuple[str, ...]
    units: tuple[str, ...]
    types: tuple[str, ...]
    header: str = ""

    def __post_init__(self) -> None:
        if self.format not in FORMATS:
            raise SessionError(
                f"stream '{self.name}' has the format '{self.format}'; "
                f"known are {', '.join(FORMATS)}"
            )
        if not (0.0 <= self.rate_hz < float("inf")):
            raise SessionError(
                f"stream '{self.name}' has a nominal rate of {self.rate_hz:g} Hz; "
                "give a finite rate, 0 for irregular streams"
            )
        if not len(self.labels) == len(self.units) == len(self.types):
            raise SessionError(
                f"stream '{self.name}' has {len(self.labels)} labels, {len(self.units)} units and "
                f"{len(self.types)} types; give one of each per channel"
            )

    @property
    def dtype(self) -> np.dtype:
        """Type of the values in a packet; object (of str) for string streams."""
        return FORMATS[self.format]


def prediction_stream(
    targets: Iterable[Target], *, id: int, name: str, source_id: str
) -> RawStream:
    """Return the stream in which predictions of these targets leave, live and in a session.

    One channel per trained dimension, in [-1, 1], then "<dimension>_sd", "_low" and "_high" for
    each; irregular, stamped with the time of each prediction; NaN while the model abstains.
    """
    labels = affect_channels(targets)
    return RawStream(
        id=id, name=name, type="Affect", source_id=source_id, rate_hz=0.0, format="double64",
        labels=labels, units=("",) * len(labels), types=("Affect",) * len(labels),
    )  # fmt: skip


@dataclass(frozen=True, eq=False, slots=True)
class Packet:
    """Samples of one stream that arrived together.

    Parameters
    ----------
    stream : int
        Id of the stream.
    stamps : ndarray of float64, shape (samples,)
        Seconds on the sender's clock, as sent.
    values : ndarray, shape (samples, channels)
        In the stream's own format and unit; objects (str) for string streams.
    """

    stream: int
    stamps: np.ndarray
    values: np.ndarray

    def __len__(self) -> int:
        return len(self.stamps)


@dataclass(frozen=True)
class ClockOffset:
    """One measurement of what to add to a sender's stamps to reach this machine's clock.

    Parameters
    ----------
    stream : int
        Id of the stream.
    time, offset : float
        Seconds on the sender's clock when it was measured, and the offset in seconds.
    """

    stream: int
    time: float
    offset: float


Item = Packet | ClockOffset  # what arrives, in order


@dataclass(frozen=True)
class Event:
    """One thing that happened during a recording: a line of the events stream.

    Parameters
    ----------
    time : float
        Seconds on the clock of the machine that recorded.
    kind : str
        "gap", "late", "trial-start", "trial-stop", "recording-start", …
    detail : mapping
        What else there is to say; JSON values.
    """

    time: float
    kind: str
    detail: Mapping[str, object]
