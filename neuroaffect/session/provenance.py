"""What a converted file says of the file it was made from: events of a conversion, both ways.

A conversion is an XDF file of ours, but no session that neuroaffect recorded: unless the file it
was made from had its losses counted by the device, its gaps are still to be judged.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from neuroaffect.session.raw import Event

__all__ = ["Provenance", "conversion_events", "provenance_of"]

_CONVERSION, _DEFECT = "conversion", "defect"


@dataclass(frozen=True, kw_only=True)
class Provenance:
    """What was known when a file was converted.

    Parameters
    ----------
    format : str
        Of the file it was made from.
    defects : tuple of str
        What was wrong with it.
    events : tuple of Event
        The events that were not about the conversion itself.
    told : frozenset of int
        Streams whose gaps are all among the events.
    is_timed : bool
        Whether its stamps came from a clock.
    """

    format: str
    defects: tuple[str, ...]
    events: tuple[Event, ...]
    told: frozenset[int]
    is_timed: bool


def conversion_events(
    *, time: float, format: str, told: frozenset[int], is_timed: bool, defects: Sequence[str]
) -> Iterator[Event]:
    """Yield the events to write in front of all others."""
    yield Event(
        time, _CONVERSION, {"format": format, "told": sorted(told), "is_timed": is_timed}
    )  # fmt: skip
    for defect in defects:
        yield Event(time, _DEFECT, {"text": defect})


def provenance_of(events: Sequence[Event]) -> Provenance | None:
    """Return what a file's events say of its conversion, None if it was not converted."""
    said = next((event.detail for event in events if event.kind == _CONVERSION), None)
    if said is None:
        return None
    told = said.get("told")
    return Provenance(
        format=str(said.get("format", "")),
        defects=tuple(str(event.detail.get("text")) for event in events if event.kind == _DEFECT),
        events=tuple(event for event in events if event.kind not in {_CONVERSION, _DEFECT}),
        told=frozenset(id for id in told if isinstance(id, int))
        if isinstance(told, list)
        else frozenset(),
        is_timed=said.get("is_timed") is not False,
    )
