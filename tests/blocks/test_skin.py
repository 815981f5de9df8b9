import warnings

import numpy as np
import pytest
from scipy import signal
from skin_truth import conductance, response

from neuroaffect.blocks import Context, Flaw, Skin
from neuroaffect.blocks.skin.tonic import Split
from neuroaffect.errors import PipelineError
from neuroaffect.session import open_recording
from neuroaffect.stream import StreamInfo


def info(rate_hz, **changes):
    given = {"name": "wrist", "kind": "eda", "channels": ("EDA",), "unit": "uS"} | changes
    return StreamInfo(rate_hz=rate_hz, **given)


def run(x, rate_hz, block=None, hop_s=1.0, good=None):
    """Return features by name, quality and flaws, one row per hop."""
    step, hop = (block or Skin()).start(info(rate_hz)), round(hop_s * rate_hz)
    rows, quality, flaws = [], [], []
    for k, i in enumerate(range(0, len(x) - hop + 1, hop)):
        known = Context(good=None if good is None else np.array([good[k]]))
        rows.append(step.process(x[i : i + hop, None], known)[0])
        quality.append(step.quality[0])
        flaws.append(step.flaws[0])
    columns = np.array(rows).T
    found = dict(zip(step.info.features, columns, strict=True))
    return found | {"quality": np.array(quality), "flaws": np.array(flaws)}


def test_a_constant_is_all_level_as_soon_as_the_level_is_told():
    found = run(np.full(240, 5.0), 4.0)
    assert np.isnan(found["tonic"][:5]).all()
    assert found["tonic"][5:] == pytest.approx(np.full(55, 5.0), abs=1e-12)
    assert found["phasic"][5:] == pytest.approx(np.zeros(55), abs=1e-12)


@pytest.mark.parametrize("rate_hz", [4.0, 15.0, 32.0, 100.0])
def test_evenly_spaced_responses_give_their_rate_height_and_rise(rate_hz):
    _, x = conductance(rate_hz, 180, np.arange(5.0, 170.0, 10.0), height_us=0.5)
    found = run(x, rate_hz)
    assert found["scr_rate"][-5] == pytest.approx(6.0)
    # The smoothing takes a little off the top; the true time to the peak is 1.4 s.
    assert found["scr_amplitude"][-5] == pytest.approx(0.5, rel=0.12)
    assert found["scr_rise"][-5] == pytest.approx(1.4, abs=0.4)


@pytest.mark.parametrize("rate_hz", [4.0, 15.0, 32.0])
def test_the_age_of_the_newest_response_leads_back_to_its_onset(rate_hz):
    _, x = conductance(rate_hz, 120, [70.0], height_us=0.5)
    age_s = run(x, rate_hz)["scr_age"]
    ends_s = np.arange(1, len(age_s) + 1) - 1 / rate_hz  # a hop a second
    told = np.isfinite(age_s)
    assert np.isnan(age_s[:70]).all()
    assert 71.4 < ends_s[told][0] <= 75  # the peak is 1.4 s after the onset
    assert ends_s[told] - age_s[told] == pytest.approx(np.full(told.sum(), 70.0), abs=0.6)


def test_a_response_lifts_the_level_by_less_than_a_sixth_of_itself():
    _, x = conductance(4.0, 120, [60.0], height_us=1.0)
    assert np.nanmax(np.abs(run(x, 4.0)["tonic"] - 3.0)) < 1 / 6


def test_the_split_undone_is_the_smoothed_signal():
    _, x = conductance(8.0, 60, [20.0])
    split = Split(rate_hz=8.0, decay_s=3.0, rise_s=20.0, fall_s=2.0)
    total = [sum(split.push(value)) for value in x.tolist()]
    keep = np.exp(-1 / (8.0 * 0.1))
    smooth = signal.lfilter([1 - keep], [1, -keep], x - 3.0)
    smooth = 3.0 + signal.lfilter([1 - keep], [1, -keep], smooth)
    assert total == pytest.approx(smooth, abs=1e-12)


def test_a_steady_rise_has_its_slope():
    t = np.arange(4 * 180) / 4.0
    assert run(2.0 + 0.5 * t / 60, 4.0)["tonic_slope"][-1] == pytest.approx(0.5, rel=0.01)


def test_noise_of_a_sensor_makes_no_response():
    x = 2.0 + 0.004 * np.random.default_rng(3).standard_normal(4 * 300)
    assert np.nanmax(run(x, 4.0)["scr_rate"]) == 0.0


def test_no_response_has_no_amplitude():
    found = run(np.full(4 * 90, 2.0), 4.0)
    assert found["scr_rate"][-1] == 0.0
    assert np.isnan(found["scr_amplitude"][-1])


def test_what_sums_up_the_window_waits_for_half_of_it():
    rate = run(np.full(4 * 60, 2.0), 4.0)["scr_rate"]
    assert np.isnan(rate[:29]).all()
    assert np.isfinite(rate[29:]).all()


