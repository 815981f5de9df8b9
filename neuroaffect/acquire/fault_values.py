"""Faults of values: wrong sizes, channels that say nothing."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from neuroaffect.acquire.fault_scene import Effect, Scene, column_of, numeric, within
from neuroaffect.acquire.faults import Fault
from neuroaffect.acquire.pieces import Piece
from neuroaffect.session.raw import RawStream
from neuroaffect.units import kind_of, to_canonical

__all__ = ["flat", "rail", "scale"]

RAIL_UV = 187_500.0  # ±4.5 V at a gain of 24, as in OpenBCI's boards
RAIL_OTHER = 32_767.0


def scale(fault: Fault, scene: Scene) -> Effect:
    """Multiply the values."""
    numeric(fault, scene)

    def scale(piece: Piece) -> Iterator[Piece]:
        factor = np.where(within(fault, piece.times), float(fault.value), 1.0)[:, None]
        yield replace(piece, values=_cast(piece.values * factor, scene.raw.dtype))

    return scale


def _cast(values: np.ndarray, dtype: np.dtype) -> np.ndarray:
    if np.issubdtype(dtype, np.integer):
        limits = np.iinfo(dtype)
        values = np.clip(np.round(values), limits.min, limits.max)
    return values.astype(dtype)


def rail(fault: Fault, scene: Scene) -> Effect:
    """Put a channel at its largest value."""
    column = column_of(fault, scene)
    rail = _largest(scene.raw, column)

    def stick(piece: Piece) -> Iterator[Piece]:
        values = piece.values.copy()
        values[within(fault, piece.times), column] = rail
        yield replace(piece, values=values)

    return stick


def _largest(raw: RawStream, column: int) -> float:
    """Return what a railed channel shows, in the stream's own unit."""
    if np.issubdtype(raw.dtype, np.integer):
        return np.iinfo(raw.dtype).max
    unit, factor = to_canonical(raw.units[column], kind_of(raw.type))
    return RAIL_UV / factor if unit == "uV" else RAIL_OTHER


def flat(fault: Fault, scene: Scene) -> Effect:
    """Keep a channel at the value it had before."""
    column = column_of(fault, scene)
    kept: object = None

    def keep(piece: Piece) -> Iterator[Piece]:
        nonlocal kept
        is_flat = within(fault, piece.times)
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
