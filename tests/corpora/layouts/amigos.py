"""AMIGOS: Data_Preprocessed_PNN.mat with cells of twenty films, some of them empty."""

from pathlib import Path

import numpy as np
from scipy import signal
from scipy.io import savemat

__all__ = ["FILMS", "ratings", "samples", "write", "write_person"]

FILMS = 20
LONG = range(16, 20)


def samples(seed: int, number: int, seconds: int = 12) -> np.ndarray:
    """Return a film of one person, (samples, 17)."""
    rng = np.random.default_rng([seed, number])
    white = rng.normal(0, 5, (seconds * 128, 17))
    return signal.lfilter([1.0], [1.0, -0.9], white, axis=0)


def ratings(seed: int, number: int) -> np.ndarray:
    """Return 12 numbers: arousal, valence, dominance, liking, familiarity and seven feelings."""
    rng = np.random.default_rng([seed, number, 1])
    return np.r_[np.round(rng.uniform(1, 9, 5), 2), rng.integers(0, 2, 7)][None]


def _cell(items) -> np.ndarray:
    cell = np.empty((1, len(items)), dtype=object)
    cell[0, :] = items
    return cell


def write_person(root: Path, subject: str, *, films=None, labels=None, missing=()) -> Path:
    """Write one person; cells of `missing` films are empty, as of those who did not see them."""
    seed, none = int(subject[1:]), np.empty((0, 0))
    films = [samples(seed, n) for n in range(FILMS)] if films is None else films
    labels = [ratings(seed, n) for n in range(FILMS)] if labels is None else labels
    films = [none if n in missing else x for n, x in enumerate(films)]
    labels = [none if n in missing else x for n, x in enumerate(labels)]
    path = root / f"Data_Preprocessed_{subject}.mat"
    savemat(
        path,
        {
            "joined_data": _cell(films),
            "labels_selfassessment": _cell(labels),
            "labels_ext_annotation": _cell([np.zeros((3, 3)) for _ in films]),
            "VideoIDs": _cell([str(n + 1) for n in range(FILMS)]),
        },
    )
    return path


def write(root: Path) -> None:
    """Write one person who saw everything, and one who saw no long film."""
    write_person(root, "P01")
    write_person(root, "P08", missing=LONG)
