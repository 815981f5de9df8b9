"""CASE, the interpolated edition: two tables per person, times in ms, films by their numbers."""

from pathlib import Path

import numpy as np

__all__ = ["SHOWN", "annotations", "physiology", "write", "write_person"]

# Film and seconds: the first clip, blue screens between the films, the last clip.
SHOWN = ((10, 6), (3, 8), (11, 4), (1, 8), (11, 4), (8, 6), (12, 3))
_COLUMNS = "daqtime,ecg,bvp,gsr,rsp,skt,emg_zygo,emg_coru,emg_trap,video"


def _films(rate_hz: int) -> np.ndarray:
    return np.concatenate([np.full(rate_hz * seconds, film) for film, seconds in SHOWN])


def annotations(seed: int) -> np.ndarray:
    """Return jstime, valence, arousal, video, 20 rows a second."""
    film = _films(20)
    rng = np.random.default_rng(seed)
    walk = np.clip(5 + np.cumsum(rng.normal(0, 0.2, (len(film), 2)), axis=0), 0.5, 9.5)
    return np.column_stack([50 * np.arange(len(film)), walk, film])


def physiology(seed: int) -> np.ndarray:
    """Return the ten columns, 1000 rows a second."""
    film = _films(1000)
    rng = np.random.default_rng(seed)
    centers = (0.7, 40.0, 12.0, 35.0, 31.0, 5.0, 6.0, 7.0)
    signals = np.array(centers) + rng.normal(0, 0.1, (len(film), len(centers)))
    return np.column_stack([np.arange(len(film)), signals, film])


def write_person(root: Path, number: int, *, rated=None, header="jstime,valence,arousal,video"):
    """Write the two tables of one person."""
    folder = root / "data" / "interpolated"
    for name, columns, rows in (
        ("annotations", header, annotations(number) if rated is None else rated),
        ("physiological", _COLUMNS, physiology(number)),
    ):
        (folder / name).mkdir(parents=True, exist_ok=True)
        path = folder / name / f"sub_{number}.csv"
        np.savetxt(path, rows, fmt="%.4f", delimiter=",", header=columns, comments="")


def write(root: Path) -> None:
    """Write two people."""
    write_person(root, 1)
    write_person(root, 12)
