"""Record into an XDF file that survives a crash."""

import json
import os
import time as clock
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from io import FileIO
from pathlib import Path
from types import MappingProxyType, TracebackType

import numpy as np

from neuroaffect.errors import SessionError
from neuroaffect.session.raw import EVENTS_STREAM, ClockOffset, Item, Packet, RawStream
from neuroaffect.session.xdf import BOUNDARY, MAGIC, Tag, pack_chunk
from neuroaffect.session.xdf_header import write_header
from neuroaffect.session.xdf_samples_write import SamplesWriter

__all__ = ["SessionWriter"]

# Two seconds less what the loop that writes may be late by: it looks about four times a second.
_BOUNDARY_S = 1.5
_LONGEST_ID = 2**32 - 1
_EVENTS = RawStream(
    id=2**31 - 2,  # the highest that EEGLAB's importer takes; senders are numbered from the low end
    name=EVENTS_STREAM,
    type="Markers",
    rate_hz=0.0,
    format="string",
    labels=("event",),
    units=("",),
    types=("",),
)


class SessionWriter:
    """Writes what arrives, as it arrives, into one XDF file.

    Each packet becomes one samples chunk with its stamps as sent, each measured clock offset
    one chunk; nothing is held back. At most two seconds after something was written comes a
    boundary, at which the file is also forced to disk, so that a crash costs at most what came
    since. Whoever records calls :meth:`tick` while nothing arrives, as sources do, or a quiet
    stretch would put that off.

    Parameters
    ----------
    path : Path or str
        A new file, or an empty one.
    redact : bool
        Take host and user names, addresses and ports out of the headers.

    Raises
    ------
    SessionError
        At once, if the file cannot be written or already holds something.

    Notes
    -----
    For one thread. The events stream is there from the start.
    """

    def __init__(self, path: Path | str, *, redact: bool = True) -> None:
        self._path = Path(path)
        self._redact = redact
        self._written: dict[int, SamplesWriter] = {}
        self._bytes: dict[int, int] = {}
        self._size = 0
        self._secured = 0  # of these bytes, how many are behind a boundary and on disk
        self._failed = False
        self._file = _create(self._path)
        self._boundary_time = clock.monotonic()
        self._put(MAGIC + pack_chunk(Tag.FILE_HEADER, _file_header()))
        self.add(_EVENTS)
        self._secure()

    @property
    def path(self) -> Path:
        """The file."""
        return self._path

    @property
    def bytes_written(self) -> int:
        """Bytes in the file so far."""
        return self._size

    @property
    def samples(self) -> Mapping[int, int]:
        """Samples written so far, by stream id; events are not counted."""
        return MappingProxyType(
            {id: written.count for id, written in self._written.items() if id != _EVENTS.id}
        )

    @property
    def bytes_by_stream(self) -> Mapping[int, int]:
        """Bytes in the file so far, by stream id: headers, samples, offsets; events too."""
        return MappingProxyType(self._bytes)

    def add(self, stream: RawStream) -> None:
        """Write a stream's header; at any time, before its first packet.

        Raises
        ------
        SessionError
            If its id is taken or is no XDF id, or if it has no channels.
        """
        if stream.id in self._written:
            raise SessionError(
                f"stream '{stream.name}' has the id {stream.id} of stream "
                f"'{self._written[stream.id].stream.name}'; ids must differ"
            )
        if not 0 <= stream.id <= _LONGEST_ID or not stream.labels:
            raise SessionError(
                f"stream '{stream.name}' has {len(stream.labels)} channels and the id {stream.id}; "
                f"XDF needs a channel, and an id from 0 to {_LONGEST_ID}"
            )
        header = write_header(stream, redact=self._redact).encode("utf-8", "replace")
        self._put_of(stream.id, Tag.STREAM_HEADER, header)
        self._written[stream.id] = SamplesWriter(stream)

    def write(self, item: Item) -> None:
        """Write a packet or a clock offset.

        Raises
        ------
        SessionError
            If its stream was not added, its values do not fit the stream, or the disk is full.
        """
        written = self._written.get(item.stream)
        if written is None:
            raise SessionError(
                f"stream {item.stream} was not added to '{self._path}'; add it first"
            )
        if isinstance(item, ClockOffset):
            content = np.array([item.time, item.offset], "<f8").tobytes()
            self._put_of(item.stream, Tag.CLOCK_OFFSET, content)
            written.offsets.append(item)
        elif len(item):
            self._put_of(item.stream, Tag.SAMPLES, written.pack(item))
            written.count_in(item)
        self.tick()

    def tick(self) -> None:
        """Force what was written to disk, behind a boundary, if it is time; cheap if not.

        To be called every 0.3 s or more often, for two seconds to be kept.

        Raises
        ------
        SessionError
            If the disk is full.
        """
        if self._size == self._secured or self._failed or self._file.closed:
            return
        if clock.monotonic() - self._boundary_time >= _BOUNDARY_S:
            self._secure()

    def event(self, kind: str, *, time: float, **detail: object) -> None:
        """Write a line of the events stream.

        Parameters
        ----------
        kind : str
            "gap", "late", "trial-start", …
        time : float
            Seconds on the clock of this machine.
        **detail
            JSON values, or numpy's numbers.

        Raises
        ------
        SessionError
            If a detail is no JSON value, or the disk is full.
        """
        if "event" in detail:
            raise SessionError(f"event '{kind}' has a detail named 'event'; choose another name")
        try:
            line = json.dumps(
                {"event": kind, **detail}, ensure_ascii=False, allow_nan=False, default=_plain
            )
        except (TypeError, ValueError) as error:
            raise SessionError(f"event '{kind}' cannot be written as JSON: {error}") from None
        values = np.array([[line]], object)
        self.write(Packet(_EVENTS.id, np.array([time], np.float64), values))

    def close(self) -> None:
        """Write the footers and close the file; closing twice does nothing.

        Raises
        ------
        SessionError
            If the disk is full; what was written before stays readable.
        """
        if self._file.closed:
            return
        for id, written in self._written.items():
            self._put_of(id, Tag.STREAM_FOOTER, written.footer().encode("utf-8"))
        self._secure()
        self._file.close()

    def discard(self) -> None:
        """Close the file and take it away, if nothing but its own beginning is in it."""
        if not self._failed and not self._file.closed and len(self._written) == 1:
            self._file.close()
            self._path.unlink()

    def __enter__(self) -> "SessionWriter":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _secure(self) -> None:
        """Write a boundary and force everything to disk."""
        self._put(pack_chunk(Tag.BOUNDARY, BOUNDARY))
        try:
            os.fsync(self._file.fileno())
        except OSError as error:
            self._fail(error)
        self._boundary_time = clock.monotonic()
        self._secured = self._size

    def _put_of(self, id: int, tag: Tag, content: bytes) -> None:
        chunk = pack_chunk(tag, content, stream=id)
        self._put(chunk)
        self._bytes[id] = self._bytes.get(id, 0) + len(chunk)

    def _put(self, data: bytes) -> None:
        if self._failed or self._file.closed:
            state = "failed before" if self._failed else "is closed"
            raise SessionError(f"recording to '{self._path}' {state}; start a new file")
        left = memoryview(data)
        try:
            while left:
                left = left[self._file.write(left) :]
        except OSError as error:
            self._fail(error)
        self._size += len(data)

    def _fail(self, error: OSError) -> None:
        self._failed = True
        # A disk that cannot even be cut keeps half a chunk; readers name it and go on.
        with suppress(OSError):
            self._file.truncate(self._size)
        with suppress(OSError):
            self._file.close()
        raise SessionError(
            f"cannot write to '{self._path}': {error.strerror or error}; "
            f"the {self._size} bytes before it stay readable"
        ) from None


def _create(path: Path) -> FileIO:
    try:
        # Unbuffered: what was written survives the process, and a full disk is met at once.
        file = path.open("ab", buffering=0)
    except FileNotFoundError:
        raise SessionError(
            f"cannot record to '{path}': the folder '{path.parent}' is not there; make it first"
        ) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise SessionError(f"cannot record to '{path}': {reason}") from None
    if os.fstat(file.fileno()).st_size:
        file.close()
        raise SessionError(f"'{path}' already holds something; record to a new file")
    return file


def _file_header() -> bytes:
    now = datetime.now().astimezone().isoformat(timespec="seconds")
    return (
        '<?xml version="1.0"?>\n<info><version>1.0</version>'
        f"<writer>neuroaffect</writer><datetime>{now}</datetime></info>"
    ).encode()


def _plain(value: object) -> object:
    if isinstance(value, np.generic | np.ndarray):
        return value.tolist()
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"{value!r} is no JSON value")
