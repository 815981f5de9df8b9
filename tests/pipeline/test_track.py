"""What a track makes of verdicts, features of features, rests and gaps."""

from dataclasses import dataclass

import numpy as np
import pytest

from neuroaffect.blocks import Block, FeatureBlock, Flaw, Step
from neuroaffect.errors import PipelineError
from neuroaffect.pipeline.framer import Framer
from neuroaffect.pipeline.rest import Rests
from neuroaffect.pipeline.track import TrackRun
from neuroaffect.stream import Chunk, FeatureInfo, StreamInfo

CAP = StreamInfo(name="cap", kind="eeg", rate_hz=8.0, channels=("Fz", "Cz"), unit="uV")


@dataclass(frozen=True, kw_only=True)
class Judge(Block):
    """Call a channel bad in every hop in which it is negative."""

    def start(self, info):
        step = Probe(info, lambda x, context: x.copy())
        step.verdict = lambda x: (x >= 0).all(axis=0).astype(float)
        return step

    @classmethod
    def examples(cls):
        return [cls()]


@dataclass(frozen=True, kw_only=True)
class Last(Block):
    """The last sample as a feature that remembers one second."""

    def start(self, info):
        features = FeatureInfo(
            name="last", channels=info.channels, features=("x",), memories_s=(1.0,)
        )
        return Probe(features, lambda x, context: x[-1:].T.copy())

    @classmethod
    def examples(cls):
        return [cls()]


@dataclass(frozen=True, kw_only=True)
class Tell(FeatureBlock):
    """The features it reads, plus 100 while at rest, plus 1000 for each gap survived."""

    def start(self, info):
        step = Probe(info, lambda x, context: x + 100 * context.rest + 1000 * step.survived)
        return step

    @classmethod
    def examples(cls):
        return [cls()]


class Probe(Step):
    verdict = None
    survived = 0

    def __init__(self, info, answer):
        self.info = info
        self._answer = answer

    def process(self, x, context=None):
        if self.verdict is not None:
            self.quality = self.verdict(x)
            self.flaws = np.where(self.quality < 0.5, int(Flaw.WILD), 0)
        return self._answer(x, context)

    def resume(self, before):
        self.survived = before.survived + 1


def run(*blocks, rests=None, moving=False, x=None, gap_at=None):
    named = [(f"{type(block).__name__.lower()}", block) for block in blocks]
    track = TrackRun(CAP, Framer(CAP, hop_s=0.5, bridge_s=0.05), named, rests)
    x = np.ones((32, 2)) if x is None else x
    times = np.arange(len(x)) / 8.0
    if gap_at is None:
        hops = track.hops(Chunk(0, times, x))
    else:
        hops = track.hops(Chunk(0, times[:gap_at], x[:gap_at]))
        hops += track.hops(Chunk(gap_at + 8, times[gap_at:] + 1.0, x[gap_at:]))
    return [track.process(hop, moving=moving) for hop in hops]


def values(frames, block):
    return np.array([frame.features[block][:, 0] for frame in frames])


def test_a_channel_bad_within_a_features_memory_has_no_value():
    x = np.ones((32, 2))
    x[9, 1] = -1.0  # in the third hop of half a second
    found = values(run(Judge(), Last(), x=x), "last")
    assert np.isfinite(found[:, 0]).all()
    assert np.isnan(found[:, 1]).tolist() == [False] * 2 + [True] * 2 + [False] * 4


def test_flaws_and_quality_tell_the_hop_in_which_the_channel_was_bad():
    x = np.ones((32, 2))
    x[9, 1] = -1.0
    frame = run(Judge(), Last(), x=x)[2]
    assert frame.quality.tolist() == [1.0, 0.0]
    assert [Flaw(int(f)).words for f in frame.flaws] == ["", "wild"]


def test_while_the_wearer_moves_every_channel_is_bad():
    frame = run(Last(), moving=True)[0]
    assert frame.quality.tolist() == [0.0, 0.0]
    assert frame.moving
    assert np.isnan(frame.features["last"]).all()


def test_a_block_that_reads_features_takes_those_before_it():
    assert np.array_equal(values(run(Last(), Tell()), "tell"), np.ones((8, 2)))


def test_a_block_that_reads_features_without_any_is_refused():
    with pytest.raises(PipelineError, match="feature blocks before it are: none"):
        run(Tell(), Last())


def test_a_block_that_reads_an_unknown_block_is_refused_with_the_known_ones():
    with pytest.raises(PipelineError, match=r"features of 'power'.*before it are: last"):
        run(Last(), Tell(of="power"))


def test_a_rest_reaches_the_hops_that_end_within_it():
    # Hops end at 0.375, 0.875, 1.375, … s: the second and third lie in (0.5, 1.5].
    found = values(run(Last(), Tell(), rests=Rests([(0.5, 1.5)])), "tell")[:, 0]
    assert found.tolist() == [1, 101, 101, 1, 1, 1, 1, 1]


def test_a_calibration_outlasts_a_gap():
    found = values(run(Last(), Tell(), gap_at=16), "tell")[:, 0]
    assert set(found[:4]) == {1.0}
    assert set(found[4:]) == {1001.0}
