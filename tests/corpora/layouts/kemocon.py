"""K-EmoCon: tables of two wristbands, of a debate of two minutes, and of its ratings."""

from pathlib import Path

import numpy as np

__all__ = ["START_MS", "write", "write_annotations", "write_person", "write_subjects"]

START_MS = 1_552_898_831_000  # of the debate; the baseline begins two minutes and more before
BASELINE_S, DEBATE_S = 130, 130
RATES_HZ = {"EDA": 4, "BVP": 64, "TEMP": 4, "ACC": 32}
_LEVELS = {"EDA": 0.8, "BVP": 0.0, "TEMP": 33.0, "ACC": 37.0}
_FEELINGS = "cheerful,happy,angry,nervous,sad"


def write_subjects(root: Path, people=(1, 2)) -> None:
    """Write when each debate was."""
    folder = root / "metadata"
    folder.mkdir(parents=True, exist_ok=True)
    rows = ["pid,age,gender,debate_lang,first_lang,initTime,startTime,endTime"]
    rows += [
        f"{pid},22,M,ko,ko,{START_MS - 1000 * BASELINE_S},{START_MS},{START_MS + 1000 * DEBATE_S}"
        for pid in people
    ]
    (folder / "subjects.csv").write_text("\n".join(rows) + "\n")


def write_annotations(root: Path, pid: int, *, count=DEBATE_S // 5, rating=None) -> None:
    """Write one's own ratings; the category columns have an x or nothing."""
    folder = root / "emotion_annotations" / "self_annotations"
    folder.mkdir(parents=True, exist_ok=True)
    rows = [f"seconds,arousal,valence,{_FEELINGS}"]
    rows += [
        f"{5 * (k + 1)},{1 + k % 5 if rating is None else rating},{1 + (k + pid) % 5},1,2,x,,"
        for k in range(count)
    ]
    (folder / f"P{pid}.self.csv").write_text("\n".join(rows) + "\n")


def write_person(root: Path, pid: int, *, serials=("A00001",), gap=()) -> None:
    """Write the wristband of a person, or of two; rows whose second is in `gap` are lost."""
    folder = root / "e4_data" / str(pid)
    folder.mkdir(parents=True, exist_ok=True)
    for name, rate_hz in RATES_HZ.items():
        columns = "x,y,z" if name == "ACC" else "value"
        rows = [f"timestamp,{columns},device_serial"]
        for place, serial in enumerate(serials):
            rng = np.random.default_rng([pid, rate_hz, place])
            t = np.arange(rate_hz * (BASELINE_S + DEBATE_S + 10)) / rate_hz
            values = _LEVELS[name] + 100 * place + 0.01 * rng.normal(size=(len(t), 3))
            rows += [
                f"{START_MS + 1000 * (second - BASELINE_S):.1f},"
                f"{','.join(f'{v:.4f}' for v in row[: 3 if name == 'ACC' else 1])},{serial}"
                for second, row in zip(t, values, strict=True)
                if int(second) not in gap
            ]
        (folder / f"E4_{name}.csv").write_text("\n".join(rows) + "\n")


def write(root: Path) -> None:
    """Write the two people of a debate."""
    write_subjects(root)
    for pid in (1, 2):
        write_person(root, pid)
        write_annotations(root, pid)
