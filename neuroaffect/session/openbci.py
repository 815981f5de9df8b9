"""Text recordings of the OpenBCI GUI, versions 2 to 6: Cyton, Daisy and Ganglion.

Rows carry the board's sample index (losses are exact) and the time at which the computer took
them up: several share a millisecond, and they stay as they are.
"""

import re

from neuroaffect.errors import SessionError
from neuroaffect.session.imported import Imported
from neuroaffect.session.table import Group, Table, import_table, table_stream
from neuroaffect.session.text import Layout, Spoilt, Text

__all__ = ["import_openbci", "is_openbci"]

_HEADER_LINES = 40
_MILLISECONDS = 1e11  # no UNIX time in seconds is as large: GUI 6 writes ms, GUI 5 seconds
_RATE = re.compile(r"%\s*Sample Rate\s*=\s*([0-9.,]+)", re.IGNORECASE)
_CHANNELS = re.compile(r"%\s*Number of channels\s*=\s*(\d+)", re.IGNORECASE)
_BOARD = re.compile(r"%\s*Board\s*=\s*(?:\w+\$)?Board(\w+)", re.IGNORECASE)
# Type of the stream, what its columns are called, its unit, and whether it may be left out.
_KINDS = (
    ("EEG", re.compile(r"(?:EXG|EEG) Channel", re.IGNORECASE), "uV", False),
    ("ACC", re.compile(r"Accel Channel", re.IGNORECASE), "g", True),
    ("Resistance", re.compile(r"Resistance Channel", re.IGNORECASE), "kOhm", True),
    ("Analog", re.compile(r"Analog Channel", re.IGNORECASE), "", True),
    ("Digital", re.compile(r"Digital Channel", re.IGNORECASE), "", True),
    ("Other", re.compile(r"Not Used|Other", re.IGNORECASE), "", True),
)


def is_openbci(head: str) -> bool:
    """Whether a text starts as the GUI's recordings do."""
    return re.match(r"%\s*OpenBCI Raw|%\s*OBCI SD Convert", head, re.IGNORECASE) is not None


def import_openbci(text: Text) -> Imported:
    """Open a recording of the OpenBCI GUI.

    Raises
    ------
    SessionError
        If its header states no rate or its rows no channels, or if it cannot be read.
    """
    lines = text.lines(_HEADER_LINES)
    comments = [line for line in lines if line.startswith("%")]
    rate_hz = _rate_hz(comments, text.name)
    after = lines[len(comments) :]
    names = [name.strip() for name in after[0].split(",")] if after else []
    skip, delimiter, decimal = len(comments), ",", "."
    if names and names[0].lower() == "sample index":
        skip += 1
    else:
        delimiter, decimal = _dialect(after[:1])
        names = _unnamed(comments, after[:1], delimiter)
    board = next((found[1] for line in comments if (found := _BOARD.match(line))), "")
    stamp, per_s = _stamp(text, names, skip=skip, delimiter=delimiter, decimal=decimal)
    groups = _groups(names, rate_hz)
    if not groups or groups[0].stream.type != "EEG":
        raise SessionError(f"'{text.name}' is OpenBCI's by its header, but names no EXG channel")
    return import_table(
        Table(
            format=f"OpenBCI GUI text ({board})" if board else "OpenBCI GUI text",
            text=text, skip=skip, delimiter=delimiter, decimal=decimal, rate_hz=rate_hz,
            groups=groups, stamp=stamp, stamps_per_s=per_s, counter=0,
            markers=tuple(k for k, name in enumerate(names) if name.startswith("Marker")),
            defects=() if stamp is not None else ("its rows have no date; samples are counted",),
        )
    )  # fmt: skip


def _rate_hz(comments: list[str], name: str) -> float:
    stated = next((found[1] for line in comments if (found := _RATE.match(line))), "")
    try:
        rate_hz = float(stated.replace(",", "."))
    except ValueError:
        rate_hz = 0.0
    if not 0.0 < rate_hz < 1e6:
        raise SessionError(
            f"'{name}' states the sample rate '{stated}'; its header must give one in Hz"
        )
    return rate_hz


def _dialect(rows: list[str]) -> tuple[str, str]:
    """Return delimiter and decimal mark: "0, -187500,02" is how old GUIs write in some locales."""
    is_comma = any(re.match(r"\d+, -?\d+,\d", row) for row in rows)
    return (", ", ",") if is_comma else (",", ".")


def _unnamed(comments: list[str], rows: list[str], delimiter: str) -> list[str]:
    """Return names for the columns of GUI 2 to 4, which wrote none."""
    cells = [cell.strip() for cell in rows[0].split(delimiter)] if rows else []
    stated = next((found[1] for line in comments if (found := _CHANNELS.match(line))), None)
    # Before the number was stated, boards had 8 channels, or 16 with a Daisy module.
    count = min(int(stated) if stated else (16 if len(cells) > 20 else 8), len(cells) - 1)
    names = ["Sample Index", *(f"EXG Channel {k}" for k in range(count))]
    for k, cell in enumerate(cells[len(names) :]):
        is_text = ":" in cell
        is_time = not is_text and re.match(r"\d{10}", cell) is not None
        axis = f"Accel Channel {k}" if k < 3 else "Other"
        names.append("Timestamp" if is_time else "Time of day" if is_text else axis)
    return names


def _stamp(
    text: Text, names: list[str], *, skip: int, delimiter: str, decimal: str
) -> tuple[int | None, float]:
    """Return the column with the time, and how many of its units are a second."""
    if "Timestamp" not in names:
        return None, 1.0
    column = names.index("Timestamp")
    layout = Layout(skip=skip, columns=(column,), delimiter=delimiter, decimal=decimal)
    first = next(text.rows(layout, Spoilt()), None)
    if first is None:
        return None, 1.0
    return column, 1000.0 if abs(first[0, 0]) > _MILLISECONDS else 1.0


def _groups(names: list[str], rate_hz: float) -> tuple[Group, ...]:
    groups = []
    for type, words, unit, is_optional in _KINDS:
        columns = tuple(k for k, name in enumerate(names) if words.match(name))
        if columns:
            stream = table_stream(
                len(groups) + 1, f"OpenBCI {type}", type, tuple(names[k] for k in columns),
                rate_hz=rate_hz, unit=unit,
            )  # fmt: skip
            groups.append(Group(stream=stream, columns=columns, is_optional=is_optional))
    return tuple(groups)
