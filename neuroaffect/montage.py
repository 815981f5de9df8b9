"""Electrode names, where they sit, their region, their neighbours, and what reaches them."""

import difflib
import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from neuroaffect.errors import StreamError

if TYPE_CHECKING:
    from mne.channels import DigMontage

__all__ = ["Montage", "canonical", "head_sphere", "lead_field", "scalp"]

_OLD_NAMES = {"T3": "T7", "T4": "T8", "T5": "P7", "T6": "P8"}
_ROWS = (
    "N AFp AF AFF Fp F FFT FFC FT FC FTT FCC T C TTP CCP TP CP TPP CPP P PPO PO POO O OI I"
).split()
_ELECTRODE = re.compile(rf"^({'|'.join(_ROWS)})(\d{{1,2}}h?|z)$")
_GRID_MM = 15.0
_CORE_MM = 30.0
_EARS = {"A1", "A2", "M1", "M2"}
_REGIONS = (
    ("frontal", ("N", "Fp", "AF", "F")),
    ("central", ("FC", "C")),
    ("temporal", ("FT", "T", "TP")),
    ("parietal", ("CP", "P")),
    ("occipital", ("PO", "O", "I")),
)


@dataclass(frozen=True, eq=False)
class Montage:
    """Where each electrode of a stream sits.

    Parameters
    ----------
    labels : tuple of str
        Electrode names, in the stream's order.
    positions_m : ndarray, shape (electrodes, 3)
        Metres in mne's head frame: x right, y front, z up.
    edges : ndarray of int, shape (pairs, 2)
        Neighbours, each pair once.
    regions : tuple of str
        Region of each electrode: frontal, central, temporal, parietal or occipital.
    """

    labels: tuple[str, ...]
    positions_m: np.ndarray
    edges: np.ndarray
    regions: tuple[str, ...]

    @classmethod
    def of(cls, labels: tuple[str, ...], *, neighbours: int = 3) -> "Montage":
        """Return the montage of these electrodes, from the standard 10-05 positions.

        Parameters
        ----------
        labels : tuple of str
        neighbours : int
            Each electrode is joined to this many nearest ones.

        Raises
        ------
        StreamError
            For a name the 10-05 system does not know, with near misses.
        """
        known = _standard_positions()
        for label in labels:
            if label not in known:
                near = difflib.get_close_matches(label, known, n=3)
                hint = f"; did you mean {' or '.join(near)}?" if near else ""
                raise StreamError(f"'{label}' is no electrode of the 10-05 system{hint}")
        positions = np.array([known[label] for label in labels])
        return cls(labels, positions, _nearest(positions, neighbours), regions_of(labels))


def canonical(label: str) -> str:
    """Return the 10-05 spelling of an electrode label, or the label itself.

    >>> canonical("EEG FP1"), canonical("T3"), canonical("AUX_RIGHT")
    ('Fp1', 'T7', 'AUX_RIGHT')
    """
    word = label.strip()
    if not word.upper().startswith("EEG") or not (bare := word[3:].strip(" _-")):
        bare = word
    bare = re.sub(r"[-_ ](REF|LE|AVG?)$", "", bare, flags=re.IGNORECASE)
    upper = bare.upper()
    spelled = _spellings().get(upper)
    if spelled is not None:
        return _OLD_NAMES.get(spelled, spelled)
    return word if bare == word else bare


def scalp(labels: tuple[str, ...]) -> tuple[str, ...]:
    """Return those labels that name a scalp electrode; ears and foreign channels are left out."""
    return tuple(label for label in labels if _ELECTRODE.match(label) and label not in _EARS)


@cache
def head_sphere() -> tuple[np.ndarray, float]:
    """Return centre (3,) and radius, in metres, of the sphere nearest to all 10-05 positions.

    |p|² = 2 c·p + (r² - |c|²) is linear in the centre c and in the bracket.
    """
    points = np.array(list(_standard_positions().values()))
    rows = np.column_stack([2.0 * points, np.ones(len(points))])
    (*centre, rest), *_ = np.linalg.lstsq(rows, np.sum(points**2, axis=1), rcond=None)
    centre = np.array(centre)
    return centre, float(np.sqrt(rest + centre @ centre))


def lead_field(labels: tuple[str, ...]) -> np.ndarray:
    """Return what currents in the brain make at these electrodes, (electrodes, 3 · sources).

    Dipoles in all three directions stand on a 15 mm grid inside the brain, its innermost 30 mm
    left out, as in mne's own example for REST. The sphere of three layers is fitted to all 10-05
    positions: the head is the same under every headset.

    Raises
    ------
    StreamError
        For a name that the 10-05 system does not know.
    """
    Montage.of(labels)
    rows, field = _standard_lead_field()
    return field[[rows[label] for label in labels]]


def regions_of(labels: tuple[str, ...]) -> tuple[str, ...]:
    """Return the region of each electrode by the letters of its name."""
    regions = []
    for label in labels:
        letters = re.sub(r"(\d+h?|z)$", "", label)
        fits = [
            (len(prefix), region)
            for region, prefixes in _REGIONS
            for prefix in prefixes
            if letters.startswith(prefix)
        ]
        regions.append(max(fits)[1] if fits else "other")
    return tuple(regions)


def _nearest(positions: np.ndarray, neighbours: int) -> np.ndarray:
    distance = np.linalg.norm(positions[:, None] - positions[None], axis=-1)
    np.fill_diagonal(distance, np.inf)
    count = min(neighbours, len(positions) - 1)
    pairs = {
        (min(a, b), max(a, b))
        for a in range(len(positions))
        for b in np.argsort(distance[a], kind="stable")[:count].tolist()
    }
    return np.array(sorted(pairs), dtype=np.int64).reshape(-1, 2)


@cache
def _standard_positions() -> dict[str, np.ndarray]:
    return _standard_montage().get_positions()["ch_pos"]


def _standard_montage() -> "DigMontage":
    import mne

    names = mne.channels.get_builtin_montages()
    # The same positions: mne 1.13 renamed them, 1.14 drops the old name.
    name = "colin27_1005" if "colin27_1005" in names else "standard_1005"
    return mne.channels.make_standard_montage(name)


@cache
def _standard_lead_field() -> tuple[dict[str, int], np.ndarray]:
    """Return the row of each 10-05 electrode, and the lead field of all of them."""
    import mne

    montage = _standard_montage()
    with mne.use_log_level("ERROR"):
        info = mne.create_info(montage.ch_names, 1.0, "eeg").set_montage(montage)
        sphere = mne.make_sphere_model("auto", "auto", info)
        grid = mne.setup_volume_source_space(sphere=sphere, exclude=_CORE_MM, pos=_GRID_MM)
        forward = mne.make_forward_solution(info, trans=None, src=grid, bem=sphere)
    rows = {label: row for row, label in enumerate(forward["sol"]["row_names"])}
    return rows, forward["sol"]["data"]


@cache
def _spellings() -> dict[str, str]:
    """Return upper-case name → 10-05 spelling; made from the rows so that mne is not needed."""
    places = ["z", *[str(n) for n in range(1, 11)], *[f"{n}h" for n in range(1, 11)]]
    names = [row + place for row in _ROWS for place in places] + sorted(_EARS)
    return {name.upper(): name for name in names}
