"""The samples chunks of one XDF stream, written: packets to bytes."""

import struct
from collections.abc import Iterator

import numpy as np

from neuroaffect.errors import SessionError
from neuroaffect.session.raw import ClockOffset, Packet, RawStream
from neuroaffect.session.xdf import STAMPED, pack_length, sample_dtype
from neuroaffect.session.xdf_header import write_footer

__all__ = ["SamplesWriter"]


class SamplesWriter:
    """Writes the samples chunks of one stream, and keeps what its footer will say.

    Attributes
    ----------
    stream : RawStream
    count : int
        Samples counted in so far.
    offsets : list of ClockOffset
        To be filled by whoever writes them.
    """

    def __init__(self, stream: RawStream) -> None:
        self.stream = stream
        self.count = 0
        self.offsets: list[ClockOffset] = []
        self._ends = (0.0, 0.0)
        if stream.format != "string":
            self._layout = sample_dtype(stream.dtype, len(stream.labels), stamped=True)

    def pack(self, packet: Packet) -> bytes:
        """Return the content of a samples chunk, each sample with its own stamp.

        Raises
        ------
        SessionError
            If the packet does not fit the stream.
        """
        self._check(packet)
        head = pack_length(len(packet))
        if self.stream.format == "string":
            return head + b"".join(_pack_texts(packet))
        samples = np.empty(len(packet), self._layout)
        samples["bytes"] = STAMPED
        samples["stamp"] = packet.stamps
        samples["values"] = packet.values
        return head + samples.tobytes()

    def count_in(self, packet: Packet) -> None:
        """Count a packet that was written."""
        first = self._ends[0] if self.count else packet.stamps.item(0)
        self._ends = (first, packet.stamps.item(-1))
        self.count += len(packet)

    def footer(self) -> str:
        """Return the footer's XML."""
        return write_footer(stamps=self._ends, count=self.count, offsets=self.offsets)

    def _check(self, packet: Packet) -> None:
        name, dtype = self.stream.name, self.stream.dtype
        shape = (len(packet.stamps), len(self.stream.labels))
        if packet.values.shape != shape:
            raise SessionError(
                f"a packet of stream '{name}' has values of shape {packet.values.shape}; "
                f"its stamps and channels ask for {shape}"
            )
        if dtype.kind == "O":
            fits = packet.values.dtype.kind in "OU"
        else:
            fits = np.can_cast(packet.values.dtype, dtype, casting="safe")
        if not fits:
            raise SessionError(
                f"a packet of stream '{name}' has values of type {packet.values.dtype}, "
                f"which do not fit its format {self.stream.format}"
            )


def _pack_texts(packet: Packet) -> Iterator[bytes]:
    for stamp, texts in zip(packet.stamps.tolist(), packet.values, strict=True):
        yield struct.pack("<Bd", STAMPED, stamp)
        for text in texts:
            data = str(text).encode("utf-8", "replace")
            yield pack_length(len(data)) + data
