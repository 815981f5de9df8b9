"""Empatica E4 exports: a folder, a zip archive or one of its files.

Each file has a start of its own in UNIX seconds and a rate, in its first two rows. IBI.csv has
rows of "time since start, interval": the time is that of the beat which ends the interval, for
the interval is the distance from the beat before. tags.csv has the presses of the button.
"""

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import numpy as np

from neuroaffect.errors import SessionError
from neuroaffect.session.imported import (
    Imported,
    Timed,
    in_time_order,
    marker_packet,
    marker_stream,
    packets,
)
from neuroaffect.session.raw import Event, Packet, RawStream
from neuroaffect.session.table import table_stream
from neuroaffect.session.text import Layout, Spoilt, Text, open_text

__all__ = ["import_e4", "import_e4_file", "is_e4_file", "is_e4_folder", "open_e4_zip"]

# File → type of the stream, labels, unit, factor to it. Pulse has no unit that means anything.
_SIGNALS = {
    "ACC": ("ACC", ("X", "Y", "Z"), "g", 1 / 64),
    "BVP": ("BVP", ("BVP",), "", 1.0),
    "EDA": ("GSR", ("EDA",), "uS", 1.0),
    "TEMP": ("Temp", ("TEMP",), "degC", 1.0),
    "HR": ("HR", ("HR",), "bpm", 1.0),
    "IBI": ("IBI", ("IBI",), "s", 1.0),
}
_NAME = re.compile(rf"({'|'.join(_SIGNALS)}|tags)(?:_\w+)?\.csv(?:\.gz)?$", re.IGNORECASE)
_MOST_BYTES = 2**32  # of one unpacked file; a year of pulse is half of that
_START = re.compile(r"\s*(\d{9,10}(?:[.,]\d*)?)\b")


@dataclass(frozen=True, eq=False)
class _File:
    """One signal: its text, how it is written, when it starts."""

    text: Text
    stream: RawStream
    layout: Layout
    start_s: float
    factor: float


def _key(name: str) -> str | None:
    """Return which of the E4's files this name is: "tags_S01.csv" → "TAGS"."""
    found = _NAME.match(name)
    return found[1].upper() if found else None


def is_e4_folder(path: Path) -> bool:
    """Whether a folder has a file that an E4 export has."""
    return any(_key(file.name) in _SIGNALS for file in path.iterdir() if file.is_file())


def is_e4_file(head: str, name: str) -> bool:
    """Whether a text is one of the E4's signals, by its name and its first rows."""
    return _key(name) in _SIGNALS and _START.match(head) is not None


def import_e4(path: Path) -> Imported:
    """Open an export's folder.

    Raises
    ------
    SessionError
        If no file in it can be read.
    """
    texts: dict[str, Text] = {}
    for file in sorted(path.iterdir()):
        key = _key(file.name) if file.is_file() else None
        if key is not None:
            texts.setdefault(key, open_text(file))
    return _import(texts, path.name)


def import_e4_file(text: Text) -> Imported:
    """Open one signal of an export."""
    return _import({str(_key(text.name)): text}, text.name)


