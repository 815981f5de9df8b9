import numpy as np
import pytest

from neuroaffect.blocks import Context, Flaw, Motion
from neuroaffect.blocks.body.posture import angle_deg, pitch_roll_deg
from neuroaffect.errors import PipelineError
from neuroaffect.stream import StreamInfo

RATE = 50.0
UP = np.array([0.0, 0.0, 1.0])


def sensor(kind="acc", rate_hz=RATE, channels=("x", "y", "z")):
    unit = "g" if kind == "acc" else "deg/s"
    return StreamInfo(name="imu", kind=kind, rate_hz=rate_hz, channels=channels, unit=unit)


def seconds(length_s):
    return np.arange(round(RATE * length_s)) / RATE


def run(x, block=None, kind="acc", hop=25):
    """Return the features of each hop by name, and the flags, for hops of half a second."""
    step = (block or Motion()).start(sensor(kind))
    rows, flags = [], []
    for i in range(0, len(x), hop):
        rows.append(step.process(np.ascontiguousarray(x[i : i + hop]))[0])
        flags.append(int(step.flaws[0]))
    return dict(zip(step.info.features, np.array(rows).T, strict=True)), np.array(flags)


def shaken(amplitude_g, frequency_hz, length_s=40):
    t = seconds(length_s)
    return UP + amplitude_g * np.sin(2 * np.pi * frequency_hz * t)[:, None] * np.array([1, 0, 0])


def turned(pitch_deg, roll_deg, length_s=20):
    p, r = np.radians([pitch_deg, roll_deg])
    gravity = np.array([-np.sin(p), np.cos(p) * np.sin(r), np.cos(p) * np.cos(r)])
    return np.tile(gravity, (round(RATE * length_s), 1))


def test_activity_of_a_sine_is_its_amplitude_over_root_two():
    features, _ = run(shaken(0.3, 5.0))
    # 0.5 %: the low-pass at 0.25 Hz takes 1/400 of a 5 Hz motion for gravity.
    assert features["activity"][-1] == pytest.approx(0.3 / np.sqrt(2), rel=5e-3)


def test_enmo_and_mad_of_a_shake_along_gravity_follow_from_the_sine():
    t = seconds(20)
    features, _ = run((1 + 0.3 * np.sin(2 * np.pi * 2 * t))[:, None] * UP)
    # The mean of a half wave is amplitude / pi, of a rectified wave twice that; 25 samples a wave.
    assert features["enmo"][-1] == pytest.approx(0.3 / np.pi, rel=0.01)
    assert features["mad"][-1] == pytest.approx(2 * 0.3 / np.pi, rel=0.01)


def test_a_wrong_calibration_moves_enmo_but_not_mad():
    still, _ = run(1.05 * turned(0, 0))
    assert still["enmo"][-1] == pytest.approx(0.05)
    assert still["mad"][-1] == pytest.approx(0.0, abs=1e-12)


@pytest.mark.parametrize("frequency_hz", [1.0, 1.5, 2.0, 2.5])
def test_steps_are_gait_and_hardly_fidget(frequency_hz):
    features, _ = run(shaken(0.3, frequency_hz))
    assert features["gait"][-1] > 0.95 * 0.3 / np.sqrt(2)
    assert features["fidget"][-1] < 0.25 * features["gait"][-1]


@pytest.mark.parametrize("frequency_hz", [5.0, 8.0, 12.0])
def test_quicker_motion_is_fidget_and_hardly_gait(frequency_hz):
    features, _ = run(shaken(0.3, frequency_hz))
    assert features["fidget"][-1] > 0.95 * 0.3 / np.sqrt(2)
    assert features["gait"][-1] < 0.1 * features["fidget"][-1]


@pytest.mark.parametrize("pitch_deg", [-80, -30, 0, 45])
@pytest.mark.parametrize("roll_deg", [-170, -20, 0, 90])
def test_pitch_and_roll_are_those_the_sensor_was_turned_by(pitch_deg, roll_deg):
    features, _ = run(turned(pitch_deg, roll_deg))
    assert features["pitch"][-1] == pytest.approx(pitch_deg, abs=1e-6)
    assert features["roll"][-1] == pytest.approx(roll_deg, abs=1e-6)


@pytest.mark.parametrize("tilt_deg", [10, 60, 90])
def test_posture_change_is_the_angle_the_sensor_was_tilted_by(tilt_deg):
    x = np.concatenate([turned(0, 0), turned(tilt_deg, 0, length_s=8)])
    change = run(x)[0]["posture_change"]
    # 8 s after the tilt the posture of 10 s ago is the old one; the filter has 0.1 % to go.
    assert change[-1] == pytest.approx(tilt_deg, abs=0.1)
    assert change[38] == pytest.approx(0.0, abs=1e-5)


def test_posture_change_is_over_once_the_new_posture_is_as_old_as_the_window():
    x = np.concatenate([turned(0, 0), turned(60, 0, length_s=20)])
    assert run(x)[0]["posture_change"][-1] == pytest.approx(0.0, abs=0.1)


def test_an_angle_does_not_depend_on_the_lengths_of_the_vectors():
    assert angle_deg(np.array([3.0, 0, 0]), np.array([0.1, 0.1, 0])) == pytest.approx(45.0)


def test_opposite_directions_are_half_a_turn_apart():
    assert angle_deg(UP, -UP) == pytest.approx(180.0)


def test_an_axis_that_points_down_has_a_pitch_of_ninety_degrees():
    assert pitch_roll_deg(np.array([-1.0, 0, 0]))[0] == pytest.approx(90.0)


