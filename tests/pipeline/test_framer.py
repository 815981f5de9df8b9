from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from neuroaffect.errors import PipelineError, StreamError
from neuroaffect.pipeline.framer import Framer
from neuroaffect.stream import Chunk, StreamInfo


def stream(rate_hz):
    return StreamInfo(name="cap", kind="eeg", rate_hz=rate_hz, channels=("Cz",), unit="uV")


def chunk(first, stop, rate_hz=100.0):
    index = np.arange(first, stop)
    return Chunk(first, index / rate_hz, index[:, None].astype(float))


def framer(rate_hz=100.0, hop_s=0.1, bridge_s=0.05):
    return Framer(stream(rate_hz), hop_s=hop_s, bridge_s=bridge_s)


@settings(max_examples=60, deadline=None)
@given(
    cuts=st.lists(st.integers(1, 499), max_size=40),
    rate_hz=st.sampled_from([100.0, 62.5, 250.0, 4.0]),
    hop_s=st.sampled_from([0.25, 0.3, 1.0]),
)
def test_hop_k_spans_its_samples_however_the_stream_is_cut(cuts, rate_hz, hop_s):
    run, hops = framer(rate_hz, hop_s), []
    edges = sorted({0, *cuts, 500})
    for first, stop in pairwise(edges):
        hops += run.push(chunk(first, stop, rate_hz))
    for k, hop in enumerate(hops):
        start, stop = int(k * hop_s * rate_hz + 1e-9), int((k + 1) * hop_s * rate_hz + 1e-9)
        assert hop.index == k
        assert np.array_equal(hop.data[:, 0], np.arange(start, stop))
        assert hop.time == (stop - 1) / rate_hz


def test_hops_do_not_drift_when_the_hop_is_no_whole_number_of_samples():
    hops = framer(250.0, 0.25).push(chunk(0, 250 * 60, 250.0))
    assert {len(hop.data) for hop in hops} == {62, 63}
    assert len(hops) == 240


def test_a_long_gap_drops_the_broken_hop_and_marks_the_next():
    run = framer()
    hops = run.push(chunk(0, 25)) + run.push(chunk(63, 100))
    assert [hop.index for hop in hops] == [0, 1, 7, 8, 9]
    assert [hop.restarted for hop in hops] == [False, False, True, False, False]
    assert hops[2].data[0, 0] == 70.0


def test_a_short_gap_is_held_and_counted():
    run = framer()
    hops = run.push(chunk(0, 14)) + run.push(chunk(18, 30))
    assert [hop.held for hop in hops] == [0, 4, 0]
    assert hops[1].data[:, 0].tolist() == [10, 11, 12, 13, 13, 13, 13, 13, 18, 19]
    assert not any(hop.restarted for hop in hops)


def test_a_session_that_starts_in_mid_hop_waits_for_the_grid():
    hops = framer().push(chunk(3, 40))
    assert [hop.index for hop in hops] == [1, 2, 3]
    assert not hops[0].restarted


def test_sample_numbers_that_run_backward_are_refused():
    run = framer()
    run.push(chunk(0, 30))
    with pytest.raises(StreamError, match="runs backward"):
        run.push(chunk(20, 40))


def test_a_hop_shorter_than_a_sample_is_refused():
    with pytest.raises(PipelineError, match=r"hop_s of at least 0\.25"):
        framer(4.0, 0.1)
