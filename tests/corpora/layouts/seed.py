"""SEED: Preprocessed_EEG/1_20131027.mat with djc_eeg1 … djc_eeg15, (62, samples), and label.mat."""

from pathlib import Path

import numpy as np
from scipy import signal
from scipy.io import savemat

__all__ = ["LABELS", "clip", "write", "write_all"]

RATE_HZ = 200
LABELS = (1, 0, -1, -1, 0, 1, -1, 0, 1, 1, 0, -1, 0, 1, -1)  # as in label.mat, (1, 15)
VISITS = {"1": ("20131027", "20131030", "20131107"), "10": ("20131130", "20131204", "20131211")}
INITIALS = {"1": "djc", "10": "ly"}


def clip(seconds: float, seed: int, *, channels: int = 62, rate_hz: int = RATE_HZ) -> np.ndarray:
    """Return (channels, samples) in µV whose power falls with the frequency, as that of EEG."""
    rng = np.random.default_rng(seed)
    noise = rng.normal(0, 5, (channels, round(seconds * rate_hz)))
    return signal.lfilter([1.0], [1.0, -0.9], noise)


def write(path: Path, *, initials: str = "djc", films: int = 15, seconds: float = 8.0) -> None:
    """Write one visit; each film is a little longer than the one before, as films differ."""
    arrays = {
        f"{initials}_eeg{n}": clip(seconds + 0.01 * n, n) for n in range(1, films + 1)
    }  # fmt: skip
    savemat(path, arrays, do_compression=True)


def write_all(root: Path) -> None:
    """Write two people, three visits each."""
    folder = root / "Preprocessed_EEG"
    folder.mkdir(parents=True, exist_ok=True)
    savemat(folder / "label.mat", {"label": np.array([LABELS], np.int16)})
    (folder / "readme.txt").write_text("about the data\n")
    for person, dates in VISITS.items():
        for date in dates:
            write(folder / f"{person}_{date}.mat", initials=INITIALS[person], seconds=1.0)
