"""The simulated person: deterministic, and its signals follow the known course."""

import numpy as np
import pytest

from neuroaffect.acquire import Recorded, Simulator
from neuroaffect.affect import SAM9
from neuroaffect.session import SessionWriter


def signals(person: Simulator) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Return times and data of each stream."""
    chunks = {name: [] for name in person.streams}
    for name, chunk in person:
        chunks[name].append(chunk)
    return {
        name: (np.concatenate([c.times for c in one]), np.concatenate([c.data for c in one]))
        for name, one in chunks.items()
    }


@pytest.fixture(scope="module")
def person() -> Simulator:
    return Simulator(seed=11, duration_s=400)


@pytest.fixture(scope="module")
def played(person):
    return signals(person)


def log_power(data: np.ndarray, low_hz: float, high_hz: float, window: int = 256) -> np.ndarray:
    """Return log band power of 2 s windows, (windows, channels)."""
    windows = data[: len(data) // window * window].reshape(-1, window, data.shape[1])
    spectrum = np.abs(np.fft.rfft(windows * np.hanning(window)[:, None], axis=1)) ** 2
    hz = np.fft.rfftfreq(window, 1 / 128)
    return np.log(spectrum[:, (hz >= low_hz) & (hz < high_hz)].sum(axis=1))


def correlation(person, played, power: np.ndarray, dimension: int) -> float:
    times = played["Simulated EEG"][0]
    course = person.course(times)[: len(power) * 256].reshape(-1, 256, 3).mean(axis=1)
    return float(np.corrcoef(power, course[:, dimension])[0, 1])


def test_the_same_seed_is_the_same_person_to_the_last_bit():
    one, same, other = (signals(Simulator(seed=seed, duration_s=50)) for seed in (5, 5, 6))
    for name, (_, data) in one.items():
        assert np.array_equal(data, same[name][1])
        assert not np.array_equal(data, other[name][1])


def test_streams_are_those_of_a_headset_and_a_wristband(person):
    assert [(info.kind, info.rate_hz) for info in person.streams.values()] == [
        ("eeg", 128.0), ("ppg", 64.0), ("eda", 4.0),
    ]  # fmt: skip
    assert len(person.streams["Simulated EEG"].channels) == 14


def test_all_streams_cover_the_whole_course(played):
    for rate_hz, (times, _) in zip((128, 64, 4), played.values(), strict=True):
        assert np.array_equal(times, np.arange(400 * rate_hz) / rate_hz)


def test_eight_trials_hold_each_combination_of_high_and_low(person):
    combinations = {tuple(person.ratings(trial) > SAM9.low + 4) for trial in range(8)}
    assert len(combinations) == 8


def test_the_course_reaches_the_rating_in_the_trial_and_zero_in_the_rest(person):
    middle = person.course(np.array([5.0 + 10.0]))[0]
    assert middle == pytest.approx(SAM9.to_unit(person.ratings(0)))
    assert person.course(np.array([2.0, 26.0, -1.0, 401.0])).tolist() == [[0.0] * 3] * 4


def test_the_course_is_smooth(person):
    course = person.course(np.arange(0, 60, 0.01))
    assert np.max(np.abs(np.diff(course, axis=0))) < 0.01


def test_alpha_falls_and_beta_rises_with_arousal(person, played):
    data = played["Simulated EEG"][1]
    assert correlation(person, played, log_power(data, 8.5, 12).mean(axis=1), 1) < -0.6
    assert correlation(person, played, log_power(data, 15, 28).mean(axis=1), 1) > 0.6


def test_frontal_alpha_asymmetry_follows_valence(person, played):
    labels = person.streams["Simulated EEG"].channels
    alpha = log_power(played["Simulated EEG"][1], 8.5, 12)
    asymmetry = alpha[:, labels.index("F4")] - alpha[:, labels.index("F3")]
    assert correlation(person, played, asymmetry, 0) > 0.4


def test_frontal_theta_follows_dominance(person, played):
    theta = log_power(played["Simulated EEG"][1], 4, 7.5)[:, :3].mean(axis=1)
    assert correlation(person, played, theta, 2) > 0.4


def test_skin_conductance_follows_arousal(person, played):
    times, data = played["Simulated EDA"]
    assert np.corrcoef(data[:, 0], person.course(times)[:, 1])[0, 1] > 0.4


def test_the_heart_is_faster_when_aroused(person, played):
    times, data = played["Simulated PPG"]
    pulse = np.convolve(data[:, 0], np.ones(5) / 5, "same")
    high = pulse > 0.6
    beats = times[1:][high[1:] & ~high[:-1]]
    arousal = person.course(beats)[1:, 1]
    intervals_s = np.diff(beats)
    assert np.median(intervals_s[arousal > 0.3]) < np.median(intervals_s[arousal < -0.3])


def test_without_strength_the_signals_say_nothing(played):
    person = Simulator(seed=11, duration_s=400, strength=0.0)
    blank = signals(person)
    alpha = log_power(blank["Simulated EEG"][1], 8.5, 12).mean(axis=1)
    assert abs(correlation(person, blank, alpha, 1)) < 0.3


def test_a_recorded_person_brings_trials_with_ratings(tmp_path):
    person = Simulator(seed=2, duration_s=50)
    with SessionWriter(tmp_path / "person.xdf") as writer:
        person.record(writer)
        for _ in person:
            pass
    events = Recorded(tmp_path / "person.xdf").recording.events
    told = [
        (event.kind, event.time, event.detail["trial"])
        for event in events
        if event.kind.startswith("trial")
    ]
    assert told == [
        ("trial-start", 5.0, "1"), ("trial-stop", 25.0, "1"),
        ("trial-start", 30.0, "2"), ("trial-stop", 50.0, "2"),
    ]  # fmt: skip
    ratings = [event.detail["ratings"] for event in events if event.kind == "trial-stop"]
    assert [list(rating.values()) for rating in ratings] == [
        person.ratings(0).tolist(), person.ratings(1).tolist(),
    ]  # fmt: skip


def test_an_endless_person_goes_on_until_closed():
    person = Simulator(seed=1, trial_s=1.0, rest_s=0.5)
    arriving = iter(person)
    last = [next(arriving) for _ in range(3000)][-1]
    assert last[1].times[-1] > 200.0
    person.close()
    assert list(arriving) == []
