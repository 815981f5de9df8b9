"""Faults on their way to streams: which strikes which, and what is sent then."""

import heapq
import itertools
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import reduce

import numpy as np

from neuroaffect.acquire.chosen import chosen
from neuroaffect.acquire.fault_effects import described, effect_of
from neuroaffect.acquire.fault_scene import Effect, Scene, Switch
from neuroaffect.acquire.faults import Fault, parse_faults
from neuroaffect.acquire.pieces import Piece, joined
from neuroaffect.acquire.source import RawSource
from neuroaffect.errors import StreamError
from neuroaffect.session.raw import RawStream

__all__ = ["Aim", "aimed", "as_faults", "described_by", "inject"]

_RANDOM = {"loss", "jitter"}

Aim = Mapping[int, tuple[Fault, ...]]


def as_faults(faults: str | Iterable[Fault]) -> tuple[Fault, ...]:
    """Return faults that are given as text or declared."""
    return parse_faults(faults) if isinstance(faults, str) else tuple(faults)


def aimed(faults: Sequence[Fault], source: RawSource, *, over_lsl: bool, has_rng: bool) -> Aim:
    """Return stream id → the faults that strike it, in their order.

    Raises
    ------
    StreamError
        If one strikes nothing, or cannot happen where it is played.
    """
    aim: dict[int, tuple[Fault, ...]] = {}
    for fault in faults:
        _check(fault, over_lsl=over_lsl, has_rng=has_rng)
        for id in _struck(fault, source):
            aim[id] = (*aim.get(id, ()), fault)
    return aim


def described_by(aim: Aim, raws: Iterable[RawStream]) -> list[RawStream]:
    """Return how the streams describe themselves under the faults that strike them."""
    return [
        reduce(lambda now, fault: described(fault, now), aim.get(raw.id, ()), raw) for raw in raws
    ]


def inject(
    pieces: Iterator[Piece],
    aim: Aim,
    source: RawSource,
    *,
    rng: np.random.Generator,
    origin_s: float,
    unix_s: float,
) -> Iterator[Piece | Switch]:
    """Yield what is sent under faults, by the time it is due; what is due at once leaves as one.

    Parameters
    ----------
    pieces : iterator of Piece
        By time due, in seconds since the begin.
    aim : mapping of int to faults
        See :func:`aimed`.
    source : RawSource
        Where the pieces are from.
    rng : numpy Generator
    origin_s : float
        What will be added to every stamp.
    unix_s : float
        UNIX time minus the clock of the stamps.
    """
    effects = _effects(aim, source, rng=rng, origin_s=origin_s, unix_s=unix_s)
    # A device that runs fast is ahead of its recording, ever more.
    drifts = [fault for struck in aim.values() for fault in struck if fault.name == "drift"]
    fastest = math.prod(1.0 + max(0.0, float(fault.value)) * 1e-6 for fault in drifts)
    return _at_once(_struck_by_due(pieces, effects, fastest))


def _effects(
    aim: Aim,
    source: RawSource,
    *,
    rng: np.random.Generator,
    origin_s: float,
    unix_s: float,
) -> dict[int, list[Effect]]:
    raws = source.raws
    spare = itertools.count(max((raw.id for raw in raws), default=0) + 1_000)
    effects: dict[int, list[Effect]] = {}
    for raw, offered in zip(raws, described_by(aim, raws), strict=True):
        struck = aim.get(raw.id, ())
        common = {"raw": raw, "offered": offered, "columns": _columns(raw, source)}
        scenes = [
            Scene(**common, rng=child, unix_s=unix_s, origin_s=origin_s, spare_id=next(spare))
            for child in rng.spawn(len(struck))
        ]
        effects[raw.id] = [effect_of(*each) for each in zip(struck, scenes, strict=True)]
    return effects


def _struck_by_due(
    pieces: Iterator[Piece], effects: Mapping[int, Sequence[Effect]], fastest: float
) -> Iterator[Piece | Switch]:
    waiting: list[tuple[float, int, Piece | Switch]] = []
    number = itertools.count()
    for piece in pieces:
        while waiting and waiting[0][0] < piece.due / fastest:
            yield heapq.heappop(waiting)[2]
        for sent in _through(piece, effects.get(piece.stream, ())):
            heapq.heappush(waiting, (sent.due, next(number), sent))
    while waiting:
        yield heapq.heappop(waiting)[2]


def _through(piece: Piece, effects: Sequence[Effect]) -> list[Piece | Switch]:
    sent: list[Piece | Switch] = [piece]
    for effect in effects:
        after: list[Piece | Switch] = []
        for each in sent:
            # A second outlet's samples, and outlets that come and go, are past all faults.
            is_struck = isinstance(each, Piece) and each.stream == piece.stream
            after += effect(each) if is_struck else [each]
        sent = after
    return sent


def _at_once(sent: Iterator[Piece | Switch]) -> Iterator[Piece | Switch]:
    """Join consecutive pieces of a stream that are due at the same instant."""
    held: list[Piece] = []
    for each in sent:
        if held and not (
            isinstance(each, Piece) and (each.stream, each.due) == (held[0].stream, held[0].due)
        ):
            yield joined(held)
            held = []
        if isinstance(each, Piece):
            held.append(each)
        else:
            yield each
    if held:
        yield joined(held)


def _check(fault: Fault, *, over_lsl: bool, has_rng: bool) -> None:
    if not over_lsl and fault.kind.where == "lsl":
        raise StreamError(
            f"fault '{fault}' happens to an LSL outlet, which a source read offline has not; "
            "play it with neuroaffect.replay"
        )
    if over_lsl and fault.kind.where == "offline":
        raise StreamError(
            f"fault '{fault}' cannot be played over LSL: {fault.kind.says}; use it offline"
        )
    if fault.name in _RANDOM and not has_rng:
        raise StreamError(f"fault '{fault}' is random; give a numpy Generator as rng")


def _struck(fault: Fault, source: RawSource) -> list[int]:
    """Return the streams that a fault strikes."""
    if fault.stream:
        return list(chosen(source, [fault.stream]))
    regular = [raw for raw in source.raws if raw.rate_hz > 0 and raw.format != "string"]
    if fault.kind.takes == "channel" and fault.value:
        regular = [raw for raw in regular if fault.value in _columns(raw, source)]
    if not regular:
        labels = {label: None for raw in source.raws for label in _columns(raw, source)}
        raise StreamError(
            f"fault '{fault}' strikes no regular stream; "
            f"there is {', '.join(raw.name for raw in source.raws) or 'none'}"
            + (f" with {', '.join(labels)}" if fault.kind.takes == "channel" else "")
        )
    return [raw.id for raw in regular]


def _columns(raw: RawStream, source: RawSource) -> dict[str, int]:
    """Return label → column, by the sender's labels and by those that the device file gave it."""
    described = source.descriptions[source.names[raw.id]]
    given = dict(zip(described.info.channels, described.columns, strict=True))
    return given | {label: column for column, label in enumerate(raw.labels) if label}
