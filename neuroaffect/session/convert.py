"""Write any recording as XDF: the same samples, the same stamps, and what was wrong with it."""

import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from neuroaffect.errors import SessionError
from neuroaffect.session.provenance import conversion_events, defect_events
from neuroaffect.session.raw import ClockOffset, Item, Packet
from neuroaffect.session.recording import Recording, open_recording
from neuroaffect.session.xdf_write import SessionWriter

__all__ = ["Converted", "convert"]


@dataclass(frozen=True, kw_only=True)
class Converted:
    """What a conversion wrote.

    Parameters
    ----------
    path : Path
    format : str
        Of the recording that was read.
    samples : tuple of (str, int)
        Name of each stream, and how many were written.
    defects, notes : tuple of str
        What was wrong with the recording, and what is odd or was left out; in the file too.
    bytes_written : int
    """

    path: Path
    format: str
    samples: tuple[tuple[str, int], ...]
    defects: tuple[str, ...]
    notes: tuple[str, ...]
    bytes_written: int


def convert(
    recording: Recording | Path | str,
    out: Path | str,
    *,
    advance: Callable[[int], None] | None = None,
) -> Converted:
    """Write a recording into a new XDF file, packet by packet.

    Streams, stamps, values, units, labels, markers and clock offsets stay as they are read; the
    defects become events of the file. The file appears under its name when it is complete.

    Parameters
    ----------
    recording : Recording or path
    out : Path or str
        A new file; its name ends in .xdf.
    advance : callable, or None
        Is given the bytes written so far, now and then.

    Raises
    ------
    SessionError
        If the recording cannot be read, `out` exists or cannot be written; nothing is left.

    Notes
    -----
    A session of ours stays one, its gaps and late followers told as before. Host names and
    addresses in headers are taken out.
    """
    out = Path(out)
    if out.suffix.lower() != ".xdf":
        raise SessionError(f"'{out}' is no name for the result; let it end in .xdf")
    if os.path.lexists(out):
        raise SessionError(f"'{out}' is already there; choose a new name")
    if not out.parent.is_dir():
        raise SessionError(f"'{out}' cannot be written: there is no folder '{out.parent}'")
    if not isinstance(recording, Recording):
        recording = open_recording(recording)
    part = out.with_name(f".{out.name}.{os.getpid()}.part")
    try:
        written = _write(recording, part, advance or (lambda size: None))
        part.replace(out)
    except OSError as error:
        raise SessionError(f"cannot write '{out}': {error.strerror or error}") from None
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)
    return Converted(
        path=out, format=recording.format, defects=recording.defects, notes=recording.notes,
        bytes_written=written[1],
        samples=tuple((stream.name, written[0][stream.id]) for stream in recording.streams),
    )  # fmt: skip


def _write(
    recording: Recording, part: Path, advance: Callable[[int], None]
) -> tuple[dict[int, int], int]:
    items = recording.items()
    first = next(items, None)
    with SessionWriter(part) as writer:
        _tell(recording, writer, time=_time(first))
        for stream in recording.streams:
            writer.add(stream)
        for item in chain([] if first is None else [first], items):
            writer.write(item)
            advance(writer.bytes_written)
        samples = dict(writer.samples)
    return samples, writer.bytes_written


def _tell(recording: Recording, writer: SessionWriter, *, time: float) -> None:
    """Write what is known beside samples, before the first of them."""
    if recording.is_ours:
        said = defect_events(recording.defects, time=time)
    else:
        said = conversion_events(
            time=time, format=recording.format, told=recording.told,
            is_timed=recording.is_timed, defects=recording.defects, notes=recording.notes,
        )  # fmt: skip
    for event in chain(said, recording.events):
        writer.event(event.kind, time=event.time, **event.detail)


def _time(item: Item | None) -> float:
    match item:
        case Packet() if len(item):
            return float(item.stamps[0])
        case ClockOffset():
            return item.time
    return 0.0
