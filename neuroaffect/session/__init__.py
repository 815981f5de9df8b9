"""Recordings on disk: XDF written and read, other formats read and converted."""

from neuroaffect.session.convert import Converted, convert
from neuroaffect.session.raw import EVENTS_STREAM, ClockOffset, Event, Packet, RawStream
from neuroaffect.session.recording import Recording, open_recording
from neuroaffect.session.xdf_write import SessionWriter

__all__ = [
    "EVENTS_STREAM",
    "ClockOffset",
    "Converted",
    "Event",
    "Packet",
    "RawStream",
    "Recording",
    "SessionWriter",
    "convert",
    "open_recording",
]
