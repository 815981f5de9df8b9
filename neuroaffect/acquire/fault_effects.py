"""What each fault does to what is sent, piece by piece."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from types import MappingProxyType

import numpy as np

from neuroaffect.acquire.faults import Fault
from neuroaffect.acquire.pieces import Piece
from neuroaffect.errors import StreamError
from neuroaffect.session.raw import RawStream
from neuroaffect.units import kind_of, to_canonical

__all__ = ["Effect", "Scene", "Switch", "described", "effect_of"]

RAIL_UV = 187_500.0  # ±4.5 V at a gain of 24, as in OpenBCI's boards
RAIL_OTHER = 32_767.0
OUTAGE_S = 1.0  # of an outlet that comes back as another


@dataclass(frozen=True, eq=False, slots=True)
class Switch:
    """An outlet goes (`raw` is None), or comes.

    Parameters
    ----------
    stream : int
        Id of the stream.
    due : float
        When.
    raw : RawStream or None
        How the outlet describes itself from now on.
    """

    stream: int
    due: float
    raw: RawStream | None


@dataclass(frozen=True, kw_only=True)
class Scene:
    """What an effect must know beside its fault.

    Parameters
    ----------
    raw : RawStream
        The stream it strikes, as the source has it.
    offered : RawStream
        The same as it describes itself under all faults.
    rng : numpy Generator
        Its own.
    unix_s : float
        UNIX time minus the clock of the stamps.
    origin_s : float
        What is added to every stamp when it is sent: the begin of the replay.
    spare_id : int
        Id for a second outlet.
    """

    raw: RawStream
    offered: RawStream
    rng: np.random.Generator
    unix_s: float
    origin_s: float
    spare_id: int

    @property
    def rate_hz(self) -> float:
        """Rate of the stream, 0 if irregular."""
        return 0.0 if self.raw.format == "string" else self.raw.rate_hz


Effect = Callable[[Piece], Iterable[Piece | Switch]]


def effect_of(fault: Fault, scene: Scene) -> Effect:
    """Return the running effect of a fault on one stream: a piece goes in, what is sent comes out.

    Raises
    ------
    StreamError
        If the fault cannot happen to this stream: a channel it does not have, text to be scaled.
    """
    return _EFFECTS[fault.name](fault, scene)


def described(fault: Fault, raw: RawStream) -> RawStream:
    """Return how a stream describes itself under a fault that is there from the beginning."""
    blank = ("",) * len(raw.labels)
    if fault.name == "unit":
        units = (str(fault.value),) * len(raw.labels)
        return replace(raw, units=units, header="")
    if fault.name == "no-labels":
        return replace(raw, labels=blank, units=blank, types=blank, header="")
    return raw


def _within(fault: Fault, times: np.ndarray) -> np.ndarray:
    return (times >= fault.at_s) & (times < fault.end_s)


def _kept(piece: Piece, mask: np.ndarray) -> Iterator[Piece]:
    if mask.all():
        yield piece
    elif mask.any():
        yield piece.part(mask)


def _nothing(_fault: Fault, _scene: Scene) -> Effect:
    return lambda piece: [piece]  # the description alone is wrong


def _dropout(fault: Fault, _scene: Scene) -> Effect:
    return lambda piece: _kept(piece, ~_within(fault, piece.times))


def _loss(fault: Fault, scene: Scene) -> Effect:
    def lose(piece: Piece) -> Iterator[Piece]:
        is_lost = scene.rng.random() < float(fault.value)
        yield from _kept(piece, ~(_within(fault, piece.times) & is_lost))

    return lose


def _silent_loss(fault: Fault, scene: Scene) -> Effect:
    step_s = 1.0 / _regular(fault, scene)
    last_s, back_s = fault.at_s - step_s, 0.0

    def lose(piece: Piece) -> Iterator[Piece]:
        nonlocal last_s, back_s
        before = piece.times < fault.at_s
        for part in _kept(piece, before):
            last_s = float(part.times[-1])
            yield part
        for part in _kept(piece, piece.times >= fault.end_s):
            back_s = back_s or float(part.times[0]) - last_s - step_s
            yield replace(part, stamps=part.stamps - back_s)

    return lose


def _stall(fault: Fault, _scene: Scene) -> Effect:
    def hold(piece: Piece) -> Iterator[Piece]:
        is_held = fault.at_s <= piece.due < fault.end_s
        yield replace(piece, due=fault.end_s) if is_held else piece

    return hold


def _burst(fault: Fault, _scene: Scene) -> Effect:
    length_s = float(fault.value)

    def bunch(piece: Piece) -> Iterator[Piece]:
        late_s = piece.due - float(piece.times[-1])
        number = np.floor(piece.times / length_s)
        number[~_within(fault, piece.times)] = -np.inf
        for start, stop in _runs(number):
            part = piece.part(slice(start, stop))
            taken_s = float(part.times[-1])
            due = max(taken_s + late_s, (number[start] + 1) * length_s)
            stamps = part.stamps
            if number[start] > -np.inf:
                stamps = np.full(len(part), stamps[-1] + due - taken_s)
            yield replace(part, stamps=stamps, due=due)

    return bunch


def _runs(values: np.ndarray) -> Iterator[tuple[int, int]]:
    edges = [0, *(np.flatnonzero(values[1:] != values[:-1]) + 1).tolist(), len(values)]
    return pairwise(edges)


def _jitter(fault: Fault, scene: Scene) -> Effect:
    newest = -np.inf

    def delay(piece: Piece) -> Iterator[Piece]:
        nonlocal newest
        late_s = float(scene.rng.uniform(0.0, float(fault.value)))
        if not _within(fault, piece.times[-1:]).any():
            yield piece
            return
        due = newest = max(newest, piece.due + late_s)
        back = np.arange(len(piece) - 1, -1, -1) / (scene.rate_hz or np.inf)
        stamp = float(piece.stamps[-1]) + due - float(piece.times[-1])
        yield replace(piece, stamps=stamp - back, due=due)

    return delay


def _drift(fault: Fault, _scene: Scene) -> Effect:
    per_s = 1.0 / (1.0 + float(fault.value) * 1e-6) - 1.0

    def ahead(times: np.ndarray) -> np.ndarray:
        return (np.clip(times, fault.at_s, fault.end_s) - fault.at_s) * per_s

    def drift(piece: Piece) -> Iterator[Piece]:
        due = piece.due + float(ahead(np.array(piece.due)))
        yield replace(piece, stamps=piece.stamps + ahead(piece.times), due=due)

    return drift


def _shifted(by_s: Callable[[Fault, Scene], float]) -> Callable[[Fault, Scene], Effect]:
    def start(fault: Fault, scene: Scene) -> Effect:
        shift_s = by_s(fault, scene)

        def shift(piece: Piece) -> Iterator[Piece]:
            yield replace(piece, stamps=piece.stamps + shift_s * _within(fault, piece.times))

        return shift

    return start


def _zero_stamps(fault: Fault, scene: Scene) -> Effect:
    def zero(piece: Piece) -> Iterator[Piece]:
        stamps = np.where(_within(fault, piece.times), -scene.origin_s, piece.stamps)
        yield replace(piece, stamps=stamps)

    return zero


def _scale(fault: Fault, scene: Scene) -> Effect:
    _numeric(fault, scene)

    def scale(piece: Piece) -> Iterator[Piece]:
        factor = np.where(_within(fault, piece.times), float(fault.value), 1.0)[:, None]
        yield replace(piece, values=_cast(piece.values * factor, scene.raw.dtype))

    return scale


def _cast(values: np.ndarray, dtype: np.dtype) -> np.ndarray:
    if np.issubdtype(dtype, np.integer):
        limits = np.iinfo(dtype)
        values = np.clip(np.round(values), limits.min, limits.max)
    return values.astype(dtype)


def _rail(fault: Fault, scene: Scene) -> Effect:
    column = _column(fault, scene)
    rail = _largest(scene.raw, column)

    def stick(piece: Piece) -> Iterator[Piece]:
        values = piece.values.copy()
        values[_within(fault, piece.times), column] = rail
        yield replace(piece, values=values)

    return stick


def _largest(raw: RawStream, column: int) -> float:
    """Return what a railed channel shows, in the stream's own unit."""
    if np.issubdtype(raw.dtype, np.integer):
        return np.iinfo(raw.dtype).max
    unit, factor = to_canonical(raw.units[column], kind_of(raw.type))
    return RAIL_UV / factor if unit == "uV" else RAIL_OTHER


