"""A BIDS folder as the specification (1.9) has it: EDF, channels and events beside."""

import json
from pathlib import Path

from edfio import Edf, EdfSignal

from layouts import seed

__all__ = ["EVENTS", "SCALES", "write", "write_all"]

CHANNELS = ("Fp1", "Fp2", "C3", "C4", "O1", "O2")
RATE_HZ = 128
SCALE = {"Minimum": 1, "Maximum": 9}
SCALES = {
    "valence": SCALE,
    "arousal": {"Levels": {"1": "calm", "9": "excited"}},
    "dominance": SCALE,
}
EVENTS = """onset\tduration\ttrial_type\tvalence\tarousal\tdominance
1.0\t8.0\tfilm\t7\t3\t5
9.5\tn/a\tbutton\tn/a\tn/a\tn/a
10.0\t8.0\tfilm\t2\t8\tn/a
18.5\t1.0\tfixation\tn/a\tn/a\tn/a
"""


def write(root: Path, person: str, *, ses: str = "", run: str = "", events=EVENTS) -> Path:
    """Write one recording of 20 s; return the folder in which it lies."""
    place = root / f"sub-{person}" / (f"ses-{ses}" if ses else "") / "eeg"
    place.mkdir(parents=True, exist_ok=True)
    stem = f"sub-{person}{'_ses-' * bool(ses)}{ses}_task-films{'_run-' * bool(run)}{run}"
    rows = [*seed.clip(20, len(stem), channels=6, rate_hz=RATE_HZ), seed.clip(20, 1, channels=1,
            rate_hz=RATE_HZ)[0]]  # fmt: skip
    signals = [
        EdfSignal(row, RATE_HZ, label=name, physical_dimension="uV")
        for name, row in zip([*CHANNELS, "heart"], rows, strict=True)
    ]
    Edf(signals).write(place / f"{stem}_eeg.edf")
    sheet = {"TaskName": "films", "SamplingFrequency": RATE_HZ, "PowerLineFrequency": 50,
             "SoftwareFilters": "n/a", "EEGReference": "Cz"}  # fmt: skip
    (place / f"{stem}_eeg.json").write_text(json.dumps(sheet))
    kinds = [f"{name}\tEEG\tuV" for name in CHANNELS] + ["heart\tECG\tuV"]
    table = "\n".join(["name\ttype\tunits", *kinds]) + "\n"
    (place / f"{stem}_channels.tsv").write_text(table)
    if events is not None:
        (place / f"{stem}_events.tsv").write_text(events)
    return place


def write_all(root: Path, *, scales: object = SCALES) -> None:
    """Write two people, one of them with two runs, and what the columns of their events mean."""
    root.mkdir(parents=True, exist_ok=True)
    said = {"Name": "Films", "BIDSVersion": "1.9.0", "DatasetType": "raw"}
    (root / "dataset_description.json").write_text(json.dumps(said))
    (root / "participants.tsv").write_text("participant_id\tage\nsub-01\t30\nsub-02\t31\n")
    (root / "task-films_events.json").write_text(json.dumps(scales))
    write(root, "01")
    write(root, "02", ses="a", run="1")
    write(root, "02", ses="a", run="2")
