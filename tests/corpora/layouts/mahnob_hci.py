"""MAHNOB-HCI: Sessions/10/Part_1_S_Trial5_emotion.bdf, 47 channels, and session.xml beside it."""

from pathlib import Path

import numpy as np
from edfio import Bdf, BdfSignal

from layouts import seed

__all__ = ["write", "write_all", "write_sheet"]

EEG = (
    "Fp1 AF3 F3 F7 FC5 FC1 C3 T7 CP5 CP1 P3 P7 PO3 O1 Oz Pz "
    "Fp2 AF4 Fz F4 F8 FC6 FC2 Cz C4 T8 CP6 CP2 P4 P8 PO4 O2"
).split()
OTHERS = [*(f"EXG{n}" for n in range(1, 9)), "GSR1", "GSR2", "Erg1", "Erg2", "Resp", "Temp"]
RATE_HZ = 256
PULSE = 268  # the low bits of Status are 0 or this
LOW, HIGH = -8388608, 8388607


def write(path: Path, *, clip_s: float = 6.0, pulses: tuple[float, ...] | None = None) -> None:
    """Write a clip with 30 s before and after it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    seconds = 60 + clip_s
    eeg = seed.clip(seconds, len(path.name), channels=len(EEG), rate_hz=RATE_HZ)
    range_uv = {"physical_range": (-262144.0, 262143.96875), "digital_range": (LOW, HIGH)}
    signals = [
        BdfSignal(row, RATE_HZ, label=name, physical_dimension="uV", **range_uv)
        for name, row in zip([*EEG, *OTHERS], [*eeg, *eeg[: len(OTHERS)]], strict=True)
    ]
    status = np.zeros(eeg.shape[1])
    for time in (30.0, 30.0 + clip_s) if pulses is None else pulses:
        status[round(time * RATE_HZ) : round((time + 0.1) * RATE_HZ)] = PULSE
    bits = {"physical_range": (LOW, HIGH), "digital_range": (LOW, HIGH)}
    signals.append(BdfSignal(status, RATE_HZ, label="Status", physical_dimension="Boolean", **bits))
    Bdf(signals).write(path)


def write_sheet(path: Path, *, subject: str = "1", **felt: object) -> None:
    felt = {"feltEmo": 4, "feltArsl": 5, "feltVlnc": 7, "feltCtrl": 6, "feltPred": 3} | felt
    words = " ".join(f'{name}="{value}"' for name, value in felt.items() if value is not None)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(
        '<?xml version="1.0" encoding="utf-8"?>\n'
        f'<session sessionId="10" experimentType="emotion elicitation" isStim="1" {words} '
        'cutNr="10" cutLenSec="66.0" vidRate="60.9708" mediaFile="53.avi">\n'
        f'  <subject id="{subject}" gender="female"/>\n</session>\n'
    )


def write_all(root: Path) -> None:
    """Write three clips of two people, and a neutral one that nobody rated."""
    for folder, person, trial, valence in ((10, 1, 5, 7), (12, 1, 6, 3), (140, 2, 1, 5)):
        place = root / "Sessions" / str(folder)
        write(place / f"Part_{person}_S_Trial{trial}_emotion.bdf")
        write_sheet(place / "session.xml", subject=str(person), feltVlnc=valence)
    neutral = root / "Sessions" / "9"
    neutral.mkdir(parents=True)
    (neutral / "Part_1_N_Trial5_emotion.bdf").write_bytes(b"\xffBIOSEMI")