def test_stillness_is_the_share_of_time_below_the_threshold():
    x = turned(0, 0, length_s=40)
    x[-250:] += shaken(1.0, 8.0, length_s=5) - UP
    # A quarter of 20 s is shaken; the zero crossings of a sine of 1 g cost it a few percent.
    assert run(x)[0]["still"][-1] == pytest.approx(0.75, abs=0.02)


def test_the_flag_stands_while_the_wearer_moves_and_a_second_longer():
    x = turned(0, 0, length_s=40)
    x[1000:1500] += shaken(0.5, 4.0, length_s=10) - UP
    flagged = run(x)[1] == Flaw.MOTION
    # Hops end at 0.5 (i + 1) s; the last half second that holds motion ends at 30 s.
    assert np.flatnonzero(flagged).tolist() == list(range(40, 62))


def test_a_flag_leaves_the_quality_alone():
    step = Motion().start(sensor())
    step.process(shaken(1.0, 4.0))
    assert step.quality is None
    assert (step.flaws == Flaw.MOTION).all()


@pytest.mark.parametrize(("size_g", "moves"), [(0.04, False), (0.06, True)])
def test_the_threshold_is_an_rms_in_g(size_g, moves):
    flags = run(shaken(size_g * np.sqrt(2), 5.0))[1]
    assert (flags[10:] > 0).all() == moves


def test_rotation_is_the_rms_of_angular_speed_without_the_sensors_offset():
    t = seconds(60)
    swing = 40 * np.sin(2 * np.pi * 2 * t)[:, None] * np.array([0, 1, 0])
    features, flags = run(swing + np.array([3.0, -2.0, 1.0]), kind="gyro")
    # The high-pass at 0.1 Hz leaves 0.1 % of a swing at 2 Hz out, and the offset at e^-37.
    assert features["rotation"][-1] == pytest.approx(40 / np.sqrt(2), rel=5e-3)
    assert features["rotation_peak"][-1] == pytest.approx(40, rel=0.02)
    assert flags[-1] == Flaw.MOTION


def test_an_offset_alone_is_no_rotation():
    features, flags = run(np.tile([3.0, -2.0, 1.0], (3000, 1)), kind="gyro")
    assert features["rotation"][-1] == pytest.approx(0.0, abs=1e-9)
    assert features["still"][-1] == 1.0
    assert not flags.any()


def test_features_are_missing_until_their_windows_are_full():
    features, _ = run(turned(0, 0, length_s=40))
    first = {name: np.flatnonzero(np.isfinite(values))[0] for name, values in features.items()}
    assert first["pitch"] < first["activity"] < first["posture_change"] < first["still"]


def test_a_missing_value_costs_its_hop_and_what_the_window_needs():
    x = turned(0, 0, length_s=60)
    x[1500] = np.nan
    activity = run(x)[0]["activity"]
    lacking = np.flatnonzero(np.isnan(activity[50:])) + 50
    assert lacking[0] == 60
    assert lacking[-1] == 60 + 1 + np.flatnonzero(np.isfinite(activity))[0] - 1
    assert activity[-1] == pytest.approx(0.0, abs=1e-9)


def test_an_axis_that_a_step_before_found_bad_leaves_no_value():
    step = Motion().start(sensor())
    for i in range(0, 2000, 25):
        y = step.process(shaken(0.1, 2.0)[i : i + 25])
    assert np.isfinite(y).all()
    y = step.process(shaken(0.1, 2.0)[:25], Context(good=np.array([True, False, True])))
    assert np.isnan(y).all()


def test_another_number_of_axes_is_refused():
    with pytest.raises(PipelineError, match="three axes of one sensor, but 'imu' has 2"):
        Motion().start(sensor(channels=("x", "y")))


def test_a_gait_band_beyond_half_the_rate_is_refused():
    with pytest.raises(PipelineError, match="half the rate of 'imu'"):
        Motion().start(sensor(rate_hz=5.0))


def test_gravity_is_scipys_causal_low_pass():
    signal = pytest.importorskip("scipy.signal")
    rng = np.random.default_rng(3)
    x = UP + 0.2 * rng.standard_normal((1000, 3))
    sos = signal.butter(2, 0.25, fs=RATE, output="sos")
    gravity, _ = signal.sosfilt(sos, x, axis=0, zi=signal.sosfilt_zi(sos)[:, :, None] * x[0])
    expected = np.sqrt(np.mean(np.sum((x - gravity)[-250:] ** 2, axis=1)))
    # One array against forty hops: the same filter, summed in another order.
    assert run(x)[0]["activity"][-1] == pytest.approx(expected, rel=1e-12)


def test_the_flag_stands_where_the_watch_itself_found_no_beats(shared):
    folder = shared / "stress_predict/raw/S06"
    raw = np.loadtxt(folder / "ACC.csv", delimiter=",")
    beats = np.genfromtxt(folder / "IBI.csv", delimiter=",", skip_header=1)
    step = Motion().start(sensor(rate_hz=raw[1, 0]))
    flagged = []
    for hop in np.split(raw[2 : 2 + 32 * (len(raw) // 32 - 1)] / 64, len(raw) // 32 - 1):
        step.process(hop)
        flagged.append(step.flaws[0] > 0)
    found = np.zeros(len(flagged), dtype=bool)
    for end_s, interval_s in beats:
        found[int(end_s - interval_s) : int(end_s) + 1] = True
    flagged = np.array(flagged)
    assert flagged[~found].mean() > 2.5 * flagged[found].mean()
