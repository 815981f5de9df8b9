"""Electrodes in regions of the head, by their names, and which of them are neighbours."""

import itertools
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from neuroaffect.blocks.derived.scalp_map import flat_positions
from neuroaffect.errors import ModelError, StreamError
from neuroaffect.montage import Montage, scalp

__all__ = ["Regions", "gabriel_pairs", "lobes", "quadrants", "require_scalp"]

# Rows of the 10-05 system that lie before the line through both ears.
_FRONT = ("N", "AFp", "Fp", "AF", "AFF", "F", "FFT", "FFC", "FT", "FC")
_TEMPORAL = ("FFT", "FT", "FTT", "T", "TTP", "TP", "TPP")
_ROUNDING = 1e-9


@dataclass(frozen=True, kw_only=True)
class Regions:
    """A partition of electrodes; a region without electrodes is not among them.

    Parameters
    ----------
    names : tuple of str
        Of the regions.
    of : tuple of int
        Number of the region of each electrode.
    links : tuple of (int, int)
        Regions that are neighbours, each pair once.
    """

    names: tuple[str, ...]
    of: tuple[int, ...]
    links: tuple[tuple[int, int], ...] = ()

    @property
    def sizes(self) -> tuple[int, ...]:
        """Electrodes in each region."""
        return tuple(self.of.count(region) for region in range(len(self.names)))

    @property
    def members(self) -> np.ndarray:
        """Which electrode belongs to which region, (regions, electrodes) of bool."""
        return np.arange(len(self.names))[:, None] == np.array(self.of)

    @property
    def together(self) -> np.ndarray:
        """Which electrodes share a region, (electrodes, electrodes) of bool."""
        return np.equal.outer(self.of, self.of)


def require_scalp(network: str, electrodes: Sequence[str]) -> None:
    """Refuse an input whose places on the head are not known.

    Raises
    ------
    ModelError
        Naming the first electrode that the 10-05 system does not know.
    """
    known = scalp(tuple(electrodes))
    strange = next((name for name in electrodes if name not in known), None)
    if strange is not None:
        raise ModelError(
            f"{network}: '{strange}' is no scalp electrode of the 10-05 system, and its place is "
            "needed; choose channels = 'scalp', or another network"
        )
    try:
        Montage.of(known)
    except StreamError as error:  # a name that only looks like an electrode
        raise ModelError(f"{network}: {error}") from None


def quadrants(electrodes: Sequence[str]) -> Regions:
    """Return the four corners of the head, and the two halves of its midline if there are any.

    Front ends with the rows FT and FC; odd numbers are left, even ones right, z the midline.
    Neighbours are regions side by side, across a midline without electrodes, and the front and
    the back of one side.
    """
    sides = ("left", "middle", "right")
    regions = _partition(
        electrodes,
        [f"{side} {end}" for end in ("front", "back") for side in sides],
        lambda row, side: f"{side} {'front' if row in _FRONT else 'back'}",
    )
    number = {name: n for n, name in enumerate(regions.names)}
    links = []
    for end in ("front", "back"):
        there = [number[f"{side} {end}"] for side in sides if f"{side} {end}" in number]
        links += itertools.pairwise(there)
    links += [
        (number[f"{side} front"], number[f"{side} back"])
        for side in sides
        if {f"{side} front", f"{side} back"} <= number.keys()
    ]
    return Regions(names=regions.names, of=regions.of, links=tuple(links))


def lobes(electrodes: Sequence[str]) -> Regions:
    """Return the rows of the 10-05 system as they appear, and the temporal rows by side."""
    rows = list(dict.fromkeys(_row_and_side(name)[0] for name in electrodes))
    order = [row for row in rows if row not in _TEMPORAL]
    return _partition(
        electrodes,
        [*order, "temporal left", "temporal middle", "temporal right"],
        lambda row, side: f"temporal {side}" if row in _TEMPORAL else row,
    )


def gabriel_pairs(electrodes: Sequence[str], regions: Regions) -> list[tuple[int, int]]:
    """Return which electrodes of one region are neighbours: its Gabriel graph on the flat head.

    Two electrodes are joined unless a third one of the region lies inside the circle whose
    diameter they span. So every region hangs together, and nobody looks past a neighbour.

    References
    ----------
    Gabriel, Sokal (1969), A new statistical approach to geographic variation analysis,
    doi:10.2307/2412323
    """
    at = flat_positions(electrodes)
    apart = np.square(at[:, None] - at).sum(axis=-1)  # (E, E)
    together = regions.together
    return [
        (i, j)
        for i, j in zip(*np.nonzero(np.triu(together, k=1)), strict=True)
        if not _someone_between(apart, i, j, np.flatnonzero(together[i]))
    ]


def _someone_between(apart: np.ndarray, i: int, j: int, region: np.ndarray) -> bool:
    others = region[(region != i) & (region != j)]
    return bool((apart[i, others] + apart[j, others] < apart[i, j] - _ROUNDING).any())


def _partition(
    electrodes: Sequence[str], names: Iterable[str], region_of: Callable[[str, str], str]
) -> Regions:
    """Return the regions in the order of `names`, without the empty ones."""
    found = [region_of(*_row_and_side(name)) for name in electrodes]
    names = tuple(name for name in names if name in found)
    return Regions(names=names, of=tuple(names.index(name) for name in found))


def _row_and_side(electrode: str) -> tuple[str, str]:
    """Return the row's letters and the side: FC5 → ("FC", "left")."""
    row, place = re.fullmatch(r"([A-Za-z]+?)(\d+h?|z)", electrode).groups()
    if place == "z":
        return row, "middle"
    return row, "left" if int(place.rstrip("h")) % 2 else "right"
