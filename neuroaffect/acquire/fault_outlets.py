"""Faults of outlets, which are possible over LSL only: a second one, and others after a restart."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np

from neuroaffect.acquire.fault_scene import Effect, Scene, Switch, kept, regular
from neuroaffect.acquire.faults import Fault
from neuroaffect.acquire.pieces import Piece, joined
from neuroaffect.session.raw import RawStream

__all__ = ["duplicate", "restart", "restart_labels", "restart_rate"]

OUTAGE_S = 1.0  # of an outlet that comes back as another


def duplicate(fault: Fault, scene: Scene) -> Effect:
    """Send everything by a second outlet too."""
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


def restart(fault: Fault, scene: Scene) -> Effect:
    """Let the outlet go, and come back as it was."""
    return _again(fault.at_s, float(fault.value), scene.offered, lambda piece: piece)


def restart_rate(fault: Fault, scene: Scene) -> Effect:
    """Let the outlet come back with another rate, samples held to fill it."""
    regular(fault, scene)
    rate_hz = float(fault.value)
    last: Piece | None = None

    def resampled(piece: Piece) -> Piece:
        nonlocal last
        known = piece if last is None else joined([last, piece])
        begin = known.times[0] if last is None else last.times[-1]
        grid = np.arange(np.floor(begin * rate_hz) + 1, np.floor(piece.times[-1] * rate_hz) + 1)
        held = np.searchsorted(known.times, grid / rate_hz, side="right") - 1
        last = piece.part(slice(-1, None))
        stamps = known.stamps[held] + (grid / rate_hz - known.times[held])
        return Piece(piece.stream, grid / rate_hz, stamps, known.values[held], piece.due)

    return _again(
        fault.at_s, OUTAGE_S, replace(scene.offered, rate_hz=rate_hz, header=""), resampled
    )


def restart_labels(fault: Fault, scene: Scene) -> Effect:
    """Let the outlet come back with its labels moved on by one, or renamed if all alike."""
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
        for part in kept(piece, piece.times < at_s):
            yield replace(part, due=min(part.due, at_s))
        if piece.due >= at_s and not begun:
            begun = True
            yield Switch(raw.id, at_s, None)
            yield Switch(raw.id, at_s + outage_s, raw)
        for part in kept(piece, piece.times >= at_s + outage_s):
            sent = after(part)
            if len(sent):
                yield sent

    return restart
