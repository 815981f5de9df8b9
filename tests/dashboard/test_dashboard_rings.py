import numpy as np
import pytest

from neuroaffect.dashboard.rings import Ring
from neuroaffect.stream import Chunk


def ramp(first: int, stop: int) -> Chunk:
    index = np.arange(first, stop)
    return Chunk(first, index / 100.0, index[:, None].astype(float))


def ring_of(*chunks: Chunk, capacity: int = 1000) -> Ring:
    ring = Ring(1, capacity=capacity)
    for chunk in chunks:
        ring.append(chunk)
    return ring


def test_a_gap_is_a_row_of_nan_between_its_neighbours():
    ring = ring_of(ramp(0, 3), ramp(50, 52))
    assert np.array_equal(ring.values[:, 0], [0, 1, 2, np.nan, 50, 51], equal_nan=True)


def test_a_gap_keeps_its_width_in_time():
    outline = ring_of(ramp(0, 3), ramp(50, 52)).outline(0.0, rows_per_bin=1)
    assert outline.gaps() == [(0.02, 0.5)]


def test_chunks_that_follow_each_other_leave_no_break():
    assert not ring_of(ramp(0, 3), ramp(3, 9), ramp(9, 10)).breaks.any()


@pytest.mark.parametrize("step", [1, 7, 64, 500])
def test_the_newest_rows_are_kept_whatever_the_chunks(step):
    ring = ring_of(*(ramp(k, min(k + step, 700)) for k in range(0, 700, step)), capacity=50)
    assert np.array_equal(ring.values[:, 0], np.arange(650, 700))


def test_an_empty_chunk_changes_nothing():
    assert len(ring_of(ramp(5, 5))) == 0


@pytest.mark.parametrize("rows_per_bin", [3, 8, 50])
def test_an_outline_keeps_every_peak(rows_per_bin):
    values = np.zeros((400, 1))
    values[[37, 211]] = [[9.0], [-9.0]]
    outline = ring_of(Chunk(0, np.arange(400) / 100, values)).outline(
        0.0, rows_per_bin=rows_per_bin
    )
    assert (outline.values.max(), outline.values.min()) == (9.0, -9.0)


def test_a_peak_keeps_its_place_while_the_picture_scrolls():
    ring = ring_of(ramp(0, 400))
    early, late = (ring.outline(since_s, rows_per_bin=8) for since_s in (0.5, 1.13))
    assert set(late.times.tolist()) <= set(early.times.tolist())


def test_a_missing_value_does_not_hide_the_rest_of_its_bin():
    values = np.ones((80, 1))
    values[::4] = np.nan
    outline = ring_of(Chunk(0, np.arange(80) / 100, values)).outline(0.0, rows_per_bin=8)
    assert np.isfinite(outline.values).all()


def test_a_break_is_kept_in_an_outline():
    outline = ring_of(ramp(0, 100), ramp(300, 400)).outline(0.0, rows_per_bin=8)
    pieces = outline.pieces()
    assert len(pieces) == 2
    assert outline.times[pieces[0]].max() < 1.0
    assert outline.times[pieces[1]].min() >= 3.0


def test_values_beyond_float32_are_taken():
    ring = ring_of(Chunk(0, np.zeros(1), np.array([[1e300]])))
    assert np.isinf(ring.values).all()