def test_phasic_follows_the_true_one_closer_than_an_offline_high_pass():
    nk = pytest.importorskip("neurokit2")
    rng = np.random.default_rng(4)
    t, x = conductance(4.0, 300, np.cumsum(rng.exponential(8.0, 30)), height_us=0.4)
    phasic = x - 3.0
    x = x + 0.3 * np.sin(2 * np.pi * t / 200) + 0.003 * rng.standard_normal(len(t))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        peer = nk.eda_phasic(x, sampling_rate=4, method="highpass")["EDA_Phasic"].to_numpy()
    ours = run(x, 4.0, hop_s=0.25)["phasic"]
    settled = t > 30
    assert np.corrcoef(ours[settled], phasic[settled])[0, 1] > 0.93
    assert np.corrcoef(peer[settled], phasic[settled])[0, 1] < 0.85


def test_a_response_in_motion_is_not_told():
    _, x = conductance(4.0, 120, [40.2, 90.2])
    good = [not 39 <= k <= 45 for k in range(120)]
    found = run(x, 4.0, good=good)
    assert np.isnan(found["tonic"][39:46]).all()
    assert found["scr_rate"][-1] == pytest.approx(1.0)
    assert found["scr_rate"][60] == 0.0


def test_motion_held_out_does_not_move_the_level():
    x = np.full(4 * 120, 3.0)
    x[4 * 60 : 4 * 64] += 0.3 * np.random.default_rng(5).random(16)
    found = run(x, 4.0, good=[not 60 <= k <= 64 for k in range(120)])
    assert found["tonic"][65:] == pytest.approx(np.full(55, 3.0), abs=1e-9)


def test_the_rate_counts_only_the_time_that_could_be_used():
    _, x = conductance(4.0, 120, np.arange(5.0, 118.0, 5.0))
    rate = run(x, 4.0, good=[k < 75 or k >= 95 for k in range(120)])["scr_rate"]
    assert rate[-1] == pytest.approx(12.0, abs=3.0)  # 20 s of the last 60 are out


def test_a_band_taken_off_is_loose_until_five_seconds_after():
    _, x = conductance(4.0, 120, [])
    x[4 * 40 : 4 * 50] = 0.0
    found = run(x, 4.0)
    bad = np.flatnonzero(found["quality"] == 0.0)
    assert bad.tolist() == list(range(40, 55))
    assert (found["flaws"][40:55] & Flaw.LOOSE).all()
    assert np.isnan(found["phasic"][40:60]).all()  # and five more for the level to settle
    assert found["tonic"][60:] == pytest.approx(np.full(60, 3.0))


def test_a_level_begun_on_a_response_is_told_when_most_of_it_has_come_down():
    _, x = conductance(4.0, 120, [58.0], height_us=1.0)
    x[: 4 * 55] = 0.0
    tonic = run(x, 4.0)["tonic"]
    assert np.isnan(tonic[:65]).all()
    assert np.abs(tonic[65:] - 3.0).max() < 0.4


def test_a_slip_of_the_electrode_begins_level_and_slope_anew():
    x = np.full(4 * 120, 3.0)
    x[4 * 60 :] = 1.5
    found = run(x, 4.0)
    assert found["tonic"][71] == pytest.approx(1.5)
    assert np.isnan(found["tonic_slope"][66:95]).all()
    assert found["tonic_slope"][-1] == pytest.approx(0.0, abs=1e-9)


def test_pressure_on_the_electrode_makes_no_response():
    t, x = conductance(4.0, 120, [])
    x += 3.0 * response(t, 60.0, rise_s=0.3, decay_s=0.6)
    found = run(x, 4.0)
    assert np.nanmax(found["scr_rate"]) == 0.0
    assert (found["flaws"] & Flaw.LOOSE).any()


@pytest.mark.parametrize(
    ("value", "flaw"), [(np.nan, Flaw.MISSING), (80.0, Flaw.WRONG_UNIT), (14.0, Flaw.WILD)]
)
def test_what_cannot_be_is_named(value, flaw):
    x = np.full(4 * 20, 3.0)
    x[40:44] = value
    assert run(x, 4.0)["flaws"][10] & flaw


def test_the_zero_that_an_e4_begins_with_reaches_nothing():
    x = np.full(4 * 60, 3.0)
    x[0] = 0.0
    found = run(x, 4.0)
    assert np.isnan(found["tonic"][:10]).all()
    assert found["tonic"][11:] == pytest.approx(np.full(49, 3.0))


def test_a_recording_of_an_e4_has_plausible_skin(clips):
    recording = open_recording(clips / "stress_predict" / "S01")
    [stream] = [s for s in recording.streams if s.name == "E4 EDA"]
    x = np.concatenate([p.values[:, 0] for p in recording.items() if p.stream == stream.id])
    found = run(x.astype(float), 4.0)
    assert 0.05 < np.nanmedian(found["tonic"]) < 5.0


@pytest.mark.parametrize(
    ("block", "given", "words"),
    [
        (Skin(), info(1.0), "at least 2 Hz"),
        (Skin(), info(4.0, unit="kOhm"), "conductance in uS"),
        (Skin(), info(4.0, kind="temp"), "works on eda"),
        (Skin(min_amplitude_us=0.0), info(4.0), "min_amplitude_us = 0"),
        (Skin(range_us=(60.0, 0.05)), info(4.0), "range_us"),
        (Skin(fall=1.5), info(4.0), "fall = 1.5"),
        (Skin(hold_s=-1.0), info(4.0), "hold_s = -1"),
    ],
)
def test_what_cannot_work_is_refused_at_the_start(block, given, words):
    with pytest.raises(PipelineError, match=words):
        block.start(given)
