"""Open a recording of any known format."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from neuroaffect.errors import SessionError
from neuroaffect.session.e4 import import_e4, is_e4_folder, open_e4_zip
from neuroaffect.session.import_mne import FORMATS_OF, format_of, looks_like
from neuroaffect.session.imported import Imported
from neuroaffect.session.imports import import_recording
from neuroaffect.session.loaded import LoadedStream, load_items
from neuroaffect.session.provenance import provenance_of
from neuroaffect.session.raw import ClockOffset, Event, Item, Packet, RawStream
from neuroaffect.session.text_formats import KNOWN_TEXTS, import_text
from neuroaffect.session.xdf import MAGIC
from neuroaffect.session.xdf_packed import is_packed
from neuroaffect.session.xdf_read import read_xdf, scan_xdf

__all__ = ["Recording", "open_recording"]

_ANY_TEXT = ".txt"
_PARTS = {".eeg": ".vhdr", ".dat": ".vhdr", ".vmrk": ".vhdr", ".fdt": ".set"}
_ZIP = b"PK\x03\x04"


@dataclass(frozen=True, kw_only=True, repr=False)
class Recording:
    """A recording on disk: what it holds, and its packets as often as they are wanted.

    Parameters
    ----------
    path : Path
    format : str
        "XDF", "EDF", "Empatica E4", "muselsl", …
    streams : tuple of RawStream
        In order of appearance; our own events stream is not among them.
    events : tuple of Event
        Lines of our own events stream, in order of arrival; empty in foreign recordings.
    defects : tuple of str
        What is wrong with the file, a sentence each.
    doubts : tuple of str
        Why the times of a stream cannot be trusted, though every byte is sound.
    notes : tuple of str
        What is odd but costs nothing.
    is_ours : bool
        Whether neuroaffect recorded it: it has an events stream, and is no conversion.
    told : frozenset of int
        Streams whose every gap is among the events: all in a session of ours; elsewhere those
        whose samples the device counts.
    is_timed : bool
        Whether stamps come from a clock; else samples were only counted.
    samples : tuple of int, or None
        How many samples each stream has, where opening the file has counted them.
    first_offsets : tuple of ClockOffset
        The first clock offset of each stream that has any.
    """

    path: Path
    format: str
    streams: tuple[RawStream, ...]
    events: tuple[Event, ...] = ()
    defects: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    is_ours: bool = False
    told: frozenset[int] = frozenset()
    is_timed: bool = True
    samples: tuple[int, ...] | None = None
    first_offsets: tuple[ClockOffset, ...] = ()
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

    def load(self) -> dict[int, LoadedStream]:
        """Return all of it as arrays, by the id of the stream.

        Beside the arrays, one packet at a time is in memory. Stamps are as they were sent; for
        times on one clock with gaps told, play it through :class:`neuroaffect.acquire.Recorded`.

        Raises
        ------
        SessionError
            If the file cannot be read any more.
        """
        return load_items(self.streams, self.items(), samples=self._counted())

    def _counted(self) -> Mapping[int, int]:
        ids = [stream.id for stream in self.streams]
        if self.samples is not None:
            return dict(zip(ids, self.samples, strict=True))
        counts = dict.fromkeys(ids, 0)
        for item in self.items():
            if isinstance(item, Packet):
                counts[item.stream] += len(item)
        return counts

    def __repr__(self) -> str:
        streams = ", ".join(stream.name for stream in self.streams)
        return f"<Recording {self.path.name}, {self.format}: {streams}>"


def open_recording(path: Path | str) -> Recording:
    """Open a recording of any known format.

    Parameters
    ----------
    path : Path or str
        XDF, or what Empatica's E4, muselsl, the OpenBCI GUI and Emotiv write, known by content;
        EDF, BDF, FIF, BrainVision, EEGLAB and whatever else mne reads, known by suffix.

    Raises
    ------
    SessionError
        If the file is missing, of no known format, broken, or holds no signal; one sentence.
    """
    path = Path(path)
    if _is_folder(path):
        return _imported(path, _import_folder(path))
    head = _head(path)
    if head[:4] == MAGIC or path.suffix.lower() in {".xdf", ".xdfz"} or _is_packed_xdf(path, head):
        return _from_xdf(path)
    return _imported(path, _import_file(path, head))


def _from_xdf(path: Path) -> Recording:
    contents = scan_xdf(path)
    every = frozenset(stream.id for stream in contents.streams)
    found = Recording(
        path=path, format="XDF", streams=contents.streams, events=contents.events,
        defects=contents.defects, doubts=contents.doubts, notes=contents.notes,
        is_ours=contents.is_ours, samples=contents.samples,
        first_offsets=contents.first_offsets,
        read=partial(read_xdf, path, absurd=contents.absurd),
        told=every if contents.is_ours else frozenset(),
    )  # fmt: skip
    said = provenance_of(contents.events)
    if said is None:
        return found
    return replace(
        found, events=said.events, defects=(*found.defects, *said.defects),
        notes=(*found.notes, *said.notes), is_ours=False,
        told=said.told & every, is_timed=said.is_timed,
    )  # fmt: skip


def _imported(path: Path, imported: Imported) -> Recording:
    return Recording(
        path=path, format=imported.format, streams=imported.streams, defects=imported.defects,
        notes=imported.notes,
        events=imported.events, told=imported.told, is_timed=imported.is_timed,
        read=imported.items,
    )  # fmt: skip


def _import_file(path: Path, head: bytes) -> Imported:
    if head[:4] == _ZIP:
        return open_e4_zip(path)
    if (imported := import_text(path)) is not None:
        return imported
    if (whole := _header_beside(path)) is not None:
        raise SessionError(f"'{path}' is a part of '{whole.name}'; name that file")
    if format_of(path) and path.suffix.lower() != _ANY_TEXT:
        return import_recording(path)
    if (format := looks_like(path)) is not None:
        suffix = next(suffix for suffix, name in FORMATS_OF.items() if name == format)
        raise SessionError(f"'{path}' looks like {format}; let its name end in {suffix}")
    with suppress(SessionError):  # mne takes any .txt for one of its own
        if format_of(path):
            return import_recording(path)
    raise SessionError(f"'{path}' is of no known format; known are {_known()}")


def _header_beside(path: Path) -> Path | None:
    """Return the header of a recording whose samples or markers this file holds."""
    suffix = _PARTS.get(path.suffix.lower())
    header = path.with_suffix(suffix) if suffix else None
    return header if header is not None and header.is_file() else None


def _import_folder(path: Path) -> Imported:
    try:
        if is_e4_folder(path):
            return import_e4(path)
    except OSError as error:
        raise SessionError(f"cannot read '{path}': {error.strerror or error}") from None
    if format_of(path):
        return import_recording(path)
    raise SessionError(
        f"'{path}' is a folder, and no Empatica E4 export; name the recording inside"
    )


def _known() -> str:
    return ", ".join([".xdf", ".xdfz", *FORMATS_OF, *KNOWN_TEXTS, "and what else mne reads"])


def _is_packed_xdf(path: Path, head: bytes) -> bool:
    return path.name.lower().endswith(".xdf.gz") and is_packed(head)


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except (OSError, ValueError) as error:  # a path with a null byte, or one that is too long
        raise SessionError(f"cannot read '{path}': {error}") from None


def _head(path: Path) -> bytes:
    """Return the first bytes of a file that is there, is a file and is not empty."""
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
