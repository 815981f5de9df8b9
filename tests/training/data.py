"""Small datasets with known contents."""

import numpy as np

from neuroaffect.pipeline import Pipeline
from neuroaffect.stream import FeatureInfo
from neuroaffect.training.data.dataset import Dataset

PIPELINE = Pipeline.from_toml("""
name = "small"
hop_s = 1.0
lead = "eeg"
[tracks.eeg]
kind = "eeg"
channels = ["Fz", "Cz", "Pz"]
blocks = [{ block = "entropy", window_s = 2.0, bands = { alpha = [8, 14], beta = [14, 30] } }]
[network]
name = "logistic"
[training]
epochs = 5
batch = 16
""")


def dataset_of(
    *,
    subjects,
    trials,
    sessions=1,
    ticks=5,
    gap_s=10.0,
    memory_s=2.0,
    one_trial_over_sessions=False,
    features=None,
):
    """Return noise; the first half of each session's trials is rated 1, the second half 9."""
    rows = [
        (f"S{s}", f"session-{e}", f"{'' if one_trial_over_sessions else e}t{t}",
         t * (ticks + gap_s) + k, 1.0 if t < trials / 2 else 9.0)
        for s in range(subjects) for e in range(sessions) for t in range(trials)
        for k in range(ticks)
    ]  # fmt: skip
    subject, session, trial, time, rating = (np.array(column) for column in zip(*rows, strict=True))
    if features is None:
        features = np.random.default_rng(1).normal(size=(len(rows), 3, 2))
    return Dataset(
        features=features,
        labels={"arousal": rating},
        subject=subject,
        session=session,
        trial=trial,
        time=time,
        pipeline=PIPELINE,
        input=FeatureInfo(name="entropy", channels=("Fz", "Cz", "Pz"), features=("alpha", "beta")),
        rates_hz={"eeg": 128.0},
        window_s=memory_s,
        memory_s=memory_s,
    )
