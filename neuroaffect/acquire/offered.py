"""What LSL offers: streams, what they are called in a query, which of two is the newer."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from neuroaffect.acquire.clock import ClockClass
from neuroaffect.errors import StreamError
from neuroaffect.session.raw import Packet, RawStream
from neuroaffect.units import KINDS, kind_of

__all__ = ["LslInfo", "Offered", "check_query", "fits", "newest_of_each", "not_found", "offer_of"]

QUERY_KEYS = ("name", "type", "source_id")
FORMATS = ("", "float32", "double64", "string", "int32", "int16", "int8", "int64")


class LslInfo(Protocol):
    """What is used of ``pylsl.StreamInfo``."""

    def name(self) -> str: ...

    def type(self) -> str: ...

    def source_id(self) -> str: ...

    def uid(self) -> str: ...

    def hostname(self) -> str: ...

    def created_at(self) -> float: ...

    def nominal_srate(self) -> float: ...

    def channel_count(self) -> int: ...

    def channel_format(self) -> int: ...


@dataclass(frozen=True, kw_only=True)
class Offered:
    """A stream that LSL offers now.

    Parameters
    ----------
    raw : RawStream
        Name, type, source_id, rate, format; labels, units and types if the sender answered.
    kind : str
        One of :data:`neuroaffect.units.KINDS`.
    measured_rate_hz : float or None
        By the stamps of a short listen; None if there was none or too few samples came.
    clock : {"none", "lsl", "unix", "other"}
        Which clock it stamps with; "none" if nothing was heard.
    state : {"ok", "silent", "unreachable"}
    heard : Packet or None
        What came during a short listen.
    """

    raw: RawStream
    kind: str
    measured_rate_hz: float | None = None
    clock: ClockClass = "none"
    state: str = "ok"
    heard: Packet | None = field(default=None, repr=False, compare=False)
    found: LslInfo = field(repr=False, compare=False)


def not_found(missing: Sequence[str], infos: Sequence[LslInfo], timeout_s: float) -> str:
    """Return the sentence that tells what is missing, and what there is instead."""
    offered = ", ".join(f"'{info.name()}' of type '{info.type()}'" for info in infos)
    nothing = "nothing; start the sender, and check that no firewall stands between"
    return (
        f"no live stream fits '{missing[0] if missing else 'anything'}' within {timeout_s:g} s; "
        f"LSL offers {offered or nothing}"
    )


def check_query(query: str) -> None:
    """Raise a StreamError unless this is a kind of stream or "key=value"."""
    key, equals, _ = query.partition("=")
    if (key in QUERY_KEYS) if equals else (query in KINDS):
        return
    raise StreamError(
        f"'{query}' asks for no stream; give a kind ({', '.join(KINDS)}) "
        f"or one of {', '.join(f'{key}=…' for key in QUERY_KEYS)}"
    )


def fits(query: str, info: LslInfo) -> bool:
    """Tell whether a stream is what a query asks for."""
    key, equals, value = query.partition("=")
    if not equals:
        return _kind(info) == query
    return {"name": info.name, "type": info.type, "source_id": info.source_id}[key]() == value


def _kind(info: LslInfo) -> str:
    return "markers" if FORMATS[info.channel_format()] == "string" else kind_of(info.type())


def newest_of_each(infos: Iterable[LslInfo]) -> list[LslInfo]:
    """Return the streams in a fixed order; of those that were started twice, the later ones.

    A sender that is gone can be seen for a while beside its successor. Only (source_id, type,
    name) together tell streams apart.
    """
    newest: dict[tuple[str, ...], LslInfo] = {}
    for info in sorted(infos, key=lambda info: info.created_at()):
        own = info.source_id() or info.uid()
        newest[info.name(), info.type(), own] = info
    return [newest[key] for key in sorted(newest)]


def offer_of(info: LslInfo) -> Offered:
    """Return what a stream says of itself before its sender is asked."""
    blank = ("",) * info.channel_count()
    raw = RawStream(
        id=0, name=info.name(), type=info.type(), source_id=info.source_id(),
        rate_hz=info.nominal_srate(), format=FORMATS[info.channel_format()],
        labels=blank, units=blank, types=blank,
    )  # fmt: skip
    return Offered(raw=raw, kind=_kind(info), found=info)
