"""The conditioning blocks one after the other in a track, as a pipeline has them."""

import numpy as np
import pytest

from neuroaffect.blocks import (
    Artifact,
    Bandpass,
    Entropy,
    Muscle,
    Notch,
    Ocular,
    Quality,
    Reference,
    Resample,
)
from neuroaffect.pipeline.framer import Framer
from neuroaffect.pipeline.track import TrackRun
from neuroaffect.stream import Chunk, StreamInfo

RATE_HZ = 250.0
CAP = (
    "Fp1", "Fp2", "F3", "F4", "F7", "F8", "T7", "T8", "C3", "C4",
    "P7", "P8", "P3", "P4", "O1", "O2", "Fz", "Cz", "Pz",
)  # fmt: skip
INFO = StreamInfo(name="cap", kind="eeg", rate_hz=RATE_HZ, channels=CAP, unit="uV")


def head(length_s=30.0, seed=0):
    """Pink noise, offsets, hum at 60 Hz, blinks at the front, an electrode that comes off."""
    rng = np.random.default_rng(seed)
    t = np.arange(round(length_s * RATE_HZ)) / RATE_HZ
    spectrum = np.fft.rfft(rng.standard_normal((len(t), len(CAP))), axis=0)
    hz = np.fft.rfftfreq(len(t), 1 / RATE_HZ)[:, None]
    x = np.fft.irfft(spectrum / np.maximum(hz, 1.0), len(t), axis=0)
    x = 12 * x / x.std(axis=0) + 1000.0 * np.arange(len(CAP))
    x += np.sin(2 * np.pi * 60 * t)[:, None]
    for at in np.arange(6.0, length_s, 2.5):
        x[:, :6] += (
            200 * np.exp(-0.5 * ((t - at) / 0.08) ** 2)[:, None] * [1, 1, 0.4, 0.4, 0.5, 0.5]
        )
    x[(t > 20) & (t < 23), CAP.index("P7")] = 0.0
    return x


def track(*blocks):
    named = [(type(block).__name__.lower(), block) for block in blocks]
    return TrackRun(INFO, Framer(INFO, hop_s=0.25, bridge_s=0.05), named)


def frames(run, x, cuts, lost=0):
    """Push `x` in pieces; `lost` samples are missing in the middle."""
    half, found = len(x) // 2, []
    for start, stop in zip([0, *cuts], [*cuts, len(x)], strict=True):
        for a, b in ((start, min(stop, half)), (max(start, half + lost), stop)):
            if a < b:
                found += run.push(Chunk(a, np.arange(a, b) / RATE_HZ, x[a:b]))
    return found


@pytest.mark.parametrize("reference", ["average", "rest", "laplacian", ("T7", "T8")])
def test_a_whole_chain_gives_the_same_bits_over_a_gap_however_it_is_cut(reference):
    def run():
        return track(
            Quality(),
            Notch(mains_hz="auto", harmonics=2),
            Ocular(eog=("Fp1", "Fp2")),
            Reference(to=reference),
            Artifact(),
            Resample(rate_hz=200.0),
            Muscle(),
            Bandpass(low_hz=1.0, high_hz=45.0),
            Entropy(bands="rbtransformer", window_s=1.0),
        )

    x, rng = head(), np.random.default_rng(1)
    whole = frames(run(), x, [], lost=100)
    for cuts in (range(7, len(x), 7), np.sort(rng.choice(np.arange(1, len(x)), 50, replace=False))):
        again = frames(run(), x, list(cuts), lost=100)
        for one, other in zip(whole, again, strict=True):
            assert one.features.keys() == other.features.keys()
            for name in one.features:
                assert np.array_equal(one.features[name], other.features[name], equal_nan=True)
            assert np.array_equal(one.quality, other.quality)
            assert np.array_equal(one.flaws, other.flaws)


def test_an_electrode_that_comes_off_is_masked_and_hurts_no_other():
    run = track(Quality(), Reference(), Entropy(bands={"alpha": (8, 13)}, window_s=1.0))
    found = frames(run, head(), [])
    off = np.array([frame.features["entropy"][:, 0] for frame in found])[84:92]  # 21 to 23 s
    assert np.isnan(off[:, CAP.index("P7")]).all()
    before = np.array([frame.features["entropy"][:, 0] for frame in found])[60:80]
    others = [i for i, label in enumerate(CAP) if label != "P7" and i >= 6]
    # Three standard errors of eight seconds' entropies.
    assert off[:, others].mean() == pytest.approx(before[:, others].mean(), abs=0.15)


def test_eog_channels_that_are_left_out_keep_their_own_quality():
    run = track(Quality(), Ocular(eog=("Fp1", "Fp2"), drop=True), Reference(), Artifact())
    x = head()
    x[2000:, 0] = 0.0
    last = frames(run, x, [])[-1]
    assert last.quality.shape == (19,)
    assert last.quality[0] == 0.0


def test_hops_without_a_sample_pass_through_every_block_that_takes_so_low_a_rate():
    run = track(Resample(rate_hz=2.0), Notch(mains_hz="auto"), Reference())
    assert len(frames(run, head(), [])) == 120
