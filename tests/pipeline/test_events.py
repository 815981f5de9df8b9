from itertools import pairwise

import numpy as np

from neuroaffect.blocks import Block, Step
from neuroaffect.pipeline.events import EventFramer
from neuroaffect.pipeline.track import TrackRun
from neuroaffect.stream import Chunk, FeatureInfo, StreamInfo

STRAP = StreamInfo(name="strap", kind="ibi", rate_hz=0.0, channels=("rr",), unit="s")
STAMPS = np.array([10.0, 10.8, 11.7, 15.0])
INTERVALS = np.array([[0.81], [0.8], [0.9], [0.85]])


class Seen(Block):
    """Hand each event on as features."""

    def start(self, info):
        return SeenStep(info)

    @classmethod
    def examples(cls):
        return [cls()]


class SeenStep(Step):
    def __init__(self, info):
        self.info = FeatureInfo(name="seen", channels=("one",), features=info.channels)
        self.settle_s = 1.5

    def process(self, x, context=None):
        return x.copy()


def frames(*cuts):
    run = TrackRun(STRAP, EventFramer(np.array([0])), [("seen", Seen())])
    edges = [0, *cuts, len(STAMPS)]
    return [
        frame
        for start, stop in pairwise(edges)
        for frame in run.push(Chunk(start, STAMPS[start:stop], INTERVALS[start:stop]))
    ]


def test_each_event_is_a_hop_with_the_seconds_since_the_one_before():
    seen = np.concatenate([frame.features["seen"] for frame in frames()])
    assert np.isnan(seen[0, 0])
    assert np.array_equal(seen[1:, 0], np.diff(STAMPS))
    assert np.array_equal(seen[:, 1:], INTERVALS)


def test_events_are_the_same_however_they_are_cut():
    whole, single = frames(), frames(1, 2, 3)
    assert [frame.time for frame in whole] == STAMPS.tolist() == [frame.time for frame in single]
    for one, other in zip(whole, single, strict=True):
        assert np.array_equal(one.features["seen"], other.features["seen"], equal_nan=True)


def test_a_track_of_events_settles_by_their_stamps():
    assert [frame.settled for frame in frames()] == [False, False, True, True]
