"""What a bundle says of ticks, and when it says nothing."""

import numpy as np
import pytest
import torch
from scipy import signal
from small_bundle import BANDS, CHANNELS, RATE_HZ, streams, tick

from neuroaffect.affect import Abstention
from neuroaffect.models import rebuild
from neuroaffect.stream import Chunk

BAD = {"eeg": np.array([1.0, 0.2, 1.0, 0.4]), "eda": np.ones(1)}
NOTHING = {"eeg": {"entropy": np.full((4, 2), np.nan)}}


def test_the_bundle_says_what_the_saved_network_says(bundle, model, parts):
    x = np.random.default_rng(3).normal(size=(7, len(CHANNELS), len(BANDS)))
    mean, sd = parts["normaliser"]
    network = parts["network"].eval()
    expected = network(torch.from_numpy((x - mean) / sd).float()).detach()
    # float32 sums in another order
    np.testing.assert_allclose(model.outputs(x), expected, rtol=0, atol=1e-5)


@pytest.mark.parametrize("n", [1, 7])
def test_the_rebuilt_network_says_what_the_bundle_says(bundle, model, n):
    x = np.random.default_rng(4).normal(size=(n, len(CHANNELS), len(BANDS))).astype(np.float32)
    raw = rebuild(bundle)(torch.from_numpy(x)).detach()
    # float32 sums in another order
    np.testing.assert_allclose(model.outputs(x), raw, rtol=0, atol=1e-5)


def test_the_rebuilt_weights_are_the_saved_ones_bit_for_bit(bundle, parts):
    saved, rebuilt = parts["network"].state_dict(), rebuild(bundle).network.state_dict()
    assert saved.keys() == rebuilt.keys()
    assert all(torch.equal(saved[key], rebuilt[key]) for key in saved)


def test_probabilities_sum_to_one(model):
    (said,) = model.predict([tick()])
    assert sum(said.probabilities["valence"]) == pytest.approx(1.0)


def test_a_dimension_that_was_not_trained_is_absent(model):
    (said,) = model.predict([tick()])
    assert said.dominance is None
    assert said.sd.keys() == {"valence", "arousal"}


def test_one_by_one_and_together_agree_within_1e_5(model):
    ticks = [tick(seed) for seed in range(5)]
    alone = [model.predict([each])[0] for each in ticks]
    # other batch sizes take other kernels
    for one, other in zip(alone, model.predict(ticks), strict=True):
        assert one.time == other.time
        assert one.valence == pytest.approx(other.valence, abs=1e-5)
        assert one.arousal == pytest.approx(other.arousal, abs=1e-5)


def test_no_ticks_no_predictions(model):
    assert model.predict([]) == []


def test_a_saved_model_speaks_on_its_own_pipeline(model):
    run = model.pipeline.start(streams())
    rng = np.random.default_rng(0)
    t = np.arange(round(20 * RATE_HZ)) / RATE_HZ
    white = rng.normal(scale=10.0, size=(len(t), len(CHANNELS)))
    # White noise on every channel is a headset on a desk, of which it would not speak.
    eeg = Chunk(0, t, signal.lfilter([1.0], [1.0, -0.9], white, axis=0))
    slow = np.arange(160) / 8.0
    eda = Chunk(0, slow, rng.normal(scale=5.0, size=(160, 1)))
    said = model.predict(run.push("wrist", eda) + run.push("cap", eeg) + run.finish())
    assert said[0].abstained is Abstention.UNSETTLED
    assert said[-1].abstained is None
    assert -1 <= said[-1].valence <= 1


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"missing": ("eda",)}, Abstention.MISSING),
        ({"tracks": {"eda": {}}}, Abstention.MISSING),
        ({"gap": True, "settled": False}, Abstention.GAP),
        ({"settled": False}, Abstention.UNSETTLED),
        ({"quality": BAD, "tracks": NOTHING}, Abstention.BAD_CONTACT),
        ({"missing": ("eda",), "gap": True, "quality": BAD}, Abstention.MISSING),
        ({"gap": True, "quality": BAD}, Abstention.GAP),
        ({"settled": False, "quality": BAD}, Abstention.UNSETTLED),
        ({"tracks": NOTHING}, Abstention.NOT_YET),
    ],
)
def test_a_tick_that_cannot_be_trusted_is_not_spoken_of(model, changes, reason):
    (said,) = model.predict([tick(**changes)])
    assert said.abstained is reason
    assert (said.valence, said.arousal, dict(said.probabilities)) == (None, None, {})


@pytest.mark.parametrize(
    "changes",
    [
        {"missing": ("skin",)},  # not required
        {"tracks": {"eeg": {"entropy": np.array([[1.0, 2], [3, 4], [5, 6], [np.nan] * 2])}}},
    ],
)
def test_a_tick_that_lacks_nothing_needed_is_spoken_of(model, changes):
    assert model.predict([tick(**changes)])[0].abstained is None


def test_silent_and_spoken_ticks_keep_their_places(model):
    ticks = [tick(0), tick(1, settled=False), tick(2), tick(3, gap=True)]
    said = model.predict(ticks)
    assert [p.time for p in said] == [100.0, 101.0, 102.0, 103.0]
    assert [p.abstained is None for p in said] == [True, False, True, False]
    assert said[2].valence == pytest.approx(model.predict([tick(2)])[0].valence, abs=1e-5)
