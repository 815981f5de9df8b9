"""SEED-IV: eeg_raw_data/1/1_20160518.mat with cz_eeg1 … cz_eeg24, (62, samples)."""

from pathlib import Path

from layouts import seed

__all__ = ["write_all"]

DATES = {"1": {"1": "20160518", "2": "20161125", "3": "20161126"},
         "15": {"1": "20150508", "2": "20150514", "3": "20150527"}}  # fmt: skip
INITIALS = {"1": "cz", "15": "zjd"}


def write_all(root: Path) -> None:
    """Write two people, three sessions each."""
    for person, sessions in DATES.items():
        for session, date in sessions.items():
            folder = root / "eeg_raw_data" / session
            folder.mkdir(parents=True, exist_ok=True)
            path = folder / f"{person}_{date}.mat"
            seed.write(path, initials=INITIALS[person], films=24, seconds=1.0)
