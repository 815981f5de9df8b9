"""FACED: Processed_data/sub000.pkl, (28, 32, 7500) at 250 Hz, and Data/sub000/After_remarks.mat."""

import pickle
from pathlib import Path

import numpy as np
from scipy.io import savemat

from layouts import seed

__all__ = ["write", "write_all", "write_remarks"]

SHAPE = (28, 32, 7500)


def write(path: Path, *, factor: float = 1.0, data: object = None) -> None:
    """Write one person's clips, each a little larger than the one before."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if data is None:
        one = seed.clip(30, 3, channels=32, rate_hz=250)
        sizes = factor * (1 + 0.01 * np.arange(28))
        data = (sizes[:, None, None] * one).astype(np.float32)
    with path.open("wb") as file:
        pickle.dump(data, file, protocol=4)


def write_remarks(path: Path, *, order=range(28, 0, -1), highest: float = 7.0) -> None:
    """Write what was rated, in the order in which the clips were shown.

    Items are joy, tenderness, inspiration, amusement, anger, disgust, fear, sadness, arousal,
    valence, familiarity and liking, from 0 to 7.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    remarks = np.empty((28, 1), [("score", object), ("trial", object), ("vid", object)])
    for shown, clip in enumerate(order):
        score = np.zeros((1, 12))
        score[0, 8], score[0, 9] = highest * (clip - 1) / 27, highest * (28 - clip) / 27
        remarks[shown, 0] = (score, np.array([[shown + 1.0]]), np.array([[float(clip)]]))
    savemat(path, {"After_remark": remarks})


def write_all(root: Path) -> None:
    """Write two people and their ratings; one file holds microvolts, the other volts."""
    for subject, factor in (("sub000", 1.0), ("sub001", 1e-6)):
        write(root / "Processed_data" / f"{subject}.pkl", factor=factor)
        write_remarks(root / "Data" / subject / "After_remarks.mat")
