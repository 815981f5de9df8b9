import numpy as np
import pytest
from scipy import stats

from neuroaffect.blocks import Context, Flaw, Temperature
from neuroaffect.blocks.skin.slope import slope_per_min
from neuroaffect.blocks.skin.thinned import Thinned
from neuroaffect.errors import PipelineError
from neuroaffect.stream import StreamInfo

T = np.arange(4 * 120) / 4.0


def info(rate_hz=4.0, unit="degC"):
    return StreamInfo(name="wrist", kind="temp", rate_hz=rate_hz, channels=("T",), unit=unit)


def run(x, rate_hz=4.0, good=None):
    """Return (seconds, 2) level and slope, quality and flaws, in hops of one second."""
    step, hop = Temperature().start(info(rate_hz)), round(rate_hz)
    rows, quality, flaws = [], [], []
    for k, i in enumerate(range(0, len(x), hop)):
        known = Context(good=None if good is None else np.array([good[k]]))
        rows.append(step.process(x[i : i + hop, None], known)[0])
        quality.append(step.quality[0])
        flaws.append(step.flaws[0])
    return np.array(rows), np.array(quality), np.array(flaws)


def test_the_level_is_there_from_the_first_hop_on():
    assert run(np.full(480, 33.25))[0][:, 0].tolist() == [33.25] * 120


@pytest.mark.parametrize("rate_hz", [1.0, 4.0, 7.5, 15.0])
def test_a_steady_warming_has_its_slope(rate_hz):
    t = np.arange(round(rate_hz * 120)) / rate_hz
    assert run(33.0 + 0.3 * t / 60, rate_hz)[0][-1, 1] == pytest.approx(0.3, rel=1e-9)


def test_the_slope_is_that_of_scipys_regression():
    x = 33 + 0.1 * np.random.default_rng(1).standard_normal(480)
    expected = stats.linregress(T[-240:], x[-240:]).slope * 60
    assert run(x)[0][-1, 1] == pytest.approx(expected, rel=1e-9)


def test_values_left_out_do_not_move_the_slope():
    x = np.column_stack([33 + 0.01 * T[:240], 33 + 0.01 * T[:240]])
    x[50:90, 1] = np.nan
    assert slope_per_min(x, 4.0) == pytest.approx([0.6, 0.6], rel=1e-9)


def test_a_slope_of_less_than_half_the_window_is_no_slope():
    features, _, _ = run(np.full(480, 33.0))
    assert np.isnan(features[:29, 1]).all()
    assert features[29:, 1].tolist() == [0.0] * 91


@pytest.mark.parametrize("value", [2.0, 60.0, np.nan])
def test_what_is_no_skin_is_left_out_and_bad(value):
    x = np.full(480, 33.0)
    x[240:280] = value
    features, quality, flaws = run(x)
    assert np.flatnonzero(quality == 0.0).tolist() == list(range(60, 70))
    assert flaws[60] == (Flaw.MISSING if np.isnan(value) else Flaw.LOOSE)
    assert np.isnan(features[64:70, 0]).all()
    assert features[70:, 0].tolist() == [33.0] * 50


def test_a_hop_in_motion_is_left_out():
    x = np.full(480, 33.0)
    x[400:] = 36.0
    features, quality, _ = run(x, good=[k < 100 for k in range(120)])
    assert features[100:104, 0].tolist() == [33.0] * 4
    assert np.isnan(features[104:, 0]).all()
    assert quality.all()


def test_a_spike_does_not_reach_the_level():
    x = np.full(480, 33.0)
    x[300] = 40.0
    assert (run(x)[0][:, 0] == 33.0).all()


def test_thinning_is_the_mean_of_whole_groups_however_the_signal_is_cut():
    x = np.random.default_rng(2).standard_normal((120, 1))
    thinned = Thinned(100.0, 1, about_hz=8.0)
    pieces = [thinned.push(p, np.array([True]))[0] for p in np.split(x, [1, 30, 31, 90])]
    assert np.concatenate(pieces)[:, 0] == pytest.approx(x.reshape(10, 12).mean(axis=1))


def test_a_group_that_reaches_into_a_bad_hop_cannot_be_used():
    thinned = Thinned(16.0, 1, about_hz=4.0)
    goods = [True, False, True, True]
    usable = [thinned.push(np.zeros((6, 1)), np.array([g]))[1][:, 0].tolist() for g in goods]
    assert usable == [[True], [False, False], [True], [True, True]]


@pytest.mark.parametrize(
    ("block", "given", "words"),
    [
        (Temperature(), info(unit="uS"), "works on degC"),
        (Temperature(level_s=90.0), info(), "level_s = 90"),
        (Temperature(range_c=(45.0, 15.0)), info(), "range_c"),
    ],
)
def test_what_cannot_work_is_refused_at_the_start(block, given, words):
    with pytest.raises(PipelineError, match=words):
        block.start(given)
