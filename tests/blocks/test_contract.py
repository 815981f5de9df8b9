"""The contract that every registered block keeps, for each of its examples."""

import copy

import numpy as np
import pytest
from inputs import input_of

from neuroaffect.blocks import BLOCKS, Entropy, FeatureBlock
from neuroaffect.pipeline import Pipeline
from neuroaffect.pipeline.framer import Framer
from neuroaffect.pipeline.track import TrackRun
from neuroaffect.stream import Chunk, FeatureInfo

CASES = [
    pytest.param(block, id=f"{name}-{n}")
    for name, cls in BLOCKS.items()
    for n, block in enumerate(cls.examples())
]
# Features come once per hop: hops of another length are a matter of signals.
SIGNAL_CASES = [case for case in CASES if not isinstance(case.values[0], FeatureBlock)]


def _keeps_channels(block):
    """Pairs and cells are left out: which of them depend on a channel is their own matter."""
    info = input_of(block).info
    return block.start(info).info.channels == info.channels


CHANNEL_CASES = [case for case in CASES if _keeps_channels(case.values[0])]
FAULTS = {"flat": 0.0, "missing": np.nan, "saturated": 1e12}


@pytest.fixture(params=CASES)
def block(request):
    return request.param


@pytest.fixture
def given(block):
    return input_of(block)


def outputs(step, hops):
    return [step.process(hop) for hop in hops]


def equal(one, other):
    return all(np.array_equal(a, b, equal_nan=True) for a, b in zip(one, other, strict=True))


def track_outputs(block, info, x, cuts):
    """Run the block in a track, fed with pieces cut at these samples."""
    before = [("entropy", Entropy(bands={"theta": (4, 8), "alpha": (8, 14), "beta": (14, 30)}))]
    blocks = [*(before if isinstance(block, FeatureBlock) else ()), ("block", _tap(block))]
    run = TrackRun(info, Framer(info, hop_s=0.25, bridge_s=0.05), blocks)
    frames, times = [], np.arange(len(x)) / info.rate_hz
    for start, stop in zip([0, *cuts], [*cuts, len(x)], strict=True):
        frames += run.push(Chunk(start, times[start:stop], x[start:stop]))
    return [frame.features["block"] for frame in frames], [frame.quality for frame in frames]


def _tap(block):
    return block if isinstance(block, FeatureBlock) else _Tap(block)


class _Tap:
    """Show a signal block's output as if it were a feature, so that frames carry it."""

    def __init__(self, block):
        self._block = block

    def start(self, info):
        step = self._block.start(info)
        if not isinstance(step.info, FeatureInfo):
            step.info = FeatureInfo(name="tap", channels=step.info.channels, features=("any",))
            step.masks_itself = True
        return step


def test_pieces_of_any_size_give_the_same_bits(block, given):
    rng = np.random.default_rng(1)
    signal = given if not isinstance(block, FeatureBlock) else input_of(Entropy())
    info, x = signal.info, signal.rows
    whole, quality = track_outputs(block, info, x, [])
    random_cuts = np.sort(rng.choice(np.arange(1, len(x)), 60, replace=False)).tolist()
    for cuts in (list(range(1, len(x))), random_cuts):
        again, again_quality = track_outputs(block, info, x, cuts)
        assert equal(whole, again)
        assert np.array_equal(quality, again_quality)


def test_the_future_cannot_change_the_past(block, given):
    half = len(given.hops()) // 2
    hops = given.hops()
    other = [*hops[:half], *(-7 * hop for hop in hops[half:])]
    past = outputs(block.start(given.info), hops)[:half]
    assert equal(past, outputs(block.start(given.info), other)[:half])


def test_input_is_left_untouched_and_output_is_fresh(block, given):
    step = block.start(given.info)
    for hop in given.hops()[:8]:
        before = hop.copy()
        y = step.process(hop)
        assert np.array_equal(hop, before, equal_nan=True)
        assert not np.shares_memory(y, hop)


def test_earlier_outputs_stay_as_they_were(block, given):
    step = block.start(given.info)
    first = step.process(given.hops()[0])
    kept = first.copy()
    outputs(step, given.hops()[1:])
    assert np.array_equal(first, kept, equal_nan=True)


def test_a_restart_equals_a_fresh_start(block, given):
    used = block.start(given.info)
    outputs(used, given.hops(given.rows[::-1]))
    again, fresh = block.start(given.info), block.start(given.info)
    assert equal(outputs(again, given.hops()), outputs(fresh, given.hops()))


