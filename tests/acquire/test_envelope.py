"""The line below all points, against the linear programme it solves."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import linprog

from neuroaffect.acquire.envelope import LowerHull


def hull_of(stamps: np.ndarray) -> LowerHull:
    hull = LowerHull(1e9)
    for index, stamp in enumerate(stamps):
        hull.add(index, float(stamp))
    return hull


@given(st.lists(st.floats(0.0, 1.0), min_size=3, max_size=40), st.floats(0.1, 10.0))
def test_it_is_the_nearest_line_below_all_points(delays, interval_s):
    index = np.arange(len(delays))
    stamps = index * interval_s + np.array(delays)
    slope_s, last_s = hull_of(stamps).edge()
    line = last_s - (index[-1] - index) * slope_s
    assert np.all(line <= stamps + 1e-9)
    best = linprog(
        [-index.sum(), -len(index)],
        A_ub=np.column_stack([index, np.ones(len(index))]),
        b_ub=stamps,
        bounds=[(None, None)] * 2,
    )
    assert np.sum(stamps - line) == pytest.approx(
        np.sum(stamps) + best.fun, abs=1e-5
    )  # linprog's own tolerance, summed


def test_one_point_is_no_line():
    assert hull_of(np.array([3.0])).edge() is None


def test_old_points_are_dropped():
    hull = LowerHull(10.0)
    for index in range(200):
        hull.add(index, index * (1.0 if index < 100 else 2.0))
    assert 4.0 <= hull.span_s <= 12.0
    assert hull.edge()[0] == 2.0


def test_an_index_that_does_not_come_later_is_ignored():
    hull = hull_of(np.array([0.0, 1.0]))
    hull.add(1, -5.0)
    assert hull.edge() == (1.0, 1.0)
