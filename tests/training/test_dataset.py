import numpy as np
import pytest
from data import PIPELINE

from neuroaffect.acquire import Arrays
from neuroaffect.blocks import Entropy, Hjorth, Quality
from neuroaffect.errors import EvaluationError, SessionError
from neuroaffect.session.labelled import LabelledSession, Trial
from neuroaffect.stream import StreamInfo
from neuroaffect.training.data.dataset import extract

RATE_HZ = 128.0


def session_of(*trials, seconds=60, channels=("Fz", "Cz", "Pz"), amplitude=10.0, **settings):
    info = StreamInfo(name="cap", kind="eeg", rate_hz=RATE_HZ, channels=channels, unit="uV")
    rng = np.random.default_rng(0)
    data = rng.normal(0, amplitude, (int(seconds * RATE_HZ), len(channels)))
    return LabelledSession(
        subject="S1", session="one", open=lambda: Arrays({"cap": (info, data)}), trials=trials,
        **settings,
    )  # fmt: skip


def trial(start, stop, name="a"):
    return Trial(id=name, start=start, stop=stop, ratings={"arousal": 3.0})


def test_the_whole_window_of_every_tick_lies_inside_its_trial():
    data = extract([session_of(trial(20.0, 30.0))], PIPELINE)
    # Windows of 2 s, a tick per second: the first that fits ends at 22 s less one sample + 1 s.
    assert data.time.min() - data.window_s >= 20.0
    assert data.time.max() <= 30.0
    assert len(data) == 8


def test_ticks_before_the_filters_have_settled_are_dropped():
    data = extract([session_of(trial(0.0, 10.0), whole_trials=True)], PIPELINE)
    info = StreamInfo(name="cap", kind="eeg", rate_hz=RATE_HZ, channels=("Fz",))
    settle_s = (
        Entropy(bands={"alpha": (8, 14), "beta": (14, 30)}, window_s=2.0).start(info).settle_s
    )
    assert data.time.min() >= settle_s - 1 / RATE_HZ


def test_a_clip_keeps_settled_ticks_to_its_last_hop():
    data = extract([session_of(trial(0.0, 10.0), seconds=10, whole_trials=True)], PIPELINE)
    assert data.time.max() == 10.0 - 1 / RATE_HZ


def test_features_do_not_depend_on_where_the_trials_are():
    once = extract([session_of(trial(10.0, 50.0))], PIPELINE)
    twice = extract([session_of(trial(10.0, 30.0), trial(30.0, 50.0, "b"))], PIPELINE)
    same = np.isin(once.time, twice.time)
    assert np.array_equal(once.features[same], twice.features)


def test_ticks_of_bad_contact_are_not_learned_from():
    blocks = (Quality(), *PIPELINE.tracks["eeg"].blocks)
    track = PIPELINE.tracks["eeg"].model_copy(update={"blocks": blocks})
    pipeline = PIPELINE.model_copy(update={"tracks": {"eeg": track}})
    with pytest.raises(
        EvaluationError, match="none of the 1 sessions has a settled tick inside a labelled trial"
    ):
        extract([session_of(trial(10.0, 50.0), amplitude=1e-3)], pipeline)


def test_sessions_of_other_electrodes_are_refused():
    everything = PIPELINE.model_copy(
        update={"tracks": {"eeg": PIPELINE.tracks["eeg"].model_copy(update={"channels": "all"})}}
    )
    sessions = [session_of(trial(10, 50)), session_of(trial(10, 50), channels=("Fz", "Cz", "Oz"))]
    with pytest.raises(EvaluationError, match="list the channels in the pipeline"):
        extract(sessions, everything)


def test_a_network_input_that_is_no_block_is_refused():
    network = PIPELINE.network.model_copy(update={"input": "eeg.power"})
    with pytest.raises(EvaluationError, match=r"'eeg\.power' is no feature block that runs"):
        extract([session_of(trial(10, 50))], PIPELINE.model_copy(update={"network": network}))


def test_a_clip_of_two_trials_is_refused():
    with pytest.raises(SessionError, match="a clip is one trial"):
        session_of(trial(0.0, 5.0), trial(5.0, 10.0, "b"), whole_trials=True)


def test_a_trial_that_ends_before_it_starts_is_refused():
    with pytest.raises(SessionError, match="must end after it starts"):
        trial(5.0, 5.0)


def test_a_feature_that_reaches_out_of_its_trial_has_no_value():
    tracks = {"eeg": PIPELINE.tracks["eeg"].model_copy(update={"blocks": (
        Entropy(bands={"alpha": (8, 14)}, window_s=2.0), Hjorth(window_s=10.0),
    )})}  # fmt: skip
    network = PIPELINE.network.model_copy(
        update={"input": ("eeg.entropy", "eeg.hjorth"), "good_channels": 0.2}
    )
    pipeline = PIPELINE.model_copy(update={"tracks": tracks, "network": network})
    data = extract([session_of(trial(20.0, 40.0))], pipeline)
    slow = np.char.startswith(data.input.features, "eeg.hjorth")
    fast_s, slow_s = (
        data.time[np.isfinite(data.features[:, 0, columns]).all(axis=1)]
        for columns in (~slow, slow)
    )
    assert 22.0 <= fast_s.min() < 23.0
    assert 30.0 <= slow_s.min() < 31.0
    assert data.window_s == 10.0


def test_windows_longer_than_every_trial_leave_only_the_shorter_ones():
    track = PIPELINE.tracks["eeg"].model_copy(update={"blocks": (
        Entropy(bands={"alpha": (8, 14)}, window_s=2.0), Hjorth(window_s=30.0),
    )})  # fmt: skip
    network = PIPELINE.network.model_copy(
        update={"input": ("eeg.entropy", "eeg.hjorth"), "good_channels": 0.2}
    )
    pipeline = PIPELINE.model_copy(update={"tracks": {"eeg": track}, "network": network})
    data = extract([session_of(trial(40.0, 55.0))], pipeline)
    assert data.window_s == 2.0
    assert np.isfinite(data.features).any(axis=0).sum() == 3  # entropy of three channels
