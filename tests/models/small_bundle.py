"""The parts of a small bundle, for the tests of bundles."""

from dataclasses import replace

import numpy as np

from neuroaffect.affect import SAM9, Target
from neuroaffect.models import InputShape, build
from neuroaffect.pipeline import Pipeline, Tick
from neuroaffect.stream import StreamInfo

RATE_HZ = 128.0
CHANNELS = ("AF3", "T7", "O1", "O2")
BANDS = ("alpha", "beta")
SHAPE = InputShape(electrodes=CHANNELS, features=BANDS, hop_s=0.25)
TARGETS = (
    Target(dimension="valence", scale=SAM9, threshold="median"),
    Target(dimension="arousal", kind="continuous"),
)
PIPELINE = """
name = "small"
hop_s = 0.25
lead = "eeg"

[tracks.eeg]
kind = "eeg"
blocks = [
  { block = "quality" },
  { block = "entropy", bands = { alpha = [8, 13], beta = [14, 30] }, window_s = 1.0 },
]

[tracks.eda]
kind = "eda"
blocks = [{ block = "quality" }]

[tracks.skin]
kind = "temp"
required = false
blocks = [{ block = "quality" }]

[network]
name = "rbtransformer"
input = "eeg.entropy"
options = { width = 16, depth = 1, heads = 2, head_width = 8, feed_forward = 16 }
"""


def streams(*, rate_hz: float = RATE_HZ, channels: tuple[str, ...] = CHANNELS):
    return {
        "cap": StreamInfo(name="cap", kind="eeg", rate_hz=rate_hz, channels=channels, unit="uV"),
        "wrist": StreamInfo(name="wrist", kind="eda", rate_hz=8.0, channels=("EDA",), unit="uS"),
    }


def parts_of_a_bundle() -> dict:
    rng = np.random.default_rng(5)
    pipeline = Pipeline.from_toml(PIPELINE).resolve(streams())
    return {
        "network": build(
            pipeline.network.name,
            shape=SHAPE,
            targets=TARGETS,
            options=pipeline.network.options,
            rng=rng,
        ),
        "normaliser": (rng.normal(size=SHAPE.size), rng.uniform(0.5, 2.0, size=SHAPE.size)),
        "pipeline": pipeline,
        "targets": TARGETS,
        "rates_hz": {"eeg": RATE_HZ},
        "shape": SHAPE,
        "thresholds": {"valence": 4.5},
        "sessions": {"first.xdf": "ab" * 32},
        "scores": [{"dimension": "valence", "balanced_accuracy": np.float64(0.61), "p": np.nan}],
    }


def tick(seed=0, **changes) -> Tick:
    x = np.random.default_rng(seed).normal(size=(len(CHANNELS), len(BANDS)))
    whole = Tick(
        index=seed,
        time=100.0 + seed,
        tracks={"eeg": {"entropy": x}, "eda": {}},
        settled=True,
        quality={"eeg": np.ones(len(CHANNELS)), "eda": np.ones(1)},
    )
    return replace(whole, **changes)
