from dataclasses import dataclass, replace

import numpy as np

from neuroaffect.blocks import Entropy, FeatureBlock, Quality, Step
from neuroaffect.blocks.base import PLAIN
from neuroaffect.pipeline.framer import Framer
from neuroaffect.pipeline.track import TrackRun
from neuroaffect.stream import Chunk, StreamInfo

INFO = StreamInfo(name="cap", kind="eeg", rate_hz=128.0, channels=("Cz", "O1"), unit="uV")

ALPHA = {"alpha": (8.0, 13.0)}


@dataclass(frozen=True, kw_only=True)
class Echo(FeatureBlock):
    def start(self, info):
        return EchoStep(info)

    @classmethod
    def examples(cls):
        return [cls()]


class EchoStep(Step):
    def __init__(self, info):
        self.info, self.given = replace(info, name="echo"), info

    def process(self, x, context=PLAIN):
        return x.copy()


def frames(*blocks, flat=None):
    x = 10 * np.random.default_rng(0).standard_normal((128 * 8, 2))
    if flat is not None:
        x[flat, 1] = 7.0
    run = TrackRun(INFO, Framer(INFO, hop_s=0.25, bridge_s=0.05), blocks)
    return run, run.push(Chunk(0, np.arange(len(x)) / 128, x))


def test_a_reader_of_features_sees_them_masked():
    _, seen = frames(
        ("quality", Quality(window_s=0.25)),
        ("entropy", Entropy(bands=ALPHA, window_s=1.0)),
        ("echo", Echo()),
        flat=slice(512, 640),
    )
    entropy = np.array([frame.features["entropy"] for frame in seen])
    echo = np.array([frame.features["echo"] for frame in seen])
    assert np.isnan(echo[16:20, 1]).all()
    assert np.array_equal(entropy[12:], echo[12:], equal_nan=True)


def test_a_reader_of_features_gets_none_before_their_filters_have_settled():
    run, seen = frames(("entropy", Entropy(bands=ALPHA, window_s=1.0)), ("echo", Echo()))
    told = [bool(np.isfinite(frame.features["echo"]).all()) for frame in seen]
    assert told == [(k + 1) * 0.25 >= run.settle_s for k in range(32)]
    assert 1.0 < run.settle_s < 3.0


def test_a_reader_of_features_is_told_how_often_they_come():
    run, _ = frames(("entropy", Entropy()), ("echo", Echo()))
    assert run.features["entropy"].hop_s == 0.25