def _flat(fault: Fault, scene: Scene) -> Effect:
    column = _column(fault, scene)
    kept: object = None

    def keep(piece: Piece) -> Iterator[Piece]:
        nonlocal kept
        is_flat = _within(fault, piece.times)
        if not is_flat.any():
            kept = piece.values[-1, column]
            yield piece
            return
        first = int(np.argmax(is_flat))
        if first > 0 or kept is None:
            kept = piece.values[max(0, first - 1), column]
        values = piece.values.copy()
        values[is_flat, column] = kept
        yield replace(piece, values=values)

    return keep


def _duplicate(fault: Fault, scene: Scene) -> Effect:
    is_open = False

    def twice(piece: Piece) -> Iterator[Piece | Switch]:
        nonlocal is_open
        if piece.due >= fault.at_s and not is_open:
            is_open = True
            yield Switch(scene.spare_id, fault.at_s, scene.offered)
        yield piece
        if is_open:
            yield replace(piece, stream=scene.spare_id)

    return twice


def _restart(fault: Fault, scene: Scene) -> Effect:
    return _again(fault.at_s, float(fault.value), scene.offered, lambda piece: piece)


def _restart_rate(fault: Fault, scene: Scene) -> Effect:
    _regular(fault, scene)
    rate_hz = float(fault.value)
    last: Piece | None = None

    def resampled(piece: Piece) -> Piece:
        nonlocal last
        known = piece if last is None else _joined(last, piece)
        begin = known.times[0] if last is None else last.times[-1]
        grid = np.arange(np.floor(begin * rate_hz) + 1, np.floor(piece.times[-1] * rate_hz) + 1)
        held = np.searchsorted(known.times, grid / rate_hz, side="right") - 1
        last = piece.part(slice(-1, None))
        stamps = known.stamps[held] + (grid / rate_hz - known.times[held])
        return Piece(piece.stream, grid / rate_hz, stamps, known.values[held], piece.due)

    return _again(
        fault.at_s, OUTAGE_S, replace(scene.offered, rate_hz=rate_hz, header=""), resampled
    )


