"""EEGMAT: two EDF files per person, 19 electrodes by their old names, A2-A1 and an ECG."""

from pathlib import Path

import numpy as np
from edfio import Edf, EdfSignal
from scipy import signal

__all__ = ["write", "write_all", "write_both"]

NAMES = (
    "Fp1 Fp2 F3 F4 F7 F8 T3 T4 C3 C4 T5 T6 P3 P4 O1 O2 Fz Cz Pz A2-A1".split()
)  # fmt: skip


def write(path: Path, seconds: int) -> None:
    """Write one recording, at a fifth of the published rate."""
    rng = np.random.default_rng(0)
    eeg = [
        # Falling with the frequency: white noise is what a cap on a desk gives.
        EdfSignal(
            signal.lfilter([1.0], [1.0, -0.9], rng.normal(0, 5, 100 * seconds)),
            100,
            label=f"EEG {name}",
            physical_dimension="uV",
        )
        for name in NAMES
    ]
    ecg = EdfSignal(
        rng.normal(0, 0.1, 100 * seconds), 100, label="ECG ECG", physical_dimension="mV"
    )
    Edf([*eeg, ecg]).write(path)


def write_both(folder: Path, subject: str = "Subject00") -> None:
    """Write the two recordings of one person."""
    write(folder / f"{subject}_1.edf", 92)
    write(folder / f"{subject}_2.edf", 62)


def write_all(root: Path) -> None:
    """Write two people."""
    write_both(root)
    write_both(root, "Subject01")
