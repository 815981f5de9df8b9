"""Emotiv recordings as EDF: service channels apart from electrodes, losses and wraps undone.

Some of Emotiv's files scale channels to digital values that 16 bits cannot hold (0 to 1520000)
and store them all the same: what is in the file is the value modulo 65536. The level around which
those electrodes lie is taken from the electrodes that were not wrapped.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from neuroaffect.errors import SessionError
from neuroaffect.session.edf import EdfHeader, read_edf_header
from neuroaffect.session.emotiv import is_emotiv_service
from neuroaffect.session.imported import Imported
from neuroaffect.session.raw import RawStream
from neuroaffect.session.table import Group, Table, import_table
from neuroaffect.session.text import Layout, Spoilt
from neuroaffect.session.wrapped import CIRCLE, turns_of

__all__ = ["EdfRows", "import_emotiv_edf", "is_emotiv_edf", "wrapped_channels"]

_BLOCK_VALUES = 2**20
_LEAST_S = 0.5  # of a stretch whose median tells its level
_COUNTER, _MARKER = "COUNTER", "MARKER"


def wrapped_channels(header: EdfHeader) -> tuple[int, ...]:
    """Return the signals whose digital range does not fit into 16 bits."""
    return tuple(
        k
        for k in header.signals
        if header.width == 2
        and (header.digital[k][0] < -CIRCLE // 2 or header.digital[k][1] >= CIRCLE // 2)
    )


def is_emotiv_edf(header: EdfHeader) -> bool:
    """Whether a file is one of Emotiv's, or wrapped like them, and simple enough to be read here.

    Files with annotations or several rates are left to mne.
    """
    is_simple = len(header.signals) == len(header.labels) and len(set(header.samples)) == 1
    return is_simple and (_COUNTER in header.labels or bool(wrapped_channels(header)))


def import_emotiv_edf(path: Path) -> Imported:
    """Open such a file.

    Raises
    ------
    ValueError
        If it is no EDF.
    SessionError
        If it has no sample.
    """
    header = read_edf_header(path, width=2)
    rows = EdfRows(path, header)
    labels = header.labels
    is_emotiv = _COUNTER in labels
    table = Table(
        format="EDF", text=rows, skip=0, rate_hz=header.rate_hz(0), groups=_groups(header),
        counter=labels.index(_COUNTER) if is_emotiv else None,
        markers=(labels.index(_MARKER),) if is_emotiv and _MARKER in labels else (),
        defects=tuple(rows.defects),
    )  # fmt: skip
    return import_table(table)


@dataclass(eq=False)
class EdfRows:
    """The samples of an EDF file of one rate, as rows in physical units.

    Parameters
    ----------
    path : Path
    header : EdfHeader

    Attributes
    ----------
    defects : list of str
    """

    path: Path
    header: EdfHeader

    def __post_init__(self) -> None:
        digital, physical = np.array(self.header.digital), np.array(self.header.physical)
        span = np.where(digital[:, 1] == digital[:, 0], 1.0, digital[:, 1] - digital[:, 0])
        self._gain = (physical[:, 1] - physical[:, 0]) / span
        self._offset = physical[:, 0] - digital[:, 0] * self._gain
        self._wrapped = np.array(wrapped_channels(self.header), np.int64)
        self._turns = np.zeros((0, len(self._wrapped)), np.int32)
        self.defects: list[str] = []
        self._settle()

    @property
    def name(self) -> str:
        """Name of the file."""
        return self.path.name

    def rows(self, layout: Layout, spoilt: Spoilt) -> Iterator[np.ndarray]:
        """Yield rows of the signals that the layout names, (samples, columns) float64."""
        columns = list(layout.columns)
        first = 0
        for digits in self._digits():
            stop = first + len(digits)
            digits[:, self._wrapped] += CIRCLE * self._turns[first:stop]
            first = stop
            yield digits[:, columns] * self._gain[columns] + self._offset[columns]

    def _digits(self) -> Iterator[np.ndarray]:
        """Yield digital values as they are stored, (samples, channels) int64."""
        samples, channels = self.header.samples[0], len(self.header.labels)
        size = samples * channels
        # No more than there is, whatever the header claims: it would be set aside at once.
        left = self.path.stat().st_size // 2 // size
        try:
            with self.path.open("rb") as file:
                file.seek(256 * (1 + channels))
                while left and len(values := np.fromfile(file, "<i2", size * _records(size, left))):
                    whole = values[: len(values) // size * size].reshape(-1, channels, samples)
                    if not len(whole):
                        return
                    yield whole.transpose(0, 2, 1).reshape(-1, channels).astype(np.int64)
        except OSError as error:
            raise SessionError(f"cannot read '{self.path}': {error.strerror or error}") from None

    def _settle(self) -> None:
        """Find on which circle each wrapped sample lies, and say what was done."""
        count, sums, stored = 0, np.zeros(len(self.header.labels)), []
        for digits in self._digits():
            count += len(digits)
            sums += digits.sum(axis=0)
            stored.append(digits[:, self._wrapped].astype(np.int16))
        self._tell_end(count)
        if not len(self._wrapped) or not count:
            return
        levels = sums / count * self._gain + self._offset
        sound = [
            k
            for k, label in enumerate(self.header.labels)
            if k not in self._wrapped and not is_emotiv_service(label)
        ]
        whole, least = np.concatenate(stored), round(_LEAST_S * self.header.rate_hz(0))
        self._turns = np.zeros(whole.shape, np.int32)
        for place, k in enumerate(self._wrapped.tolist()):
            if is_emotiv_service(self.header.labels[k]) or not self._gain[k]:
                continue  # contact quality and the like stay far below
            level = self.header.digital[k][0] + CIRCLE / 2
            if sound:
                level = (np.median(levels[sound]) - self._offset[k]) / self._gain[k]
            self._turns[:, place] = turns_of(whole[:, place], level=level, least=least)
        self._tell_wraps(bool(sound))

    def _tell_wraps(self, has_sound: bool) -> None:
        electrodes = {
            self.header.labels[k]: CIRCLE * self._gain[k]
            for k in self._wrapped.tolist()
            if not is_emotiv_service(self.header.labels[k])
        }
        if not electrodes:
            return
        wraps = int(np.count_nonzero(np.diff(self._turns, axis=0)))
        period = next(iter(electrodes.values()))
        put = "the level of the other electrodes" if has_sound else "the lowest values there can be"
        self.defects.append(
            f"{', '.join(electrodes)} are stored modulo {period:.0f}: {wraps} wraps were undone, "
            f"and {put} taken for theirs; where an electrode jumps, samples may be that much off"
        )

    def _tell_end(self, count: int) -> None:
        held = count // self.header.samples[0]
        if 0 <= self.header.records != held:
            self.defects.append(
                f"its header speaks of {self.header.records} records, it holds {held}"
            )


def _records(size: int, left: int) -> int:
    """Return how many records of this size to read at once."""
    return min(left, max(1, _BLOCK_VALUES // size))


def _groups(header: EdfHeader) -> tuple[Group, ...]:
    labels = header.labels
    kinds: dict[str, list[int]] = {"EEG": [], "Counter": [], "Quality": [], "GYRO": [], "MISC": []}
    for k, label in enumerate(labels):
        if label != _MARKER or _COUNTER not in labels:  # else it becomes markers
            kinds[_type(label)].append(k)
    groups = []
    for type, columns in kinds.items():
        if columns:
            units = tuple(header.units[k] if type in {"EEG", "MISC"} else "" for k in columns)
            stream = RawStream(
                id=len(groups) + 1, name=f"Emotiv {type}", type=type, rate_hz=header.rate_hz(0),
                format="double64", labels=tuple(labels[k] for k in columns), units=units,
                types=(type,) * len(columns),
            )  # fmt: skip
            groups.append(Group(stream=stream, columns=tuple(columns), is_optional=type == "MISC"))
    if not groups:
        raise SessionError("the file has no channel; a recording needs at least one")
    return tuple(groups)


def _type(label: str) -> str:
    if not is_emotiv_service(label):
        return "EEG"
    if label in {_COUNTER, "INTERPOLATED"}:
        return "Counter"
    if label.startswith(("CQ_", "RAW_CQ")):
        return "Quality"
    return "GYRO" if label.startswith("GYRO") else "MISC"
