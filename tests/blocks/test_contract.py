"""The contract that every registered block keeps, for each of its examples."""

import copy

import numpy as np
import pytest

from neuroaffect.blocks import BLOCKS
from neuroaffect.pipeline.framer import Framer
from neuroaffect.pipeline.track import TrackRun
from neuroaffect.stream import Chunk, FeatureInfo, StreamInfo

RATE_HZ = 128.0
INFO = StreamInfo(
    name="cap", kind="eeg", rate_hz=RATE_HZ, channels=("Fp1", "Cz", "T7", "T8"), unit="uV"
)
CASES = [
    pytest.param(block, id=f"{name}-{n}")
    for name, cls in BLOCKS.items()
    for n, block in enumerate(cls.examples())
]


@pytest.fixture(params=CASES)
def block(request):
    return request.param


@pytest.fixture
def eeg():
    rng = np.random.default_rng(5)
    return 10 * rng.standard_normal((1280, 4)) + 4200.0


def hops(x, size=32):
    return [np.ascontiguousarray(x[i : i + size]) for i in range(0, len(x), size)]


def outputs(step, pieces):
    return [step.process(piece) for piece in pieces]


def track_outputs(block, x, cuts):
    """Run the block behind a framer, fed with pieces cut at these samples."""
    run = TrackRun(INFO, Framer(INFO, hop_s=0.25, bridge_s=0.05), [("block", _Tap(block))])
    frames, times = [], np.arange(len(x)) / RATE_HZ
    for start, stop in zip([0, *cuts], [*cuts, len(x)], strict=True):
        frames += run.push(Chunk(start, times[start:stop], x[start:stop]))
    return [frame.features["block"] for frame in frames], [frame.quality for frame in frames]


class _Tap:
    """Show a signal block's output as if it were a feature, so that frames carry it."""

    def __init__(self, block):
        self._block = block

    def start(self, info):
        step = self._block.start(info)
        step.info = FeatureInfo(name="tap", channels=info.channels, features=("any",))
        return step


def test_pieces_of_any_size_give_the_same_bits(block, eeg):
    rng = np.random.default_rng(1)
    whole, quality = track_outputs(block, eeg, [])
    random_cuts = np.sort(rng.choice(np.arange(1, len(eeg)), 60, replace=False)).tolist()
    for cuts in (list(range(1, len(eeg))), random_cuts):
        again, again_quality = track_outputs(block, eeg, cuts)
        assert np.array_equal(whole, again)
        assert np.array_equal(quality, again_quality)


def test_the_future_cannot_change_the_past(block, eeg):
    other = eeg.copy()
    other[640:] = -other[640:] * 7
    past = outputs(block.start(INFO), hops(eeg))[:20]
    assert np.array_equal(past, outputs(block.start(INFO), hops(other))[:20])


def test_input_is_left_untouched_and_output_is_fresh(block, eeg):
    step = block.start(INFO)
    for piece in hops(eeg)[:8]:
        before = piece.copy()
        y = step.process(piece)
        assert np.array_equal(piece, before)
        assert not np.shares_memory(y, piece)


def test_earlier_outputs_stay_as_they_were(block, eeg):
    step = block.start(INFO)
    first = step.process(hops(eeg)[0])
    kept = first.copy()
    outputs(step, hops(eeg)[1:])
    assert np.array_equal(first, kept)


def test_a_restart_equals_a_fresh_start(block, eeg):
    used = block.start(INFO)
    outputs(used, hops(eeg[::-1]))
    again, fresh = block.start(INFO), block.start(INFO)
    assert np.array_equal(outputs(again, hops(eeg)), outputs(fresh, hops(eeg)))


def test_a_deep_copy_in_mid_stream_goes_on_identically(block, eeg):
    step = block.start(INFO)
    outputs(step, hops(eeg[:640]))
    twin = copy.deepcopy(step)
    assert np.array_equal(outputs(step, hops(eeg[640:])), outputs(twin, hops(eeg[640:])))


@pytest.mark.parametrize("fault", ["flat", "missing", "saturated"])
def test_a_faulty_channel_gives_finite_values_or_is_marked(block, eeg, fault):
    x = eeg.copy()
    x[320:960, 1] = {"flat": 0.0, "missing": np.nan, "saturated": 1e12}[fault]
    step = block.start(INFO)
    for y in outputs(step, hops(x)):
        finite = np.isfinite(y).all(axis=1 if isinstance(step.info, FeatureInfo) else 0)
        assert finite[[0, 2, 3]].all()
    # Marked means: not finite itself, for blocks without memory; nothing may stay so afterwards.
    assert np.isfinite(y).all()


def test_the_declared_output_is_the_real_shape(block, eeg):
    step = block.start(INFO)
    y = step.process(hops(eeg)[0])
    if isinstance(step.info, FeatureInfo):
        assert y.shape == step.info.shape
    else:
        assert y.shape == (32, len(step.info.channels))
    assert y.dtype == np.float64
    assert y.flags["C_CONTIGUOUS"]


def test_a_hop_of_another_length_is_taken(block, eeg):
    step = block.start(INFO)
    for piece in (eeg[:32], eeg[32:65], eeg[65:97]):
        assert np.isfinite(step.process(np.ascontiguousarray(piece))).all()


def test_settle_time_is_declared_and_finite(block):
    assert 0.0 <= block.start(INFO).settle_s < 60.0


def test_blocks_are_frozen_comparable_and_described(block):
    assert block == copy.deepcopy(block)
    assert type(block).__doc__
    with pytest.raises(AttributeError):
        block.anything = 1
