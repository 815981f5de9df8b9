"""Faults of time: samples that are lost or late, stamps of other clocks."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import pairwise

import numpy as np

from neuroaffect.acquire.fault_scene import Effect, Scene, kept, regular, within
from neuroaffect.acquire.faults import Fault
from neuroaffect.acquire.pieces import Piece

__all__ = [
    "burst",
    "drift",
    "dropout",
    "jitter",
    "loss",
    "shifted",
    "silent_loss",
    "stall",
    "zero_stamps",
]


def dropout(fault: Fault, _scene: Scene) -> Effect:
    """Lose what was taken within the window."""
    return lambda piece: kept(piece, ~within(fault, piece.times))


def loss(fault: Fault, scene: Scene) -> Effect:
    """Lose whole packets at random."""

    def lose(piece: Piece) -> Iterator[Piece]:
        is_lost = scene.rng.random() < float(fault.value)
        yield from kept(piece, ~(within(fault, piece.times) & is_lost))

    return lose


def silent_loss(fault: Fault, scene: Scene) -> Effect:
    """Lose samples, and take the time they stood for out of the stamps after them."""
    step_s = 1.0 / regular(fault, scene)
    last_s, back_s = fault.at_s - step_s, 0.0

    def lose(piece: Piece) -> Iterator[Piece]:
        nonlocal last_s, back_s
        before = piece.times < fault.at_s
        for part in kept(piece, before):
            last_s = float(part.times[-1])
            yield part
        for part in kept(piece, piece.times >= fault.end_s):
            back_s = back_s or float(part.times[0]) - last_s - step_s
            yield replace(part, stamps=part.stamps - back_s)

    return lose


def stall(fault: Fault, _scene: Scene) -> Effect:
    """Let everything due within the window leave at its end."""

    def hold(piece: Piece) -> Iterator[Piece]:
        is_held = fault.at_s <= piece.due < fault.end_s
        yield replace(piece, due=fault.end_s) if is_held else piece

    return hold


def burst(fault: Fault, _scene: Scene) -> Effect:
    """Bunch samples on a grid from the begin of the replay, and stamp each bunch as it arrives."""
    length_s = float(fault.value)

    def bunch(piece: Piece) -> Iterator[Piece]:
        late_s = piece.due - float(piece.times[-1])
        number = np.floor(piece.times / length_s)
        number[~within(fault, piece.times)] = -np.inf
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


def jitter(fault: Fault, scene: Scene) -> Effect:
    """Let packets arrive late at random, in their order, and count stamps back from arrival."""
    newest = -np.inf

    def delay(piece: Piece) -> Iterator[Piece]:
        nonlocal newest
        late_s = float(scene.rng.uniform(0.0, float(fault.value)))
        if not within(fault, piece.times[-1:]).any():
            yield piece
            return
        due = newest = max(newest, piece.due + late_s)
        back = np.arange(len(piece) - 1, -1, -1) / (scene.rate_hz or np.inf)
        stamp = float(piece.stamps[-1]) + due - float(piece.times[-1])
        yield replace(piece, stamps=stamp - back, due=due)

    return delay


def drift(fault: Fault, _scene: Scene) -> Effect:
    """Stretch or squeeze time, as a device does whose rate is not what it says."""
    per_s = 1.0 / (1.0 + float(fault.value) * 1e-6) - 1.0

    def ahead(times: np.ndarray) -> np.ndarray:
        return (np.clip(times, fault.at_s, fault.end_s) - fault.at_s) * per_s

    def drift(piece: Piece) -> Iterator[Piece]:
        due = piece.due + float(ahead(np.array(piece.due)))
        yield replace(piece, stamps=piece.stamps + ahead(piece.times), due=due)

    return drift


def shifted(by_s: Callable[[Fault, Scene], float]) -> Callable[[Fault, Scene], Effect]:
    """Return the effect of stamps that a clock ahead by so much has given."""

    def start(fault: Fault, scene: Scene) -> Effect:
        shift_s = by_s(fault, scene)

        def shift(piece: Piece) -> Iterator[Piece]:
            yield replace(piece, stamps=piece.stamps + shift_s * within(fault, piece.times))

        return shift

    return start


def zero_stamps(fault: Fault, scene: Scene) -> Effect:
    """Make every stamp 0 when it is sent."""

    def zero(piece: Piece) -> Iterator[Piece]:
        stamps = np.where(within(fault, piece.times), -scene.origin_s, piece.stamps)
        yield replace(piece, stamps=stamps)

    return zero
