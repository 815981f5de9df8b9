"""Sessions of ours as `neuroaffect record` leaves them: one XDF each, trials among the events."""

from pathlib import Path

import numpy as np

from layouts import seed
from neuroaffect.session import Packet, RawStream, SessionWriter

__all__ = ["write", "write_all"]

RATE_HZ = 128
BEGIN = 1000.0
CAP = RawStream(
    id=1, name="cap", type="EEG", rate_hz=float(RATE_HZ), format="float32",
    labels=("Fp1", "Fp2", "C3", "C4", "O1", "O2"), units=("microvolts",) * 6, types=("EEG",) * 6,
)  # fmt: skip


def write(path: Path, *, ratings=({"valence": 7, "arousal": 2}, {"valence": 2, "arousal": 8})):
    """Write a session of 10 s trials, a second apart, one for each rating; None is not rated."""
    path.parent.mkdir(parents=True, exist_ok=True)
    data = seed.clip(11 * len(ratings) + 2, len(path.name), channels=6, rate_hz=RATE_HZ).T
    with SessionWriter(path) as writer:
        writer.add(CAP)
        for second in range(len(data) // RATE_HZ):
            number, phase = divmod(second - 1, 11)
            if phase == 10:  # told when it happens, as everything in a session is
                rated = {} if ratings[number] is None else {"ratings": ratings[number]}
                writer.event("trial-stop", time=BEGIN + second, trial=str(number), **rated)
            if phase == 0 and number < len(ratings):
                writer.event("trial-start", time=BEGIN + second, trial=str(number))
            first = second * RATE_HZ
            stamps = BEGIN + np.arange(first, first + RATE_HZ) / RATE_HZ
            writer.write(Packet(CAP.id, stamps, data[first : first + RATE_HZ].astype(np.float32)))
    return path


def write_all(root: Path) -> None:
    """Write two people, one in a folder of their own, one by the name of the file."""
    write(root / "P1" / "monday.xdf")
    write(root / "P1" / "tuesday.xdf")
    write(root / "P2_monday.xdf")
