"""BioHack 2025 as muselsl wrote it: a header, UNIX seconds in milliseconds, five columns."""

import gzip

import numpy as np

RATE_HZ = 256
START = 1742953576.662
DAY_S = 86400.0
CLASSES = ("confused", "control", "understanding")


def write(root, *, people=("s1", "s2"), days=2, seconds=16):
    """Write one recording per person, day and class, a few minutes apart."""
    root.mkdir(parents=True, exist_ok=True)
    for person in people:
        for day in range(1, days + 1):
            for place, condition in enumerate(CLASSES):
                number = "" if day == 1 else str(day)
                start = START + day * DAY_S + 300 * place
                path = root / f"{person}-{condition}{number}.csv.gz"
                write_file(path, start=start, seconds=seconds)


def write_file(path, *, start=START, seconds=16):
    rng = np.random.default_rng(int(start) % 1000)
    n = seconds * RATE_HZ
    drift = np.zeros((n, 4))
    for k in range(1, n):  # coloured as EEG is, not white as a headband on a desk
        drift[k] = 0.9 * drift[k - 1] + rng.normal(0, 5, 4)
    rows = ["timestamps,TP9,AF7,AF8,TP10,Right AUX"]
    for k, values in enumerate(drift):
        row = f"{start + k / RATE_HZ:.3f},{','.join(f'{v:.3f}' for v in values)},0.000"
        rows += [row, row] if k and k % 1284 == 0 else [row]  # every 1285th is written twice
    path.write_bytes(gzip.compress("\n".join(rows).encode()))
