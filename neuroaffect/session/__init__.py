"""Recordings on disk: XDF written and read, other formats read by way of mne."""

from neuroaffect.session.raw import EVENTS_STREAM, ClockOffset, Event, Packet, RawStream
from neuroaffect.session.recording import Recording, open_recording
from neuroaffect.session.xdf_write import SessionWriter

__all__ = [
    "EVENTS_STREAM",
    "ClockOffset",
    "Event",
    "Packet",
    "RawStream",
    "Recording",
    "SessionWriter",
    "open_recording",
]
