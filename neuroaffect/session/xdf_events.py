"""The lines of our own events stream."""

import json
from collections.abc import Callable, Iterator

from neuroaffect.session.raw import Event, Packet

__all__ = ["events_of", "parse_event"]


def parse_event(line: str) -> tuple[str, dict[str, object]] | None:
    """Return what kind of event a line tells and its details, or None if it is no event."""
    try:
        detail = json.loads(line)
        return str(detail.pop("event")), detail
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def events_of(packet: Packet, tell: Callable[[str], None]) -> Iterator[Event]:
    """Yield the events of a packet; tell of lines that are none."""
    for time, line in zip(packet.stamps.tolist(), packet.values[:, 0], strict=True):
        found = parse_event(line)
        if found is None:
            tell(f"an event at {time:.3f} s is no line of JSON with a key 'event'")
        else:
            yield Event(time, *found)
