import numpy as np

from neuroaffect.blocks import Flaw
from neuroaffect.pipeline.framer import Hop
from neuroaffect.pipeline.gate import Gate
from neuroaffect.pipeline.join import Follower
from neuroaffect.pipeline.track import Frame


def hop(k):
    return Hop(k, (k + 1) * 0.5, np.zeros((2, 1)), restarted=False, held=0)


def frame(k, *, moving):
    flaws = np.full(3, int(Flaw.MOTION) if moving else 0)
    return Frame(k, (k + 1) * 0.25, {}, settled=True, gap=False, quality=np.ones(3), flaws=flaws)


FRAMES = [frame(k, moving=3 <= k < 6) for k in range(16)]  # from 0.75 s up to 1.75 s
HOPS = [hop(k) for k in range(7)]  # ends at 0.5, 1.0, … 3.5 s


def gate(decisions=()):
    return Gate("eda.gate", Follower(lag_s=0.0, patience_s=1.0, stale_s=5.0), decisions)


def verdicts(released):
    return [(hop.index, moving) for hop, moving in released]


def test_a_hop_is_moving_when_the_newest_motion_frame_at_its_end_says_so():
    motion = gate()
    motion.add(HOPS, 3.5)
    motion.see(FRAMES, 4.0)
    assert verdicts(motion.release()) == [(k, k in {1, 2}) for k in range(7)]


def test_which_stream_arrives_first_does_not_matter():
    motion, found = gate(), []
    for k in range(7):
        motion.see(FRAMES[2 * k : 2 * k + 3], 0.5 * k + 0.75)
        motion.add([HOPS[k]], HOPS[k].time)
        found += motion.release()
    assert verdicts(found) == [(k, k in {1, 2}) for k in range(7)]


def test_a_hop_waits_for_the_motion_of_its_time():
    motion = gate()
    motion.add(HOPS[:2], 1.0)
    motion.see(FRAMES[:2], 0.6)
    assert verdicts(motion.release()) == [(0, False)]
    assert motion.watermark == 0.5


def test_live_a_hop_goes_on_as_still_when_patience_ends_and_is_told():
    motion = gate(decisions=None)
    motion.add(HOPS[:4], 2.0)
    assert verdicts(motion.release()) == [(0, False), (1, False)]
    assert motion.late == [("eda.gate", 0), ("eda.gate", 1)]


def test_a_replay_with_the_recorded_decisions_decides_the_same():
    motion = gate(decisions=[("eda.gate", 1)])
    motion.see(FRAMES, 4.0)
    motion.add(HOPS, 3.5)
    assert verdicts(motion.release()) == [(k, k == 2) for k in range(7)]
