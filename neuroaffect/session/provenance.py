"""What a converted file says of the file it was made from: events of a conversion, both ways.

A conversion is an XDF file of ours, but no session that neuroaffect recorded: unless the file it
was made from had its losses counted by the device, its gaps are still to be judged.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from neuroaffect.session.raw import Event

__all__ = ["Provenance", "conversion_events", "defect_events", "provenance_of"]

_CONVERSION, _DEFECT, _NOTE = "conversion", "defect", "note"


@dataclass(frozen=True, kw_only=True)
class Provenance:
    """What was known when a file was converted.

    Parameters
    ----------
    format : str
        Of the file it was made from.
    defects, notes : tuple of str
        What was wrong with it, and what was odd or left out.
    events : tuple of Event
        The events that were not about the conversion itself.
    told : frozenset of int
        Streams whose gaps are all among the events.
    is_timed : bool
        Whether its stamps came from a clock.
    """

    format: str
    defects: tuple[str, ...]
    notes: tuple[str, ...]
    events: tuple[Event, ...]
    told: frozenset[int]
    is_timed: bool


def conversion_events(
    *,
    time: float,
    format: str,
    told: frozenset[int],
    is_timed: bool,
    defects: Sequence[str],
    notes: Sequence[str],
) -> Iterator[Event]:
    """Yield the events to write in front of all others."""
    yield Event(
        time, _CONVERSION, {"format": format, "told": sorted(told), "is_timed": is_timed}
    )  # fmt: skip
    yield from defect_events(defects, time=time)
    for note in notes:
        yield Event(time, _NOTE, {"text": note})


def defect_events(defects: Sequence[str], *, time: float) -> Iterator[Event]:
    """Yield what was wrong with a file, a line each."""
    for defect in defects:
        yield Event(time, _DEFECT, {"text": defect})


def provenance_of(events: Sequence[Event]) -> Provenance | None:
    """Return what a file's events say of its conversion, None if it was not converted."""
    said = next((event.detail for event in events if event.kind == _CONVERSION), None)
    if said is None:
        return None
    told = said.get("told")
    told = told if isinstance(told, list) else []
    own = {_CONVERSION, _DEFECT, _NOTE}
    return Provenance(
        format=str(said.get("format", "")),
        defects=_texts(events, _DEFECT),
        notes=_texts(events, _NOTE),
        events=tuple(event for event in events if event.kind not in own),
        told=frozenset(id for id in told if isinstance(id, int)),
        is_timed=said.get("is_timed") is not False,
    )


def _texts(events: Sequence[Event], kind: str) -> tuple[str, ...]:
    return tuple(str(event.detail.get("text")) for event in events if event.kind == kind)
