"""Ticks as a table: one row per tick, one column per feature."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np

from neuroaffect.errors import SessionError
from neuroaffect.pipeline import Tick
from neuroaffect.stream import FeatureInfo

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["FeatureTable", "table_format"]

TableFormat = Literal["parquet", "csv"]

_ROWS = 4096  # rows per group: bounded memory, and groups that a reader can skip


class FeatureTable:
    """Columns ``time index settled quality`` and one per feature, ``track.block.channel.band``.

    A track that follows has a column more, ``track.age_s``: how old its features are.

    Parameters
    ----------
    features : mapping of str to FeatureInfo
        "track.block" → what the block gives, as in :attr:`neuroaffect.pipeline.Run.features`.
    followers : sequence of str
        Tracks that follow, as in :attr:`neuroaffect.pipeline.Run.followers`.

    Attributes
    ----------
    columns : tuple of str
        Names of the feature columns.
    """

    def __init__(
        self, features: Mapping[str, FeatureInfo], *, followers: Sequence[str] = ()
    ) -> None:
        self._followers = tuple(followers)
        self._features = dict(features)
        self.columns = tuple(
            f"{place}.{channel}.{feature}"
            for place, info in self._features.items()
            for channel in info.channels
            for feature in info.features
        )

    def values(self, ticks: Sequence[Tick]) -> np.ndarray:
        """Return the features of each tick, (ticks, columns); NaN where a follower is missing."""
        values = np.full((len(ticks), len(self.columns)), np.nan)
        for row, tick in zip(values, ticks, strict=True):
            start = 0
            for place, info in self._features.items():
                track, _, block = place.partition(".")
                stop = start + info.shape[0] * info.shape[1]
                if track in tick.tracks:
                    row[start:stop] = tick.tracks[track][block].ravel()
                start = stop
        return values

    def of(self, ticks: Iterable[Tick]) -> "pa.Table":
        """Return the whole table in memory; `.to_pandas()` makes a data frame of it."""
        import pyarrow as pa

        return pa.Table.from_batches([self._batch(list(ticks))])

    def write(self, path: Path, ticks: Iterable[Tick]) -> int:
        """Write ticks as they come to a Parquet or CSV file, return how many.

        The file appears under its name only when it is whole.

        Raises
        ------
        SessionError
            If the name ends in neither .parquet nor .csv, or the file cannot be written.
        """
        kind = table_format(path)
        part = path.with_name(f"{path.name}.part")
        written = 0
        try:
            with _open(part, kind, self._schema()) as writer:
                for rows in _groups(ticks):
                    writer.write(self._batch(rows))
                    written += len(rows)
            part.replace(path)
        except OSError as error:
            raise SessionError(f"cannot write {path}: {error.strerror or error}") from None
        finally:
            part.unlink(missing_ok=True)
        return written

    def _schema(self) -> "pa.Schema":
        import pyarrow as pa

        fixed = [("time", pa.float64()), ("index", pa.int64()), ("settled", pa.bool_()),
                 ("quality", pa.float64())]  # fmt: skip
        fixed += [(f"{name}.age_s", pa.float64()) for name in self._followers]
        return pa.schema([*fixed, *((name, pa.float64()) for name in self.columns)])

    def _batch(self, ticks: Sequence[Tick]) -> "pa.RecordBatch":
        import pyarrow as pa

        fixed = [
            np.array([tick.time for tick in ticks]),
            np.array([tick.index for tick in ticks]),
            np.array([tick.settled for tick in ticks]),
            np.array([overall_quality(tick) for tick in ticks]),
            *(np.array([t.age_s.get(name, np.nan) for t in ticks]) for name in self._followers),
        ]
        columns = [*fixed, *self.values(ticks).T]
        return pa.record_batch([pa.array(column) for column in columns], schema=self._schema())


def overall_quality(tick: Tick) -> float:
    """Return the worst track's mean quality: 1 when every channel is good."""
    return min((float(q.mean()) for q in tick.quality.values()), default=0.0)


def table_format(path: Path) -> TableFormat:
    """Return the format that a file's name asks for.

    Raises
    ------
    SessionError
        If it is neither .parquet nor .csv.
    """
    if path.suffix == ".parquet":
        return "parquet"
    if path.suffix == ".csv":
        return "csv"
    raise SessionError(f"a feature table is .parquet or .csv, not '{path.suffix}' ({path.name})")


def _open(path: Path, kind: TableFormat, schema: "pa.Schema"):
    if kind == "csv":
        from pyarrow import csv

        return csv.CSVWriter(path, schema)
    from pyarrow import parquet

    return parquet.ParquetWriter(path, schema)


def _groups(ticks: Iterable[Tick]) -> Iterator[list[Tick]]:
    ticks = iter(ticks)
    while rows := list(islice(ticks, _ROWS)):
        yield rows
