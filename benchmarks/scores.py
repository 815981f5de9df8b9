"""Scores of every model on the recordings at hand: corpora by models by splits, with baselines.

    python benchmarks/scores.py [--data FOLDER] [--only NAME] [--out FOLDER] [--workers 2]
                                [--json FILE]

Runs `neuroaffect evaluate` for each line of `RUNS`, with the ready pipelines as they are: nothing
is tuned here, and no line is chosen by its score. Finished folds are kept in the folder, so that
a run that was cut off goes on. Plain baselines that were measured elsewhere stand in `ELSEWHERE`;
they saw more people, and seconds or windows instead of trials.
"""

import argparse
import json
import subprocess
import sys
import time
from pathlib import Path

from rich.console import Console
from rich.table import Table

from neuroaffect.catalog import load_pipeline

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
DENSE = ("logistic", "svm", "extratrees", "tiny", "dgcnn", "rgnn", "rbtransformer")
ROWS = ("logistic", "svm", "extratrees", "wearable_mlp")
SHORT = "eegnet-short.toml"  # the ready pipeline with a twentieth of its epochs: minutes, not hours
RUNS = {
    "eegmat people": ("eegmat", DENSE, ("leave-subject-out",), ()),
    "eegmat own scale": ("eegmat", DENSE, ("leave-subject-out",), ("--normalise", "person")),
    "eegmat within": ("eegmat", DENSE[:5], ("blocked", "leaky"), ()),
    "dasps trials": ("dasps", DENSE, ("leave-trials-out",), ()),
    "dasps leaky": ("dasps", DENSE[:5], ("leaky", "rbtransformer2025"), ()),
    "stress people": ("stress_predict", ROWS, ("leave-subject-out", "leaky-across-subjects"), ()),
    "stress own scale": (
        "stress_predict", ROWS, ("leave-subject-out",), ("--normalise", "person"),
    ),
    "biohack days": ("biohack", ROWS[:3], ("leave-session-out", "leaky"), ()),
    "biohack own scale": ("biohack", ROWS[:3], ("leave-session-out",), ("--normalise", "session")),
    "eegmat samples": (
        "eegmat", ("eegnet", "fusion_tfs"), ("leave-subject-out",), ("-p", SHORT),
    ),
}  # fmt: skip
ELSEWHERE = {
    "eegmat": "0.78: 36 people, band powers, own scale, logistic regression, people left out",
    "stress_predict": "0.69: 34 people, windows of 30 s, own scale, forest, people left out",
    "biohack": "0.49: band powers, logistic regression, days left out",
    "dasps": "none above chance",
}
KEPT = ("corpus", "model", "split", "leaky", "confounded", "dimension", "subjects", "trials",
        "balanced_accuracy", "ci_low", "ci_high", "majority", "macro_f1", "p", "note")  # fmt: skip


def run(name, data, out, workers):
    """Return the rows of one line, and how long it took."""
    corpus, models, splits, more = RUNS[name]
    words = [sys.executable, "-m", "neuroaffect", "evaluate", "--corpus", corpus]
    words += ["--root", str(data / corpus), "--workers", str(workers), "--json"]
    words += [word for model in models for word in ("--model", model)]
    words += [word for split in splits for word in ("--split", split)]
    words += ["-o", str(out / name.replace(" ", "-")), *more]
    if SHORT in words:
        words[words.index(SHORT)] = str(shortened(out))
    begun = time.perf_counter()
    done = subprocess.run(words, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{name}: {done.stderr.strip().splitlines()[-1]}")
    rows = json.loads(done.stdout)["rows"]
    seconds = time.perf_counter() - begun
    return [{"run": name, "seconds": seconds, **{key: row[key] for key in KEPT}} for row in rows]


def shortened(out):
    """Write eegnet's ready pipeline with a twentieth of its epochs, and return where."""
    pipeline = load_pipeline("eegnet")
    recipe = pipeline.training.model_copy(update={"epochs": pipeline.training.epochs // 20})
    path = out / SHORT
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(pipeline.model_copy(update={"training": recipe}).to_toml())
    return path


def show(rows):
    """Print all rows, leaky ones named so."""
    table = Table(box=None, pad_edge=False)
    for head in ("run", "split", "model", "target", "people", "trials", "score", "95 %",
                 "majority", "p"):  # fmt: skip
        table.add_column(head)
    for row in rows:
        split = f"{row['split']} (leaky)" if row["leaky"] else row["split"]
        split += " (confounded)" if row["confounded"] else ""
        table.add_row(
            row["run"], split, row["model"], row["dimension"], str(row["subjects"]),
            str(row["trials"]), f"{row['balanced_accuracy']:.2f}",
            f"{row['ci_low']:.2f}–{row['ci_high']:.2f}", f"{row['majority']:.2f}",
            f"{row['p']:.3f}",
        )  # fmt: skip
    console = Console(width=150)
    console.print(table)
    for corpus in dict.fromkeys(row["corpus"] for row in rows):
        console.print(f"elsewhere, {corpus}: {ELSEWHERE[corpus]}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--only", action="append", choices=RUNS)
    parser.add_argument("--out", type=Path, default=Path("scores"))
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    rows = []
    for name in arguments.only or RUNS:
        rows += run(name, arguments.data, arguments.out, arguments.workers)
        print(f"{name}: {rows[-1]['seconds']:.0f} s", file=sys.stderr, flush=True)
        if arguments.json:
            arguments.json.write_text(json.dumps(rows, indent=1))
    show(rows)


if __name__ == "__main__":
    main()
