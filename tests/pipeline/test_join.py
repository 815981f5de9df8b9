import numpy as np
import pytest

from neuroaffect.pipeline.join import Follower, Join
from neuroaffect.pipeline.track import Frame


def frames(track_hop_s, count, *, offset_s=0.0):
    return [
        Frame(
            k,
            (k + 1) * track_hop_s + offset_s,
            {"v": np.array([[k]])},
            settled=True,
            gap=False,
            quality=np.ones(1),
            flaws=np.zeros(1, int),
        )
        for k in range(count)
    ]


def join(decisions=(), **settings):
    settings = {"lag_s": 1.0, "patience_s": 2.0, "stale_s": 5.0} | settings
    return Join("eeg", {"eda": Follower(**settings)}, decisions)


def value(tick):
    return tick.tracks["eda"]["v"][0, 0]


def test_a_tick_takes_the_newest_value_at_or_before_its_time_minus_the_lag():
    run = join()
    run.push("eda", frames(0.25, 20), 5.0)
    ticks = run.push("eeg", frames(0.5, 6), 3.0)
    assert [value(tick) for tick in ticks[2:]] == [1, 3, 5, 7]


def test_a_tick_waits_until_the_watermark_has_passed():
    run = join()
    run.push("eda", frames(0.25, 4), 1.0)
    assert [tick.index for tick in run.push("eeg", frames(0.5, 6), 3.0)] == [0, 1, 2]
    assert [tick.index for tick in run.push("eda", [], 2.01)] == [3, 4, 5]


@pytest.mark.parametrize("seed", range(5))
def test_the_order_of_arrival_does_not_matter(seed):
    rng = np.random.default_rng(seed)
    lead, eda = frames(0.5, 40), frames(0.25, 80, offset_s=0.013)
    whole = join()
    expected = [*whole.push("eda", eda, 20.0), *whole.push("eeg", lead, 20.0), *whole.finish()]
    run, ticks = join(), []
    while lead or eda:
        name, waiting = ("eeg", lead) if rng.random() < 0.5 else ("eda", eda)
        count = int(rng.integers(1, 9))
        piece, waiting[:count] = waiting[:count], []
        ticks += run.push(name, piece, piece[-1].time) if piece else []
    ticks += run.finish()
    assert [(t.index, t.missing) for t in ticks] == [(t.index, t.missing) for t in expected]
    assert [value(t) for t in ticks[2:]] == [value(t) for t in expected[2:]]


def test_live_a_silent_follower_is_given_up_after_its_patience():
    run = join(None)
    ticks = run.push("eeg", frames(0.5, 6), 3.0)
    assert [(tick.index, tick.missing) for tick in ticks] == [(0, ("eda",)), (1, ("eda",))]
    assert run.late == [("eda", 0), ("eda", 1)]


def test_a_replay_with_the_recorded_decisions_decides_the_same():
    live = join(None)
    expected = live.push("eeg", frames(0.5, 6), 3.0)
    expected += live.push("eda", frames(0.25, 16), 4.0)
    again = join(live.late)
    ticks = again.push("eda", frames(0.25, 16), 4.0) + again.push("eeg", frames(0.5, 6), 3.0)
    assert [(t.index, t.missing) for t in ticks] == [(t.index, t.missing) for t in expected]
    assert [value(t) for t in ticks if not t.missing] == [
        value(t) for t in expected if not t.missing
    ]


def test_a_value_that_is_too_old_is_no_value():
    run = join(stale_s=1.0)
    run.push("eda", frames(0.25, 4), 1.0)
    run.push("eda", [], 30.0)
    ticks = run.push("eeg", frames(0.5, 10), 5.0)
    assert [tick.index for tick in ticks if tick.missing] == [0, 1, 6, 7, 8, 9]
