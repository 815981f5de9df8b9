"""Recordings on disk: XDF written and read, other formats read and converted."""

from neuroaffect.session.convert import Converted, convert
from neuroaffect.session.loaded import LoadedStream
from neuroaffect.session.raw import EVENTS_STREAM, ClockOffset, Event, Packet, RawStream
from neuroaffect.session.recording import Recording, open_recording
from neuroaffect.session.xdf_repair import Saved, repair_xdf
from neuroaffect.session.xdf_saved import SavedStream
from neuroaffect.session.xdf_write import SessionWriter

__all__ = [
    "EVENTS_STREAM",
    "ClockOffset",
    "Converted",
    "Event",
    "LoadedStream",
    "Packet",
    "RawStream",
    "Recording",
    "Saved",
    "SavedStream",
    "SessionWriter",
    "convert",
    "open_recording",
    "repair_xdf",
]
