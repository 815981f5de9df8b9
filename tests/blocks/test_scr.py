import numpy as np
import pytest
from skin_truth import conductance, response, time_to_peak

from neuroaffect.blocks.skin.scr import Responses


def told(phasic, rate_hz=8.0, **options):
    detector = Responses(
        **{"rate_hz": rate_hz, "min_amplitude_us": 0.05, "rise_s": (0.5, 6.0), "decay_s": 3.0}
        | options
    )
    found = ((i / rate_hz, detector.push(p)) for i, p in enumerate(phasic.tolist()))
    return [(at_s, response) for at_s, response in found if response is not None]


@pytest.mark.parametrize("rate_hz", [4.0, 7.5, 8.0])
def test_a_lone_response_has_the_height_and_the_rise_it_was_made_with(rate_hz):
    _, x = conductance(rate_hz, 30, [10.0], height_us=0.4, level_us=0.0)
    [(_, found)] = told(x, rate_hz)
    # A sample late, and the peak between two samples.
    assert found.amplitude_us == pytest.approx(0.4, rel=0.03)
    assert found.rise_s == pytest.approx(time_to_peak(), abs=1.5 / rate_hz)


def test_the_onset_is_told_back_to_its_sample():
    _, x = conductance(8.0, 30, [10.0], level_us=0.0)
    [(at_s, found)] = told(x)
    assert at_s - found.age_s == pytest.approx(10.0, abs=1 / 8)


def test_a_response_is_told_half_a_second_after_its_peak():
    _, x = conductance(8.0, 30, [10.0], level_us=0.0)
    [(at_s, _)] = told(x)
    assert at_s - (10.0 + time_to_peak()) == pytest.approx(0.5, abs=1.5 / 8)


def test_the_height_of_a_response_on_the_fall_of_another_is_its_own():
    t, x = conductance(8.0, 40, [10.0], height_us=0.8, level_us=0.0)
    x += 0.3 * response(t, 14.0)
    assert [found.amplitude_us for _, found in told(x)] == pytest.approx([0.8, 0.3], rel=0.1)


def test_a_response_that_rises_from_the_shoulder_of_another_is_one_of_its_own():
    t, x = conductance(8.0, 40, [10.0], height_us=0.4, level_us=0.0)
    x += 0.5 * response(t, 12.0)
    onsets = [at_s - found.age_s for at_s, found in told(x)]
    assert onsets == pytest.approx([10.0, 12.0], abs=0.3)


@pytest.mark.parametrize(("height_us", "count"), [(0.045, 0), (0.06, 1)])
def test_the_smallest_amplitude_decides(height_us, count):
    _, x = conductance(8.0, 30, [10.0], height_us=height_us, level_us=0.0)
    assert len(told(x)) == count


def test_a_rise_longer_than_allowed_is_drift():
    t, x = conductance(8.0, 120, [], level_us=0.0)
    assert told(x + 0.5 * np.sin(2 * np.pi * t / 60)) == []


def test_a_response_during_a_drift_is_found():
    t, x = conductance(8.0, 60, [30.0], level_us=0.0)
    [(at_s, found)] = told(x + 0.01 * t)
    assert at_s - found.age_s == pytest.approx(30.0, abs=0.75)


def test_a_knock_at_the_electrode_is_no_response():
    _, x = conductance(8.0, 30, [], level_us=0.0)
    x[80:86] += np.array([0.1, 0.3, 0.5, 0.5, 0.3, 0.1])
    assert told(x) == []


def test_a_response_cut_by_a_restart_is_dropped():
    _, x = conductance(8.0, 30, [10.0], level_us=0.0)
    detector = Responses(rate_hz=8.0, min_amplitude_us=0.05, rise_s=(0.5, 6.0), decay_s=3.0)
    before = [detector.push(p) for p in x[:86].tolist()]
    detector.restart()
    assert before + [detector.push(p) for p in x[86:].tolist()] == [None] * len(x)
