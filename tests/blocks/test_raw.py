import numpy as np

from neuroaffect.blocks import Raw
from neuroaffect.stream import StreamInfo

INFO = StreamInfo(name="cap", kind="eeg", rate_hz=128.0, channels=("Cz", "O1"), unit="uV")


def run(block, x, hop=32):
    step = block.start(INFO)
    return np.array([step.process(x[i : i + hop]) for i in range(0, len(x), hop)])


def test_each_window_is_the_newest_samples_oldest_first():
    x = np.random.default_rng(1).standard_normal((640, 2))
    windows = run(Raw(window_s=1.5), x)
    assert all(
        np.array_equal(windows[k], x[32 * (k + 1) - 192 : 32 * (k + 1)].T) for k in range(5, 20)
    )


def test_there_is_no_value_before_the_window_is_full():
    windows = run(Raw(window_s=1.5), np.zeros((640, 2)))
    assert np.isnan(windows[:5]).all()
    assert np.isfinite(windows[5:]).all()


def test_a_window_shorter_than_a_hop_is_its_end():
    x = np.random.default_rng(2).standard_normal((64, 2))
    assert np.array_equal(run(Raw(window_s=0.1), x)[1], x[-13:].T)


def test_a_missing_sample_stays_missing_and_leaves_with_the_window():
    x = np.ones((640, 2))
    x[200, 1] = np.inf
    windows = run(Raw(window_s=1.0), x)
    assert np.isnan(windows[6, 1, 128 - 224 + 200])
    assert np.isnan(windows).sum(axis=(1, 2))[4:].tolist() == [0, 0, 1, 1, 1, 1] + [0] * 10


def test_samples_are_named_by_their_distance_from_the_newest():
    names = Raw(window_s=1.0).start(INFO).info.features
    assert (names[0], names[-1], len(names)) == ("t-127", "t-0", 128)
