import numpy as np
import pytest

from neuroaffect.training.separation.explained import (
    centred,
    correlated,
    explained,
    signed_r2,
    trial_means,
)


def sides(n_low=12, n_high=7, cells=5, seed=0):
    rng = np.random.default_rng(seed)
    high = np.r_[np.zeros(n_low), np.ones(n_high)]
    return rng.standard_normal((len(high), cells)) + 0.8 * high[:, None], high


def test_r2_is_happyfeats_formula_with_both_classes_whole():
    x, high = sides()
    one, two = x[high == 0], x[high == 1]
    s1, s2, n1, n2 = one.sum(axis=0), two.sum(axis=0), len(one), len(two)
    g = (s1 + s2) ** 2 / (n1 + n2)
    squares = (one**2).sum(axis=0) + (two**2).sum(axis=0)
    expected = (s1**2 / n1 + s2**2 / n2 - g) / (squares - g)
    assert explained(x, high) == pytest.approx(expected, rel=1e-9)


def test_r2_is_the_squared_correlation_with_the_side():
    x, high = sides()
    expected = [np.corrcoef(column, high)[0, 1] ** 2 for column in x.T]
    assert explained(x, high) == pytest.approx(expected, rel=1e-9)


def test_eta_squared_of_three_classes_is_that_of_the_analysis_of_variance():
    from scipy.stats import f_oneway

    rng = np.random.default_rng(1)
    classes = np.repeat([0.0, 1.0, 2.0], [5, 9, 7])
    x = rng.standard_normal((21, 4)) + classes[:, None]
    f = f_oneway(*(x[classes == k] for k in range(3))).statistic
    assert explained(x, classes) == pytest.approx(2 * f / (2 * f + 18), rel=1e-9)


def test_the_sign_is_that_of_high_minus_low():
    x, high = sides()
    assert (
        signed_r2(np.hstack([x + 5 * high[:, None], -x - 5 * high[:, None]]), high)[:5] > 0
    ).all()
    assert (signed_r2(-x - 5 * high[:, None], high) < 0).all()


def test_missing_values_and_labels_take_no_part():
    x, high = sides()
    holes, labels = x.copy(), high.copy()
    holes[3, 1], labels[5] = np.nan, np.nan
    expected = explained(np.delete(x[:, 1], [3, 5])[:, None], np.delete(high, [3, 5]))
    assert explained(holes, labels)[1] == pytest.approx(expected[0], rel=1e-9)


@pytest.mark.parametrize("x", [np.full((6, 1), 0.1), np.full((6, 1), np.nan)])
def test_what_never_changes_separates_nothing(x):
    assert np.isnan(signed_r2(x, np.array([0, 0, 0, 1, 1, 1.0]))).all()


def test_one_class_separates_nothing():
    x, _ = sides()
    assert np.isnan(explained(x, np.zeros(len(x)))).all()


def test_a_number_is_correlated():
    rng = np.random.default_rng(2)
    x, y = rng.standard_normal((20, 3)), rng.standard_normal(20)
    expected = [np.corrcoef(column, y)[0, 1] ** 2 for column in x.T]
    assert correlated(x, y) == pytest.approx(expected, rel=1e-9)


def test_trial_means_leave_out_ticks_without_a_value():
    x = np.array([[1.0], [np.nan], [3.0], [np.nan]])
    means = trial_means(x, np.array([4, 4, 4, 9]))
    assert means[0, 0] == 2.0
    assert np.isnan(means[1, 0])


def test_centring_takes_off_what_tells_people_apart():
    x = np.array([[1.0], [3.0], [101.0], [103.0]])
    assert centred(x, np.array(["a", "a", "b", "b"]))[:, 0].tolist() == [-1, 1, -1, 1]