def test_a_deep_copy_in_mid_stream_goes_on_identically(block, given):
    step = block.start(given.info)
    half = len(given.hops()) // 2
    outputs(step, given.hops()[:half])
    twin = copy.deepcopy(step)
    assert equal(outputs(step, given.hops()[half:]), outputs(twin, given.hops()[half:]))


def test_resuming_after_a_gap_leaves_the_step_before_it_alone(block, given):
    before = block.start(given.info)
    half = len(given.hops()) // 2
    outputs(before, given.hops()[:half])
    twin = copy.deepcopy(before)
    after = block.start(given.info)
    after.resume(before)
    outputs(after, given.hops()[half:])
    assert equal(outputs(before, given.hops()[half:]), outputs(twin, given.hops()[half:]))


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("block", CHANNEL_CASES)
def test_a_faulty_channel_leaves_the_others_finite(block, given, fault):
    hops = given.hops()
    healthy = outputs(block.start(given.info), hops)
    broken = outputs(block.start(given.info), _broken(given, FAULTS[fault]))
    info = block.start(given.info).info
    channels = info.channels
    for good, bad in zip(healthy, broken, strict=True):
        if isinstance(info, FeatureInfo):
            # What a channel has in common with the faulty one ("alpha:Cz") is the latter's too.
            apart = [name.split(":")[-1] != channels[1] for name in info.features]
            expected, found = (np.isfinite(y[:, apart]).all(axis=1) for y in (good, bad))
        else:
            expected, found = (np.isfinite(y).all(axis=0) for y in (good, bad))
        others = [i for i in range(len(channels)) if i != 1]
        assert found[others].tolist() == expected[others].tolist()


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_that_has_passed_leaves_no_value_missing_for_ever(block, given, fault):
    step = block.start(given.info)
    healthy = outputs(block.start(given.info), given.hops())[-1]
    outputs(step, _broken(given, FAULTS[fault]))
    again = outputs(step, given.hops())[-1]
    assert not (np.isfinite(healthy) & ~np.isfinite(again)).any()


def _broken(given, value):
    """The second channel holds this value in the second quarter."""
    rows = given.rows.copy()
    rows[len(rows) // 4 : len(rows) // 2, 1] = value
    return given.hops(rows)


def test_the_declared_output_is_the_real_shape(block, given):
    step = block.start(given.info)
    y = step.process(given.hops()[0])
    if isinstance(step.info, FeatureInfo):
        assert y.shape == step.info.shape
        assert len(step.info.units) in {0, len(step.info.features)}
        assert len(step.info.memories_s) in {0, len(step.info.features)}
    elif step.info.rate_hz == given.info.rate_hz:
        assert y.shape == (len(given.hops()[0]), len(step.info.channels))
    else:
        assert y.shape[1] == len(step.info.channels)
    assert y.dtype == np.float64
    assert y.flags["C_CONTIGUOUS"]


def test_verdicts_are_one_per_channel(block, given):
    step = block.start(given.info)
    outputs(step, given.hops()[:3])
    for verdict in (step.quality, step.flaws):
        assert verdict is None or verdict.shape == (len(given.info.channels),)


@pytest.mark.parametrize("block", SIGNAL_CASES)
def test_a_hop_of_another_length_is_taken(block, given):
    step, n, x = block.start(given.info), given.hop, given.rows
    shapes = [
        step.process(np.ascontiguousarray(piece)).shape
        for piece in (x[:n], x[n : 2 * n + 1], x[2 * n + 1 : 3 * n + 1])
    ]
    assert all(shape[-1] == shapes[0][-1] for shape in shapes)


def test_settle_time_is_declared_and_finite(block, given):
    assert 0.0 <= block.start(given.info).settle_s <= 120.0


def test_a_declared_block_survives_a_pipeline_file(block):
    track = {"kind": "eeg", "blocks": [block]}
    pipeline = Pipeline(name="file", hop_s=0.25, lead="one", tracks={"one": track})
    again = Pipeline.from_toml(pipeline.to_toml())
    assert again.tracks["one"].blocks == (block,)
    assert again.fingerprint == pipeline.fingerprint


def test_blocks_are_frozen_comparable_and_described(block):
    assert block == copy.deepcopy(block)
    assert type(block).__doc__
    with pytest.raises(AttributeError):
        block.anything = 1
