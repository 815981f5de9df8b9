"""Time to fit and to ask, and size of the graph, of the models that are fitted in one go.

    python benchmarks/classical.py

2,000 ticks of 40 trials, 14 electrodes by 5 features (tangent: 14 by 14), two targets: one of two
classes, one continuous. Asked live, a tick at a time, through onnxruntime on one thread. The two
networks for wearables stand beside them, at the epochs of their pipelines.
"""

import time
from dataclasses import replace

import numpy as np

from neuroaffect.affect import Target
from neuroaffect.models import NETWORKS
from neuroaffect.models.export import Normalised, to_onnx
from neuroaffect.models.graph import open_session, raw_outputs
from neuroaffect.pipeline import Network, Pipeline, Recipe
from neuroaffect.stream import FeatureInfo
from neuroaffect.training.data.dataset import Dataset
from neuroaffect.training.learning.classical import FITTERS
from neuroaffect.training.learning.fit import fit

TARGETS = (Target(dimension="valence"), Target(dimension="arousal", kind="continuous"))
TRIALS, TICKS, ELECTRODES, FEATURES = 40, 50, 14, 5
PIPELINE = Pipeline.from_toml("""
name = "benchmark"
hop_s = 1.0
lead = "eeg"
[tracks.eeg]
kind = "eeg"
blocks = [{ block = "entropy" }]
[network]
name = "logistic"
""")


def rows_of(name: str, rng: np.random.Generator) -> tuple[np.ndarray, FeatureInfo]:
    """Return noise that the network can work on, and what it is called."""
    electrodes = tuple(f"E{e}" for e in range(ELECTRODES))
    n = TRIALS * TICKS
    if NETWORKS[name].reads == "covariance":
        samples = rng.normal(size=(n, ELECTRODES, 4 * ELECTRODES))
        x, features = samples @ samples.transpose(0, 2, 1), electrodes
    else:
        x = rng.normal(size=(n, ELECTRODES, FEATURES))
        features = ("tonic", "phasic", "scr_rate", "scr_rise", "scr_age")
    return x, FeatureInfo(name="input", channels=electrodes, features=features)


def dataset_of(name: str) -> Dataset:
    """Return 40 trials of 50 ticks; high trials are a little higher."""
    rng = np.random.default_rng(0)
    x, info = rows_of(name, rng)
    trial = np.repeat(np.arange(TRIALS), TICKS)
    high = trial % 2
    x[:, range(ELECTRODES), np.arange(ELECTRODES) % x.shape[2]] *= 1 + 0.2 * high[:, None]
    texts = np.full(len(x), "one")
    return Dataset(
        features=x,
        labels={"valence": high.astype(float), "arousal": rng.uniform(-1, 1, TRIALS)[trial]},
        subject=texts, session=texts, trial=trial.astype(str),
        time=np.arange(len(x)) + 100.0 * trial,
        pipeline=PIPELINE, input=info, rates_hz={"eeg": 128.0}, window_s=1.0, memory_s=1.0,
    )  # fmt: skip


def measure(name: str) -> str:
    """Return one line of the table."""
    data = dataset_of(name)
    recipe = Recipe(epochs=60, batch=64)
    pipeline = PIPELINE.model_copy(update={"network": Network(name=name), "training": recipe})
    begun = time.perf_counter()
    model = fit(replace(data, pipeline=pipeline), targets=TARGETS)
    fitted_s = time.perf_counter() - begun
    begun = time.perf_counter()
    model.outputs(data.features)
    asked_s = time.perf_counter() - begun
    graph = to_onnx(Normalised(model.network, model.mean, model.sd))
    session, ticks = open_session(graph), data.features[:300, None].astype(np.float32)
    begun = time.perf_counter()
    for tick in ticks:
        raw_outputs(session, tick)
    tick_ms = 1e3 * (time.perf_counter() - begun) / len(ticks)
    return f"{name:14}{fitted_s:9.2f}{1e3 * asked_s:12.0f}{tick_ms:12.3f}{len(graph) / 1e3:10.0f}"


if __name__ == "__main__":
    print(f"{'model':14}{'fit (s)':>9}{'2000 (ms)':>12}{'tick (ms)':>12}{'ONNX (kB)':>10}")
    for network in (*FITTERS, "wearable_mlp", "skin_ode"):
        print(measure(network), flush=True)
