"""A source on which faults are played: the test seam for whatever listens to streams."""

import heapq
import itertools
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import reduce

import numpy as np

from neuroaffect.acquire.chosen import chosen
from neuroaffect.acquire.fault_effects import Effect, Scene, Switch, described, effect_of
from neuroaffect.acquire.faults import Fault, parse_faults
from neuroaffect.acquire.pieces import Piece, events_stream, from_begin, pieces_of
from neuroaffect.acquire.source import Item, RawSource
from neuroaffect.errors import StreamError
from neuroaffect.session.raw import Event, Packet, RawStream

__all__ = ["Faulty", "aimed", "as_faults", "described_by", "inject"]

OFFLINE_UNIX_S = 1.7e9  # UNIX time minus LSL's clock where there is no clock to ask
_RANDOM = {"loss", "jitter"}

Aim = Mapping[int, tuple[Fault, ...]]


class Faulty(RawSource):
    """A source with faults: what a pipeline, a recorder or a model meets when they happen.

    Nothing of LSL is needed, and the same faults with the same generator give the same packets,
    to the last bit. What is done here to packets, :func:`neuroaffect.replay` does over LSL.

    Parameters
    ----------
    source : RawSource
        A recording, a simulated person, or your own.
    faults : str or iterable of Fault
        As ``"dropout=3s@60s,eeg:rail=Fp1@90s+5s"``, see :mod:`neuroaffect.acquire.faults`; they
        act in this order.
    rng : numpy Generator or None
        Needed by faults that are random ("loss", "jitter").

    Raises
    ------
    StreamError
        If a fault cannot be read, strikes no stream, is random without `rng`, or happens to
        LSL outlets only ("restart", "duplicate").

    Examples
    --------
    >>> person = Simulator(seed=1, duration_s=75)
    >>> broken = Faulty(person, "eeg:dropout=3s@20s")
    >>> for name, chunk in broken:
    ...     run.push(name, chunk)
    >>> broken.gaps["Simulated EEG"]
    (Gap(first=2560, lost=384, time=19.9921875),)

    Notes
    -----
    Packets come on the clock of the machine that recorded, clock offsets applied. Gaps that a
    session of ours tells of are inferred anew. UNIX stamps are the recording's plus 1.7e9 s.
    """

    def __init__(
        self,
        source: RawSource,
        faults: str | Iterable[Fault],
        *,
        rng: np.random.Generator | None = None,
    ) -> None:
        self.faults = as_faults(faults)
        self._source = source
        self._aim = aimed(self.faults, source, over_lsl=False, has_rng=rng is not None)
        self._seed = 0 if rng is None else int(rng.integers(2**63))
        super().__init__(
            described_by(self._aim, source.raws),
            names={raw.id: name for raw, name in zip(source.raws, source.streams, strict=True)},
        )

    def close(self) -> None:
        """Stop, and close the source too."""
        super().close()
        self._source.close()

    def _items(self) -> Iterator[Item]:
        events = events_stream(self._source)
        began, pieces = from_begin(pieces_of(self._source, None, events=events))
        # Each iteration draws the same.
        struck = inject(
            pieces, self._aim, self._source.raws, rng=np.random.default_rng(self._seed),
            origin_s=began, unix_s=OFFLINE_UNIX_S,
        )  # fmt: skip
        for piece in struck:
            if isinstance(piece, Switch):
                continue
            stamps = piece.stamps + began
            if events is not None and piece.stream == events.id:
                yield from map(_event, stamps.tolist(), piece.values[:, 0])
            else:
                yield Packet(piece.stream, stamps, piece.values)


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
    raws: Sequence[RawStream],
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
    raws : sequence of RawStream
        As the source has them.
    rng : numpy Generator
    origin_s : float
        What will be added to every stamp.
    unix_s : float
        UNIX time minus the clock of the stamps.
    """
    spare = itertools.count(max((raw.id for raw in raws), default=0) + 1_000)
    effects: dict[int, list[Effect]] = {}
    for raw, offered in zip(raws, described_by(aim, raws), strict=True):
        effects[raw.id] = [
            effect_of(fault, Scene(raw=raw, offered=offered, rng=child, unix_s=unix_s,
                                   origin_s=origin_s, spare_id=next(spare)))
            for fault, child in zip(aim.get(raw.id, ()), rng.spawn(len(aim.get(raw.id, ()))),
                                    strict=True)
        ]  # fmt: skip
    # A device that runs fast is ahead of its recording, ever more.
    ppm = [float(fault.value) for faults in aim.values() for fault in faults
           if fault.name == "drift"]  # fmt: skip
    fastest = float(np.prod([1.0 + max(0.0, each) * 1e-6 for each in ppm]))
    return _joined(_struck_by_due(pieces, effects, fastest))


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


def _joined(sent: Iterator[Piece | Switch]) -> Iterator[Piece | Switch]:
    """Join consecutive pieces of a stream that are due at the same instant."""
    held: list[Piece] = []
    for each in sent:
        if held and not (
            isinstance(each, Piece) and (each.stream, each.due) == (held[0].stream, held[0].due)
        ):
            yield _one(held)
            held = []
        if isinstance(each, Piece):
            held.append(each)
        else:
            yield each
    if held:
        yield _one(held)


def _one(pieces: list[Piece]) -> Piece:
    if len(pieces) == 1:
        return pieces[0]
    times, stamps, values = (
        np.concatenate([getattr(piece, what) for piece in pieces])
        for what in ("times", "stamps", "values")
    )
    return replace(pieces[0], times=times, stamps=stamps, values=values)


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
        regular = [raw for raw in regular if fault.value in raw.labels]
    if not regular:
        labels = {label: None for raw in source.raws for label in raw.labels if label}
        raise StreamError(
            f"fault '{fault}' strikes no regular stream; "
            f"there is {', '.join(raw.name for raw in source.raws) or 'none'}"
            + (f" with {', '.join(labels)}" if fault.kind.takes == "channel" else "")
        )
    return [raw.id for raw in regular]


def _event(time: float, line: str) -> Event:
    detail = json.loads(line)
    return Event(time, detail.pop("event"), detail)
