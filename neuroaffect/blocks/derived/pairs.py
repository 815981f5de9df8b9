"""Which electrodes of a montage make pairs: left and right, front and back."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from neuroaffect.montage import canonical

__all__ = ["Pairs", "caudal_pairs", "chosen_pairs", "lateral_pairs"]

_PLACE = re.compile(r"^([A-Za-z]+)(z|\d+h?)$")

# Rows that face each other, front and back. AF and PO are ours: the 23 pairs of Zheng and Lu (2015)
# have AF3 and AF4 opposite CB1 and CB2, which the 10-05 system does not know.
_FACING = (("Fp", "O"), ("AF", "PO"), ("F", "P"), ("FT", "TP"), ("FC", "CP"))
_CEREBELLAR = (("AF3", "CB1"), ("AF4", "CB2"))


@dataclass(frozen=True, slots=True)
class Pairs:
    """Pairs that a montage has, and those of which it has one electrode only.

    Parameters
    ----------
    found : tuple of (str, str)
        (left, right), or (front, back), in the order in which the montage comes upon them.
    missing : tuple of (str, str)
        The same, named in full although one of the two is not there, or neither.
    """

    found: tuple[tuple[str, str], ...]
    missing: tuple[tuple[str, str], ...]


def lateral_pairs(labels: Sequence[str]) -> Pairs:
    """Return the pairs of the same row at mirrored places: F3 and F4, AF7 and AF8.

    Electrodes of the midline have no mate and make no pair.

    >>> lateral_pairs(("TP9", "AF7", "Fpz", "AF8", "TP10")).found
    (('TP9', 'TP10'), ('AF7', 'AF8'))
    """
    return _sorted_out(labels, [_lateral(label) for label in labels])


def caudal_pairs(labels: Sequence[str]) -> Pairs:
    """Return the pairs of rows that face each other front to back: F3 and P3, Fp1 and O1.

    >>> caudal_pairs(("Fp1", "F3", "Fz", "P3", "O1", "Oz"))
    Pairs(found=(('Fp1', 'O1'), ('F3', 'P3')), missing=(('Fz', 'Pz'),))

    References
    ----------
    Zheng, Lu (2015), doi:10.1109/TAMD.2015.2431497
    """
    cerebellar = any(label in labels for _, label in _CEREBELLAR)
    return _sorted_out(labels, [_caudal(label, cerebellar) for label in labels])


def chosen_pairs(labels: Sequence[str], pairs: Iterable[tuple[str, str]]) -> Pairs:
    """Return which of these pairs the montage has."""
    return _sorted_out(labels, pairs)


def _lateral(label: str) -> tuple[str, str] | None:
    place = _PLACE.match(canonical(label))
    if place is None or place[2] == "z":
        return None
    row, half = place[1], "h" if place[2].endswith("h") else ""
    number = int(place[2].removesuffix("h"))
    left = number if number % 2 else number - 1
    return f"{row}{left}{half}", f"{row}{left + 1}{half}"


def _caudal(label: str, cerebellar: bool) -> tuple[str, str] | None:
    name = canonical(label)
    if cerebellar and (given := [pair for pair in _CEREBELLAR if name in pair]):
        return given[0]
    place = _PLACE.match(name)
    rows = [rows for rows in _FACING if place is not None and place[1] in rows]
    if not rows or (cerebellar and rows[0] == ("AF", "PO")):
        return None
    front, back = rows[0]
    return f"{front}{place[2]}", f"{back}{place[2]}"


def _sorted_out(labels: Sequence[str], pairs: Iterable[tuple[str, str] | None]) -> Pairs:
    spelled = {canonical(label): label for label in labels}
    found, missing = {}, {}
    for pair in pairs:
        if pair is None:
            continue
        one, other = (spelled.get(canonical(label)) for label in pair)
        if one is not None and other is not None:
            found[one, other] = None
        else:
            missing[pair] = None
    return Pairs(tuple(found), tuple(missing))
