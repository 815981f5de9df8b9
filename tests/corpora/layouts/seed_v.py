"""SEED-V: EEG_raw/1_1_20180804.cnt of a Neuroscan SynAmps2, 66 channels of 32 bits, and a table.

The recordings here are a minute long and their table says so; the published ones last an hour.
"""

import struct
from pathlib import Path

import numpy as np

from layouts import seed

__all__ = ["CHANNELS", "SPANS", "write_all", "write_cnt", "write_table"]

CHANNELS = (
    "FP1 FPZ FP2 AF3 AF4 F7 F5 F3 F1 FZ F2 F4 F6 F8 FT7 FC5 FC3 FC1 FCZ FC2 FC4 FC6 FT8 "
    "T7 C5 C3 C1 CZ C2 C4 C6 T8 M1 TP7 CP5 CP3 CP1 CPZ CP2 CP4 CP6 TP8 M2 P7 P5 P3 P1 PZ P2 P4 P6 "
    "P8 PO7 PO5 PO3 POZ PO4 PO6 PO8 CB1 O1 OZ O2 CB2 VEO HEO"
).split()
SPANS = {session: [(2 + 4 * k, 5 + 4 * k) for k in range(15)] for session in (1, 2, 3)}
STEP_UV = 0.01


def write_cnt(
    path: Path, *, seconds: float = 64.0, rate_hz: int = 200, counted: int | None = None
) -> np.ndarray:
    """Write a recording; return its samples in µV, (samples, channels).

    Offsets are those of http://paulbourke.net/dataformats/eeg/. `counted` is what the header says
    of the number of samples.
    """
    data = seed.clip(seconds, len(path.name), channels=len(CHANNELS), rate_hz=rate_hz).T
    steps = np.round(data / STEP_UV).astype("<i4")
    header = bytearray(900)
    header[0:12] = b"Version 3.0\x00"
    header[225:247] = b"08/04/18  10:00:00    "
    struct.pack_into("<H", header, 370, len(CHANNELS))
    struct.pack_into("<H", header, 376, rate_hz)
    struct.pack_into("<i", header, 864, len(steps) if counted is None else counted)
    struct.pack_into("<i", header, 886, 900 + 75 * len(CHANNELS) + steps.nbytes)
    places = []
    for name in CHANNELS:
        place = bytearray(75)
        place[: len(name)] = name.encode()
        struct.pack_into("<ff", place, 19, 100.0 + len(places), 200.0)
        struct.pack_into("<f", place, 59, 204.8 * STEP_UV)  # sensitivity over 204.8: µV per step
        struct.pack_into("<f", place, 71, 1.0)
        places.append(bytes(place))
    events = struct.pack("<Bll", 2, 0, 0)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(bytes(header) + b"".join(places) + steps.tobytes() + events)
    return steps * STEP_UV


def write_table(root: Path, spans=SPANS) -> None:
    lines = []
    for session, films in spans.items():
        starts, stops = ([float(f"{film[k]}") for film in films] for k in (0, 1))
        lines += [f"Session {session}:", f"start_second: {starts}", f"end_second: {stops}", ""]
    root.mkdir(parents=True, exist_ok=True)
    (root / "trial_start_end_timestamp.txt").write_text("\n".join(lines).replace(".0", ""))


def write_all(root: Path) -> None:
    """Write three recordings of two people, and the table."""
    write_table(root)
    for name in ("1_1_20180804", "1_2_20180810", "16_1_20181021"):
        write_cnt(root / "EEG_raw" / f"{name}.cnt")
