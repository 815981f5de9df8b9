"""What a repair saved and what it lost, counted per stream."""

from dataclasses import dataclass, field

from neuroaffect.session.raw import ClockOffset, Packet, RawStream
from neuroaffect.session.xdf_header import write_footer
from neuroaffect.session.xdf_samples import SamplesReader

__all__ = ["SavedStream", "StreamSaver"]


@dataclass(frozen=True, kw_only=True)
class SavedStream:
    """What became of one stream.

    Parameters
    ----------
    id : int
    name : str
    samples : int
        Saved.
    duration_s : float
        Samples over the nominal rate; from first to last stamp where there is none.
    lost_samples : int or None
        By the footer, else by the stamps on both sides of the damage; None where neither tells.
    lost_s : float or None
        The same in seconds; None for irregular streams too, unless nothing is lost.
    """

    id: int
    name: str
    samples: int
    duration_s: float
    lost_samples: int | None
    lost_s: float | None


@dataclass(eq=False)
class StreamSaver:
    """Counts what is written of one stream.

    Parameters
    ----------
    stream : RawStream
    stated : int or None
        The number of samples its footer spoke of.
    """

    stream: RawStream
    stated: int | None
    is_open: bool = False
    is_broken: bool = False
    offsets: list[ClockOffset] = field(default_factory=list)
    _first_s: float = 0.0
    _last_s: float = 0.0
    _gaps_s: float = 0.0

    def __post_init__(self) -> None:
        self.reader = SamplesReader(self.stream)

    def add(self, packet: Packet) -> None:
        """Count a packet that was written."""
        if not len(packet):
            return
        first_s = packet.stamps.item(0)
        if self.reader.count == len(packet):
            self._first_s = first_s
        elif self.is_broken and self.stream.rate_hz > 0:
            gap_s = first_s - self._last_s - 1.0 / self.stream.rate_hz
            if gap_s * self.stream.rate_hz > 0.5:  # also drops NaN
                self._gaps_s += gap_s
        self._last_s = packet.stamps.item(-1)
        self.is_broken = False

    def footer(self) -> str:
        """Return a footer of what was written."""
        ends = (self._first_s, self._last_s)
        return write_footer(stamps=ends, count=self.reader.count, offsets=self.offsets)

    def saved(self, *, is_whole: bool, is_cut: bool) -> SavedStream:
        """Return what became of the stream.

        Parameters
        ----------
        is_whole : bool
            Whether no byte of the file was left out.
        is_cut : bool
            Whether its end was.
        """
        rate_hz, samples = self.stream.rate_hz, self.reader.count
        lost = self._lost(is_whole=is_whole, is_cut=is_cut)
        return SavedStream(
            id=self.stream.id,
            name=self.stream.name,
            samples=samples,
            duration_s=samples / rate_hz if rate_hz > 0 else self._last_s - self._first_s,
            lost_samples=lost,
            lost_s=0.0 if lost == 0 else lost / rate_hz if lost and rate_hz > 0 else None,
        )

    def _lost(self, *, is_whole: bool, is_cut: bool) -> int | None:
        if is_whole:
            return 0
        if self.stated is not None:
            return max(0, self.stated - self.reader.count)
        if is_cut or self.stream.rate_hz == 0:
            return None
        lost = self._gaps_s * self.stream.rate_hz
        return round(lost) if lost < 2**53 else None
