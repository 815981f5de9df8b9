"""Emotiv recordings as CSV: a plain table with a counter, and EmotivPRO's own export.

The plain table has no time: rows are counted, and what the counter skips is lost, known modulo
its circle. EmotivPRO's export has UNIX time, one line of facts before the header, and the slower
motion and quality columns empty in most rows. Electrodes float on about 4200 uV; that is what the
headset measures, and it stays.
"""

import re

from neuroaffect.errors import SessionError
from neuroaffect.session.imported import Imported
from neuroaffect.session.table import Group, Table, import_table, table_stream
from neuroaffect.session.text import Text

__all__ = ["import_emotiv", "is_emotiv", "is_emotiv_service"]

_RATE_HZ = 128.0  # of every Emotiv headset unless its file says otherwise
_ELECTRODE = re.compile(r"(?:AF|FC|FT|CP|PO|TP|F|T|P|O|C)(?:z|[0-9]{1,2})$", re.IGNORECASE)
_RATE = re.compile(r"(?:sampling|sampling rate)\s*:\s*(?:eeg_)?(\d+)", re.IGNORECASE)


def is_emotiv(head: str) -> bool:
    """Whether a text starts as either kind of Emotiv's CSV does."""
    lines = head.splitlines()[:2]
    return re.match(r"\"?COUNTER\"?\s*,", head) is not None or "EEG.Counter" in "".join(lines)


def is_emotiv_service(label: str) -> bool:
    """Whether a column of an EEG table is no electrode: counters, quality, motion, markers."""
    return _ELECTRODE.match(label) is None


def import_emotiv(text: Text) -> Imported:
    """Open a CSV of an Emotiv headset; what is no electrode becomes streams of its own.

    Raises
    ------
    SessionError
        If it has no electrode, or cannot be read.
    """
    lines = text.lines(2)
    is_pro = "EEG.Counter" in lines[0] or (len(lines) > 1 and "EEG.Counter" in lines[1])
    skip = 2 if is_pro and "EEG.Counter" not in lines[0] else 1
    names = _cells(lines[skip - 1])
    stated = _RATE.search(lines[0]) if skip == 2 else None
    rate_hz = float(stated[1]) if stated and float(stated[1]) > 0 else _RATE_HZ
    groups = _pro_groups(names, rate_hz) if is_pro else _plain_groups(names, rate_hz)
    if not groups or groups[0].stream.type != "EEG":
        raise SessionError(f"'{text.name}' is Emotiv's by its header, but names no electrode")
    lower = [name.lower() for name in names]
    table = Table(
        format="Emotiv CSV", text=text, skip=skip, rate_hz=rate_hz, groups=groups,
        stamp=lower.index("timestamp") if "timestamp" in lower else None,
        counter=lower.index("eeg.counter" if is_pro else "counter"),
        markers=tuple(k for k, name in enumerate(lower) if name == "markervalueint"),
    )  # fmt: skip
    return import_table(table)


def _cells(line: str) -> list[str]:
    """Return the names of a header; commas inside brackets, as in MARKERS['a','b'], do not count.

    >>> _cells("COUNTER, AF3, MARKERS['Blank','Image'], TICK")
    ['COUNTER', 'AF3', "MARKERS['Blank','Image']", 'TICK']
    """
    return [cell.strip(' "') for cell in re.split(r",(?![^\[]*\])", line)]


def _plain_groups(names: list[str], rate_hz: float) -> tuple[Group, ...]:
    electrodes = tuple(k for k, name in enumerate(names) if not is_emotiv_service(name))
    others = tuple(k for k in range(len(names)) if k not in electrodes and names[k])
    quality = tuple(k for k in others if _is_quality(names[k]))
    counts = tuple(k for k in others if k not in quality and names[k].lower() != "timestamp")
    wanted = (("EEG", electrodes, "uV"), ("Quality", quality, ""), ("Counter", counts, ""))
    return _groups(names, wanted, rate_hz)


def _is_quality(name: str) -> bool:
    return name.upper().startswith(("CQ", "RAW_CQ", "CONTACTQUALITY"))


def _pro_groups(names: list[str], rate_hz: float) -> tuple[Group, ...]:
    def picked(prefix: str, *, electrodes: bool | None = None) -> tuple[int, ...]:
        return tuple(
            k
            for k, name in enumerate(names)
            if name.startswith(prefix)
            and electrodes in {None, not is_emotiv_service(name.removeprefix(prefix))}
        )

    wanted = (
        ("EEG", picked("EEG.", electrodes=True), "uV"),
        ("Counter", picked("EEG.", electrodes=False), ""),
        ("Quality", picked("CQ.") + picked("EQ."), ""),
        ("Motion", picked("MOT."), ""),
    )
    return _groups(names, wanted, rate_hz, sparse={"Quality", "Motion"})


def _groups(
    names: list[str],
    wanted: tuple[tuple[str, tuple[int, ...], str], ...],
    rate_hz: float,
    *,
    sparse: frozenset[str] | set[str] = frozenset(),
) -> tuple[Group, ...]:
    groups = []
    for type, columns, unit in wanted:
        if columns:
            labels = tuple(names[k].removeprefix("EEG.") for k in columns)
            stream = table_stream(
                len(groups) + 1, f"Emotiv {type}", type, labels,
                rate_hz=0.0 if type in sparse else rate_hz, unit=unit,
            )  # fmt: skip
            groups.append(Group(stream=stream, columns=columns, is_sparse=type in sparse))
    return tuple(groups)
