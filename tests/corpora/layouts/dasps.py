"""DASPS: Sxx.mat of MATLAB 7.3, data (12, 1920, 14) and labels (2, 12) as HDF5 sees them."""

from pathlib import Path

import h5py
import numpy as np

__all__ = ["write", "write_all"]


def write(path: Path, *, data=None, labels=None) -> None:
    """Write one person's file."""
    rng = np.random.default_rng(0)
    with h5py.File(path, "w") as file:
        file["data"] = rng.normal(0, 8, (12, 1920, 14)).astype("<f4") if data is None else data
        ratings = np.repeat([[1.0, 3, 5, 7, 1, 2], [8.0, 5, 7, 1, 6, 3]], 2, axis=1)
        file["labels"] = ratings if labels is None else labels


def write_all(root: Path) -> None:
    """Write two people."""
    write(root / "S01.mat")
    write(root / "S02.mat")
