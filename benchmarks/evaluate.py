"""How long `evaluate` takes with one process and with two, and what the cache and kept folds save.

    python benchmarks/evaluate.py [--data ../shared/data/eegmat] [--model logistic] [--json FILE]

Each run is a process of its own, timed from start to end, imports included. "cold" makes all
features and runs all folds, "cached" takes features from the cache and runs all folds anew,
"resumed" finds all folds done. The rows must be the same in every run, the seconds aside; if they
are not, it says so and fails. `load` is the machine's load average before each run: with other work
on the cores, two processes cannot be twice as fast.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

WORKERS = (1, 2)
KINDS = {"cold": (), "cached": ("--fresh",), "resumed": ()}


def timed(folder: Path, data: Path, models: list[str], workers: int, words: tuple[str, ...]):
    """Return the seconds of one run, the load before it, and its rows without their seconds."""
    asked = [word for model in models for word in ("--model", model)]
    command = [
        *(sys.executable, "-m", "neuroaffect", "evaluate", "--corpus", "eegmat", "--root", data),
        *(*asked, "--workers", workers, "--cache", folder / "cache", "-o", folder / "report"),
        *(*words, "--json"),
    ]
    load, begun = os.getloadavg()[0], time.perf_counter()
    ran = subprocess.run([str(w) for w in command], check=True, capture_output=True, text=True)
    seconds = time.perf_counter() - begun
    return seconds, load, [{**row, "seconds": 0} for row in json.loads(ran.stdout)["rows"]]


def measure(data: Path, models: list[str]) -> dict[str, object]:
    """Return seconds and load by number of processes and kind of run, and the ratios."""
    found, rows = {}, []
    for workers in WORKERS:
        with tempfile.TemporaryDirectory() as folder:
            for kind, words in KINDS.items():
                seconds, load, said = timed(Path(folder), data, models, workers, words)
                found.setdefault(kind, {})[str(workers)] = {"seconds": seconds, "load": load}
                rows.append(said)
    if any(said != rows[0] for said in rows):
        sys.exit("the rows differ between runs; they must not")
    ratio = {kind: each["1"]["seconds"] / each["2"]["seconds"] for kind, each in found.items()}
    return {"models": models, "cores": os.cpu_count(), "runs": found, "one_over_two": ratio}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=Path("../shared/data/eegmat"))
    parser.add_argument("--model", action="append")
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    found = measure(given.data, given.model or ["logistic"])
    for kind, each in found["runs"].items():
        told = ", ".join(f"{n}: {run['seconds']:.1f} s (load {run['load']:.1f})"
                         for n, run in each.items())  # fmt: skip
        print(f"{kind:8} {told}, ratio {found['one_over_two'][kind]:.2f}")
    if given.json:
        given.json.write_text(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    main()