def _joined(one: Piece, other: Piece) -> Piece:
    times, stamps, values = (
        np.concatenate([getattr(one, what), getattr(other, what)])
        for what in ("times", "stamps", "values")
    )
    return Piece(other.stream, times, stamps, values, other.due)


def _restart_labels(fault: Fault, scene: Scene) -> Effect:
    labels = scene.offered.labels
    turned = (*labels[1:], labels[0])
    if turned == labels:  # one channel, or none that is named
        turned = tuple(f"changed{i + 1}" for i in range(len(labels)))
    other = replace(scene.offered, labels=turned, header="")
    return _again(fault.at_s, OUTAGE_S, other, lambda piece: piece)


def _again(at_s: float, outage_s: float, raw: RawStream, after: Callable[[Piece], Piece]) -> Effect:
    """Return the effect of an outlet that closes at a time and opens again, as `raw`, later."""
    begun = False

    def restart(piece: Piece) -> Iterator[Piece | Switch]:
        nonlocal begun
        yield from _kept(piece, piece.times < at_s)
        if piece.due >= at_s and not begun:
            begun = True
            yield Switch(raw.id, at_s, None)
            yield Switch(raw.id, at_s + outage_s, raw)
        for part in _kept(piece, piece.times >= at_s + outage_s):
            sent = after(part)
            if len(sent):
                yield sent

    return restart


def _regular(fault: Fault, scene: Scene) -> float:
    if scene.rate_hz:
        return scene.rate_hz
    raise StreamError(f"fault '{fault}' needs a regular stream; '{scene.raw.name}' has no rate")


def _numeric(fault: Fault, scene: Scene) -> None:
    if scene.raw.format == "string":
        raise StreamError(f"fault '{fault}' needs numbers; '{scene.raw.name}' sends text")


def _column(fault: Fault, scene: Scene) -> int:
    _numeric(fault, scene)
    if not fault.value:
        return 0
    if fault.value in scene.raw.labels:
        return scene.raw.labels.index(str(fault.value))
    raise StreamError(
        f"fault '{fault}' strikes a channel that '{scene.raw.name}' does not have; "
        f"it has {', '.join(scene.raw.labels)}"
    )


_EFFECTS: Mapping[str, Callable[[Fault, Scene], Effect]] = MappingProxyType({
    "dropout": _dropout,
    "loss": _loss,
    "silent-loss": _silent_loss,
    "stall": _stall,
    "burst": _burst,
    "jitter": _jitter,
    "drift": _drift,
    "unix": _shifted(lambda _, scene: scene.unix_s),
    "other-clock": _shifted(lambda fault, _: float(fault.value)),
    "zero-stamps": _zero_stamps,
    "clock-reset": _shifted(lambda fault, _: -float(fault.value)),
    "scale": _scale,
    "unit": _nothing,
    "rail": _rail,
    "flat": _flat,
    "no-labels": _nothing,
    "duplicate": _duplicate,
    "restart": _restart,
    "restart-rate": _restart_rate,
    "restart-labels": _restart_labels,
})  # fmt: skip