def open_e4_zip(path: Path) -> Imported:
    """Open an export as it is downloaded: a zip archive, with or without a folder on top.

    Nothing is unpacked to disk.

    Raises
    ------
    SessionError
        If it is no archive, has no such file, or files of several sessions.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, OSError, NotImplementedError, ValueError) as error:
        raise SessionError(f"cannot unpack '{path}': {error}") from None
    places: dict[PurePosixPath, dict[str, zipfile.ZipInfo]] = {}
    for member in members:
        place = PurePosixPath(member.filename.replace("\\", "/"))
        key = _key(place.name)
        if key is not None and not member.is_dir() and "__MACOSX" not in place.parts:
            places.setdefault(place.parent, {}).setdefault(key, member)
    found = [files for files in places.values() if files.keys() & _SIGNALS.keys()]
    if len(found) != 1:
        raise SessionError(
            f"'{path}' holds {len(found)} Empatica E4 sessions; a recording is an archive of one"
        )
    return _import({key: _member(path, member) for key, member in found[0].items()}, path.name)


def _member(path: Path, member: zipfile.ZipInfo) -> Text:
    if member.file_size > _MOST_BYTES:
        raise SessionError(
            f"'{path}' holds '{member.filename}' of {member.file_size} bytes; "
            f"more than {_MOST_BYTES} are no recording of an E4"
        )

    def opened() -> zipfile.ZipExtFile:
        # The member keeps the archive's file open, and closes it with itself.
        with zipfile.ZipFile(path) as archive:
            return archive.open(member)

    return Text(PurePosixPath(member.filename).name, opened)


def _import(texts: dict[str, Text], name: str) -> Imported:
    defects: list[str] = []
    files: list[_File] = []
    ends: list[float] = []
    for key in _SIGNALS:
        file = _file(key, texts[key], len(files) + 1, defects) if key in texts else None
        end_s = _end_s(file, defects) if file is not None else None
        if file is not None and end_s is not None:
            files.append(file)
            ends.append(end_s)
    if not files:
        why = f" ({defects[0]})" if defects else ""
        raise SessionError(f"'{name}' holds no signal of an Empatica E4{why}")
    missing = [key for key in _SIGNALS if key not in texts]
    if missing and len(texts) > 1:
        defects.append(f"the export has no {', '.join(f'{key}.csv' for key in missing)}")
    begin_s = min(file.start_s for file in files)
    inside, outside = _tags(texts.get("TAGS"), begin_s, max(ends), defects)
    marks = marker_stream(len(files) + 1, name="E4 tags")
    streams = tuple(file.stream for file in files)

    def items() -> Iterator[Packet]:
        tagged = ((time, marker_packet(marks, time, "tag")) for time in inside)
        return in_time_order([*(_packets(file) for file in files), tagged])

    return Imported(
        format="Empatica E4", streams=(*streams, marks) if inside else streams,
        defects=tuple(defects), items=items,
        events=tuple(Event(time, "tag-outside", {"unix_s": time}) for time in outside),
    )  # fmt: skip


def _file(key: str, text: Text, id: int, defects: list[str]) -> _File | None:
    """Return a signal by its first rows; None, and a defect, if they are not an E4's."""
    type, labels, unit, factor = _SIGNALS[key]
    lines = text.lines(4)
    cells = 2 if key == "IBI" else len(labels)
    delimiter, decimal = _dialect(lines[2:], cells)
    start = _START.match(lines[0]) if lines else None
    rate_hz = 0.0 if key == "IBI" else _rate_hz(lines[1] if len(lines) > 1 else "")
    if start is None or rate_hz is None:
        defects.append(f"{text.name} does not start with a time and a rate; left out")
        return None
    stream = table_stream(id, f"E4 {key}", type, labels, rate_hz=rate_hz, unit=unit)
    layout = Layout(
        skip=1 if key == "IBI" else 2, columns=tuple(range(cells)), delimiter=delimiter,
        decimal=decimal,
    )  # fmt: skip
    return _File(text, stream, layout, float(start[1].replace(",", ".")), factor)


def _dialect(rows: list[str], cells: int) -> tuple[str, str]:
    """Return delimiter and decimal mark; some locales write "0,25", or "0,25;0,5"."""
    if any(";" in row for row in rows):
        return ";", "," if any("," in row for row in rows) else "."
    if cells == 1 and any("," in row for row in rows):
        return ";", ","
    return ",", "."


def _rate_hz(line: str) -> float | None:
    found = re.match(r"\s*(\d+(?:[.,]\d+)?)", line)
    rate_hz = float(found[1].replace(",", ".")) if found else 0.0
    return rate_hz if 0.0 < rate_hz <= 1024.0 else None


def _end_s(file: _File, defects: list[str]) -> float | None:
    """Read a signal once; return the time of its last sample, None if it has none."""
    spoilt, count, end_s = Spoilt(), 0, file.start_s
    for rows in _rows(file, spoilt):
        end_s = _stamps(file, rows, count)[-1]
        count += len(rows)
    defects += spoilt.sentences(file.text.name)
    if not count:
        defects.append(f"{file.text.name} holds no sample; left out")
        return None
    return float(end_s)


def _rows(file: _File, spoilt: Spoilt) -> Iterator[np.ndarray]:
    """Yield blocks of rows; beats without a time are left out."""
    for rows in file.text.rows(file.layout, spoilt):
        kept = rows if file.stream.rate_hz else rows[np.isfinite(rows[:, 0])]
        spoilt.rows += len(rows) - len(kept)
        if len(kept):
            yield kept


def _stamps(file: _File, rows: np.ndarray, first: int) -> np.ndarray:
    if file.stream.rate_hz:
        return file.start_s + np.arange(first, first + len(rows)) / file.stream.rate_hz
    return file.start_s + rows[:, 0]


def _packets(file: _File) -> Iterator[Timed]:
    first = 0
    for rows in _rows(file, Spoilt()):
        values = rows if file.stream.rate_hz else rows[:, 1:]
        yield from packets(file.stream, _stamps(file, rows, first), values * file.factor)
        first += len(rows)


def _tags(
    text: Text | None, begin_s: float, end_s: float, defects: list[str]
) -> tuple[list[float], list[float]]:
    """Return the presses within the recording, and those outside of it."""
    if text is None:
        return [], []
    spoilt = Spoilt()
    layout = Layout(skip=0, columns=(0,), delimiter=";", decimal=",")
    times = [float(time) for rows in text.rows(layout, spoilt) for time in rows[:, 0]]
    defects += spoilt.sentences(text.name)
    times = [time for time in times if np.isfinite(time)]
    inside = sorted(time for time in times if begin_s <= time <= end_s)
    outside = sorted(time for time in times if not begin_s <= time <= end_s)
    for time in outside:
        side = f"{begin_s - time:.0f} s before" if time < begin_s else f"{time - end_s:.0f} s after"
        defects.append(f"a tag lies {side} the recording; it marks nothing in it")
    return inside, outside
