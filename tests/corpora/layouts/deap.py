"""DEAP's three editions: pickles of Python 2, MATLAB files, BioSemi recordings with a table.

Clips have all 40 channels and the first 3 s before the video, but few trials of few seconds.
"""

import csv
from pathlib import Path

import numpy as np
from edfio import Bdf, BdfSignal
from scipy import signal
from scipy.io import savemat

from layouts.python2 import dumps

__all__ = ["write", "write_matlab", "write_original", "write_python"]

TRIALS, SECONDS, RATE_HZ = 3, 8, 128
PREPROCESSED = (
    "Fp1 AF3 F3 F7 FC5 FC1 C3 T7 CP5 CP1 P3 P7 PO3 O1 Oz Pz "
    "Fp2 AF4 Fz F4 F8 FC6 FC2 Cz C4 T8 CP6 CP2 P4 P8 PO4 O2"
).split()
# As BioSemi's software numbers a cap of 32, which is the order in Twente.
TWENTE = (
    "Fp1 AF3 F7 F3 FC1 FC5 T7 C3 CP1 CP5 P7 P3 Pz PO3 O1 Oz "
    "O2 PO4 P4 P8 CP6 CP2 C4 T8 FC6 FC2 F4 F8 AF4 Fp2 Fz Cz"
).split()
PERIPHERAL = [f"EXG{n}" for n in range(1, 9)] + [
    "GSR1",
    "GSR2",
    "Erg1",
    "Erg2",
    "Resp",
    "Plet",
    "Temp",
]
RATINGS = np.array([[7.71, 7.6, 6.9, 7.83], [2.0, 5.0, 4.03, 3.0], [9.0, 1.0, 5.5, 8.15]])


def clips(seed: int = 0, trials: int = TRIALS, seconds: float = SECONDS) -> dict:
    """Return what a preprocessed file holds: data (trials, 40, samples), labels (trials, 4)."""
    rng = np.random.default_rng(seed)
    white = rng.normal(0, 5, (trials, 40, round(seconds * RATE_HZ)))
    labels = np.resize(RATINGS, (trials, 4))
    return {"labels": labels, "data": signal.lfilter([1.0], [1.0, -0.9], white)}


def write_python(root: Path, subject: str, **settings) -> Path:
    folder = root / "data_preprocessed_python"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{subject}.dat"
    path.write_bytes(dumps(clips(int(subject[1:]), **settings), 2))
    return path


def write_matlab(root: Path, subject: str, **settings) -> Path:
    folder = root / "data_preprocessed_matlab"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{subject}.mat"
    savemat(path, clips(int(subject[1:]), **settings), do_compression=True)
    return path


# What was shown, in seconds: a rating screen, fixation, the video, fixation.
SCREENS = ((1, 1), (3, 4), (4, 5), (5, 1))


def write_original(root: Path, subject: str, *, order=TWENTE, offset=0, name="Status") -> Path:
    """Write a recording of three videos; the value of an electrode is its place in `order`."""
    folder = root / "data_original"
    folder.mkdir(parents=True, exist_ok=True)
    codes = np.concatenate([np.full(512 * s, code) for _ in range(TRIALS) for code, s in SCREENS])
    t = np.arange(len(codes)) / 512
    eeg = [(label, 100.0 * k + np.sin(2 * np.pi * 10 * t), "uV") for k, label in enumerate(order)]
    rest = [(label, 10.0 * k + np.zeros(len(t)), "uV") for k, label in enumerate(PERIPHERAL)]
    signals = [
        BdfSignal(x, 512, label=label, physical_dimension=unit, physical_range=(-262144, 262143))
        for label, x, unit in [*eeg, *rest]
    ]
    whole = (-8388608, 8388607)
    status = BdfSignal(
        (codes + offset).astype(float), 512, label=name, physical_dimension="Boolean",
        physical_range=whole, digital_range=whole,
    )  # fmt: skip
    path = folder / f"{subject}.bdf"
    Bdf([*signals, status]).write(path)
    return path


def write_ratings(root: Path, people=(1, 24, 29)) -> Path:
    """Write the table; the first trial shows video 3, the second 1, the third 2."""
    folder = root / "metadata_csv"
    folder.mkdir(parents=True, exist_ok=True)
    head = (
        "Participant_id,Trial,Experiment_id,Start_time,Valence,Arousal,Dominance,Liking,Familiarity"
    )
    path = folder / "participant_ratings.csv"
    with path.open("w", newline="") as file:
        table = csv.writer(file)
        table.writerow(head.split(","))
        for person in people:
            for trial, video in enumerate((3, 1, 2), start=1):
                table.writerow([person, trial, video, 1695918, *RATINGS[video - 1], ""])
    return path


def write(root: Path) -> None:
    """Write two people of the edition that most papers use."""
    for subject in ("s01", "s02"):
        write_python(root, subject)
