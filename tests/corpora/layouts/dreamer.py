"""DREAMER: one MATLAB file of version 5, a structure with a cell per person."""

from pathlib import Path

import numpy as np
from scipy import signal
from scipy.io import savemat

__all__ = ["person", "write", "write_file"]

CHANNELS = ("AF3", "F7", "F3", "FC5", "T7", "P7", "O1", "O2", "P8", "T8", "FC6", "F4", "F8", "AF4")
SCORES = {"ScoreValence": (4, 3, 1), "ScoreArousal": (3, 5, 2), "ScoreDominance": (2, 1, 5)}


def _cell(items) -> np.ndarray:
    cell = np.empty((len(items), 1), dtype=object)
    cell[:, 0] = items
    return cell


def _signal(rng, rate, seconds, channels, offset) -> np.ndarray:
    white = rng.normal(0, 5, (round(rate * seconds), channels))
    return offset + signal.lfilter([1.0], [1.0, -0.9], white, axis=0)


def person(seed: int, *, baseline_s=61, films_s=(65, 70, 66), scores=SCORES) -> dict:
    """Return one person, with fewer films than the eighteen published."""
    rng = np.random.default_rng(seed)

    def parts(rate, channels, offset):
        return {
            "baseline": _cell([_signal(rng, rate, baseline_s, channels, offset) for _ in films_s]),
            "stimuli": _cell([_signal(rng, rate, s, channels, offset) for s in films_s]),
        }

    return {
        "Age": "22",
        "Gender": "male",
        "EEG": parts(128, 14, 4200.0),
        "ECG": parts(256, 2, 2000.0),
        **{name: np.array(values, np.uint8)[:, None] for name, values in scores.items()},
    }


def write_file(root: Path, people: list[dict]) -> Path:
    """Write the data set of these people."""
    whole = np.empty((1, len(people)), dtype=object)
    for place, one in enumerate(people):
        whole[0, place] = one
    electrodes = np.empty((1, 14), dtype=object)
    electrodes[0, :] = CHANNELS
    path = root / "DREAMER.mat"
    dreamer = {
        "Data": whole, "EEG_SamplingRate": 128, "ECG_SamplingRate": 256,
        "EEG_Electrodes": electrodes, "noOfSubjects": 23, "noOfVideoSequences": 18,
        "Disclaimer": "While every care has been taken", "Provider": "University",
        "Version": "1.0.2", "Acknowledgement": "The authors",
    }  # fmt: skip
    savemat(path, {"DREAMER": dreamer})
    return path


def write(root: Path) -> None:
    """Write two people."""
    write_file(root, [person(1), person(2)])
