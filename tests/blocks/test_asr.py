"""Artifact subspace reconstruction on simulated EEG with artifacts at known times."""

import warnings

import numpy as np
import pytest
from scipy import signal

from neuroaffect.blocks import Asr, Context, Entropy, Flaw
from neuroaffect.errors import PipelineError
from neuroaffect.pipeline.framer import Framer
from neuroaffect.pipeline.rest import Rests
from neuroaffect.pipeline.track import TrackRun
from neuroaffect.stream import Chunk, StreamInfo

RATE_HZ, HOP = 128, 32
CAP = ("Fp1", "Fp2", "F3", "F4", "C3", "C4", "P3", "P4", "O1", "O2")
FRONT = np.array([1.0, 0.95, 0.4, 0.38, 0.12, 0.12, 0.05, 0.05, 0.02, 0.02])
BLINKS_S = (24.3, 27.1, 29.6, 32.2, 35.7)
SHORT = Asr(calibration_s=20.0, least_s=5.0)


def eeg(seconds, channels=10, seed=1):
    """Correlated channels of 10 µV, band-passed from 1 to 40 Hz, waxing and waning."""
    rng = np.random.default_rng(seed)
    n = round(seconds * RATE_HZ)
    sources = rng.standard_normal((n + 256, channels))
    band = signal.butter(2, [1, 40], "bandpass", fs=RATE_HZ, output="sos")
    pink = signal.sosfilt(signal.butter(1, 6, fs=RATE_HZ, output="sos"), sources, axis=0)
    x = signal.sosfilt(band, pink + 0.1 * sources, axis=0)[256:]
    slow = np.repeat(rng.standard_normal((n // RATE_HZ + 1, channels)), RATE_HZ, axis=0)[:n]
    place = np.arange(channels)
    mixing = np.exp(-(((place[:, None] - place) / 3.0) ** 2))
    x = (x * np.exp(0.15 * slow)) @ mixing
    return 10 * x / x.std(axis=0)


def blinks(seconds, at_s=BLINKS_S, peak_uv=150.0, topography=FRONT):
    """Return blinks of 0.4 s, (samples, channels), and where they are."""
    y = np.zeros((round(seconds * RATE_HZ), len(topography)))
    wave = peak_uv * signal.windows.hann(round(0.4 * RATE_HZ))
    for start in (round(s * RATE_HZ) for s in at_s):
        y[start : start + len(wave)] += np.outer(wave, topography)
    return y, y.any(axis=1)


def info_of(channels=CAP):
    return StreamInfo(name="cap", kind="eeg", rate_hz=RATE_HZ, channels=channels, unit="uV")


def passed(step, x, *, rest=lambda s: False, good=None, hop=HOP):
    pieces = [np.ascontiguousarray(x[i : i + hop]) for i in range(0, len(x), hop)]
    times_s = np.cumsum([len(piece) for piece in pieces]) / RATE_HZ
    out = [
        step.process(p, Context(good, rest=rest(s))) for p, s in zip(pieces, times_s, strict=True)
    ]
    return np.concatenate(out)


def rms(x):
    return np.sqrt(np.mean(x**2))


def test_clean_signal_passes_bit_for_bit():
    x = eeg(60)
    assert np.array_equal(passed(SHORT.start(info_of()), x), x)


def test_a_blink_is_taken_out():
    x, (artifact, at) = eeg(40), blinks(40)
    left = passed(SHORT.start(info_of()), x + artifact) - x
    front = np.ix_(at, [0, 1])
    assert rms(left[front]) < 0.5 * rms(artifact[front])


def test_outside_of_artifacts_the_signal_stays():
    x, (artifact, at) = eeg(40), blinks(40)
    left = passed(SHORT.start(info_of()), x + artifact) - x
    # A decision looks back half a second and holds for a hop.
    far = ~np.convolve(at, np.ones(RATE_HZ), "full")[: len(at)].astype(bool)
    far &= ~np.convolve(at[::-1], np.ones(HOP), "full")[: len(at)].astype(bool)[::-1]
    assert not left[far].any()


def test_with_lookahead_the_onset_is_taken_out_too():
    x, (artifact, at) = eeg(40), blinks(40)
    delayed = Asr(calibration_s=20.0, least_s=5.0, lookahead_s=0.25)
    now = passed(SHORT.start(info_of()), x + artifact) - x
    late = passed(delayed.start(info_of()), x + artifact)[32:] - x[:-32]
    assert rms(late[at[:-32]]) < 0.7 * rms(now[at])


def test_lookahead_is_a_constant_delay():
    x = eeg(30)
    step = Asr(calibration_s=20.0, least_s=5.0, lookahead_s=0.25).start(info_of())
    y = passed(step, x)
    assert np.array_equal(y[32:], x[:-32])
    assert np.array_equal(y[:32], np.repeat(x[:1], 32, axis=0))


def test_without_lookahead_no_worse_than_the_peer_offline_without(monkeypatch):
    import asrpy.asr as asrpy
    from meegkit.utils.asr import fit_eeg_distribution

    # asrpy 0.0.8 has its own, which stops with NumPy 2.4.
    monkeypatch.setattr(asrpy, "fit_eeg_distribution", fit_eeg_distribution)
    x, (artifact, at) = eeg(50), blinks(50, at_s=np.arange(32.0, 49.0, 1.37))
    spoilt = (x + artifact).T
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        clean, _ = asrpy.clean_windows(spoilt[:, : 30 * RATE_HZ], RATE_HZ)
        mixing, limit = asrpy.asr_calibrate(clean, RATE_HZ, cutoff=20)
        late = asrpy.asr_process(spoilt, RATE_HZ, mixing, limit, lookahead=1 / RATE_HZ)
    theirs = late.T[1:] - x[:-1]
    ours = passed(Asr(calibration_s=30.0).start(info_of()), x + artifact) - x
    assert rms(ours[at]) < rms(theirs[at[:-1]])


def test_before_the_calibration_the_signal_passes_unchanged():
    x = eeg(20) + blinks(20, at_s=(5.0, 10.0, 15.0))[0]
    step = SHORT.start(info_of())
    assert np.array_equal(passed(step, x[:-HOP]), x[:-HOP])
    assert step.settle_s == 20.0


def test_artifacts_in_the_baseline_do_not_keep_later_ones_in():
    x, (artifact, at) = eeg(40), blinks(40)
    baseline = blinks(40, at_s=np.arange(1.0, 19.0, 3.0))[0]
    left = passed(SHORT.start(info_of()), x + artifact + baseline) - x
    at &= np.arange(len(at)) > 20 * RATE_HZ
    assert rms(left[at][:, :2]) < 0.6 * rms(artifact[at][:, :2])


def test_a_rest_calibrates_anew_at_its_end():
    # The second rest is three times as large in all channels: then a small blink is no artifact.
    x, (small, at) = eeg(60), blinks(60, at_s=(22.0, 24.0, 55.0, 57.0), peak_uv=100.0)
    scale = np.where(np.arange(len(x)) < 26 * RATE_HZ, 1.0, 3.0)[:, None]
    step = SHORT.start(info_of())
    given = x * scale + small
    taken = given - passed(step, given, rest=lambda s: 30 < s <= 50)
    early = np.arange(len(x)) < 26 * RATE_HZ
    assert taken[at & early].any()
    assert not taken[at & ~early].any()


def test_a_rest_before_the_first_calibration_is_what_it_learns_from():
    x, (artifact, at) = eeg(40), blinks(40)
    loud = np.where(np.arange(len(x)) < 8 * RATE_HZ, 30.0, 1.0)[:, None]
    step = SHORT.start(info_of())
    left = passed(step, x * loud + artifact, rest=lambda s: 9 < s <= 18) - x * loud
    assert rms(left[at][:, :2]) < 0.6 * rms(artifact[at][:, :2])


def test_a_rest_that_is_too_short_changes_nothing():
    x, (artifact, _) = eeg(60), blinks(60, at_s=(45.0, 50.0))
    loud = np.where((np.arange(len(x)) // RATE_HZ) // 4 == 7, 3.0, 1.0)[:, None]
    y = x * loud + artifact
    with_rest = passed(SHORT.start(info_of()), y, rest=lambda s: 28 < s <= 32)
    assert np.array_equal(with_rest, passed(SHORT.start(info_of()), y))


def test_a_calibration_outlasts_a_gap():
    x, (artifact, at) = eeg(40), blinks(40)
    before = SHORT.start(info_of())
    passed(before, x[: 22 * RATE_HZ])
    after = SHORT.start(info_of())
    after.resume(before)
    left = passed(after, (x + artifact)[23 * RATE_HZ :]) - x[23 * RATE_HZ :]
    assert after.settle_s < 2.0
    assert rms(left[at[23 * RATE_HZ :]][:, :2]) < 0.5 * rms(artifact[at][:, :2])


def test_a_gap_in_the_baseline_does_not_begin_it_again():
    before = SHORT.start(info_of())
    passed(before, eeg(12))
    after = SHORT.start(info_of())
    after.resume(before)
    assert after.settle_s == 8.0


def frames_of(x, lost, cuts):
    """Run a track over `x`, without the samples `lost`, cut at these places; one rest is marked."""
    blocks = [("asr", SHORT), ("entropy", Entropy(window_s=1.0))]
    framer = Framer(info_of(), hop_s=0.25, bridge_s=0.05)
    run = TrackRun(info_of(), framer, blocks, Rests(((30.0, 38.0),)))
    frames, times = [], np.arange(len(x)) / RATE_HZ
    for start, stop in [(0, lost.start), (lost.stop, len(x))]:
        inner = [cut for cut in cuts if start < cut < stop]
        for a, b in zip([start, *inner], [*inner, stop], strict=True):
            frames += run.push(Chunk(a, times[a:b], x[a:b]))
    return frames


def test_a_track_with_a_rest_and_a_gap_gives_the_same_bits_in_pieces_of_any_size():
    x = eeg(50) + blinks(50, at_s=(*BLINKS_S, 41.2, 44.0))[0]
    lost = slice(25 * RATE_HZ + 7, 27 * RATE_HZ)
    whole = frames_of(x, lost, [])
    for cuts in (range(1, len(x), 5), range(1, len(x), 97)):
        again = frames_of(x, lost, list(cuts))
        assert len(again) == len(whole)
        for one, other in zip(whole, again, strict=True):
            assert np.array_equal(one.features["entropy"], other.features["entropy"])
            assert np.array_equal(one.flaws, other.flaws)
    assert any((frame.flaws & Flaw.ARTIFACT).any() for frame in whole if frame.time > 38.0)


@pytest.mark.parametrize("from_s", [0, 22], ids=["always", "after the calibration"])
def test_what_a_bad_channel_holds_does_not_reach_the_others(from_s):
    x = eeg(40) + blinks(40)[0]
    rng = np.random.default_rng(2)
    good = np.array([name != "F3" for name in CAP])
    answers = []
    for garbage in (0.0, 1e5):
        spoilt = x.copy()
        start = from_s * RATE_HZ
        spoilt[start:, 2] = garbage * rng.standard_normal(len(x) - start)
        step = SHORT.start(info_of())
        out = [passed(step, spoilt[:start])] if start else []
        out.append(passed(step, spoilt[start:], good=good))
        answers.append(np.concatenate(out))
        assert np.array_equal(answers[-1][start:, 2], spoilt[start:, 2])
    assert np.array_equal(answers[0][:, good], answers[1][:, good])


def test_missing_values_stay_missing_and_alone():
    x = eeg(40) + blinks(40)[0]
    x[25 * RATE_HZ : 26 * RATE_HZ, 4] = np.nan
    y = passed(SHORT.start(info_of()), x)
    assert np.array_equal(np.isnan(y), np.isnan(x))


def test_channels_that_lost_most_of_their_power_are_remarked():
    step = SHORT.start(info_of())
    passed(step, eeg(24) + blinks(24, at_s=(23.55,))[0])
    assert step.flaws[:2].tolist() == [Flaw.ARTIFACT, Flaw.ARTIFACT]
    assert not step.flaws[-2:].any()
    assert step.quality is None


def test_remarks_end_with_the_artifact():
    step = SHORT.start(info_of())
    passed(step, eeg(26) + blinks(26, at_s=(23.55,))[0])
    assert not step.flaws.any()


@pytest.mark.parametrize("hop", [16, 64, 128])
def test_hops_of_any_length_take_artifacts_out(hop):
    x, (artifact, at) = eeg(40), blinks(40)
    left = passed(SHORT.start(info_of()), x + artifact, hop=hop) - x
    assert rms(left[at][:, :2]) < 0.55 * rms(artifact[at][:, :2])


def test_after_an_average_reference_nothing_is_blown_up():
    x, (artifact, at) = eeg(40), blinks(40)
    x, artifact = (y - y.mean(axis=1, keepdims=True) for y in (x, artifact))
    left = passed(SHORT.start(info_of()), x + artifact) - x
    assert rms(left[at]) < 0.7 * rms(artifact[at])
    assert not left[~at & (np.arange(len(at)) < 24 * RATE_HZ)].any()


def test_the_four_channels_of_a_muse_are_enough():
    names = ("TP9", "AF7", "AF8", "TP10")
    x, (artifact, at) = eeg(40, channels=4), blinks(40, topography=np.array([0.1, 1.0, 0.9, 0.1]))
    left = passed(SHORT.start(info_of(names)), x + artifact) - x
    assert rms(left[at]) < 0.6 * rms(artifact[at])


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"cutoff": 0.0}, "cutoff = 0 must be above 0"),
        ({"least_s": 90.0}, "at most calibration_s"),
        ({"window_s": 0.05}, "choose 0.078 or more"),
        ({"most_removed": 1.0}, "a share between 0 and 1"),
        ({"lookahead_s": 0.3}, "from 0 to half of window_s"),
    ],
)
def test_what_cannot_work_is_refused_in_words(wrong, words):
    with pytest.raises(PipelineError, match=words):
        Asr(**wrong).start(info_of())


def test_two_channels_have_too_little_in_common():
    with pytest.raises(PipelineError, match="2 channels; it needs at least 3"):
        Asr().start(info_of(("Fp1", "Fp2")))
