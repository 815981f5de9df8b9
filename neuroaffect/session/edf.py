"""What mne's EDF reader leaves out: units other than volts, rates per channel, pauses.

References
----------
Kemp and Olivan (2003), doi:10.1016/S1388-2457(03)00123-8 (EDF+)
"""

import re
from dataclasses import dataclass
from pathlib import Path

__all__ = ["EDF_WIDTHS", "EdfHeader", "read_edf_header", "read_record_onsets"]

EDF_WIDTHS = {"EDF": 2, "BDF": 3}  # bytes per sample

_FIXED = 256  # bytes of the header before its table of signals, and per signal in that table
_ONSET = re.compile(rb"([+-]\d+(?:\.\d*)?)\x14")
_ANNOTATIONS = {"EDF Annotations", "BDF Annotations"}


@dataclass(frozen=True, kw_only=True)
class EdfHeader:
    """The table of signals, and how records are laid out.

    Parameters
    ----------
    labels, units : tuple of str
        Of every signal, the annotations among them.
    digital, physical : tuple of (low, high)
        Range of each signal as it is stored, and in its unit.
    samples : tuple of int
        Samples of each signal in one record.
    records : int
        How many records there are; -1 where the writer never came to say it.
    record_s : float
        Length of a record in seconds.
    width : int
        Bytes per sample, 2 (EDF) or 3 (BDF).
    has_pauses : bool
        Whether the file says that its records need not follow each other ("EDF+D").
    """

    labels: tuple[str, ...]
    units: tuple[str, ...]
    digital: tuple[tuple[float, float], ...]
    physical: tuple[tuple[float, float], ...]
    samples: tuple[int, ...]
    records: int
    record_s: float
    width: int
    has_pauses: bool

    @property
    def signals(self) -> tuple[int, ...]:
        """Numbers of the signals that are no annotations."""
        return tuple(k for k, label in enumerate(self.labels) if label not in _ANNOTATIONS)

    def rate_hz(self, signal: int) -> float:
        """Return the rate of one signal."""
        return self.samples[signal] / self.record_s


def read_edf_header(path: Path, *, width: int) -> EdfHeader:
    """Read the header.

    Raises
    ------
    ValueError
        If it is none.
    """
    with path.open("rb") as file:
        fixed = file.read(_FIXED)
        count = int(fixed[252:256]) if fixed[252:256].strip().isdigit() else 0
        if not count:
            raise ValueError(f"its header says {fixed[252:256]!r} where the number of signals is")
        table = file.read(_FIXED * count)
    if len(table) < _FIXED * count:
        raise ValueError("it ends within its header")
    record_s = float(fixed[244:252])
    samples = tuple(int(text) for text in _column(table, count, start=216, length=8))
    if not 0 < record_s < float("inf") or min(samples) < 1:
        raise ValueError("its header speaks of records without length or samples")
    return EdfHeader(
        labels=_column(table, count, start=0, length=16),
        units=_column(table, count, start=96, length=8),
        physical=_ranges(table, count, start=104),
        digital=_ranges(table, count, start=120),
        samples=samples,
        records=int(records) if (records := fixed[236:244].strip()).isdigit() else -1,
        record_s=record_s,
        width=width,
        has_pauses=fixed[192:197].endswith(b"+D"),
    )


def _column(table: bytes, count: int, *, start: int, length: int) -> tuple[str, ...]:
    """Return one column of the table; the columns lie one after another."""
    first = start * count
    return tuple(
        table[first + k * length : first + (k + 1) * length].decode("latin-1").strip(" \x00")
        for k in range(count)
    )


def _ranges(table: bytes, count: int, *, start: int) -> tuple[tuple[float, float], ...]:
    """Return the two columns of lows and highs; NaN where no number is written."""
    lows, highs = (_column(table, count, start=at, length=8) for at in (start, start + 8))
    return tuple((_number(low), _number(high)) for low, high in zip(lows, highs, strict=True))


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return float("nan")


def read_record_onsets(path: Path, header: EdfHeader) -> list[float]:
    """Return the time of each record in seconds, as its first annotation says.

    Raises
    ------
    ValueError
        If a record does not say it.
    """
    place = next((k for k, label in enumerate(header.labels) if label in _ANNOTATIONS), None)
    if place is None:
        raise ValueError("it has pauses but no annotations that tell when")
    size = sum(header.samples) * header.width
    skip = sum(header.samples[:place]) * header.width
    start = _FIXED * (1 + len(header.labels))
    onsets = []
    with path.open("rb") as file:
        for record in range((path.stat().st_size - start) // size):
            file.seek(start + record * size + skip)
            found = _ONSET.match(file.read(header.samples[place] * header.width))
            if found is None:
                raise ValueError(f"its record {record} does not say when it starts")
            onsets.append(float(found[1]))
    return onsets
