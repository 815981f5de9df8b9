import numpy as np

from neuroaffect.pipeline import Pipeline
from neuroaffect.stream import Chunk, StreamInfo

INFO = StreamInfo(name="cap", kind="eeg", rate_hz=128.0, channels=("Fz", "Pz"), unit="uV")
PIPELINE = Pipeline.from_toml("""
name = "rested"
hop_s = 0.25
lead = "eeg"
[tracks.eeg]
kind = "eeg"
blocks = [
  { block = "entropy", window_s = 1.0, bands = { alpha = [8, 13] } },
  { block = "baseline" },
]
""")


def test_a_marked_rest_becomes_the_baseline_when_it_ends():
    x = 10 * np.random.default_rng(0).standard_normal((128 * 30, 2))
    run = PIPELINE.start({"cap": INFO}, rests=[(4.99, 15.0)])
    ticks = run.push("cap", Chunk(0, np.arange(1, len(x) + 1) / 128, x))
    time = np.array([tick.time for tick in ticks])
    entropy, above = (
        np.array([tick.tracks["eeg"][name] for tick in ticks]) for name in ("entropy", "baseline")
    )
    # The first second of the rest still remembers what was before it.
    mean = entropy[(time >= 6.0) & (time <= 15.0)].mean(axis=0)
    assert np.isnan(above[time <= 15.0]).all()
    # 1e-12: sums in another order.
    assert np.abs(above[time > 15.0] - (entropy[time > 15.0] - mean)).max() < 1e-12
