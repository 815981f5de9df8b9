"""WESAD: SN/SN.pkl, a pickle of Python 2 (protocol 0, as their size tells), and SN_quest.csv."""

from pathlib import Path

import numpy as np

from layouts.python2 import dumps

__all__ = ["PROTOCOL", "QUEST", "signals", "write", "write_person"]

# Condition and seconds: transients between, meditation after stress and after amusement.
PROTOCOL = ((0, 2), (1, 6), (0, 1), (2, 5), (0, 1), (4, 3), (0, 1), (3, 4), (0, 1), (4, 3), (6, 2))
QUEST = """# Subj;S2;;;;;;;
# ORDER;Base;TSST;Medi 1;Fun;Medi 2;sRead;fRead;
# START;7.08;39.55;70.19;81.25;93.38;54.42;89.51;
# END;26.32;50.3;77.1;87.47;100.15;56.07;91.15;
;;;;;;;;
# PANAS;1;1;3;2;1;2;1;1
# STAI;2;1;2;1;1;2;;
# DIM;7;2;;;;;;
# DIM;3;8;;;;;;
# DIM;6;2;;;;;;
# DIM;8;4;;;;;;
# DIM;7;1;;;;;;
# SSSQ;2;5;1;3;4;4;;
"""


def signals(seed: int = 0, protocol=PROTOCOL) -> dict:
    """Return what a person's pickle holds."""
    rng = np.random.default_rng(seed)
    seconds = sum(lasts for _, lasts in protocol)

    def made(rate, columns, center, spread, dtype=np.float64):
        return (center + spread * rng.normal(size=(seconds * rate, columns))).astype(dtype)

    chest = {
        "ACC": made(700, 3, 0.5, 0.01), "ECG": made(700, 1, 0.0, 0.2), "EMG": made(700, 1, 0, 0.01),
        "EDA": made(700, 1, 5.0, 0.01), "Temp": made(700, 1, 32.0, 0.1, np.float32),
        "Resp": made(700, 1, 0.0, 3.0),
    }  # fmt: skip
    wrist = {
        "ACC": np.round(made(32, 3, 37.0, 2.0)), "BVP": made(64, 1, 0.0, 40.0),
        "EDA": made(4, 1, 1.2, 0.01), "TEMP": made(4, 1, 34.0, 0.05),
    }  # fmt: skip
    label = np.concatenate([np.full(700 * lasts, number, np.int32) for number, lasts in protocol])
    return {"signal": {"chest": chest, "wrist": wrist}, "label": label, "subject": f"S{seed}"}


def write_person(root: Path, subject: str, *, data=None, quest=QUEST) -> Path:
    """Write one person's folder."""
    folder = root / subject
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{subject}.pkl"
    path.write_bytes(dumps(signals(int(subject[1:])) if data is None else data, 0))
    if quest is not None:
        (folder / f"{subject}_quest.csv").write_text(quest)
    return path


def write(root: Path) -> None:
    """Write two people."""
    write_person(root, "S2")
    write_person(root, "S10")
