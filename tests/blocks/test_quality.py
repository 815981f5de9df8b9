import numpy as np
import pytest

from neuroaffect.blocks import Quality
from neuroaffect.stream import StreamInfo

INFO = StreamInfo(name="cap", kind="eeg", rate_hz=128.0, channels=("Cz", "O1"), unit="uV")


def verdicts(x, block=None, hop=32):
    step = (block or Quality()).start(INFO)
    found = []
    for i in range(0, len(x), hop):
        step.process(x[i : i + hop])
        found.append(step.quality)
    return np.array(found)


@pytest.fixture
def eeg():
    return 10 * np.random.default_rng(2).standard_normal((128 * 8, 2)) + 4200.0


def test_living_channels_are_good(eeg):
    assert verdicts(eeg).all()


def test_a_flat_channel_is_bad_and_its_neighbour_good(eeg):
    eeg[256:, 0] = 4200.0
    assert np.array_equal(verdicts(eeg)[-1], [0.0, 1.0])


def test_a_railed_channel_is_bad_whatever_its_gain(eeg):
    eeg[:, 0] = np.clip(eeg[:, 0], None, 4203.0)
    assert np.array_equal(verdicts(eeg)[-1], [0.0, 1.0])


def test_a_missing_value_is_bad_until_it_leaves_the_window(eeg):
    eeg[320, 1] = np.nan
    bad = verdicts(eeg)[:, 1] == 0.0
    assert np.flatnonzero(bad).tolist() == [10, 11, 12, 13]


def test_a_wild_channel_is_bad(eeg):
    eeg[::2, 0] += 20_000.0
    assert verdicts(eeg)[-1, 0] == 0.0


def test_the_signal_passes_unchanged(eeg):
    assert np.array_equal(Quality().start(INFO).process(eeg), eeg)
