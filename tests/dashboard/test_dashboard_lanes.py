import numpy as np
import pytest

from neuroaffect.dashboard.lanes import Lanes, round_number
from neuroaffect.dashboard.rings import Outline


def outline_of(values: np.ndarray) -> Outline:
    return Outline(np.arange(len(values)) / 100, values, np.zeros(len(values), bool))


def fitted(values: np.ndarray) -> Lanes:
    lanes = Lanes(values.shape[1])
    lanes.fit(outline_of(values), trusted=np.ones(values.shape[1], bool))
    return lanes


def test_each_channel_is_drawn_around_its_own_offset():
    values = np.array([4200, -7, 0, 1e4, 3]) + np.random.default_rng(1).standard_normal((500, 5))
    heights = fitted(values).place(values, trusted=np.ones(5, bool))
    assert np.allclose(np.median(heights, axis=0), [4, 3, 2, 1, 0], atol=0.05)  # float32


def test_a_wild_channel_stays_in_its_lane():
    values = np.random.default_rng(1).standard_normal((500, 5))
    values[:, 2] *= 1e6
    trusted = np.array([True, True, False, True, True])
    heights = fitted(values).place(values, trusted=trusted)
    assert np.abs(heights[:, 2] - 2).max() <= 0.46


@pytest.mark.parametrize("values", [0.0, 4.2, 1e9, np.nan, np.inf])
@pytest.mark.parametrize("channels", [1, 5])
def test_values_without_any_spread_give_a_scale_above_zero(values, channels):
    assert fitted(np.full((50, channels), values)).span > 0


def test_nothing_to_fit_leaves_the_scale_open():
    assert not fitted(np.empty((0, 3))).fitted


@pytest.mark.parametrize(("value", "expected"), [(1.0, 1.0), (9.99, 5.0), (0.3, 0.2), (4700, 2000)])
def test_a_scale_bar_has_a_round_number(value, expected):
    assert round_number(value) == pytest.approx(expected)  # powers of ten are not exact
