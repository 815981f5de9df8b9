"""A text file with one row per sample: its columns become streams, its faults are told."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Protocol

import numpy as np

from neuroaffect.errors import SessionError
from neuroaffect.session.counted import Counted, Counting, Repeats, modulus_of, step_of
from neuroaffect.session.imported import (
    Imported,
    Timed,
    in_time_order,
    marker_packet,
    marker_stream,
    packets,
)
from neuroaffect.session.raw import Event, Packet, RawStream
from neuroaffect.session.text import Layout, Spoilt

__all__ = ["Group", "Rows", "Table", "import_table", "table_stream"]


class Rows(Protocol):
    """Where a table's rows come from: a text, or a binary file laid out like one."""

    @property
    def name(self) -> str:
        """What messages call it."""

    def rows(self, layout: Layout, spoilt: Spoilt) -> Iterator[np.ndarray]:
        """Yield blocks of rows, (rows, columns) float64; may be called again."""


@dataclass(frozen=True, kw_only=True)
class Group:
    """Columns that are one stream.

    Parameters
    ----------
    stream : RawStream
    columns : tuple of int
        Cells of a row.
    is_optional : bool
        Left out, and named, where it holds nothing but zeros.
    is_sparse : bool
        Of a lower rate than the rows: rows whose cells are all empty have no sample of it.
    """

    stream: RawStream
    columns: tuple[int, ...]
    is_optional: bool = False
    is_sparse: bool = False


@dataclass(frozen=True, kw_only=True)
class Table:
    """What an importer knows of a file before it reads the rows.

    Parameters
    ----------
    format : str
    text : Rows
    skip, delimiter, decimal
        See :class:`~neuroaffect.session.text.Layout`.
    rate_hz : float
        Rows per second.
    groups : tuple of Group
    stamp : int or None
        Cell with the time; None where samples are only counted.
    stamps_per_s : float
        1 where it is in seconds.
    counter : int or None
        Cell in which the device counts its samples.
    markers : tuple of int
        Cells that are zero except where something was marked.
    defects : tuple of str
        What is known already.
    """

    format: str
    text: Rows
    skip: int
    rate_hz: float
    groups: tuple[Group, ...]
    stamp: int | None = None
    stamps_per_s: float = 1.0
    counter: int | None = None
    markers: tuple[int, ...] = ()
    delimiter: str = ","
    decimal: str = "."
    defects: tuple[str, ...] = ()

    @property
    def layout(self) -> Layout:
        """The cells that are read, in order."""
        wanted = {cell for group in self.groups for cell in group.columns} | set(self.markers)
        wanted |= {cell for cell in (self.stamp, self.counter) if cell is not None}
        return Layout(
            skip=self.skip, columns=tuple(sorted(wanted)), delimiter=self.delimiter,
            decimal=self.decimal,
        )  # fmt: skip

    def place(self, cell: int) -> int:
        """Return where a cell stands among those that are read."""
        return self.layout.columns.index(cell)


def table_stream(
    id: int, name: str, type: str, labels: tuple[str, ...], *, rate_hz: float, unit: str = ""
) -> RawStream:
    """Return a stream of columns that share a unit."""
    return RawStream(
        id=id, name=name, type=type, rate_hz=rate_hz, format="double64", labels=labels,
        units=(unit,) * len(labels), types=(type,) * len(labels),
    )  # fmt: skip


def import_table(table: Table) -> Imported:
    """Read the whole file once, count what is wrong with it, and return its streams.

    Rows that repeat the row before in every cell are left out; losses that the device's own
    counter tells become gaps that nobody needs to guess.

    Raises
    ------
    SessionError
        If the file cannot be read or has no row of numbers.
    """
    counting = _counting(table)
    found = _Scan(table, counting)
    if not found.rows:
        raise SessionError(f"'{table.text.name}' is {table.format} by its header, but has no rows")
    kept = [group for group in table.groups if found.holds(group)]
    left = [group.stream.name for group in table.groups if group not in kept]
    groups = tuple(
        replace(group, stream=replace(group.stream, id=k + 1)) for k, group in enumerate(kept)
    )
    marks = marker_stream(len(groups) + 1) if found.marks else None
    streams = tuple(group.stream for group in groups)
    dense = [group.stream for group in groups if not group.is_sparse]
    return Imported(
        format=table.format,
        streams=streams if marks is None else (*streams, marks),
        defects=(*table.defects, *found.sentences()),
        notes=(f"nothing but zeros, left out: {', '.join(left)}",) if left else (),
        events=tuple(gap for stream in dense for gap in found.gaps(stream)) if counting else (),
        told=frozenset(stream.id for stream in dense) if counting else frozenset(),
        is_timed=table.stamp is not None,
        items=partial(_items, replace(table, groups=groups), counting, marks),
    )


def _counting(table: Table) -> Counting | None:
    """Return how the device counts, None if it does not or not evenly."""
    if table.counter is None:
        return None
    highest, first = 0.0, None
    for rows in table.text.rows(table.layout, Spoilt()):
        numbers = rows[:, table.place(table.counter)]
        numbers = numbers[np.isfinite(numbers)]
        first = numbers if first is None else first
        highest = max(highest, numbers.max(initial=0.0))
    if first is None or not 0 <= highest < 2**31 or first.min(initial=0.0) < 0:
        return None
    modulus = modulus_of(highest)
    step = step_of(first, modulus)
    return Counting(modulus=modulus, step=step) if step else None


