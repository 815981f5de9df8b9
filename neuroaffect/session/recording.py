"""Open a recording of any known format."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from neuroaffect.errors import SessionError
from neuroaffect.session.import_mne import FORMATS_OF
from neuroaffect.session.imports import import_recording
from neuroaffect.session.raw import Event, Item, RawStream
from neuroaffect.session.xdf import MAGIC
from neuroaffect.session.xdf_chunks import is_packed
from neuroaffect.session.xdf_read import read_xdf, scan_xdf

__all__ = ["Recording", "open_recording"]


@dataclass(frozen=True, kw_only=True, repr=False)
class Recording:
    """A recording on disk: what it holds, and its packets as often as they are wanted.

    Parameters
    ----------
    path : Path
    format : str
        "XDF", "EDF", "BDF", "FIF", "BrainVision" or "EEGLAB".
    streams : tuple of RawStream
        In order of appearance; our own events stream is not among them.
    events : tuple of Event
        Lines of our own events stream, in order of arrival; empty in foreign recordings.
    defects : tuple of str
        What is wrong with the file, a sentence each.
    is_ours : bool
        Whether neuroaffect recorded it: it has an events stream.
    """

    path: Path
    format: str
    streams: tuple[RawStream, ...]
    events: tuple[Event, ...] = ()
    defects: tuple[str, ...] = ()
    is_ours: bool = False
    read: Callable[[], Iterator[Item]] = field(compare=False)

    def items(self) -> Iterator[Item]:
        """Yield packets and clock offsets in the order in which they arrived.

        One packet at a time is in memory. May be called again.

        Raises
        ------
        SessionError
            If the file cannot be read any more.
        """
        return self.read()

    def __repr__(self) -> str:
        streams = ", ".join(stream.name for stream in self.streams)
        return f"<Recording {self.path.name}, {self.format}: {streams}>"


def open_recording(path: Path | str) -> Recording:
    """Open a recording: XDF, or EDF, BDF, FIF, BrainVision or EEGLAB by way of mne.

    Parameters
    ----------
    path : Path or str
        XDF is known by its content, the others by their suffix.

    Raises
    ------
    SessionError
        If the file is missing, of no known format, broken, or holds no signal; one sentence.
    """
    path = Path(path)
    head = _head(path)
    if head[:4] == MAGIC or path.suffix.lower() in {".xdf", ".xdfz"} or _is_packed_xdf(path, head):
        contents = scan_xdf(path)
        return Recording(
            path=path, format="XDF", streams=contents.streams, events=contents.events,
            defects=contents.defects, is_ours=contents.is_ours, read=partial(read_xdf, path),
        )  # fmt: skip
    if path.suffix.lower() not in FORMATS_OF:
        known = ", ".join([".xdf", ".xdfz", *FORMATS_OF])
        raise SessionError(f"'{path}' is of no known format; known are {known}")
    imported = import_recording(path)
    return Recording(
        path=path, format=imported.format, streams=imported.streams, defects=imported.defects,
        read=imported.items,
    )  # fmt: skip


def _is_packed_xdf(path: Path, head: bytes) -> bool:
    return path.name.lower().endswith(".xdf.gz") and is_packed(head)


def _head(path: Path) -> bytes:
    """Return the first bytes of a file that is there, is a file and is not empty."""
    if path.is_dir():
        raise SessionError(f"'{path}' is a folder; name the recording inside it")
    try:
        with path.open("rb") as file:
            head = file.read(8)
    except OSError as error:
        raise SessionError(f"cannot read '{path}': {error.strerror or error}") from None
    except ValueError as error:  # a path with a null byte
        raise SessionError(f"cannot read '{path}': {error}") from None
    if not head:
        raise SessionError(f"'{path}' is empty; it holds no recording")
    return head
