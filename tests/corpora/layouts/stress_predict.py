"""Stress-Predict as published: Raw_data/Sxx of E4 exports, Processed_data with one table."""

from itertools import pairwise

import numpy as np

START = 1644227574  # of S02, UNIX seconds
LAG_S = 9  # labels begin with the heart rate, which begins so late
PHASES_S = (140, 40, 40, 60, 30, 20, 50)  # rest, Stroop, rest, interview, rest, breathing, rest
RATES_HZ = {"ACC": 32, "BVP": 64, "EDA": 4, "TEMP": 4, "HR": 1}
TABLE = "Improved_All_Combined_hr_rsp_binary.csv"


def write(root, *, subjects=("S01", "S02", "S03"), labelled=("S02", "S03"), phases_s=PHASES_S):
    """Write exports of these people, and the table of those who have labels."""
    rows = ["Participant,HR,respr,Time(sec),Label"]
    for subject in subjects:
        borders = borders_of(subject, phases_s)
        write_export(root / "Raw_data" / subject, subject, borders)
        if subject in labelled:
            rows += list(_labels(subject, borders))
    (root / "Processed_data").mkdir(parents=True, exist_ok=True)
    (root / "Processed_data" / TABLE).write_text("\n".join(rows) + "\n")


def write_all(root):
    """Write the same people, with phases of seconds: the contract reads them many times."""
    write(root, phases_s=(20, 10, 10, 10, 8, 6, 12))


def borders_of(subject, phases_s=PHASES_S):
    """Return where phases begin, and the end of the last, UNIX seconds."""
    begin = START + 100_000 * int(subject[1:]) + LAG_S
    return [begin + int(s) for s in np.cumsum([0, *phases_s])]


def write_export(folder, subject, borders, *, presses=None):
    folder.mkdir(parents=True, exist_ok=True)
    start, rng = borders[0] - LAG_S, np.random.default_rng(int(subject[1:]))
    for name, rate_hz in RATES_HZ.items():
        t = np.arange((borders[-1] - start) * rate_hz) / rate_hz
        begin = start + (10 if name == "HR" else 0)
        columns = 3 if name == "ACC" else 1
        head = [", ".join([f"{value:.6f}"] * columns) for value in (begin, rate_hz)]
        body = "\n".join(",".join(row) for row in _samples(name, t, rng))
        (folder / f"{name}.csv").write_text("\n".join([*head, body]) + "\n")
    (folder / "IBI.csv").write_text(f"{start:.6f}, IBI\n12.5,0.84375\n13.4,0.875\n")
    presses = borders[1:-1] if presses is None else presses
    (folder / f"tags_{subject}.csv").write_text("".join(f"{press}\n" for press in presses))


def _samples(name, t, rng):
    if name == "ACC":
        still = np.round(64 * np.array([0.0, 0.0, 1.0]) + rng.normal(0, 0.5, (len(t), 3)))
        return [[f"{value:g}" for value in row] for row in still]
    if name == "BVP":
        wave = 60 * np.exp(-(((t * 1.2) % 1.0 - 0.3) ** 2) / 0.01) - 12
        return [[f"{0.0 if time < 1 else value:.2f}"] for time, value in zip(t, wave, strict=True)]
    if name == "EDA":  # the first sample of every file is 0
        skin = 1.0 + 0.1 * np.cumsum(rng.normal(0, 0.05, len(t)))
        return [[f"{value:.6f}"] for value in np.r_[0.0, np.abs(skin[1:])]]
    return [[f"{value:.2f}"] for value in (33.0 if name == "TEMP" else 75.0) + 0.01 * t]


def _labels(subject, borders):
    for phase, (start, stop) in enumerate(pairwise(borders)):
        for second in range(start, stop):
            rate = "" if second == borders[-1] - 1 else "72.5"  # empty at everybody's end
            yield f"{int(subject[1:])},{rate},12.1,{second},{phase % 2}"
