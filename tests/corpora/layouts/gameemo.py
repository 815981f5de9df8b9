"""GAMEEMO: (S01)/Preprocessed EEG Data/.csv format/S01G1AllChannels.csv, rows end with commas."""

from pathlib import Path

from layouts import seed

__all__ = ["CHANNELS", "place", "write", "write_all"]

CHANNELS = "AF3,AF4,F3,F4,F7,F8,FC5,FC6,O1,O2,P7,P8,T7,T8"
RATE_HZ = 128


def place(root: Path, subject: str, game: int) -> Path:
    folder = root / f"({subject})" / "Preprocessed EEG Data" / ".csv format"
    return folder / f"{subject}G{game}AllChannels.csv"


def write(path: Path, *, seconds: float = 8.0, header: str = CHANNELS) -> None:
    """Write one game."""
    path.parent.mkdir(parents=True, exist_ok=True)
    data = seed.clip(seconds, int(path.name[4]), channels=14, rate_hz=RATE_HZ).T
    rows = [",".join(f"{value:.4f}" for value in row) + "," for row in data]
    path.write_text("\n".join([header + ",", *rows]) + "\n")


def write_all(root: Path) -> None:
    """Write two people, four games each; a raw table and a form lie beside, as published."""
    for subject in ("S01", "S02"):
        for game in (1, 2, 3, 4):
            write(place(root, subject, game))
        raw = root / f"({subject})" / "Raw EEG Data" / ".csv format"
        raw.mkdir(parents=True)
        (raw / f"{subject}G1AllRawChannels.csv").write_text("AF3,AF4\n4100.2,4200.1\n")
        (root / f"({subject})" / "SAM Ratings").mkdir()
        (root / f"({subject})" / "SAM Ratings" / "G1.pdf").write_bytes(b"%PDF-1.4\n")