class _Walk:
    """One way through the rows: (stamps, rows, samples lost before each) in blocks."""

    def __init__(self, table: Table, counting: Counting | None) -> None:
        self.spoilt, self.repeats = Spoilt(), Repeats()
        self._table = table
        self._counted = Counted(counting, rate_hz=table.rate_hz) if counting else None
        self._index = 0

    def __iter__(self) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
        table = self._table
        needed = [table.place(cell) for cell in (table.stamp, table.counter) if cell is not None]
        for rows in table.text.rows(table.layout, self.spoilt):
            good = np.isfinite(rows[:, needed]).all(axis=1)
            self.spoilt.rows += int(np.count_nonzero(~good))
            if not good.any():
                continue
            kept = self.repeats.drop(rows[good])
            if len(kept):
                yield self._placed(kept)

    def _placed(self, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        table, lost, given = self._table, np.zeros(len(rows), np.int64), None
        if table.stamp is not None:
            given = rows[:, table.place(table.stamp)] / table.stamps_per_s
        if self._counted is not None and table.counter is not None:
            lost = self._counted.take(rows[:, table.place(table.counter)], given)
        index = self._index + np.cumsum(lost + 1) - 1
        self._index = int(index[-1]) + 1
        return index / table.rate_hz if given is None else given, rows, lost


class _Scan:
    """What one way through the whole file finds."""

    def __init__(self, table: Table, counting: Counting | None) -> None:
        self._table, self._counting = table, counting
        self.rows = self.marks = self.backward = 0
        self._used = np.zeros(len(table.layout.columns), bool)
        self._lost: list[tuple[int, int, float]] = []
        walk = _Walk(table, counting)
        places = [table.place(cell) for cell in table.markers]
        newest = -np.inf
        for stamps, rows, lost in walk:
            with np.errstate(invalid="ignore"):
                self._used |= np.any((rows != 0) & ~np.isnan(rows), axis=0)
                self.marks += int(np.count_nonzero(np.abs(rows[:, places]) > 0))
            before = np.concatenate([[newest], stamps[:-1]])
            self.backward += int(np.count_nonzero(stamps < before))
            for k in np.flatnonzero(lost).tolist():
                self._lost.append((self.rows + k, int(lost[k]), float(before[k])))
            self.rows += len(rows)
            newest = float(stamps[-1])
        self._spoilt, self._repeated = walk.spoilt, walk.repeats.count

    def holds(self, group: Group) -> bool:
        """Whether there is anything in it."""
        optional = group.is_optional or group.is_sparse
        places = [self._table.place(cell) for cell in group.columns]
        return not optional or bool(self._used[places].any())

    def gaps(self, stream: RawStream) -> list[Event]:
        """Return what the counter says was lost, as a session of ours tells it."""
        return [
            Event(time, "gap", {"stream": stream.name, "lost": lost, "first": first})
            for first, lost, time in self._lost
        ]

    def sentences(self) -> list[str]:
        """Return what is wrong with the file."""
        told = self._spoilt.sentences(self._table.text.name)
        if self._repeated:
            told.append(f"{_many(self._repeated, 'row')} written twice; the second is left out")
        if self.backward:
            told.append(f"the stamps go backward at {_many(self.backward, 'place')}")
        if self._lost and self._counting is not None:
            lost = sum(lost for _, lost, _ in self._lost)
            told.append(
                f"the device's counter skips {_many(lost, 'sample')} at "
                f"{_many(len(self._lost), 'place')}"
            )
            # Without a clock, whole circles of the counter pass unseen.
            if self._table.stamp is None:
                told[-1] += f", each time perhaps {self._counting.modulus} more"
        return told


def _many(count: int, word: str) -> str:
    return f"{count} {word}" if count == 1 else f"{count} {word}s"


def _items(table: Table, counting: Counting | None, marks: RawStream | None) -> Iterator[Packet]:
    before = np.zeros(len(table.markers))
    for stamps, rows, lost in _Walk(table, counting):
        starts = np.flatnonzero(lost).tolist()
        sources = []
        for group in table.groups:
            values = rows[:, [table.place(cell) for cell in group.columns]]
            if group.is_sparse:
                there = ~np.isnan(values).all(axis=1)
                sources.append(packets(group.stream, stamps[there], values[there]))
            else:
                sources.append(packets(group.stream, stamps, values, starts=starts))
        if marks is not None:
            marked = rows[:, [table.place(cell) for cell in table.markers]]
            sources.append(_marked(marks, stamps, marked, before))
            before = marked[-1]
        yield from in_time_order(sources)


def _marked(
    stream: RawStream, stamps: np.ndarray, marked: np.ndarray, before: np.ndarray
) -> Iterator[Timed]:
    """Yield a marker where a cell rises from zero or changes; a number held is one marker."""
    changes = (marked != np.vstack([before, marked[:-1]])) & (np.abs(marked) > 0)
    for row, column in np.argwhere(changes).tolist():
        value = f"{marked[row, column]:g}"
        text = value if marked.shape[1] == 1 else f"{column} {value}"
        yield float(stamps[row]), marker_packet(stream, float(stamps[row]), text)
